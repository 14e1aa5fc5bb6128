# The wrong file in the wrong place, a file for a server and the reverse: each program names the
# object, says what was met and what was probably meant, and never passes.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_pki || exit 2
cd "$pki" || exit 2
ok "a request" staple-csr -q --key ms.key --out ms.csr ms.lab.test
lab_staple good ms ms.ocsp
openssl x509 -in ms.pem -outform DER -out ms.der
openssl req -in ms.csr -outform DER -out csr.der
openssl pkey -in ms.key -outform DER -out key.der
openssl pkey -in ms.key -pubout -out pub.pem
openssl ocsp -issuer int.pem -cert ms.pem -no_nonce -reqout query.der 2>/dev/null
openssl pkcs12 -export -in ms.pem -inkey ms.key -passout pass:x -out ms.p12
printf '%s\n' '-----BEGIN OPENSSH PRIVATE KEY-----' AAAA '-----END OPENSSH PRIVATE KEY-----' >ssh.key
printf '\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0' >store.jks
printf '<html><body>404</body></html>\n' >page.pem
base64 ms.der >bare.txt
cat int.pem ms.pem >wrong.pem
cat root.pem int.pem ms.pem >upside-down.pem
cp "$SRCDIR/policies/strict.conf" strict.conf
: >empty
printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' >picture.png
iconv -f UTF-8 -t UTF-16LE ms.pem >utf16.pem
iconv -f UTF-8 -t UTF-16 ms.pem >marked.pem
verify=(staple-verify --no-system-policy --trust root.pem --chain int.pem)

# mistake DESCRIPTION PATTERN COMMAND...: status 2, and the message is one line on standard error
mistake() {
	local what=$1 pattern=$2; shift 2
	run "$@"
	if [ "$status" = 2 ] && grep -Eq -- "$pattern" "$T/err" &&
		[ "$(grep -vc '^Try ' "$T/err")" = 1 ]; then pass "$what"; else
		fail "$what" "status $status, wanted: $pattern" "$(cat "$T/out" "$T/err")"
	fi
}

# Each kind where a certificate belongs, as PEM and as DER.
# A machine without roots, as small containers are.
without_roots() { unshare -rm sh -c 'mount -t tmpfs none /etc/ssl/certs && exec "$@"' sh "$@"; }
if without_roots true 2>"$T/err"; then
	mistake "no roots" "none can be read here: install them .*--trust" without_roots staple-verify ms.pem
else
	skip "no roots" "no file system of one's own: $(head -1 "$T/err")"
fi

# Words of other programs, values that are none.
mistake "--json" "did you mean --format json\?" staple-inspect --json ms.pem
mistake "-h" "did you mean --help\?" staple-gate -h
mistake "--usage" "did you mean --help\?" staple-verify --usage
mistake "a word that is near to nothing" "--ip: unknown option$" staple-verify --ip 192.0.2.1 ms.pem
mistake "no host" "--host '': a name or an address is expected" staple-verify --host '' ms.pem
status_is "a number beyond all" 1 staple-csr --out-key n.key --feature 99999999999999999999 a.test
err_like "is told as it was given" 'feature "99999999999999999999": must be a number'
mistake "a responder's URL with a password" "a user's name and password in a URL are shown" \
	staple-fetch --url http://me:geheim@127.0.0.1:9/ --out out.ocsp ms.pem
is "which is not said again" "$(grep -c geheim "$T/err")" 0

# A URL with a user: its password is not said again.
status_is "a target with a user" 2 staple-gate https://me:geheim@127.0.0.1:9/
err_like "is refused for that" "no user stands before the host"
is "without the password" "$(grep -c geheim "$T/err")" 0

while read -r file words; do
	mistake "staple-verify $file" "$file: no certificate in it, but $words" "${verify[@]}" "$file"
	mistake "staple-verify --chain $file" "$file: no certificate in it, but $words" \
		staple-verify --chain "$file" ms.pem
	mistake "staple-verify --trust $file" "$file: no certificate in it, but $words" \
		staple-verify --trust "$file" ms.pem
	mistake "staple-verify --issuer $file" "$file: no certificate in it, but $words" \
		"${verify[@]}" --issuer "$file" ms.pem
	mistake "staple-fetch --issuer $file" "$file: no certificate in it, but $words" \
		staple-fetch --issuer "$file" --out out.ocsp ms.pem
	mistake "staple-gate --cert $file" "$file: no certificate in it, but $words" \
		staple-gate --cert "$file" 127.0.0.1:9
	mistake "staple-gate --client-cert $file" "$file: no certificate in it, but $words" \
		staple-gate --client-cert "$file" 127.0.0.1:9
	status_is "staple-fetch $file" 2 staple-fetch --url http://127.0.0.1:9/ --out out.ocsp "$file"
	out_like "says so" "$file: no certificate in it, but $words"
