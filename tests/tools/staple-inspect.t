# staple-inspect: what an object is and says; nothing that it sees is a failure.
. "$SRCDIR/tests/tap.sh"
cd "$T" || exit 99

# json FILE EXPRESSION: a Python expression over the document d and its first object o.
json() { /usr/bin/python3 -c 'import json,sys
d = json.load(open(sys.argv[1])); o = d["objects"][0] if d["objects"] else None
print(eval(sys.argv[2]))' "$1" "$2" 2>&1; }
# inspect ARGUMENT...: its JSON goes to $T/j.
inspect() { status=0; staple-inspect --format json "$@" >"$T/j" 2>"$T/err" || status=$?; }

openssl ecparam -name prime256v1 -genkey -noout -out ca.key 2>/dev/null
openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 3650 -out ca.pem 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out leaf.key 2>/dev/null

# leaf NAME LINE...: a certificate with these extension lines.
leaf() {
	local name=$1; shift
	printf '%s\n' "$@" >"$name.ext"
	openssl req -new -key leaf.key -subj "/C=XX/O=A, B/CN=$name.example" -out "$name.tmp" 2>/dev/null &&
		openssl x509 -req -in "$name.tmp" -CA ca.pem -CAkey ca.key -set_serial 0x00c0ffee -days 30 \
			-extfile "$name.ext" -out "$name.pem" 2>/dev/null
}
oid=1.3.6.1.5.5.7.1.24
leaf good 'subjectAltName=DNS:www.example,DNS:example,IP:2001:db8::1,email:a@example' tlsfeature=status_request \
	'authorityInfoAccess=OCSP;URI:http://ocsp.example/' 'keyUsage=critical,digitalSignature' \
	'extendedKeyUsage=serverAuth' 'crlDistributionPoints=URI:http://crl.example/c'
leaf plain subjectAltName=DNS:plain.example
leaf two "$oid=DER:30:06:02:01:11:02:01:05"
leaf empty "$oid=DER:30:00"
leaf negative "$oid=DER:30:03:02:01:FB"
leaf large "$oid=DER:30:0E:02:09:01:00:00:00:00:00:00:00:00:02:01:05"
leaf padded "$oid=DER:30:04:02:02:00:05"
leaf trailing "$oid=DER:30:03:02:01:05:00"
leaf octets "$oid=DER:30:02:02:00"
leaf string "$oid=DER:0C:01:35"
leaf critical "$oid=critical,DER:30:03:02:01:05"
leaf repeated "$oid=DER:30:06:02:01:05:02:01:05"

while read -r name must features critical; do
	inspect "$name.pem"
	is "$name: status" "$status" 0
	is "$name: Must-Staple" "$(json j 'o["must_staple"], o["features"], o["features_critical"], o["features_count"]' |
		tr -d ' ')" "('$must',[$features],${critical:-False},$([ "$name" = plain ] && echo 0 || echo 1))"
done <<'END'
good yes 5
plain no
two yes 17,5
empty no
negative no -5
large yes 18446744073709551616,5
padded malformed
trailing malformed
octets malformed
string malformed
critical yes 5 True
repeated yes 5
END

# Every fact of one certificate.
inspect --at @1800000000 good.pem
is "kind, source, index" "$(json j 'o["kind"], o["source"], o["index"]')" "('certificate', 'good.pem', 0)"
openssl x509 -in good.pem -outform der -out good.der
is "sha256 of the DER" "$(json j 'o["sha256"]')" "$(sha256sum good.der | cut -d' ' -f1)"
is "subject" "$(json j 'o["subject"]')" 'CN=good.example,O=A\, B,C=XX'
is "issuer" "$(json j 'o["issuer"]')" 'CN=Test CA'
is "serial" "$(json j 'o["serial"]')" 00c0ffee
is "names" "$(json j '[n["kind"] + ":" + n["value"] for n in o["names"]]')" \
	"['dns:www.example', 'dns:example', 'ip:2001:db8::1', 'email:a@example']"
is "URLs" "$(json j 'o["ocsp_urls"], o["crl_urls"], o["ca_issuers_urls"]')" \
	"(['http://ocsp.example/'], ['http://crl.example/c'], [])"
