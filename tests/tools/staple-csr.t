# staple-csr: keys, names, what stands in the request, and what is refused.
. "$SRCDIR/tests/tap.sh"
cd "$T" || exit 99

# A request in DER has these bytes somewhere: the extension, not critical.
FEATURE=06082b0601050507011804053003020105
has_feature() { openssl req -in "$1" -outform DER 2>/dev/null | od -An -v -tx1 | tr -d ' \n' | grep -q $FEATURE; }
names_of() { openssl req -in "$1" -noout -text | grep -A1 'Alternative Name' | tail -n 1 | sed 's/^ *//'; }
subject_of() { openssl req -in "$1" -noout -subject -nameopt RFC2253,-esc_msb,utf8 | sed 's/^subject= *//'; }

# --- every kind of key, read and verified by the two other libraries ---

for alg in rsa-2048 rsa-3072 rsa-4096 ecdsa-p256 ecdsa-p384 ecdsa-p521 ed25519 ed448; do
	status_is "$alg: made" 0 staple-csr --new-key $alg --out-key $alg.key --out $alg.pem \
		www.example.com example.com
	run openssl req -in $alg.pem -noout -verify
	tap_like "$alg: OpenSSL verifies it" <(cat "$T/out" "$T/err") 'verify OK'
	run certtool --crq-info --infile $alg.pem
	out_like "$alg: certtool verifies it" 'Self signature: verified'
	ok "$alg: asks for Must-Staple as it must be encoded" has_feature $alg.pem
	is "$alg: mode of the key" "$(stat -c %a $alg.key)" 600
	ok "$alg: the key is PKCS#8" grep -q '^-----BEGIN PRIVATE KEY-----' $alg.key
	is "$alg: key and request fit" "$(openssl pkey -in $alg.key -pubout)" \
		"$(openssl req -in $alg.pem -noout -pubkey)"
	status_is "$alg: the key is read again" 0 staple-csr --key $alg.key --out again.pem www.example.com
	ok "$alg: and signs" openssl req -in again.pem -noout -verify
done
is "bits of rsa-3072" "$(openssl pkey -in rsa-3072.key -noout -text | head -n 1 | grep -o '[0-9]* bit')" "3072 bit"
status_is "without --new-key" 0 staple-csr --out-key default.key --out default.pem www.example.com
ok "the key is on P-256" grep -q prime256v1 <(openssl pkey -in default.key -noout -text)

# --- where it goes ---

status_is "to standard output" 0 staple-csr --key default.key www.example.com
is "nothing but the PEM stands there" "$(sed -n '1p;$p' "$T/out" | tr '\n' ' ')" \
	"-----BEGIN CERTIFICATE REQUEST----- -----END CERTIFICATE REQUEST----- "
err_like "the report goes to standard error" 'www\.example\.com'
cp "$T/out" stdout.pem
ok "and it verifies" openssl req -in stdout.pem -noout -verify
status_is "--out -" 0 staple-csr --key default.key --out - -q www.example.com
err_unlike "-q says nothing" '.'
status_is "--der" 0 staple-csr --key default.key --der --out r.der www.example.com
ok "is DER" openssl req -inform DER -in r.der -noout -verify
status_is "-q to a file" 0 staple-csr -q --key default.key --out q.pem www.example.com
is "says nothing at all" "$(cat "$T/out" "$T/err")" ""

status_is "-q and a name that breaks a rule" 1 staple-csr -q --key default.key --out q2.pem '*'
is "one line" "$(cat "$T/out" "$T/err")" "staple-csr: nothing was made: name \"*\": a wildcard needs labels behind it [request.bad-name]"

# --- names ---

status_is "every kind of name, told apart by form" 0 staple-csr --key default.key --out names.pem \
	www.example.com '*.example.com' bücher.example '*.straße.example' 192.0.2.1 2001:db8::1 \
	hostmaster@example.com https://example.com/path urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6