done <<'END'
ms.key a private key: give the certificate that belongs to it
key.der a private key: give the certificate
ssh.key a private key of OpenSSH: give a certificate
pub.pem a public key: give a certificate
ms.csr a certificate request: give the certificate that the CA made of it
csr.der a certificate request: give the certificate that the CA made of it
ms.ocsp an OCSP response: give the certificate that it speaks for
query.der an OCSP request: give a certificate
ms.p12 a PKCS#12 key store: take the certificates out with 'openssl pkcs12
store.jks a Java key store: take the certificate out with 'keytool
strict.conf a text file: .*--policy
page.pem a page of HTML or XML: what was downloaded
bare.txt bare base64: decode it
empty nothing at all: give a certificate
picture.png data that is neither PEM nor DER: give a certificate
utf16.pem a text in UTF-16: convert it
marked.pem a text in UTF-16: convert it
END
mistake "--from a key" "ms.key: no certificate or request in it, but a private key" \
	staple-csr --key ms.key --from ms.key --out out.csr
mistake "--from a staple" "ms.ocsp: no certificate or request in it, but an OCSP response" \
	staple-csr --key ms.key --from ms.ocsp --out out.csr

# A key, a request, a staple, a policy, a list of targets.
mistake "a certificate as key to verify" "ms.pem: no private key in it, but a certificate: give the key" \
	"${verify[@]}" --key ms.pem ms.pem
mistake "a request as key" "ms.csr: no private key in it, but a certificate request" \
	staple-csr --key ms.csr --out out.csr a.example
mistake "a certificate as key" "ms.der: no private key in it, but a certificate" \
	staple-csr --key ms.der --out out.csr a.example
mistake "a public key as key" "pub.pem: no private key in it, but a public key: give the private half" \
	staple-csr --key pub.pem --out out.csr a.example
mistake "a key store as key" "ms.p12: no private key in it, but a PKCS#12 key store: .*-nocerts" \
	staple-csr --key ms.p12 --out out.csr a.example
mistake "an OpenSSH key as key" "ssh.key: no private key in it, but a private key of OpenSSH: .*ssh-keygen" \
	staple-csr --key ssh.key --out out.csr a.example
mistake "a certificate as client key" "ms.pem: no private key in it, but a certificate" \
	staple-gate --client-cert ms.pem --client-key ms.pem 127.0.0.1:9
mistake "a certificate as request" "ms.pem: no certificate request in it, but a certificate: give the request" \
	"${verify[@]}" --csr ms.pem ms.pem
mistake "a key as request" "key.der: no certificate request in it, but a private key" \
	"${verify[@]}" --csr key.der ms.pem
status_is "a certificate as staple" 1 "${verify[@]}" --staple-only --staple ms.pem ms.pem
out_like "is told" 'staple.malformed  .*no OCSP response in it, but a certificate: give the staple'
status_is "an OCSP request as staple" 1 "${verify[@]}" --staple-only --staple query.der ms.pem
out_like "is told, too" 'staple.malformed  .*but an OCSP request: give what the responder answered'
for program in csr inspect verify inventory fetch gate; do
	mistake "staple-$program: a certificate as policy" "ms.pem: no policy in it, but a certificate" \
		"staple-$program" --policy ms.pem ms.pem
done
mistake "a staple as policy" "ms.ocsp: no policy in it, but an OCSP response" \
	"${verify[@]}" --policy ms.ocsp ms.pem
mistake "a certificate as list of targets" "ms.pem: no list of targets, but a certificate" \
	staple-gate --targets ms.pem

