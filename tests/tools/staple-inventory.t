# staple-inventory over stores that are made here, and over the corpora when they are at hand.
. "$SRCDIR/tests/tap.sh" || exit 99
cd "$T" || exit 99
at='--at 2026-11-21T00:00:00Z --no-system-policy'
inv() { staple-inventory $at "$@"; }
# query EXPRESSION: over the JSON in $T/out; d is the document.
query() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }
lines() { /usr/bin/python3 -c 'import json,sys; d=[json.loads(l) for l in open(sys.argv[1])]; print(eval(sys.argv[2]))' "$T/out" "$1"; }

# --- certificates: a CA, and leaves with and without Must-Staple ---
mkdir pki
make_cert() { # NAME DAYS [EXTENSION LINES...]
	local name=$1 days=$2; shift 2
	{ printf '[x]\nsubjectAltName=DNS:%s\n' "$name.example"; printf '%s\n' "$@"; } >pki/ext
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "pki/$name.key" \
		-subj "/CN=$name.example" -out "pki/$name.csr" 2>/dev/null &&
	openssl x509 -req -in "pki/$name.csr" -CA pki/ca.pem -CAkey pki/ca.key -days "$days" \
		-extfile pki/ext -extensions x -out "pki/$name.pem" 2>/dev/null
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/ca.key -days 4000 \
	-subj '/CN=Test CA/O=Tests' -out pki/ca.pem 2>/dev/null
make_cert ms 4000 'tlsfeature=status_request' 'authorityInfoAccess=OCSP;URI:http://127.0.0.1:1/'
make_cert plain 4000
make_cert bad 4000 '1.3.6.1.5.5.7.1.24=DER:30:03:02:01'
openssl req -new -key pki/ms.key -subj /CN=asks.example -addext 'tlsfeature=status_request' -out pki/asks.csr 2>/dev/null
sha() { openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f; }

# --- PEM ---
mkdir store
cat pki/ms.pem pki/plain.pem pki/ca.pem >store/bundle.pem
status_is "a bundle is read" 0 inv --format json store/bundle.pem
is "in its order, with flags" "$(query '[(c["index"], c["must_staple"]) for c in d["certificates"]]')" \
	"[(0, 'yes'), (1, 'no'), (2, 'no')]"
is "with OpenSSL's fingerprints" "$(query '[c["sha256"] for c in d["certificates"]]')" \
	"['$(sha pki/ms.pem)', '$(sha pki/plain.pem)', '$(sha pki/ca.pem)']"
is "and the facts" "$(query 'd["certificates"][0]["names"], d["certificates"][0]["features"], d["certificates"][0]["key_kind"], d["certificates"][0]["ocsp_urls"], d["certificates"][2]["ca"], d["certificates"][2]["self_issued"]')" \
	"(['ms.example'], [5], 'EC', ['http://127.0.0.1:1/'], True, True)"
inv --format json store/bundle.pem >one.json
{ printf '\357\273\277text before\r\n'; sed 's/$/\r/' store/bundle.pem; } >store/crlf.pem
printf '%s' "$(cat store/bundle.pem)" >store/nonl.pem
sed 's/BEGIN CERT/BEGIN X509 CERT/; s/END CERT/END X509 CERT/' store/bundle.pem >store/x509.pem
for f in crlf nonl x509; do
	run inv --format json "store/$f.pem"
	is "$f.pem holds the same" "$(query '[c["sha256"] for c in d["certificates"]]')" \
		"$(/usr/bin/python3 -c 'import json; print([c["sha256"] for c in json.load(open("one.json"))["certificates"]])')"
done
{ cat pki/ms.pem; echo 'apiVersion: v1'; } >store/words.pem
run inv --format json store/words.pem
is "what begins with a block is PEM, whatever words follow" "$(query '[c["format"] for c in d["certificates"]], len(d["problems"])')" "(['pem'], 0)"
{ cat pki/ms.pem; sed '3s/./!/' pki/plain.pem; cat pki/ca.pem; } >store/broken.pem
status_is "a damaged block in the middle is status 2" 2 inv --format json store/broken.pem
is "the others are listed" "$(query '[c["index"] for c in d["certificates"]]')" '[0, 1]'
is "the damage is a problem with its index" "$(query '[(p["path"], p["index"]) for p in d["problems"]]')" \
	"[('store/broken.pem', 1)]"
cat pki/bad.pem >store/bad.pem
run inv --format json store/bad.pem
is "an extension that is not DER is malformed" "$(query 'd["certificates"][0]["must_staple"]')" malformed
cat pki/ms.key pki/ms.pem >store/key.pem
run inv --format json store/key.pem
is "a private key is passed over" "$(query 'len(d["certificates"]), d["summary"]["private_keys_passed_over"]')" '(1, 1)'
run inv --format json pki/asks.csr
is "a request that asks is recorded" "$(query '[(r["must_staple"], r["subject"]) for r in d["requests"]]')" \
	"[('yes', 'CN=asks.example')]"
openssl x509 -in pki/ms.pem -trustout -addtrust serverAuth -out store/trusted.pem
openssl x509 -in pki/ms.pem -outform DER -out store/ms.der
run inv --format json store/trusted.pem store/ms.der
is "TRUSTED and DER are the same certificate twice" "$(query '[len(c["sources"]) for c in d["certificates"]]')" '[2]'

# --- folders ---
mkdir -p tree/live tree/archive/deep tree/empty
cp pki/ms.pem tree/archive/ms1.pem; cp pki/plain.pem tree/archive/deep/plain.pem
ln -s ../archive/ms1.pem tree/live/cert.pem
ln -s .. tree/live/loop
ln -s nowhere tree/live/dangling
mkfifo tree/pipe
echo hello >tree/readme.txt
status_is "a tree with a link that leads nowhere is status 2" 2 inv --format json tree
is "a linked file is read once" "$(query '[(c["source"], len(c["sources"]), c.get("links", c["sources"][0].get("links"))) for c in d["certificates"]]')" \
	"[('tree/archive/deep/plain.pem', 1, None), ('tree/archive/ms1.pem', 1, ['tree/live/cert.pem'])]"
is "nothing is skipped silently" "$(query 'sorted((p["path"], p["severity"]) for p in d["problems"])')" \
	"[('tree/live/dangling', 'error'), ('tree/live/loop', 'info'), ('tree/pipe', 'info'), ('tree/readme.txt', 'info')]"
rm tree/live/dangling
status_is "what holds nothing is no failure" 0 inv tree
run inv --format json --max-depth 1 tree
is "--max-depth" "$(query '[c["source"] for c in d["certificates"]]')" "['tree/archive/ms1.pem']"
run inv --format json --exclude deep tree
is "--exclude of a folder" "$(query 'len(d["certificates"])')" 1
run inv --format json --include 'plain*' tree
is "--include of files" "$(query '[c["source"] for c in d["certificates"]]')" "['tree/archive/deep/plain.pem']"
run inv --format json tree/live/cert.pem
is "a link that is asked for leads to its file" "$(query 'len(d["certificates"]), d["certificates"][0]["links"]')" \
	"(1, ['tree/live/cert.pem'])"
status_is "a path that does not exist is status 2" 2 inv nowhere
out_like "and is told" 'nowhere: No such file'
if [ "$(id -u)" = 0 ]; then
	mkdir -p locked/in; chmod 0711 . ; cp pki/ms.pem locked/in/a.pem; chmod 000 locked/in/a.pem; chmod 777 locked locked/in
	# The source tree may lie where nobody else may look.
	mkdir -p any/tools && cp "$(command -v staple-inventory)" any/tools && cp -r "$BUILDDIR/policies" any
	chmod -R a+rX any
	run setpriv --reuid 65534 --regid 65534 --clear-groups any/tools/staple-inventory --no-system-policy locked
	is "no permission is status 2" "$status" 2
	out_like "no permission is told" 'locked/in/a.pem: Permission denied'
else
	mkdir locked; cp pki/ms.pem locked/a.pem; chmod 000 locked/a.pem
	status_is "no permission is status 2" 2 inv locked
	out_like "no permission is told" 'locked/a.pem: Permission denied'
fi
status_is "standard input" 0 bash -c "staple-inventory $at --format json - <store/bundle.pem"
is "is read as -" "$(query '[c["source"] for c in d["certificates"]]')" "['-', '-', '-']"

# --- filters and status ---
status_is "--must-staple" 0 inv --format json --must-staple store/bundle.pem store/bad.pem
is "keeps yes and malformed" "$(query '[c["must_staple"] for c in d["certificates"]]')" "['yes', 'malformed']"
run inv --format json --ca store/bundle.pem
is "--ca" "$(query '[c["subject"] for c in d["certificates"]]')" "['O=Tests,CN=Test CA']"
run inv --format json --leaf --name 'pl*.example' store/bundle.pem
is "--leaf and --name" "$(query '[c["names"] for c in d["certificates"]]')" "[['plain.example']]"
run inv --format json --issuer 'nobody*' store/bundle.pem
is "--issuer" "$(query 'len(d["certificates"])')" 0
run inv --format json --sort name store/bundle.pem
is "--sort name" "$(query '[c["subject"] for c in d["certificates"]]')" \
	"['O=Tests,CN=Test CA', 'CN=ms.example', 'CN=plain.example']"
status_is "--fail-on a finding that is there" 1 inv --fail-on feature.malformed store/bad.pem
status_is "--fail-on a finding that is not" 0 inv --fail-on feature.malformed store/bundle.pem
status_is "--fail-on error, expired" 1 staple-inventory --no-system-policy --at 2099-01-01 --fail-on error store/bundle.pem
status_is "--fail-on nonsense is a usage error" 2 inv --fail-on nonsense store/bundle.pem
status_is "--sort nonsense is a usage error" 2 inv --sort nonsense store/bundle.pem
status_is "a full disk is status 2" 2 bash -c "staple-inventory $at store >/dev/full"

# --- ndjson: the same content, whatever the number of jobs ---
for ((i = 0; i < 1500; i++)); do cat store/bundle.pem; done >big.pem
cat store/broken.pem >>big.pem
for jobs in 1 2 5; do
	inv --format ndjson --jobs $jobs big.pem store tree >jobs.$jobs
done
ok "ndjson is the same with two jobs" cmp jobs.1 jobs.2
ok "ndjson is the same with five jobs" cmp jobs.1 jobs.5
cp jobs.1 out
is "every certificate of a file in parts, with its index" \
	"$(lines '[r["index"] for r in d if r["type"]=="certificate" and r["source"]=="big.pem"] == list(range(4502))')" True
is "the damaged one too" "$(lines '[(r["path"], r["index"]) for r in d if r["type"]=="problem" and r["severity"]=="error"]')" \
	"[('big.pem', 4501), ('store/broken.pem', 1)]"
is "a repeat names its first place" "$(lines '[r["duplicate_of"] for r in d if r["type"]=="certificate" and r["index"]==4500]')" "['big.pem#0']"
is "the last line is the summary" "$(lines 'd[-1]["type"], d[-1]["certificates"], d[-1]["problems"]')" "('summary', 4, 2)"
# Many folders in one, which threads share, with files between them, links from one to another, and names
# that differ only behind what all have in common.
for d in a b c d e f g h i j k 'l m' é; do
	mkdir -p "wide/$d/below"
	for n in 10 9 1 11 1a; do cp store/bundle.pem "wide/$d/below/all-begin-alike-$n.pem"; done
	cp store/bundle.pem "wide/$d.pem"
	ln -s ../a/below/all-begin-alike-9.pem "wide/$d/to-a"
	ln -s ../../k "wide/$d/below/loop"
	mkfifo "wide/$d/pipe"
done
mkdir wide/empty; ln -s nowhere wide/b/broken
for jobs in 1 2 5; do inv --format ndjson -v --jobs $jobs wide wide/b/../c >wide.$jobs; done
ok "many folders are the same with two jobs" cmp wide.1 wide.2
ok "and with five" cmp wide.1 wide.5
is "they come in the order of the names' bytes" "$(/usr/bin/python3 - wide.2 <<'PY'
import json, os, sys
def below(d):
    for name in sorted(os.listdir(d)):
        path = os.path.join(d, name)
        if os.path.isdir(path) and not os.path.islink(path):
            yield from below(path)
        elif name.endswith(b".pem"):
            yield path
met = []
for line in open(sys.argv[1], encoding="utf-8"):
    source = json.loads(line).get("source", "").encode()
    if source.startswith(b"wide/") and source.endswith(b".pem") and source not in met:
        met.append(source)
print(met == list(below(b"wide")), len(met))
PY
)" "True 78"