is "key" "$(json j 'o["key"]["kind"], o["key"]["size"], o["key"]["curve"]')" "('EC', 256, 'P-256')"
is "usages" "$(json j 'o["key_usage"], o["extended_key_usage"], o["ca"]')" \
	"(['digitalSignature'], ['id-kp-serverAuth'], False)"
is "dates" "$(json j 'o["not_after"]')" \
	"$(date -u -d "$(openssl x509 -in good.pem -noout -enddate | cut -d= -f2)" +%Y-%m-%dT%H:%M:%SZ)"
is "what is left" "$(json j 'o["seconds_left"]')" \
	$(($(date -d "$(openssl x509 -in good.pem -noout -enddate | cut -d= -f2)" +%s) - 1800000000))
is "no deviation" "$(json j 'o["deviations"]')" "[]"
is "the document" "$(json j 'd["schema"], d["tool"], d["at"], "verdict" in d')" \
	"(1, 'staple-inspect', '2027-01-15T08:00:00Z', False)"

# The same object in each form.
for form in good.der good.b64 -; do
	base64 -w0 good.der >good.b64
	if [ $form = - ]; then status=0; staple-inspect --format json - <good.pem >j || status=$?
	else inspect $form; fi
	is "as $form" "$status $(json j 'o["kind"], o["must_staple"], o["sha256"]')" \
		"0 ('certificate', 'yes', '$(sha256sum good.der | cut -d' ' -f1)')"
done

# Several objects, text around them, a damaged one between them.
{ echo "bundle of the day"; cat good.pem; sed '3d' plain.pem; echo between; cat ca.pem plain.tmp ca.key
  printf -- '-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n'
  printf -- '-----BEGIN CERTIFICATE-----\nMIIB\n'; } >bundle.pem
inspect bundle.pem
is "a bundle is status 0" "$status" 0
is "each object has its kind" "$(json j '[o["kind"] for o in d["objects"]]')" \
	"['certificate', 'unreadable', 'certificate', 'request', 'private-key', 'unreadable', 'unreadable']"
is "and its index" "$(json j '[o["index"] for o in d["objects"]]')" "[0, 1, 2, 3, 4, 5, 6]"
is "the damaged ones have a reason" "$(json j 'all(o["reason"] for o in d["objects"] if o["kind"] == "unreadable")')" True
is "the line is that of the block" "$(json j 'd["objects"][2]["line"]')" \
	"$(grep -n '^between' bundle.pem | awk -F: '{print $1 + 1}')"
is "the issuer is found in the file" "$(json j 'd["objects"][0]["issuer_index"]')" 2
cat good.der good.der >two.der
inspect two.der
is "DER objects one behind the other" "$(json j '[o["kind"] for o in d["objects"]]')" "['certificate', 'certificate']"
{ cat good.der; printf '\n'; } >newline.der
inspect newline.der
is "a line end behind DER" "$status $(json j 'len(d["objects"]), o["trailing_octets"]')" "0 (1, 1)"
inspect good.pem ca.pem
is "several files" "$(json j '[(o["source"], o["index"]) for o in d["objects"]]')" "[('good.pem', 0), ('ca.pem', 0)]"

# Requests.
printf '%s\n' '[req]' req_extensions=x distinguished_name=d '[d]' '[x]' tlsfeature=status_request \
	subjectAltName=DNS:r.example >req.cnf
openssl req -new -key leaf.key -config req.cnf -subj /CN=r.example -out r.csr 2>/dev/null
inspect r.csr
is "a request" "$(json j 'o["kind"], o["must_staple"], o["features"], o["features_count"], o["subject"]')" \
	"('request', 'yes', [5], 1, 'CN=r.example')"
is "its names" "$(json j 'o["names"][0]["value"]')" r.example

# Staples.
printf 'V\t350101000000Z\t\tC0FFEE\tunknown\t/CN=good.example\n' >index.txt
openssl ocsp -issuer ca.pem -cert good.pem -no_nonce -reqout req.der >/dev/null 2>&1
openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -reqin req.der -respout good.ocsp \
	-ndays 7 -resp_no_certs >/dev/null 2>&1
