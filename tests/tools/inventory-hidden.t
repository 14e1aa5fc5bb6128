# Must-Staple certificates that somebody hides: staple-inventory finds them, or says that there is
# what it does not read.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_pki --only ms,plain || { echo 'Bail out! no laboratory'; exit 1; }
lab_staple good ms "$pki/ms.ocsp"
openssl pkcs8 -topk8 -nocrypt -in "$pki/ms.key" -outform DER -out "$pki/key.der"
openssl pkcs8 -topk8 -in "$pki/ms.key" -outform DER -out "$pki/locked.der" -passout pass:x
openssl crl2pkcs7 -nocrl -certfile "$pki/plain.pem" -outform DER -out "$pki/other.p7b"
openssl crl2pkcs7 -nocrl -certfile "$pki/ms.pem" -outform DER -out "$pki/ms.p7b"
openssl pkcs12 -export -nokeys -in "$pki/plain.pem" -passout pass: -out "$pki/other.p12"
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s/i\ncrlnumber=%s/n\ndefault_md=sha256\ndefault_crl_days=3\n' \
	"$T" "$T" >"$T/ca.cnf"
: >"$T/i"
echo 01 >"$T/n"
openssl ca -gencrl -config "$T/ca.cnf" -cert "$pki/root.pem" -keyfile "$pki/root.key" 2>/dev/null |
	openssl crl -outform DER -out "$pki/crl.der"
mkdir "$T/files"
$python "$SRCDIR/tests/tools/inventory-hidden.py" "$pki" "$T/files"