# --- containers ---
mkdir stores
openssl crl2pkcs7 -nocrl -certfile store/bundle.pem -outform DER -out stores/der.p7b
openssl crl2pkcs7 -nocrl -certfile store/bundle.pem -out stores/pem.p7b
for f in der pem; do
	run inv --format json stores/$f.p7b
	is "PKCS#7 $f" "$(query 'sorted(c["sha256"] for c in d["certificates"])')" \
		"$(/usr/bin/python3 -c 'import json; print(sorted(c["sha256"] for c in json.load(open("one.json"))["certificates"]))')"
done
printf '%s\n' wrong secret 'pässwörd' >passwords
for scheme in AES-256-CBC PBE-SHA1-3DES; do
	openssl pkcs12 -export -in pki/ms.pem -inkey pki/ms.key -certfile pki/ca.pem -passout pass:secret \
		-certpbe $scheme -keypbe $scheme -name mine -out stores/$scheme.p12
	status_is "PKCS#12 with $scheme and a password" 0 inv --format json --password-file passwords stores/$scheme.p12
	is "holds both certificates" "$(query '[(c["index"], c["must_staple"]) for c in d["certificates"]]')" "[(0, 'yes'), (1, 'no')]"
done
status_is "without its password it is a problem" 2 inv stores/AES-256-CBC.p12
out_like "that says so" 'none of 2 passwords'
for scheme in PBE-SHA1-RC2-40 PBE-SHA1-RC4-128; do
	openssl pkcs12 -legacy -export -in pki/ms.pem -inkey pki/ms.key -passout pass:pässwörd -certpbe $scheme \
		-keypbe PBE-SHA1-3DES -out stores/$scheme.p12
	status_is "PKCS#12 with $scheme" 0 inv --format json --password-file passwords stores/$scheme.p12
	is "holds its certificate" "$(query 'len(d["certificates"])')" 1
