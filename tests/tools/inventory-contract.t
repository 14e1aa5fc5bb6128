# staple-inventory: what users do, and the other tests do not: links, odd archives, lists of Kubernetes,
# globs, roots that overlap, tokens, progress, and what the options say together.
. "$SRCDIR/tests/tap.sh" || exit 99
cd "$T" || exit 99
T=$(pwd -P)
inv() { staple-inventory --no-system-policy "$@"; }
query() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }
sources() { query '" ".join(s["source"] for c in d["certificates"] for s in c["sources"])'; }
problems() { query '[(p["severity"], p["path"], p["reason"]) for p in d["problems"]]'; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -days 4000 -subj '/CN=Test CA' \
	-out ca.pem 2>/dev/null
make() { # NAME [EXTENSION...]
	local n=$1; shift
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$n.key" -subj "/CN=$n.example" \
		-out "$n.csr" 2>/dev/null
	printf '%s\n' '[x]' "subjectAltName=DNS:$n.example" "$@" >ext
	openssl x509 -req -in "$n.csr" -CA ca.pem -CAkey ca.key -days "${DAYS:-4000}" -extfile ext -extensions x \
		-out "$n.pem" 2>/dev/null
}
make a tlsfeature=status_request authorityInfoAccess=OCSP\;URI:http://127.0.0.1:1/
make b tlsfeature=status_request # no OCSP URL: an error
make c tlsfeature=status_request_v2 # a warning

# --- progress ---
status_is "progress" 0 inv --progress always --format ndjson a.pem
err_like "files, certificates, rate and what remains" \
	'1 of 1 files, 1 certificates, [0-9]+ (files|certificates)/s, [0-9]+s left'

# --- a configuration behind a link, as in sites-enabled ---
mkdir -p nginx/sites-available nginx/sites-enabled
printf 'server {\n\tssl_certificate %s/b.pem;\n}\n' "$T" >nginx/sites-available/b
ln -s ../sites-available/b nginx/sites-enabled/b
for path in nginx nginx/sites-enabled nginx/sites-enabled/b nginx/sites-available/b; do
	status_is "a site that is enabled by a link, by $path" 1 inv --servers --format json --fail-on server.stapling-off $path
	is "is read" "$(query '[s["stapling"] for c in d["certificates"] for s in c["served_by"]]')" "['off']"
done
rm nginx/sites-enabled/b
status_is "without the link" 0 inv --servers --format json --fail-on error nginx
is "it is not in force" "$(problems)" \
	"[('info', 'nginx/sites-available/b', \"a server's configuration, not in force by its name: not read\")]"

# --- archives that are seldom ---
mkdir -p tree/etc odd
cp a.pem tree/etc; cp b.pem tree
tar --format=v7 -cf odd/old.tar tree
ar rc odd/two.a a.pem b.pem
tar -cf plain.tar tree
/usr/bin/python3 - <<'PY'
import lzma
tar = open("plain.tar", "rb").read()
open("odd/alone.tar.lzma", "wb").write(lzma.compress(tar, lzma.FORMAT_ALONE))
gz = __import__("gzip").compress(tar)
open("odd/whole.tgz", "wb").write(gz)
bad = bytearray(tar)
at = tar.index(b"tree/b.pem")
bad[at + 100:at + 108] = b"\xff" * 8 # a header that does not add up
open("damaged.tar", "wb").write(bad)
open("cut.tgz", "wb").write(gz[:len(gz) // 2])
open("some.7z", "wb").write(b"7z\xbc\xaf\x27\x1c" + bytes(100))
PY
command -v lzip >/dev/null && tar --lzip -cf odd/lzip.tar.lz tree
for f in odd/*; do
	status_is "$f" 0 inv --archives --format json "$f"
	is "its members are named" "$(sources | tr ' ' '\n' | sed 's/.*[!/]//' | sort | tr '\n' ' ')" "a.pem b.pem "
	status_is "without --archives" 0 inv --format json "$f"
	is "it is told to be one" "$(problems)" "[('info', '$f', 'an archive: staple-inventory --archives looks into it')]"
done
status_is "a damaged header in the middle" 2 inv --archives --format json damaged.tar
is "is told, with what may be missing" "$(problems)" \
	"[('error', 'damaged.tar', 'archive: damaged behind 3 members; others may be missing')]"
is "and what stands before is read" "$(sources)" "damaged.tar!tree/etc/a.pem"
status_is "one that ends too early" 2 inv --archives --format json cut.tgz
status_is "a kind that is not read" 2 inv --archives --format json some.7z
is "is named" "$(problems)" "[('error', 'some.7z', 'an archive of 7-Zip: not read')]"

# --- lists of Kubernetes as the API answers, and keystores in objects ---
/usr/bin/python3 - <<'PY'
import base64, json
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12, NoEncryption
b64 = lambda f: base64.b64encode(open(f, "rb").read()).decode()
store = pkcs12.serialize_key_and_certificates(b"web", None, x509.load_pem_x509_certificate(open("b.pem", "rb").read()),
                                              None, NoEncryption())
secret = lambda name, **data: {"metadata": {"name": name, "namespace": "shop"}, "data": {k.replace("_", "."): v for k, v in data.items()}}
json.dump({"kind": "SecretList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": [
    secret("one", tls_crt=b64("a.pem")), secret("two", store_p12=base64.b64encode(store).decode())]}, open("raw.json", "w"))
json.dump({"items": [secret("one", tls_crt=open("a.pem").read())], "kind": "ConfigMapList", "apiVersion": "v1"}, open("maps.json", "w"))
json.dump({"data": {"note": "x" * 9000, "ca.crt": open("ca.pem").read()}, "kind": "ConfigMap", "apiVersion": "v1"}, open("late.json", "w"))
PY
status_is "a SecretList as the API answers it" 0 inv --format json raw.json
is "its items are Secrets" "$(query '[c["sources"][0]["entry"] for c in d["certificates"]]')" \
	"['shop/one:tls.crt', 'shop/two:store.p12!web']"
status_is "a ConfigMapList that says so at its end" 0 inv --format json maps.json
is "is read" "$(query '[c["must_staple"] for c in d["certificates"]]')" "['yes']"
status_is "apiVersion far behind" 0 inv --format json late.json
is "is found" "$(query '[c["sources"][0]["entry"] for c in d["certificates"]]')" "[':ca.crt']"

# --- tokens: what only a PIN shows, and no PIN in the report ---
module=$(ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | head -1)
if [ -n "$module" ] && command -v p11tool >/dev/null; then
	mkdir hsm; echo "directories.tokendir = $PWD/hsm" >hsm.conf
	export SOFTHSM2_CONF=$PWD/hsm.conf
	softhsm2-util --init-token --free --label shop --pin 1234 --so-pin 1234 >/dev/null 2>&1
	for n in a b; do
		GNUTLS_PIN=1234 p11tool --login --write --load-certificate $n.pem --label $n \
			$([ $n = b ] && echo --mark-private) 'pkcs11:token=shop' >/dev/null 2>&1
	done
	echo 1234 >pin; echo 4321 >wrong
	status_is "a token" 0 inv --format json 'pkcs11:token=shop'
	is "what is public on it" "$(query '[c["entry"] for c in d["certificates"]]')" "['a']"
	status_is "with a file that has the PIN" 0 inv --format json "pkcs11:token=shop?pin-source=file:$T/pin"
	is "all that is on it" "$(query 'sorted(c["entry"] for c in d["certificates"])')" "['a', 'b']"
	status_is "with a file that is not there" 2 inv "pkcs11:token=shop?pin-source=$T/gone"
	out_like "is told" 'no PIN can be read'
	status_is "with a wrong one" 2 inv "pkcs11:token=shop?pin-source=$T/wrong"
	out_like "is told, too" 'refused the PIN'
else
	skip "a token with a PIN" "softhsm2 or gnutls-bin is missing"
fi
status_is "a PIN in the URL" 2 inv 'pkcs11:token=shop?pin-value=1234'
err_like "is refused" 'shows the PIN'

# --- what the options say together ---
for list in 'warning' 'error,warning' 'error, warning' 'feature.v2-only'; do
	status_is "--fail-on '$list'" 1 inv --fail-on "$list" c.pem
done
status_is "--fail-on that asks for something else" 0 inv --fail-on error c.pem
status_is "a second --fail-on does not take back the first" 1 inv --fail-on warning --fail-on ocsp.no-url c.pem
status_is "nor the first the second" 1 inv --fail-on ocsp.no-url --fail-on feature.v2-only c.pem
status_is "an empty one" 2 inv --fail-on '' c.pem
mkdir few && cp a.pem b.pem c.pem few && cp c.pem few/copy.pem
status_is "a filter" 0 inv --must-staple few
out_like "the summary tells of how many they are" '^  2 of 3 certificates that stand in 4 places, 4 files read$'
status_is "no filter" 0 inv few
out_like "and of all" '^  3 certificates in 4 places, 4 files read$'
is "the summary keeps to 80 columns" "$(sed -n '/^Summary/,/^$/p' out | awk 'length($0) > 80')" ""
mkfifo few/pipe; ln -s nowhere few/dangling; ln -s . few/loop
status_is "what was not opened" 2 inv few
out_like "is no file that was read" ' 4 files read$'
rm few/pipe few/dangling few/loop
ok "a folder as standard input" test "$(staple-inventory - <few | grep -c 'a folder: standard input must be')" = 1

# --- what is told of a file that holds no certificate ---
openssl pkcs12 -export -nocerts -inkey a.key -passout pass: -out keys.p12 2>/dev/null
status_is "a PKCS#12 with a key alone" 0 inv keys.p12
err_like "is told to be one" 'keys.p12: no certificate in it, but a PKCS#12 key store: it holds keys only'
openssl pkcs12 -export -in a.pem -nokeys -passout pass:secret -out locked.p12
status_is "one that no password opens" 2 inv locked.p12
err_unlike "is told once" 'no certificate in it'
status_is "a configuration" 0 inv --servers --format json nginx/sites-available/b
err_unlike "is no mistaken certificate" 'no certificate in it'
/usr/bin/python3 - <<'PY'
open("not.key", "wb").write(bytes.fromhex("3011020407 5bcd153009 06072a8648ce380403 0300ff".replace(" ", "")) + b"rest")
open("two.der", "wb").write(bytes.fromhex("3006020105020106"))
PY
status_is "what only begins like a key" 2 inv --format json not.key
is "is none" "$(query 'd["summary"]["private_keys_passed_over"]')" 0
status_is "a pair of numbers" 0 inv --format json two.der
is "is no private key" "$(query 'd["summary"]["private_keys_passed_over"]') $(problems)" \
	"0 [('info', 'two.der', 'no certificate, request or staple is in it: a CRL, a public key, or the like')]"
for k in "genpkey -algorithm RSA" "genpkey -algorithm ED25519" "ecparam -name prime256v1 -genkey -noout"; do
	openssl $k -outform DER -out one.key 2>/dev/null
	status_is "a key of $k" 0 inv --format json one.key
	is "is passed over" "$(query 'd["summary"]["private_keys_passed_over"]')" 1
done
openssl rsa -in <(openssl genrsa 2048 2>/dev/null) -traditional -outform DER -out one.key 2>/dev/null
status_is "a key of PKCS#1" 0 inv --format json one.key
is "is one" "$(query 'd["summary"]["private_keys_passed_over"]')" 1

# --- globs: names, paths as shown, paths below the root ---
mkdir -p globs/one/two globs/archive
cp a.pem globs/a1.pem; cp b.pem globs/one/B2.PEM; cp c.pem globs/one/two/c3.pem; cp ca.pem globs/archive/ca4.pem
cp ca.pem globs/one/archive
while IFS='|' read -r where args want; do
	run inv --format json $where "${args%%=*}" "${args#*=}"
	is "$where $args" "$(sources | tr ' ' '\n' | sed 's#.*/##' | LC_ALL=C sort | xargs)" "$want"
done <<'GLOBS'
globs|--include=*.pem|a1.pem c3.pem ca4.pem
globs|--include=*.PEM|B2.PEM
globs|--include=[ab]1.pem|a1.pem
globs|--include=*[!0-2].pem|c3.pem ca4.pem
globs|--include=one/*|B2.PEM archive c3.pem
globs|--include=globs/one/*|B2.PEM archive c3.pem
globs|--include=**/two/*|c3.pem
globs|--exclude=one|a1.pem ca4.pem
globs|--exclude=one/two|B2.PEM a1.pem archive ca4.pem
globs|--exclude=two/*|B2.PEM a1.pem archive c3.pem ca4.pem
globs|--exclude=archive|B2.PEM a1.pem c3.pem
globs|--exclude=archive/|B2.PEM a1.pem archive c3.pem
./globs|--exclude=one/two/|B2.PEM a1.pem archive ca4.pem
globs/|--exclude=*/two|B2.PEM a1.pem archive ca4.pem
globs/a1.pem|--exclude=*.pem|a1.pem
GLOBS
touch "$(printf 'globs/\377\376.pem')"
status_is "a name that is no UTF-8" 0 inv --format json --include '*.pem' globs
is "is matched, too" "$(query 'len(d["problems"])')" 1

# --- roots that overlap ---
mkdir -p over/sub/deep; cp a.pem over; cp b.pem over/sub; cp c.pem over/sub/deep; ln -s a.pem over/link; ln over/a.pem over/hard
for roots in "over over" "over over/" "over ./over" "over over/sub" "over $T/over" "over over/a.pem over/sub/b.pem" "over over/link" \
	"over ./over/sub/deep over/sub"; do
	status_is "$roots" 0 inv --format json $roots
	is "each file once" "$(sources) $(query 'd["summary"]["files"]') $(query '[s.get("links") for c in d["certificates"] for s in c["sources"] if s.get("links")]')" \
		"over/a.pem over/hard over/sub/b.pem over/sub/deep/c.pem 4 [['over/link'], ['over/link']]"
done
status_is "the deeper first" 0 inv --format json over/sub/deep over
is "by the name it was met by first" "$(sources)" "over/sub/deep/c.pem over/a.pem over/hard over/sub/b.pem"
status_is "a depth" 0 inv --format json --max-depth 0 over over/sub
is "counts for each" "$(sources)" "over/a.pem over/hard over/sub/b.pem"
status_is "links alone" 0 inv --format json over/link over/link ./over/link
is "lead to one file" "$(query '[c["links"] for c in d["certificates"]]')" "[['over/link']]"
status_is "ndjson" 0 inv --format ndjson over over/sub
is "has no record twice" "$(grep -c '"type":"certificate"' out)" 4

# --- standard input: a file, a pipe, slow ---
cat a.pem b.pem ca.pem b.pem >all.pem
inv --format json --at @1790000000 - <all.pem >file.json
for jobs in 1 3; do
	cat all.pem | inv --format json --at @1790000000 --jobs $jobs - >pipe.json
	ok "a pipe says what the file says, with $jobs jobs" cmp file.json pipe.json
done
{ dd bs=1 count="$(stat -c %s a.pem)" >/dev/null 2>&1; inv --format json - >out; } <all.pem
is "a file of which a part was read already goes on from there" \
	"$(query '[(s["index"], c["must_staple"]) for c in d["certificates"] for s in c["sources"]]')" \
	"[(0, 'yes'), (2, 'yes'), (1, 'no')]"
cat >slow.py <<'PY'
"""The first record of a slow pipe stands there before the rest is written."""
import json, subprocess, sys
p = subprocess.Popen(["staple-inventory", "--no-system-policy", "--format", "ndjson", *sys.argv[1:], "-"],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for name in ("a", "b", "c"):
    p.stdin.write(open(name + ".pem", "rb").read())
    p.stdin.flush()
    print(json.loads(p.stdout.readline())["names"][0])
p.stdin.close()
print(json.loads(p.stdout.readline())["type"], p.wait())
PY
for jobs in 1 2; do
	is "records come while the pipe is open, with $jobs jobs" \
		"$(timeout 60 /usr/bin/python3 slow.py --jobs $jobs | tr '\n' ' ')" "a.example b.example c.example summary 0 "
done
/usr/bin/python3 - <<'PY'
csr, pem, junk = open("a.csr").read(), open("b.pem").read(), "x" * 70000 + "\n"
with open("mixed.pem", "w") as f:
    for i in range(2400):
        f.write(csr + (pem if i % 3 == 0 else "") + (junk if i % 400 == 0 else ""))
PY
for how in file pipe; do
	if [ $how = pipe ]; then cat mixed.pem | inv --format json - >out; else inv --format json - <mixed.pem >out; fi
	is "by $how, requests and certificates are numbered each by themselves" \
		"$(query '[r["index"] for r in d["requests"]] == list(range(2400)), [s["index"] for s in d["certificates"][0]["sources"]] == list(range(800))')" \
		"(True, True)"
done
inv --format json mixed.pem >out
is "in a large file, too" \
	"$(query '[r["index"] for r in d["requests"]] == list(range(2400)), [s["index"] for s in d["certificates"][0]["sources"]] == list(range(800))')" \
	"(True, True)"
is "a pipe that ends in a block" "$(head -c 300 a.pem | inv --format json - >out; query 'len(d["certificates"])') $(problems)" \
	"0 [('error', '-', 'the PEM block is damaged: no END line')]"
is "a pipe of nothing" "$(inv --format json - </dev/null >out; problems)" "[('info', '-', 'the file is empty')]"

# --- what else users meet ---
for code in UTF-16 UTF-16LE UTF-16BE; do
	iconv -f UTF-8 -t $code a.pem >wide.pem
	status_is "PEM in $code" 2 inv --format json wide.pem
	is "is told to be that" "$(problems)" "[('error', 'wide.pem', 'a PEM text in UTF-16: not read; convert it to UTF-8')]"
done
run inv
out_like "without a path the report names what was read" 'the usual places were read:$'
out_like "each" '^    /etc/ssl$'
run inv few
out_unlike "with one it does not" 'usual places'

# --- a database where nobody may write ---
mkdir "kept 100%"
inv --db "kept 100%/certs?.db" few >/dev/null
if [ "$(id -u)" = 0 ]; then
	programs_for_all
	chmod 555 "kept 100%"
	status_is "the history in a folder without permission to write" 0 runuser -u nobody -- env PATH="$PATH" \
		staple-inventory --db "kept 100%/certs?.db" --history a.example
	out_like "is told" 'at few/a.pem#0: seen from'
	status_is "a scan there" 2 runuser -u nobody -- env PATH="$PATH" staple-inventory --db "kept 100%/certs?.db" few
	err_like "cannot be recorded" 'readonly database'
	chmod 755 "kept 100%"
else
	chmod 555 "kept 100%"
	status_is "the history in a folder without permission to write" 0 inv --db "kept 100%/certs?.db" --history a.example
	chmod 755 "kept 100%"
fi

# --- many columns ---
for columns in source,sha256,subject,issuer,names,findings source,index,must_staple,name,issuer,days_left,key,findings; do
	COLUMNS=80 run inv --columns $columns few
	is "$columns: fit 80 columns" "$(sed '/^$/,$d' out | /usr/bin/python3 -c 'import sys; print(max(len(l.rstrip()) for l in sys.stdin) <= 80)')" True
done
out_like "what we say is not cut" '^source .* index must_staple .*days_left'

# --- the history by a fingerprint as openssl writes it ---
inv --db life.db few >/dev/null
colons=$(openssl x509 -in a.pem -noout -fingerprint -sha256 | sed 's/.*=//')
for what in "$colons" "${colons//:/}" "${colons:0:11}" "$(echo "${colons:0:23}" | tr -d : | tr A-F a-f)"; do
	status_is "$what" 0 inv --db life.db --history "$what"
	out_like "is found" '^a\.example '
done
status_is "seven digits" 2 inv --db life.db --history "$(echo "${colons//:/}" | cut -c1-7)"

# --- texts that begin like DER, and what the kernel tells ---
printf '0-9 are digits\n' >digits
printf '0-9 are digits, and more of them than one line would hold are here\n' >more
for f in digits more; do
	status_is "a text that begins with 0" 0 inv --format json $f
	is "is no damaged DER" "$(problems)" "[('info', '$f', 'no certificate, request or staple is in it')]"
done
if unshare -rm true 2>/dev/null; then
	mkdir -p system/sys system/etc; cp a.pem system/etc
	unshare -rm sh -c 'mount --rbind /sys system/sys; exec "$@"' - \
		"$(command -v staple-inventory)" --no-system-policy --no-sandbox --format json system >out 2>/dev/null
	is "a file system of the kernel is left out" "$(problems)" \
		"[('info', 'system/sys', 'what the kernel tells of itself: left out')]"
else
	diag "no file system can be mounted here: one of the kernel is not tried"
fi
done_testing
