# staple-csr --batch: many requests, bad lines, and going on after an interruption.
. "$SRCDIR/tests/tap.sh"
mkdir "$T/work" && cd "$T/work" || exit 99

batch() { staple-csr --no-system-policy --batch hosts --out-dir out "$@"; }
names_of() { openssl req -in "$1" -noout -text | grep -A1 'Alternative Name' | tail -n 1 | sed 's/^ *//'; }

printf '\357\273\277# a list\n\nwww.example.com example.com, mail.example.com\r\n  *.wild.example  # all of it\n\nbücher.example\n2001:db8::1,192.0.2.1' >hosts
status_is "a list" 0 batch
out_like "the summary" '^4 made, 0 kept, 0 bad$'
is "the files" "$(cd out && ls | sort | paste -sd' ')" \
	"2001:db8::1.csr 2001:db8::1.key _wildcard.wild.example.csr _wildcard.wild.example.key www.example.com.csr www.example.com.key xn--bcher-kva.example.csr xn--bcher-kva.example.key"
is "mode of the folder" "$(stat -c %a out)" 700
is "mode of the keys" "$(stat -c %a out/*.key | sort -u)" 600
is "blanks and commas" "$(names_of out/www.example.com.csr)" \
	"DNS:www.example.com, DNS:example.com, DNS:mail.example.com"
is "a comment behind the names" "$(names_of out/_wildcard.wild.example.csr)" "DNS:*.wild.example"
is "a last line without its end" "$(names_of out/2001:db8::1.csr)" \
	"IP Address:2001:DB8:0:0:0:0:0:1, IP Address:192.0.2.1"