done
openssl pkcs12 -legacy -export -in pki/ms.pem -inkey pki/ms.key -passout pass:secret -certpbe PBE-SHA1-RC2-128 \
	-keypbe PBE-SHA1-3DES -out stores/rc2.p12
status_is "a scheme that is not read is a problem" 2 inv --password-file passwords stores/rc2.p12
out_like "that names it" 'pbeWithSHAAnd128BitRC2-CBC'
for scheme in RC2-CBC:rc2-CBC RC4:rc4 camellia-256-cbc:camellia256-CBC aria-128-cbc:aria128-CBC; do
	openssl pkcs12 -legacy -export -in pki/ms.pem -nokeys -passout pass:secret -certpbe ${scheme%:*} -out stores/pbes2.p12
	status_is "PBES2 with ${scheme%:*}" 2 inv --password-file passwords stores/pbes2.p12
	out_like "names the cipher" "encrypted with PBES2 with PBKDF2 \\(hmacWithSHA256\\) and ${scheme#*:}, which is not read"
done
rm stores/pbes2.p12
openssl pkcs12 -export -in pki/ms.pem -nokeys -passout pass:x -nomac -iter 6000000 -certpbe AES-256-CBC \
	-out stores/slow.p12
status_is "key derivation is not repeated without end" 2 inv --password-file passwords stores/slow.p12
out_like "which is told" 'slow.p12.*: PKCS#12: more than 10000000 rounds of key derivation'
openssl pkcs12 -export -in pki/ms.pem -inkey pki/ms.key -passout pass: -nomac -certpbe NONE -keypbe NONE -out stores/open.p12
status_is "PKCS#12 without encryption" 0 inv --format json stores/open.p12
is "holds its certificate" "$(query 'len(d["certificates"])')" 1
if command -v certutil >/dev/null; then
	mkdir stores/nss
	certutil -N -d sql:stores/nss --empty-password
	certutil -A -d sql:stores/nss -n mine -t ,, -i pki/ms.pem
	status_is "an NSS database" 0 inv --format json stores/nss/cert9.db
	is "holds its certificate, with its nickname" \
		"$(query '[(c["sha256"], c["entry"]) for c in d["certificates"]]')" "[('$(sha pki/ms.pem)', 'mine')]"
else
	skip "an NSS database" "certutil (libnss3-tools) is missing"
fi
# A keystore by hand: an entry with a later date stands first, as a hash table may have it.
/usr/bin/python3 - pki/ms.pem pki/plain.pem >stores/trust.jks <<'PY'
import base64, struct, sys
def der(p): return base64.b64decode("".join(l for l in open(p) if "-" not in l))
def text(s): return struct.pack(">H", len(s)) + s
def entry(alias, date, d): return struct.pack(">I", 2) + text(alias) + struct.pack(">Q", date) + text(b"X.509") + struct.pack(">I", len(d)) + d
out = b"\xfe\xed\xfe\xed" + struct.pack(">II", 2, 2) + entry(b"late", 2, der(sys.argv[1])) + entry(b"early", 1, der(sys.argv[2]))
sys.stdout.buffer.write(out + bytes(20))
PY
status_is "a Java keystore" 0 inv --format json stores/trust.jks
is "is numbered by date" "$(query '[(c["index"], c["entry"]) for c in d["certificates"]]')" "[(0, 'early'), (1, 'late')]"
head -c 300 stores/trust.jks >stores/cut.jks
status_is "a Java keystore that is cut off" 2 inv stores/cut.jks
out_like "is a problem" 'entry 1 of 2 cannot be read'