# Files for servers, servers for files, files for names.
mistake "a file as target" "'\./ms.pem': a file, not a server: .*--cert.*--targets" staple-gate ./ms.pem
mistake "a file in this folder as target" "'ms.pem': a file, not a server" staple-gate ms.pem
mkdir www.lab.test
status_is "a folder with a host's name is a host" 2 staple-gate www.lab.test:9
out_like "and is asked for" "no address for 'www.lab.test'"
for server in www.example.com:443 www.example.com https://www.example.com/; do
	mistake "staple-verify $server" "$server: No such file.*staple-gate judges" "${verify[@]}" "$server"
	status_is "staple-fetch $server" 2 staple-fetch "$server"
	out_like "says who takes servers" "$server: No such file.*staple-gate judges"
	status_is "staple-inventory $server" 2 staple-inventory "$server"
	out_like "says so, too" "$server: No such file.*staple-gate judges"
done
mistake "a file that is not there is only that" "none.pem: cannot be opened: No such file or directory$" \
	"${verify[@]}" none.pem
mistake "a request as name" "ms.csr: a file, not a name; --from" staple-csr --out-key k --out r ms.csr
ok "and nothing was made" test ! -e k

# One that searches tells what the only file is.
status_is "staple-inventory of a key" 0 staple-inventory ms.key
err_like "says what it is" "ms.key: no certificate in it, but a private key"
status_is "staple-inventory of a policy" 0 staple-inventory strict.conf
err_like "says what it is" "strict.conf: no certificate in it, but a text file"
status_is "staple-inspect of a policy" 2 staple-inspect strict.conf
out_like "says what it is" "a text file, without anything in PEM"

# What is read simply.
status_is "a column with the option's hyphen" 0 staple-inventory --columns name,must-staple,days-left ms.pem
out_like "is that column" '^ms.lab.test +yes '
run "${verify[@]}" --csr csr.der --key key.der --staple ms.ocsp --issuer int.pem ms.der
out_unlike "DER for PEM is read" "malformed|no certificate|no private key"
out_like "and judged" "ms.der: (pass|fail): Must-Staple"

# The order of a chain.
for file in wrong.pem upside-down.pem; do
	status_is "staple-verify $file" 1 "${verify[@]}" --expect any "$file"
	out_like "names both" "chain.wrong-order  the first of the [23] certificates is the CA's .*, and number [23] is the server's \(ms.lab.test\)"
	status_is "staple-fetch $file" 1 staple-fetch --url http://127.0.0.1:9/ --retries 0 --out out.ocsp "$file"
	out_like "names both" "chain.wrong-order"
done
run staple-gate --trust root.pem --no-ask --cert wrong.pem --timeout 1s 127.0.0.1:9
out_like "staple-gate --cert names both" "chain.wrong-order"
run "${verify[@]}" --expect any ms.chain.pem
out_unlike "a chain in order is no matter" "wrong-order"
run "${verify[@]}" --expect any int.pem
out_unlike "nor is a CA's certificate alone" "wrong-order"

# Options with a slip.
while read -r program slip meant; do
	mistake "$program $slip" "did you mean $meant\?" "$program" "$slip"
done <<'END'
staple-csr --outkey --out-key
staple-csr --nwe-key --new-key
staple-inspect --startls --starttls
staple-verify --hosts --host
staple-verify --ctr --csr
staple-inventory --muststaple --must-staple
staple-inventory --expire-within --expires-within
staple-fetch --wacth --watch
staple-fetch --lay-out --layout
staple-gate --certt --cert
staple-gate --stapel --staple
staple-gate --formt --format
END

# --help: grouped, 80 columns, one example last; each option has its words.
for program in csr inspect verify inventory fetch gate; do
	run "staple-$program" --help
	is "staple-$program --help is no wider than 80" "$(awk 'length > 80' "$T/out")" ""
	is "has one example" "$(grep -c '^Example:' "$T/out")" 1
	out_like "of itself" "^  staple-$program "
	out_like "has groups" '^Common options:$'
	is "each with an option" "$(grep -A1 '^[A-Z][A-Za-z, ]*:$' "$T/out" | grep -cE '^--$|^$')" \
		"$(grep -A1 '^[A-Z][A-Za-z, ]*:$' "$T/out" | grep -cE '^--$')"
	is "no option is without words" "$(grep -A1 -E '^ +(-., )?--' "$T/out" |
		awk '/^ +(-., )?--[^ ]+$/ { want = 1; next } want && !/^          / { print } { want = 0 }')" ""
done
done_testing