inspect good.ocsp
is "a staple" "$(json j 'o["kind"], o["response_status"], o["responses"][0]["status"], o["responder_name"]')" \
	"('ocsp-response', 'successful', 'good', 'CN=Test CA')"
is "its serial and life" "$(json j 'o["responses"][0]["serial"], (lambda s: 7 * 86400 - 600 < s <= 7 * 86400)(o["responses"][0]["seconds_left"])')" \
	"('00c0ffee', True)"
printf '\x30\x03\x0a\x01\x03' >later.ocsp
inspect later.ocsp
is "an error response" "$status $(json j 'o["kind"], o["response_status"], o["responses"]')" "0 ('ocsp-response', 'tryLater', [])"
inspect req.der
is "an OCSP request is named" "$(json j 'o["kind"]')" ocsp-request

# Other kinds.
openssl ec -in leaf.key -pubout -out pub.pem 2>/dev/null
openssl pkcs8 -topk8 -in leaf.key -passout pass:secret-word -out enc.key 2>/dev/null
openssl ec -in leaf.key -aes128 -passout pass:secret-word -out old.key 2>/dev/null
openssl crl2pkcs7 -nocrl -certfile good.pem -out c.p7 2>/dev/null
openssl pkcs12 -export -in good.pem -inkey leaf.key -passout pass: -out c.p12 2>/dev/null
while read -r file kind; do
	inspect "$file"
	is "$file is $kind" "$status $(json j 'o["kind"]')" "0 $kind"
done <<'END'
pub.pem public-key
leaf.key private-key
enc.key private-key
old.key private-key
c.p7 pkcs7
c.p12 pkcs12
END
inspect c.p7
is "what a container holds follows it" "$(json j '[(o["kind"], o.get("within"), o["index"]) for o in d["objects"]]')" \
	"[('pkcs7', None, 0), ('certificate', 0, 1)]"
is "and is what was put in" "$(json j 'd["objects"][1]["sha256"]')" "$(sha256sum good.der | cut -d' ' -f1)"
inspect c.p12
is "PKCS#12 without a password" "$(json j '[o["kind"] for o in d["objects"]], o["certificate_count"], o["private_key_count"]')" \
	"(['pkcs12', 'certificate'], 1, 1)"
openssl pkcs12 -export -name 'my alias' -in good.pem -inkey leaf.key -passout pass:secret-word -out s.p12 2>/dev/null
inspect s.p12
is "PKCS#12 with a password that is not given" "$status $(json j '[o["kind"] for o in d["objects"]]')" "0 ['pkcs12', 'unreadable']"
printf 'wrong\nsecret-word\n' >passwords
inspect --password-file passwords s.p12 enc.key old.key
is "and with it" "$(json j '[(o["kind"], o.get("entry")) for o in d["objects"]]')" \
	"[('pkcs12', None), ('certificate', 'my alias'), ('private-key', None), ('private-key', None)]"
is "encrypted keys are opened too" "$(json j '[o["sha256"] == d["objects"][3]["sha256"] and o["key"]["kind"] for o in d["objects"][2:]]')" \
	"['EC', 'EC']"
is "a password is nowhere" "$(grep -c secret-word j err)" "$(printf 'j:0\nerr:0')"
status_is "a password file that is not there" 2 staple-inspect --password-file ./none s.p12

inspect leaf.key
is "of a private key the public half" "$(json j 'o["key"]["kind"], o["key"]["sha256"] == o["sha256"], o["sha256"]')" \
	"('EC', True, '$(openssl ec -in leaf.key -pubout -outform der 2>/dev/null | sha256sum | cut -d' ' -f1)')"
inspect enc.key
is "an encrypted key says so" "$(json j 'o["encrypted"]')" True
for file in leaf.key enc.key; do
	staple-inspect "$file" >text 2>&1
	secret=$(openssl ec -in leaf.key -text -noout 2>/dev/null | sed -n '/priv:/,/pub:/p' | grep '^ ' | tr -d ' :\n')
	is "$file: the private part is not shown" "$(grep -c "${secret:0:24}" text)" 0