# --- formats ---
mkdir evil
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/evil.key -days 4000 \
	-subj '/CN==HYPERLINK("x")<script>alert(1)<\/script>' -out 'evil/=1+1.pem' 2>/dev/null
status_is "CSV" 0 inv --format csv store/bundle.pem evil
cp "$T/out" out.csv
is "is read back, with nothing that a spreadsheet computes" "$(/usr/bin/python3 - <<'PY'
import csv
with open("out.csv", newline="", encoding="utf-8-sig") as f:
    r = list(csv.DictReader(f))
print([x["must_staple"] for x in r], [x["source"] for x in r][-1], any(v.startswith(("=", "+", "@")) for x in r for v in x.values()))
PY
)" "['yes', 'no', 'no', 'no'] evil/=1+1.pem False"
ok "CSV ends its lines with CRLF" grep -q $'\r$' out.csv
run inv --format csv --columns name,days_left,sha256 store/bundle.pem
is "--columns chooses" "$(head -1 "$T/out" | tr -d '\r\357\273\277')" "type,name,days_left,sha256,reason"
run inv --columns must_staple,name store/bundle.pem
out_like "in the table too" '^yes +ms.example'
status_is "a column that does not exist is a usage error" 2 inv --columns nonsense store/bundle.pem
status_is "OpenMetrics" 0 inv --format openmetrics store/bundle.pem
out_like "counts" 'certificates\{must_staple="yes"\} 1$'
is "and ends as it must" "$(tail -1 "$T/out")" "# EOF"
if command -v promtool >/dev/null; then
	ok "and promtool takes it" bash -c "grep -v '^# EOF' '$T/out' | promtool check metrics"
fi
status_is "HTML" 0 inv --format html store/bundle.pem evil
cp "$T/out" out.html
out_unlike "holds no script from a certificate" 'alert\(1\)<|<script>alert'
out_unlike "loads nothing" 'src=|href=|@import|url\('
out_like "and lets nothing be loaded" "Content-Security-Policy.*default-src 'none'"
if command -v chromium >/dev/null; then
	timeout 60 chromium --headless=new --no-sandbox --disable-gpu --user-data-dir="$T/chromium" \
		--dump-dom "file://$PWD/out.html" >dom.html 2>/dev/null
	is "its script runs in a browser" "$(grep -o '4 of 4 shown' dom.html)" "4 of 4 shown"
	# Nothing may stick out at any width, a phone's too, whatever the names are.
	sed 's#</body>#<script>document.title=document.documentElement.scrollWidth+" of "+innerWidth</script>&#' \
		out.html >wide.html
	for width in 500 800 1200; do # the least that this browser has is 500
		timeout 60 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size=$width,800 \
			--user-data-dir="$T/chromium" --dump-dom "file://$PWD/wide.html" >dom.html 2>/dev/null
		is "the page fits $width pixels" "$(sed -n 's#.*<title>\([0-9]* of [0-9]*\)</title>.*#\1#p' dom.html)" "$width of $width"
	done
else
	skip "its script runs in a browser" "chromium is missing"
fi
openssl req -x509 -key pki/evil.key -days 4000 -utf8 -out evil/wide.pem \
	-subj "/CN=$(printf '日本語の長い名前%.0s' 1 2)/O=$(printf 'שרת %.0s' 1 2 3 4 5 6 7 8)" 2>/dev/null
for columns in 80 120 200; do
	COLUMNS=$columns run inv store evil
	is "wide letters are counted as two at $columns columns" "$(/usr/bin/python3 - "$T/out" $columns <<'PY'
import sys, unicodedata
width = lambda s: sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in s)
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
row = next(l for l in lines if "日本" in l)
print(width(row[:row.index("evil/wide.pem")]) == lines[0].index("SOURCE"), width(row) <= int(sys.argv[2]))
PY
)" "True True"
	is "the table fits $columns columns" "$(LC_ALL=C.UTF-8 awk -v n=$columns 'NR < 5 && length > n' "$T/out")" ""
done

# --- history ---
mkdir live; cp pki/ms.pem live/a.pem; cp pki/plain.pem live/b.pem
dbinv() { staple-inventory --no-system-policy --db h.db "$@"; }
status_is "a first scan" 0 dbinv --at 2026-11-01 --diff live
out_like "has nothing to compare with" 'first scan'
mv live/a.pem live/moved.pem; rm live/b.pem; cp pki/ca.pem live/c.pem
status_is "a second scan" 0 dbinv --at 2026-11-02 --diff --format json live
is "tells what appeared, vanished, and moved" \
	"$(query 'sorted((c["change"], c["there"], c["source"]) for c in d["changes"])')" \
	"[('appeared', True, 'live/c.pem'), ('moved', False, 'live/a.pem'), ('moved', True, 'live/moved.pem'), ('vanished', False, 'live/b.pem')]"
status_is "the same again" 0 dbinv --at 2026-11-03 --diff live
out_like "is no change" '^0 changes since 2026-11-02'
cp pki/plain.pem live/b.pem; run dbinv --at 2026-11-04 live
status_is "a life by name" 0 dbinv --history plain.example --format json
is "has its times" "$(query '[(h["first_seen"][:10], h["last_seen"][:10], h["still_there"]) for h in d["history"]]')" \
	"[('2026-11-01', '2026-11-01', False), ('2026-11-04', '2026-11-04', True)]"