is "names" "$(names_of names.pem)" "DNS:www.example.com, DNS:*.example.com, \
DNS:xn--bcher-kva.example, DNS:*.xn--strae-oqa.example, IP Address:192.0.2.1, \
IP Address:2001:DB8:0:0:0:0:0:1, email:hostmaster@example.com, URI:https://example.com/path, \
URI:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
run certtool --crq-info --infile names.pem
out_like "certtool reads them too" 'DNSname: \*\.xn--strae-oqa\.example'
out_like "and the address" 'IPAddress: 2001:db8::1'
for locale in C POSIX C.UTF-8 en_US.ISO-8859-1; do
	status_is "UTF-8 names under LC_ALL=$locale" 0 env LC_ALL=$locale staple-csr --key default.key \
		--out l.pem bücher.example
	is "the same name under $locale" "$(names_of l.pem)" "DNS:xn--bcher-kva.example"
done
status_is "names by option" 0 staple-csr --key default.key --out o.pem --dns a.example --ip ::1 \
	--email a@b.example --uri spiffe://example.com/x first.example
is "come behind the arguments" "$(names_of o.pem)" "DNS:first.example, DNS:a.example, \
IP Address:0:0:0:0:0:0:0:1, email:a@b.example, URI:spiffe://example.com/x"
status_is "a name twice" 0 staple-csr --key default.key --out d.pem WWW.Example.com www.example.com \
	bücher.example xn--bcher-kva.example
is "is asked for once" "$(names_of d.pem)" "DNS:www.example.com, DNS:xn--bcher-kva.example"
out_like "with a note" 'request.name-repeated'
long=$(printf 'a%.0s' {1..63})
status_is "a label of 63 octets" 0 staple-csr --key default.key --out n.pem "$long.example"

# bad_name NAME MESSAGE: refused with status 1, and nothing is written.
bad_name() {
	rm -f no.pem
	status_is "refused: $1" 1 staple-csr --key default.key --out no.pem -- "$1"
	out_like "$1: why" "$2"
	err_like "$1: nothing was made, and why" "nothing was made: .*$2"
	ok "$1: nothing was written" test ! -e no.pem
}
bad_name "a$long.example" '64 octets, at most 63'
bad_name "$long.$long.$long.$long.example" 'octets, at most 253'
bad_name 'f*.example.com' 'whole leftmost label'
bad_name 'www.*.com' 'whole leftmost label'
bad_name '*.*.example.com' 'whole leftmost label'
bad_name '*' 'wildcard needs labels'
bad_name '*.com' 'two labels'
bad_name 'a..example' 'label is empty'
bad_name '.example.com' 'label is empty'
bad_name 'example.com.' 'ends in a dot'
bad_name 'under_score.example' "'_' may not stand"
bad_name 'two words.example' "' ' may not stand"
bad_name '-a.example' "begins or ends with '-'"
bad_name 'a-.example' "begins or ends with '-'"
bad_name '192.0.2.256' 'last label is a number'
bad_name '192.0.2.1:443' "':' stands in no host name"
bad_name '2001:db8::g' "':' stands in no host name"
bad_name 'xn--a-.example' 'A-label|begins or ends'
bad_name 'xn--zzzzzzzzzzzz99999.example' 'A-label'
bad_name '⚠\xff.example' 'internationalised|may not stand'
bad_name "$(printf 'b\374cher.example')" 'IDNA 2008'
bad_name 'a b@example.com' 'plain mailbox'
bad_name 'a@' 'empty'
bad_name 'jürgen@example.com' 'outside ASCII'
bad_name 'https://' 'needs a host'
bad_name 'https://exa mple.com/' 'percent-encoded'
bad_name '' 'empty'
status_is "all bad names are told at once" 1 staple-csr --key default.key '*' a..b ok.example
is "one for each" "$(cat "$T/out" "$T/err" | grep -c 'request.bad-name')" 2
status_is "--dns with an address" 1 staple-csr --key default.key --dns 192.0.2.1
status_is "--ip with a name" 1 staple-csr --key default.key --ip www.example.com
out_unlike "nothing on standard output" '.'

# --- subject ---