done

# A server: what it serves and staples with each version.
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
openssl s_server -accept "127.0.0.1:$port" -cert good.pem -cert_chain ca.pem -key leaf.key -status_file good.ocsp \
	-quiet >/dev/null 2>&1 &
at_end_kill $!
for _ in $(seq 50); do
	inspect --timeout 2s "127.0.0.1:$port"
	[ "$status" = 0 ] && ! grep -q unreachable "$T/j" && break # it may begin between two versions
	sleep 0.1
done
is "a server" "$(json j '[o["kind"] for o in d["objects"]]')" "['server', 'certificate', 'certificate', 'ocsp-response']"
is "with both versions" "$(json j '[(h["tls"], h["outcome"], h["certificates"], h["stapled"]) for h in o["handshakes"]]')" \
	"[('1.3', 'served', 2, True), ('1.2', 'served', 2, True)]"
is "its certificate" "$(json j 'd["objects"][1]["must_staple"], d["objects"][1]["sha256"]')" \
	"('yes', '$(sha256sum good.der | cut -d' ' -f1)')"
is "objects know where they came from" "$(json j '[o.get("within") for o in d["objects"]]')" "[None, 0, 0, 0]"
status_is "as a page" 0 staple-inspect --sni www.example "localhost:$port"
out_like "that says what was stapled" '^  TLS 1.2 +2 certificates, with a staple'
port2=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
status_is "nobody listens" 2 staple-inspect --timeout 2s "127.0.0.1:$port2"
out_like "says so" 'unreachable'
status_is "no such file or name" 2 staple-inspect --timeout 2s no-such-name.invalid
err_like "says what it was taken for" 'no such file; taken for a server'
status_is "a missing .pem is a file" 2 staple-inspect missing.pem
err_like "and not a server" 'missing.pem'
err_unlike "and not looked up" 'taken for a server'
status_is "an unknown protocol" 2 staple-inspect --starttls nonsense localhost

# Nothing could be read: status 2, and why.
: >nothing
status_is "an empty file" 2 staple-inspect nothing
out_like "says so" 'it is empty'
head -c 4096 /dev/zero >zeros
status_is "zeros" 2 staple-inspect zeros
head -c 300 good.der >cut.der
status_is "DER that is cut off" 2 staple-inspect cut.der
out_like "says what is wrong" 'begins as a DER SEQUENCE, but: element longer'
status_is "a file that is not there" 2 staple-inspect ./no-such-file
err_like "is named" 'no-such-file'
status_is "one of two that is not there" 2 staple-inspect good.pem ./no-such-file
out_like "the other is described" 'good.example'
status_is "a folder" 2 staple-inspect .
status_is "no argument" 2 staple-inspect
status_is "an unknown format" 2 staple-inspect --format xml good.pem
status_is "output that cannot be written" 2 bash -c 'staple-inspect good.pem >/dev/full'

# The page for people.
status_is "a page" 0 staple-inspect good.pem
out_like "begins with the promise" '^  Must-Staple +yes\. Every server'
out_like "has days left" 'until .* left \(since'
is "fits 80 columns" "$(awk 'length > 80' out)" ""
is "has no escape sequences in a file" "$(grep -c "$(printf '\033')" out)" 0
status_is "in colour when asked" 0 staple-inspect --color always good.pem
out_like "a bar shows what is left" '█'
leaf esc 'subjectAltName=DNS:evil'
printf '\033]0;owned\007' >title
openssl req -new -key leaf.key -subj "/CN=$(cat title)" -out esc.csr 2>/dev/null
status_is "control characters in a name" 0 staple-inspect esc.csr
is "do not reach the terminal" "$(grep -c "$(printf '\033')" out)" 0
status_is "quiet" 0 staple-inspect -q good.pem
is "says nothing" "$(cat out)" ""
status_is "to a file" 0 staple-inspect --output report.txt good.pem
is "which is written" "$(grep -c Must-Staple report.txt)" 1
mkdir alone && cp "$BUILDDIR/tools/staple-inspect" alone
status_is "it describes without any policy at hand" 0 alone/staple-inspect good.pem
done_testing