status_is "a life by fingerprint" 0 dbinv --history "$(sha pki/ms.pem | head -c 12)"
out_like "names its places" 'live/moved.pem#0: seen from 2026-11-02T00:00:00Z to 2026-11-04T00:00:00Z, still there'
status_is "a life that was not" 2 dbinv --history nobody.example
status_is "ndjson with a database" 0 dbinv --at 2026-11-05 --format ndjson live
is "has every row" "$(lines 'sorted(r["source"] for r in d if r["type"]=="certificate")')" "['live/b.pem', 'live/c.pem', 'live/moved.pem']"
mv "$T/out" recorded
staple-inventory --no-system-policy --at 2026-11-05 --format ndjson live >plain
ok "as without one" cmp plain recorded
status_is "--diff judges where --fail-on asks for it" 1 dbinv --at 2026-11-05 --diff --fail-on warning live
out_like "and tells the same" '^0 changes since 2026-11-05'
(dbinv --at 2026-11-06 live >/dev/null; echo $? >one) & (dbinv --at 2026-11-06 live >/dev/null; echo $? >two) & wait
is "two scans at once are safe" "$(cat one two | paste -sd' ')" "0 0"
ok "and the database is whole" /usr/bin/python3 -c 'import sqlite3, sys; sys.exit(sqlite3.connect("h.db").execute("pragma integrity_check").fetchone() != ("ok",))'
dbinv --at 2026-11-07 --jobs 1 big.pem >/dev/null & pid=$!; sleep 0.05; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
status_is "after a scan that was killed" 0 dbinv --at 2026-11-08 --diff live
out_like "the last complete one is in force" '^0 changes since 2026-11-06'
cat >cut.py <<-EOF
	import os, sqlite3
	c = sqlite3.connect("cut.db", isolation_level=None)
	c.executescript("pragma cache_size = 1; begin; create table certificate(x)")
	for i in range(100): c.execute("insert into certificate values(zeroblob(9000))")
	os.kill(os.getpid(), 9)
EOF
/usr/bin/python3 cut.py 2>/dev/null
ok "a first scan that was killed leaves what is to be undone" test -s cut.db -a -s cut.db-journal
status_is "which is no scan" 2 inv --db cut.db --history '*'
err_like "and says so" 'cut.db: holds no scan: its first was interrupted'
status_is "and does not stand in the way of the next" 0 inv --db cut.db live
status_is "whose certificates are told" 0 inv --db cut.db --history '*'
tar cf twice.tar live/b.pem && tar rf twice.tar live/b.pem
for name in '' :memory: file:x; do
	status_is "--db '$name' is no file" 2 inv --db "$name" live
	err_like "and would keep nothing" "'$name' is no name of a database"
done
status_is "two members of one name are one place" 0 inv --db twice.db --at 2026-11-01 --archives twice.tar
status_is "in the next scan, too" 0 inv --db twice.db --at 2026-11-02 --archives --diff twice.tar
out_like "and no change" '^0 changes since'
status_is "and one life" 0 inv --db twice.db --history '*'
is "is told of it" "$(grep -c 'seen from' "$T/out")" 1
for ((i = 0; i < 300; i++)); do cat store/bundle.pem; done >sound.pem
(inv --db new.db sound.pem >/dev/null; echo $? >one) & (inv --db new.db sound.pem >/dev/null; echo $? >two) & wait
is "two first scans at once are safe" "$(cat one two | paste -sd' ')" "0 0"
status_is "and both are there" 0 inv --db new.db --diff sound.pem
out_like "to compare with" '^0 changes since'
mkdir mnt copies; for i in 1 2 3 4 5 6 7 8; do ln big.pem copies/$i.pem; done
cat >full.sh <<-EOF
	mount -t tmpfs -o size=1m tmpfs mnt || exit 42
	staple-inventory --no-system-policy --db mnt/f.db --at 2026-11-01 live >/dev/null || exit 1
	staple-inventory --no-system-policy --db mnt/f.db --at 2026-11-02 live copies >/dev/null; echo "status \$?"
	staple-inventory --no-system-policy --db mnt/f.db --at 2026-11-03 --diff live
EOF
if [ "$(id -u)" = 0 ]; then run unshare -m sh full.sh; else run unshare -rm sh full.sh; fi
case $status in
0)	out_like "a disk that is full while a scan is recorded is status 2" '^status 2'
	is "and one message" "$(sed 's/.*: mnt/mnt/' "$T/err")" "mnt/f.db: database or disk is full"
	out_like "the scan before is in force" '^0 changes since 2026-11-01' ;;
*)	diag "no file system can be mounted here: a full disk under the database is not tried" ;;
esac
/usr/bin/python3 -c 'import sqlite3; c = sqlite3.connect("h.db"); c.execute("pragma user_version = 99"); c.commit()'
status_is "a database from a newer version is status 2" 2 dbinv live
err_like "and says so" 'newer staple-inventory \(schema 99'
/usr/bin/python3 -c 'import sqlite3; c = sqlite3.connect("other.db"); c.execute("create table t(x)"); c.commit()'
status_is "another program's database is status 2" 2 inv --db other.db live
err_like "and says so" 'not one of staple-inventory'
status_is "--diff without --db is a usage error" 2 inv --diff live