is "the default subject" "$(subject_of names.pem)" "CN=www.example.com"
name65=$(printf 'a%.0s' {1..57}).example # 65 octets
name64=${name65#a}
status_is "a first name of 64 octets" 0 staple-csr --key default.key --out s.pem "$name64" short.example
is "is the CN" "$(subject_of s.pem)" "CN=$name64"
status_is "one of 65" 0 staple-csr --key default.key --out s.pem "$name65" short.example
is "leaves the subject empty" "$(subject_of s.pem)" ""
ok "and makes the names critical" grep -q 'Alternative Name: critical' <(openssl req -in s.pem -noout -text)
ok "OpenSSL verifies an empty subject" openssl req -in s.pem -noout -verify
run certtool --crq-info --infile s.pem
out_like "certtool too" 'Self signature: verified'
status_is "no DNS name" 0 staple-csr --key default.key --out s.pem 192.0.2.1
is "no CN" "$(subject_of s.pem)" ""
status_is "--subject" 0 staple-csr --key default.key --out s.pem --subject \
	'CN=w\,w,OU=A+OU=B,O=Müller \22& Söhne\22,ST=Baden,C=DE' www.example.com
is "in RFC 4514's order" "$(subject_of s.pem)" 'CN=w\,w,OU=B+OU=A,O=Müller \"& Söhne\",ST=Baden,C=DE'
status_is "types by OID, values by hex" 0 staple-csr --key default.key --out s.pem --subject \
	'2.5.4.3=x, 1.2.3.4=#0c0179, emailAddress=a@b.example, DC=example,DC=com' www.example.com
ok "OpenSSL reads it" grep -q 'DC = com, DC = example, emailAddress = a@b.example, 1.2.3.4 = y, CN = x' \
	<(openssl req -in s.pem -noout -subject)
for bad in 'CN' 'CN=' 'XX=y' 'C=DEU' 'CN=a,' 'CN=a\' 'CN=a"b' "CN=$long.$long" 'C=d_' '1.2.3=#zz' '=x' 'CN=a,,O=b'; do
	status_is "refused: --subject $bad" 1 staple-csr --key default.key --subject "$bad" www.example.com
	err_like "$bad: where" 'subject ".*at character [0-9]+'
done

# --- TLS features and usages ---

status_is "--no-must-staple" 0 staple-csr --key default.key --no-must-staple --out f.pem www.example.com
out_like "the report says so" 'will not be Must-Staple'
ok "no extension" test -z "$(openssl req -in f.pem -noout -text | grep -i feature)"
status_is "--feature 17" 0 staple-csr --key default.key --feature 17 --out f.pem www.example.com
out_like "with a warning about Firefox" 'feature.other-values.*Firefox'
ok "both are there" grep -q 'status_request, status_request_v2' <(openssl req -in f.pem -noout -text)
status_is "17 alone" 0 staple-csr --key default.key --no-must-staple --feature 17 --out f.pem www.example.com
out_like "with a warning" 'feature.v2-only'
status_is "--feature 65536" 1 staple-csr --key default.key --feature 65536 www.example.com
err_like "why" 'request.bad-value.*0 to 65535'
status_is "--feature x" 1 staple-csr --key default.key --feature x www.example.com
status_is "usages" 0 staple-csr --key default.key --key-usage digitalSignature,keyEncipherment \
	--eku serverAuth,1.3.6.1.5.5.7.3.17 --out u.pem www.example.com
run openssl req -in u.pem -noout -text
out_like "key usage" 'Digital Signature, Key Encipherment'
out_like "critical" 'Key Usage: critical'
out_like "extended key usage" 'TLS Web Server Authentication, (ipsec Internet Key Exchange|1\.3\.6\.1\.5\.5\.7\.3\.17)'
status_is "unknown key usage" 1 staple-csr --key default.key --key-usage x www.example.com
err_like "what there is" 'digitalSignature'
status_is "unknown extended key usage" 1 staple-csr --key default.key --eku x www.example.com
err_like "what there is" 'serverAuth'
ok "no usage without wish" test -z "$(openssl req -in names.pem -noout -text | grep -i usage)"

# --- keys ---

openssl ecparam -name prime256v1 -genkey -out sec1.key 2>/dev/null
openssl rsa -in rsa-2048.key -traditional -out pkcs1.key 2>/dev/null
openssl rsa -in rsa-2048.key -traditional -aes128 -passout pass:secret -out old.key 2>/dev/null
openssl pkcs8 -topk8 -in default.key -passout pass:secret -out enc.key
openssl pkey -in default.key -outform DER -out k.der
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key 2>/dev/null
echo secret >pw; echo wrong >badpw; : >empty
for key in sec1.key pkcs1.key k.der pss.key; do
	status_is "key $key" 0 staple-csr --key $key --out k.pem www.example.com
	ok "$key: verified" openssl req -in k.pem -noout -verify
done
for key in old.key enc.key; do
	status_is "encrypted $key with its password" 0 staple-csr --key $key --password-file pw --out k.pem www.example.com
	ok "$key: verified" openssl req -in k.pem -noout -verify
	status_is "$key without a password" 2 setsid staple-csr --key $key www.example.com
	err_like "$key: says how to give it" 'password-file'
	status_is "$key with a wrong password" 2 staple-csr --key $key --password-file badpw www.example.com
	err_like "$key: says so" "$key: the password is wrong"
	err_unlike "$key: and keeps it to itself" '[^-]wrong\b.*wrong\b'
done
status_is "the key from standard input" 0 bash -c 'staple-csr --key - --out k.pem www.example.com <default.key'
status_is "password and key from commands" 0 bash -c \
	'staple-csr --key <(cat enc.key) --password-file <(cat pw) --out k.pem www.example.com'
ok "verified" openssl req -in k.pem -noout -verify
status_is "a key that is not there" 2 staple-csr --key missing.key www.example.com
err_like "which" 'missing\.key'
status_is "a file without a key" 2 staple-csr --key names.pem www.example.com
err_like "what is wrong" 'names\.pem: .*no private key'
status_is "an empty file" 2 staple-csr --key empty www.example.com
openssl genrsa -out weak.key 1024 2>/dev/null
status_is "a weak key" 1 staple-csr --key weak.key --out w.pem www.example.com
out_like "is refused by the policy" 'key.weak.*RSA 1024.*2048'
ok "and nothing is written" test ! -e w.pem
printf 'certificate { rsa_min = 3072 }\n' >strict.conf
status_is "an algorithm that the policy refuses" 1 staple-csr --policy strict.conf --new-key rsa-2048 \
	--out-key x.key --out x.pem www.example.com
out_like "is told" 'key.weak.*RSA 2048.*3072'
ok "nothing is written" test ! -e x.key -a ! -e x.pem
status_is "an algorithm that does not exist" 1 staple-csr --new-key rsa-1024 --out-key x.key www.example.com
err_like "what there is" 'rsa-2048.*ed448'
status_is "a new key, encrypted" 0 staple-csr --out-key new.key --password-file pw --out k.pem www.example.com
ok "is PKCS#8" grep -q 'BEGIN ENCRYPTED PRIVATE KEY' new.key
ok "with AES-256" grep -q 'aes-256-cbc' <(openssl asn1parse -in new.key)
ok "opens with the password" openssl pkey -in new.key -passin pass:secret -noout
status_is "an empty password file" 2 staple-csr --out-key e.key --password-file empty www.example.com
err_like "says so" 'first line is empty'
cat default.key >before
status_is "a key file that exists" 2 staple-csr --out-key default.key --out k.pem www.example.com
err_like "is told" 'default\.key: exists already'
ok "and stays" cmp -s default.key before
chmod 644 new.key
status_is "--force replaces it" 0 staple-csr --force --out-key new.key --out k.pem www.example.com
is "with mode 0600" "$(stat -c %a new.key)" 600

# --- passwords from the terminal ---

on_terminal() { /usr/bin/python3 "$SRCDIR/tests/tools/terminal.py" "$@"; }
status_is "--encrypt-key asks twice" 0 on_terminal secret secret -- staple-csr --encrypt-key \
	--out-key t.key --out t.pem www.example.com
out_like "for a new password" 'new password for the key: '
out_unlike "and does not show it" '\bsecret\b'
out_like "the echo is back" '^echo on$'
ok "the key opens with it" openssl pkey -in t.key -passin pass:secret -noout
status_is "two different ones" 2 on_terminal secret Secret -- staple-csr --encrypt-key \
	--out-key t2.key --out t.pem www.example.com
out_like "are told" 'not the same'
ok "no key" test ! -e t2.key
status_is "an encrypted key" 0 on_terminal secret -- staple-csr --key enc.key --out t.pem www.example.com
out_like "asks once" 'password of the key: '
status_is "a wrong one" 2 on_terminal nonsense -- staple-csr --key enc.key --out t.pem www.example.com
out_like "is told" 'the password is wrong'
out_unlike "and not shown" nonsense
status_is "an interrupt" 130 on_terminal ^C -- staple-csr --key enc.key --out t.pem www.example.com
out_like "gives the echo back" '^echo on$'

# --- nothing half-done ---

status_is "a full disk" 2 staple-csr --out-key full.key --out /dev/full www.example.com
err_like "is told" '/dev/full: .*No space left'
ok "and leaves no key" test ! -e full.key
status_is "a full standard output" 2 bash -c 'staple-csr --out-key full.key www.example.com >/dev/full'
ok "leaves no key either" test ! -e full.key
status_is "the request's folder is missing" 2 staple-csr --out-key full.key --out nowhere/r.pem www.example.com
err_like "which" 'nowhere'
ok "no key" test ! -e full.key
status_is "the key's folder is missing" 2 staple-csr --out-key nowhere/k.key --out n2.pem www.example.com
ok "no request" test ! -e n2.pem
is "no temporary file is left" "$(find . -name '.staple-*')" ""

# --- usage ---

usage() {
	local want=$1; shift
	status_is "usage: $*" 2 staple-csr "$@"
	err_like "$want" "$want"
}
usage 'exclude each other' --key default.key --new-key ed25519 www.example.com
usage 'exclude each other' --key default.key --out-key x.key www.example.com
usage 'no key' www.example.com
usage 'needs --out-key' --new-key ed25519 www.example.com
usage 'no name' --key default.key
usage 'same file' --out-key x --out x www.example.com
usage 'same file' --out-key x --out ./x www.example.com
ln -s same-x same-link
usage 'same file' --out-key same-x --out same-link www.example.com
usage '--out-key and --output are the same file' --out-key x --out y --output x www.example.com
usage '--out and --output are the same file' --out-key x --out y --output y www.example.com
rm same-link
usage 'not written to standard output' --out-key - www.example.com
usage 'is for --key pkcs11' --key default.key --pin-file pw www.example.com
usage 'is for --batch' --key default.key --jobs 2 www.example.com
usage 'is for --from' --key default.key --carry all www.example.com
usage 'needs --out FILE' --key default.key --format json www.example.com
usage 'no such record' --key default.key --ca no-such-ca www.example.com

# --- CA records ---

cat >ca.conf <<'C'
ca "refuser" { name = "Refuser" must_staple = "refused" since = "2025-05-07" source = "https://ca.example/notice" checked = "2026-11-01" remedy = "Leave it out." }
ca "dropper" { name = "Dropper" must_staple = "silently-dropped" source = "own tests" checked = "2026-11-01" }
ca "ender" { name = "Ender" ocsp = "ended 2025-08-06" source = "https://ca.example/end" checked = "2026-11-01" }
ca "giver" { name = "Giver" ocsp = "yes" must_staple = "on-request" source = "own tests" checked = "2026-11-01" }
C
ask() { rm -f ca.pem; staple-csr --policy ca.conf --key default.key --out ca.pem --at "${at:-2026-11-21}" "$@" www.example.com; }
status_is "a CA that refuses" 1 ask --ca refuser
out_like "the finding, its date and its source" 'ca.refuses-must-staple.*Refuser.*2025-05-07.*https://ca.example/notice'
out_like "and what to do" 'Leave it out'
ok "nothing is written" test ! -e ca.pem
status_is "--force goes on" 0 ask --ca refuser --force
out_like "with a warning" 'warning +ca.refuses-must-staple'
ok "and writes" test -e ca.pem
status_is "without Must-Staple it is no matter" 0 ask --ca refuser --no-must-staple
status_is "a CA that drops it" 1 ask --ca dropper
out_like "the finding" 'ca.drops-must-staple.*own tests'
status_is "a CA that has ended OCSP" 1 ask --ca ender
out_like "the finding" 'ca.ocsp-ended.*2025-08-06'
at=2025-01-01 status_is "before it ended" 0 ask --ca ender
status_is "a CA that gives it" 0 ask --ca giver
status_is "without --ca nothing is assumed" 0 ask
status_is "the record of Let's Encrypt is shipped" 1 staple-csr --key default.key --ca lets-encrypt www.example.com
err_like "and refuses" 'ca.refuses-must-staple'

# --- renewal ---

openssl req -new -x509 -key default.key -subj '/C=DE/O=Alt/CN=old.example' -days 30 -out old.pem \
	-addext 'subjectAltName=DNS:old.example,DNS:*.old.example,IP:192.0.2.7,dirName:d' \
	-addext tlsfeature=status_request -addext keyUsage=critical,digitalSignature \
	-addext extendedKeyUsage=serverAuth -config <(printf '[req]\ndistinguished_name=d\n[d]\nCN=x\n') 2>/dev/null
status_is "--from a certificate" 0 staple-csr --key default.key --from old.pem --out from.pem
is "its names" "$(names_of from.pem)" "DNS:old.example, DNS:*.old.example, IP Address:192.0.2.7"
is "its subject" "$(subject_of from.pem)" "CN=old.example,O=Alt,C=DE"
out_like "the rest is named" 'request.not-carried.*digitalSignature'
out_like "Must-Staple too" 'request.not-carried.*\{5\} \(Must-Staple\)'
ok "no key usage" test -z "$(openssl req -in from.pem -noout -text | grep -i usage)"
status_is "--carry" 0 staple-csr --key default.key --from old.pem --carry key-usage,eku --out from.pem www.new.example
is "and a name more" "$(names_of from.pem)" "DNS:old.example, DNS:*.old.example, IP Address:192.0.2.7, DNS:www.new.example"
ok "key usage" grep -q 'Digital Signature' <(openssl req -in from.pem -noout -text)
ok "extended key usage" grep -q 'Web Server' <(openssl req -in from.pem -noout -text)
status_is "a sticky Must-Staple" 0 staple-csr --key default.key --from old.pem --no-must-staple --out from.pem
out_like "is named" 'this request asks for none'
ok "and does not stick" test -z "$(openssl req -in from.pem -noout -text | grep -i feature)"
status_is "unless it is wanted" 0 staple-csr --key default.key --from old.pem --no-must-staple --carry features --out from.pem
ok "then it is there" has_feature from.pem
status_is "--from a request" 0 staple-csr --key default.key --from names.pem --subject CN=other --out from2.pem
is "with the same names" "$(names_of from2.pem)" "$(names_of names.pem)"
is "and another subject" "$(subject_of from2.pem)" "CN=other"
status_is "--from something else" 2 staple-csr --key default.key --from default.key
err_like "says so" 'no certificate or request in it, but a private key'
status_is "--carry x" 1 staple-csr --key default.key --from old.pem --carry x

# --- JSON ---

status_is "--format json" 0 staple-csr --format json --out-key j.key --out j.pem www.example.com 192.0.2.1
want=$(openssl pkey -in j.key -pubout -outform DER | sha256sum | cut -d' ' -f1)
json() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }
is "schema, tool, verdict" "$(json '(d["schema"], d["tool"], d["verdict"])')" "(1, 'staple-csr', 'pass')"
is "files" "$(json '[(r["file"], r["key_file"]) for r in d["requests"]]')" "[('j.pem', 'j.key')]"
is "names" "$(json '[(n["kind"], n["value"]) for n in d["requests"][0]["names"]]')" \
	"[('dns', 'www.example.com'), ('ip', '192.0.2.1')]"
is "the key's SHA-256" "$(json 'd["requests"][0]["key_sha256"]')" "$want"
is "features" "$(json 'd["requests"][0]["features"]')" "[5]"
status_is "JSON of a refusal" 1 staple-csr --format json --out-key j2.key --out j2.pem '*'
is "verdict and finding" "$(json '(d["verdict"], [f["id"] for f in d["findings"]], d["requests"])')" \
	"('fail', ['request.bad-name'], [])"
status_is "the report in a file, the request on standard output" 0 \
	staple-csr --key default.key --format json --output report.json www.example.com
cp "$T/out" stdout.pem
ok "the request" openssl req -in stdout.pem -noout -verify
ok "the report" /usr/bin/python3 -m json.tool report.json
done_testing