for f in out/*.csr; do
	ok "$f: verified" openssl req -in "$f" -noout -verify
	is "$f: its key" "$(openssl pkey -in "${f%.csr}.key" -pubout)" "$(openssl req -in "$f" -noout -pubkey)"
	ok "$f: Must-Staple" grep -q 'status_request' <(openssl req -in "$f" -noout -text)
done
is "each has its own key" "$(cat out/*.key | sort | uniq -d | grep -vc -e '-----' )" 0

# --- going on ---

cat out/* | sha256sum >before
status_is "a second run" 0 batch
out_like "keeps all" '^0 made, 4 kept, 0 bad$'
is "as it was" "$(cat out/* | sha256sum)" "$(cat before)"
rm out/www.example.com.csr out/xn--bcher-kva.example.*
key=$(cat out/www.example.com.key)
status_is "a run that was interrupted" 0 batch
out_like "goes on" '^2 made, 2 kept, 0 bad$'
is "a key without its request is used" "$(cat out/www.example.com.key)" "$key"
is "for it" "$(openssl pkey -in out/www.example.com.key -pubout)" \
	"$(openssl req -in out/www.example.com.csr -noout -pubkey)"
status_is "--force" 0 batch --force
out_like "makes all anew" '^4 made, 0 kept, 0 bad$'
ok "with new keys" test "$key" != "$(cat out/www.example.com.key)"
sed -i 's/mail.example.com/imap.example.com/' hosts
status_is "a line that was changed" 0 batch
out_like "is told: what is there has other names" 'request.kept-differs.*hosts:3: .*www.example.com.csr'

sed -i 's/imap.example.com/mail.example.com/' hosts
status_is "other features than those that are there" 0 batch --no-must-staple
is "are told" "$(grep -c 'request.kept-differs.*TLS features.*asks for Must-Staple' "$T/out")" 4

# --- bad lines ---

cat >hosts <<'L'
good.example
*.com bad1.example
good2.example f*.example
a..b
good.example other.example
# a comment
good3.example
L
rm -rf out
status_is "bad lines make the status 1" 1 batch
out_like "their numbers" 'request.bad-line.*hosts:2: name "\*\.com"'
out_like "each" 'hosts:3: name "f\*\.example"'
out_like "each" 'hosts:4: .*empty'
out_like "a first name twice" 'hosts:5: line 1 has the same first name'
out_like "the others are made" '^2 made, 0 kept, 4 bad$'
is "these" "$(ls out | paste -sd' ')" "good.example.csr good.example.key good3.example.csr good3.example.key"
long=$(printf 'a%.0s' {1..62})
printf '%s.%s.%s.%s.b\n' "$long" "$long" "$long" "$long" >hosts
status_is "a first name too long for a file" 1 batch
out_like "says what to do" 'put a shorter one first'

# --- bad files ---

echo a.example >hosts
rm -rf out; mkdir out; touch out/a.example.csr
status_is "a request without its key" 2 batch
out_like "is told" 'request.bad-file.*hosts:1: .*a.example.csr exists, but its key'
echo x >out/a.example.key
status_is "a request that is none" 2 batch
out_like "is told" 'a.example.csr exists, but is no request'
rm out/a.example.csr
status_is "a key that is none" 2 batch
out_like "is told" 'a.example.key: .*no private key'
openssl genrsa -out out/a.example.key 1024 2>/dev/null
status_is "a key that is too weak" 2 batch
out_like "is told" 'a.example.key: RSA 1024'
status_is "the folder's folder is missing" 2 staple-csr --batch hosts --out-dir nowhere/out
err_like "is told" 'nowhere/out: .*does not exist'
status_is "the folder is a file" 2 staple-csr --batch hosts --out-dir hosts
err_like "is told" 'no folder'
status_is "a list that is not there" 2 staple-csr --batch missing --out-dir out
err_like "is told" 'missing'
printf '# nothing\n\n , ,\n' >hosts
status_is "a list without a name" 2 batch
err_like "is told" 'no line with a name'

# --- a full disk: a file system of 64 KiB ---

seq -f 'h%g.example' 200 >hosts
mkdir small
full() {
	mount -t tmpfs -o size=64k none small || exit 99
	staple-csr --no-system-policy --batch hosts --out-dir small/out --jobs 2 2>&1
	echo "status $?"
	find small -name '.staple-*' | sed 's/^/left /'
	ls small/out | sed -n 's/\.csr$//p' | while read -r n; do
		[ -s "small/out/$n.csr" ] && [ -s "small/out/$n.key" ] || echo "half $n"
		openssl req -in "small/out/$n.csr" -noout -verify 2>&1 | grep -q OK || echo "bad $n"
	done
}
export -f full
if unshare -m true 2>/dev/null; then
	run unshare -m bash -c full
	out_like "a full disk is status 2" '^status 2$'
	out_like "and is told" 'No space left'
	out_unlike "nothing half-written is left" '^(left|half|bad) '
	out_like "with what was made" '[0-9]+ made, 0 kept, 0 bad'
else
	skip "a full disk" "no mount namespace for this user"
fi

# --- jobs, and other options ---

for jobs in 1 3; do
	status_is "--jobs $jobs" 0 staple-csr --batch hosts --out-dir jobs$jobs --jobs $jobs -v
	is "the report is in the list's order" "$(sed -n 's#^made jobs[0-9]/\(.*\)\.csr$#\1#p' "$T/out" | sha256sum)" \
		"$(sha256sum <hosts)"
done
status_is "with few descriptors" 0 bash -c 'ulimit -n 100; staple-csr --batch hosts --out-dir few --jobs 4'
out_like "all are made" '200 made'
status_is "an interrupted run" 143 bash -c '
	staple-csr --batch hosts --out-dir cut --jobs 2 --new-key rsa-2048 & pid=$!
	until [ "$(ls cut 2>/dev/null | wc -l)" -ge 6 ]; do sleep 0.05; done
	kill $pid; wait $pid'
is "leaves no temporary file" "$(find cut -name '.staple-*')" ""
for n in cut/*.csr; do ok "$n: whole" openssl req -in "$n" -noout -verify; done
printf 'a.example\nb.example\n' >two
status_is "a batch of other keys" 0 staple-csr --batch two --out-dir two.d --new-key ed25519 \
	--feature 17 --key-usage digitalSignature --eku serverAuth --der
ok "and wishes" grep -q 'status_request, status_request_v2' <(openssl req -inform DER -in two.d/b.example.csr -noout -text)
ok "usages" grep -q 'Digital Signature' <(openssl req -inform DER -in two.d/b.example.csr -noout -text)
status_is "DER is kept too" 0 staple-csr --batch two --out-dir two.d
out_like "all" '2 kept'
echo secret >pw
status_is "encrypted keys" 0 staple-csr --batch two --out-dir enc.d --password-file pw
ok "each" openssl pkey -in enc.d/b.example.key -passin pass:secret -noout
rm enc.d/b.example.csr
status_is "an encrypted key is used again" 0 staple-csr --batch two --out-dir enc.d --password-file pw
status_is "from standard input" 0 bash -c 'echo c.example | staple-csr --batch - --out-dir in.d'
ok "made" test -e in.d/c.example.csr
status_is "progress" 0 staple-csr --batch two --out-dir prog.d --progress always
err_like "is shown on standard error" '2 of 2 requests'
out_unlike "and only there" 'of 2 requests'
echo '*.com' >>two
status_is "JSON" 1 staple-csr --batch two --out-dir two.d --format json
json() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }
is "requests" "$(json '[(r["line"], r["state"], r["file"], r["key_file"]) for r in d["requests"]]')" \
	"[(1, 'kept', 'two.d/a.example.csr', 'two.d/a.example.key'), (2, 'kept', 'two.d/b.example.csr', 'two.d/b.example.key')]"
is "the key's SHA-256" "$(json 'd["requests"][0]["key_sha256"]')" \
	"$(openssl pkey -in two.d/a.example.key -pubout -outform DER | sha256sum | cut -d' ' -f1)"
is "summary and verdict" "$(json '(d["summary"], d["verdict"])')" "({'made': 0, 'kept': 2, 'bad': 1}, 'fail')"
printf 'ca "refuser" { name = "R" must_staple = "refused" source = "s" checked = "2026-11-01" }\n' >ca.conf
status_is "a CA that refuses" 1 staple-csr --policy ca.conf --ca refuser --batch two --out-dir ca.d
out_like "is told" 'ca.refuses-must-staple'
ok "and nothing is made" test ! -e ca.d

# --- usage ---

usage() {
	local want=$1; shift
	status_is "usage: $*" 2 staple-csr --batch two "$@"
	err_like "$want" "$want"
}
usage 'needs --out-dir'
usage 'from the file, not from the command line' --out-dir d www.example.com
usage 'exclude each other' --out-dir d --key two.d/a.example.key
usage 'not with --out' --out-dir d --out x
usage 'exclude each other' --out-dir d --subject CN=x
status_is "--out-dir without --batch" 2 staple-csr --out-key k --out-dir d www.example.com
done_testing