# --- server configurations ---
mkdir -p web/sites web/certs
for n in ms plain bad; do cp pki/$n.pem web/certs/; done
cat >web/nginx.conf <<'CONF'
http {
    ssl_stapling on; # for all
    include sites/*;
    server { listen 443 ssl; ssl_certificate certs/plain.pem; ssl_stapling off; }
}
CONF
cat >web/sites/shop <<'CONF'
server {
    ssl_certificate certs/ms.pem;
    ssl_certificate_key certs/ms.key;
}
CONF
printf '<VirtualHost *:443>\n  SSLCertificateFile "certs/ms.pem"\n</VirtualHost>\nSSLUseStapling off\n' >web/apache2.conf
printf 'frontend f\n  bind :443 ssl crt certs/ms.pem\n' >web/haproxy.cfg
printf 'pem-file = {\n  cert = "certs/ms.pem"\n  ocsp-resp-file = "no.der"\n}\n' >web/hitch.conf
status_is "--servers" 0 inv --servers --format json web
is "tells which line serves what, and whether it staples" \
	"$(query '{c["names"][0]: sorted((s["server"], s["file"], s["line"], s["stapling"]) for s in c["served_by"]) for c in d["certificates"] if c["must_staple"] != "malformed"}')" \
	"{'ms.example': [('apache', 'web/apache2.conf', 2, 'off'), ('haproxy', 'web/haproxy.cfg', 2, 'off'), ('hitch', 'web/hitch.conf', 1, 'file'), ('nginx', 'web/sites/shop', 2, 'on')], 'plain.example': [('nginx', 'web/nginx.conf', 4, 'off')]}"
is "Must-Staple with stapling off is an error, a trap a warning" \
	"$(query 'sorted((f["id"], f["severity"], f["subject"]) for c in d["certificates"] for f in c["findings"] if f["id"].startswith("server."))')" \
	"[('server.cannot-fetch', 'error', 'web/sites/shop:2'), ('server.first-handshake', 'warning', 'web/sites/shop:2'), ('server.staple-missing', 'error', 'web/hitch.conf:1'), ('server.stapling-off', 'error', 'web/apache2.conf:2'), ('server.stapling-off', 'error', 'web/haproxy.cfg:2')]"
status_is "and fails a pipeline" 1 inv --servers --fail-on server.stapling-off web
status_is "ndjson too" 0 inv --servers --format ndjson web
is "has who serves" "$(lines 'max(len(r.get("served_by", [])) for r in d)')" 4
printf 'server { ssl_stapling on; ssl_stapling_file s.der; ssl_certificate a.pem; ssl_certificate certs/ms.pem; }\n' >web/two.conf
run inv --servers --format json web
is "one staple for two certificates is an error" \
	"$(query 'sorted({f["id"] for c in d["certificates"] for f in c["findings"] if f["subject"] == "web/two.conf:1"})')" \
	"['server.shared-staple', 'server.staple-missing']"

# --- staples beside certificates ---
cat >staple.py <<'PY'
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
cert, ca = (x509.load_pem_x509_certificate(open(p, "rb").read()) for p in (sys.argv[1], "pki/ca.pem"))
key = serialization.load_pem_private_key(open("pki/ca.key", "rb").read(), None)
day = lambda s: datetime.datetime.strptime(s, "%Y-%m-%d")
r = ocsp.OCSPResponseBuilder().add_response(cert, ca, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD,
    day(sys.argv[2]), day(sys.argv[3]), None, None).responder_id(ocsp.OCSPResponderEncoding.HASH, ca)
sys.stdout.buffer.write(r.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
PY
mkdir beside; cp pki/ms.pem beside
/usr/bin/python3 staple.py pki/ms.pem 2026-11-20 2026-11-27 >beside/ms.pem.ocsp 2>/dev/null
status_is "a staple beside its certificate" 0 inv --format json beside
is "is told with it" \
	"$(query '[(s["source"], s["status"], s["next_update"]) for c in d["certificates"] for s in c["staples"]]')" \
	"[('beside/ms.pem.ocsp', 'good', '2026-11-27T00:00:00Z')]"
status_is "one that is past is an error" 1 staple-inventory --no-system-policy --at 2026-12-01 --fail-on staple.expired beside
/usr/bin/python3 staple.py pki/plain.pem 2026-11-20 2026-11-27 >web/certs/wrong.der 2>/dev/null
printf 'ssl.pemfile = "certs/ms.pem"\nssl.stapling-file = "certs/wrong.der"\n' >web/lighttpd.conf
run inv --servers --fail-on server.staple-wrong web
is "a staple file for another certificate is an error" "$status" 1

# --- tokens ---
module=$(ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | head -1)
if [ -n "$module" ] && command -v pkcs11-tool >/dev/null; then
	mkdir hsm; echo "directories.tokendir = $PWD/hsm" >hsm.conf
	export SOFTHSM2_CONF=$PWD/hsm.conf
	softhsm2-util --init-token --free --label inventory --pin 1234 --so-pin 1234 >/dev/null 2>&1
	pkcs11-tool --module "$module" --token-label inventory --login --pin 1234 --write-object store/ms.der \
		--type cert --id 01 --label mine >/dev/null 2>&1
	status_is "a token that is not there is no empty one" 2 inv 'pkcs11:token=no-such'
	out_like "and is named" 'pkcs11:token=no-such: no such token'
	status_is "a token by its URL" 0 inv --format json 'pkcs11:token=inventory'
	is "holds its certificate" "$(query '[(c["sha256"], c["entry"]) for c in d["certificates"]]')" "[('$(sha pki/ms.pem)', 'mine')]"
else
	skip "a token by its URL" "softhsm2 or opensc is missing"
fi
status_is "a pkcs11: URL that is none is status 2" 2 inv 'pkcs11:nonsense'

# --- Kubernetes ---
b64() { base64 -w0 "$1"; }
cat >secret.yaml <<YAML
apiVersion: v1
data:
  tls.crt: $(b64 store/bundle.pem)
  tls.key: $(b64 pki/ms.key)
  keystore.p12: $(b64 stores/open.p12)
kind: Secret
metadata: {name: web-tls, namespace: shop}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: roots
data:
  ca.crt: |
$(sed 's/^/    /' pki/ca.pem)
  other: text
YAML
status_is "Kubernetes objects" 0 inv --format json secret.yaml
is "hold their certificates, with where they stand" \
	"$(query '[[(s["index"], s["entry"]) for s in c["sources"]] for c in d["certificates"]]')" \
	"[[(0, 'shop/web-tls:tls.crt'), (3, 'shop/web-tls:keystore.p12')], [(1, 'shop/web-tls:tls.crt')], [(2, 'shop/web-tls:tls.crt'), (4, 'roots:ca.crt')]]"
is "and no key is held" "$(query 'd["summary"]["private_keys_passed_over"]')" 2
/usr/bin/python3 - >list.json <<PY
import json, base64
s = lambda n, p: {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": n}, "data": {"tls.crt": base64.b64encode(open(p, "rb").read()).decode()}}
print(json.dumps({"apiVersion": "v1", "items": [s("a", "pki/ms.pem"), s("b", "pki/plain.pem")], "kind": "List"}))
PY
status_is "a List as JSON" 0 inv --format json list.json
is "holds both Secrets" "$(query '[(c["must_staple"], c["entry"]) for c in d["certificates"]]')" "[('yes', 'a:tls.crt'), ('no', 'b:tls.crt')]"
printf 'apiVersion: v1\nkind: Secret\ndata: {tls.crt: "***"}\n' >bad.yaml
status_is "what is no base64 is a problem" 2 inv bad.yaml
out_like "with its place" 'tls.crt: not base64'
{ printf 'apiVersion: v1\nkind: Secret\nmetadata: {namespace: shop, name: web}\ndata:\n'
	printf '  cut.crt: %s\n  empty.crt: %s\n  other: AAAA\n' "$(head -c 200 pki/ms.pem | base64 -w0)" "$(echo none | base64)"
	printf 'stringData:\n  tls.crt: |\n'; sed 's/^/    /' pki/ms.pem; } >parts.yaml
status_is "a value that is cut off" 2 inv --format json parts.yaml
is "is a problem that names object and key; one that holds nothing is told" \
	"$(query '[(p["severity"], p["reason"]) for p in d["problems"]]')" \
	"[('error', 'shop/web:cut.crt: the PEM block is damaged: no END line'), ('info', 'shop/web:empty.crt: no certificate is in it')]"
is "what stands beside it is read" "$(query '[c["entry"] for c in d["certificates"]]')" "['shop/web:tls.crt']"
{ printf 'apiVersion: v1\nx: '; head -c 100000 /dev/zero | tr '\0' '['; } >deep.yaml
status_is "nesting without end is a problem" 2 timeout 20 staple-inventory $at deep.yaml

# --- few descriptors ---
mkdir many
for ((i = 100; i < 400; i++)); do cp pki/plain.pem many/$i.pem; done
cp pki/ms.pem many/one.pem
few() { # descriptors, options...
	local n=$1
	shift
	( ulimit -n "$n" && exec staple-inventory $at --format json "$@" )
}
for n in 12 40 100; do
	status_is "$n descriptors, of which some are in use" 0 few $n --jobs 8 many
	is "are enough for any number of files" "$(query '(d["summary"]["found"], d["problems"])')" "(301, [])"
done
few_and_input() { few 12 - many <pki/ms.pem; }
status_is "a file as standard input" 0 few_and_input
is "is read, too" "$(query 'd["certificates"][0]["sources"][0]["source"], d["summary"]["found"]')" "('-', 302)"

# --- a folder that changes while it is scanned ---
# The scan has listed it, opened the first files ahead, and waits for standard input.
mkdir changing changing/sub
for ((i = 100; i < 500; i++)); do cp pki/plain.pem changing/$i.pem; done
cp pki/ms.pem changing/sub/ms.pem
mkfifo wait
inv --jobs 1 --format json - changing <wait >out 2>err &
scan=$!
exec 7>wait
for ((i = 0; i < 500; i++)); do
	[ "$(find /proc/$scan/fd -lname '*/changing/*.pem' 2>/dev/null | wc -l)" -ge 100 ] && break
	sleep 0.02
done
rm changing/400.pem changing/40[1-3].pem
ln -s 100.pem changing/401.pem; mkfifo changing/402.pem; mkdir changing/403.pem
: >changing/404.pem; cat pki/ms.pem >>changing/405.pem; cp pki/ms.pem changing/new.pem
rm -r changing/sub
exec 7>&-
wait $scan
is "a folder that changes while it is scanned is status 2" $? 2
is "each file that changed is told" "$(query 'sorted((p["path"], p["reason"]) for p in d["problems"] if p["path"] != "-")')" \
	"[('changing/400.pem', 'vanished while the folder was scanned'), ('changing/401.pem', 'became a symbolic link while the folder was scanned'), ('changing/402.pem', 'became a pipe while the folder was scanned'), ('changing/403.pem', 'became a folder while the folder was scanned'), ('changing/404.pem', 'the file is empty'), ('changing/sub/ms.pem', 'vanished while the folder was scanned')]"
is "all others are read" "$(query 'sorted((c["must_staple"], len(c["sources"])) for c in d["certificates"])')" \
	"[('no', 395), ('yes', 1)]"
rm wait

# --- archives ---
tar -C store -cf all.tar bundle.pem ms.der; gzip -k all.tar; xz -k all.tar; gzip -c pki/ms.pem >ms.pem.gz
/usr/bin/python3 -c 'import zipfile; z = zipfile.ZipFile("all.zip", "w"); z.write("all.tar.gz"); z.write("store/ms.der"); z.writestr("readme", "x")'
for f in all.tar all.tar.gz all.tar.xz; do
	status_is "$f" 0 inv --archives --format json $f
	is "$f: what stands in it" "$(query '[c["source"] for c in d["certificates"]]')" "['$f!bundle.pem', '$f!bundle.pem', '$f!bundle.pem']"
done
status_is "an archive in an archive" 0 inv --archives --format json all.zip
is "is named by both" "$(query 'sorted({s["source"] for c in d["certificates"] for s in c["sources"]})')" \
	"['all.zip!all.tar.gz!bundle.pem', 'all.zip!all.tar.gz!ms.der', 'all.zip!store/ms.der']"
is "members that hold nothing are counted" "$(query '[p["reason"] for p in d["problems"]]')" \
	"['archive: 1 of 3 members hold no certificate, request or staple']"
status_is "a single compressed file" 0 inv --archives --format json ms.pem.gz
is "holds its certificate" "$(query 'len(d["certificates"])')" 1
status_is "without --archives" 0 inv --format json all.zip
is "archives are only told" "$(query '[(p["severity"], p["reason"]) for p in d["problems"]]')" \
	"[('info', 'an archive: staple-inventory --archives looks into it')]"
# The library comes with the option.
library=$(ldd "$BUILDDIR/tools/staple-inventory" | grep -o 'libarchive[^ ]*')
is "a program that looks into no archive does not load libarchive" "$library" ""
mkdir no-library
for f in $(strings -a "$(command -v staple-inventory)" | grep -E '^libarchive[.a-z0-9-]*$'); do
	echo 'not a library' >"no-library/$f"
done
status_is "without libarchive --archives is status 2" 2 \
	env LD_LIBRARY_PATH="$PWD/no-library" staple-inventory --no-system-policy --archives all.zip
err_like "and names it" '^staple-inventory: archives cannot be read without libarchive.*: .'
status_is "and nothing else needs it" 0 \
	env LD_LIBRARY_PATH="$PWD/no-library" staple-inventory --no-system-policy pki/ms.pem
rm -r no-library
/usr/bin/python3 - <<'PY'
import base64, zipfile
with zipfile.ZipFile("locked.zip", "w") as z: # the flag that says encrypted, and what would be its head
    z.writestr("a.pem", b"x" * 40)
b = bytearray(open("locked.zip", "rb").read())
b[6] |= 1
b[b.rindex(b"PK\x01\x02") + 8] |= 1
open("locked.zip", "wb").write(b)
PY
status_is "an encrypted zip is status 2" 2 inv --archives locked.zip
out_like "and names its member" 'locked.zip!a.pem: cannot be unpacked: .*[Pp]assphrase'
head -c 68000000 /dev/zero >zeros; tar -czf zeros.tgz zeros store/ms.der; rm zeros
status_is "a member that is too large is status 2" 2 inv --archives --format json zeros.tgz
is "and names the limit; the others are read" "$(query '[(p["path"], p["reason"]) for p in d["problems"]], len(d["certificates"])')" \
	"([('zeros.tgz!zeros', 'not read: the member is larger than 64 MiB')], 1)"
head -c 300 all.tar.gz >cut.tgz
status_is "an archive that is cut off is status 2" 2 inv --archives cut.tgz
/usr/bin/python3 - <<'PY'
import io, tarfile, zipfile
with tarfile.open("many.tar", "w") as t:
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w") as z:
        z.write("pki/ms.pem")
    for i in range(10000):
        info = tarfile.TarInfo("%05d.zip" % i)
        info.size = len(small.getvalue())
        t.addfile(info, io.BytesIO(small.getvalue()))
data = open("pki/ms.pem", "rb").read()
for i in range(6):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w") as t:
        info = tarfile.TarInfo("x%d" % i)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    data = b.getvalue()
open("nested.tar", "wb").write(data)
PY
status_is "ten thousand archives in an archive" 0 inv --archives --format json many.tar
is "are one certificate in ten thousand places" "$(query '[len(c["sources"]) for c in d["certificates"]]')" '[10000]'
status_is "archives nested too deep are a problem" 2 inv --archives nested.tar
out_like "that says so" 'an archive within 4 archives: not read'

# On overlayfs a folder does not tell the device of its files.
mkdir over over/low over/top && cp pki/ms.pem over/low/a.pem && ln -s a.pem over/low/b.pem
as=-m; [ "$(id -u)" = 0 ] || as=-rm
cat >over.sh <<-'SH'
	mount -t tmpfs none over/top && mkdir over/top/up over/top/work &&
		mount -t overlay none -o lowerdir=over/low,upperdir=over/top/up,workdir=over/top/work over/low 2>/dev/null || exit 77
	staple-inventory --no-system-policy --format json over/low
SH
run unshare $as bash over.sh
if [ "$status" = 77 ] || [ ! -s "$T/out" ]; then diag "no overlayfs here: not tried"
else is "a file and a link to it on overlayfs are read once" "$(query '[(len(c["sources"]), [l.rsplit("/", 1)[1] for l in c.get("links", [])]) for c in d["certificates"]]')" "[(1, ['b.pem'])]"; fi

# --- the corpora ---
corpora=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}
check=$SRCDIR/tests/tools/inventory-check.py
if [ -d "$corpora/made-stores" ]; then
	cut -f3 "$corpora/made-stores/EXPECTED.tsv" | sort -u | grep -v -e '^-$' -e '^password$' >pw
	printf '%s\n' password foobar foo 12345678 v3-certs 1234 store_password 'Hello, 世界' 'σύνθημα γνώρισμα' \
		'Red Hat Enterprise Linux 7.4' CaudFocwijRupogDoicsApfiHadManUgNa >>pw
	run inv --password-file pw --format json "$corpora/made-stores"
	cp "$T/out" report.json
	is "made-stores: exactly those certificates, each with its index and flag" \
		"$(/usr/bin/python3 "$check" expected report.json "$corpora/made-stores" "$corpora/made-stores/EXPECTED.tsv")" ""
	run inv --password-file pw --format ndjson "$corpora/made-stores"
	cp "$T/out" report.ndjson
	is "made-stores: ndjson has exactly the same" \
		"$(/usr/bin/python3 "$check" expected report.ndjson "$corpora/made-stores" "$corpora/made-stores/EXPECTED.tsv")" ""
	for dir in "$corpora"/*/; do
		[ -e "$dir/MANIFEST.tsv" ] || continue
		name=$(basename "$dir")
		run inv --password-file pw --format json "$dir"
		cp "$T/out" report.json
		is "$name: the manifest's flags" \
			"$(/usr/bin/python3 "$check" manifest report.json "${dir%/}" "$dir/MANIFEST.tsv")" ""
		run inv --password-file pw --format ndjson "$dir"
		cp "$T/out" report.ndjson
		is "$name: ndjson has the same flags" \
			"$(/usr/bin/python3 "$check" manifest report.ndjson "${dir%/}" "$dir/MANIFEST.tsv")" ""
	done
else
	diag "no corpora here: only what this test makes itself"
fi
done_testing
