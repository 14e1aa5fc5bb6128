# Every allocation, read, write, fsync, rename and close of our own objects fails in turn.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_responder && lab_mode good && lab_pki || { echo 'Bail out! no laboratory'; exit 1; }
lab_staple good ms "$pki/ms.ocsp"
mkdir "$pki/store" "$T/work"
cp "$pki/plain.pem" "$pki/store"
openssl x509 -in "$pki/ms2.pem" -outform DER -out "$pki/store/ms2.der"
openssl crl2pkcs7 -nocrl -certfile "$pki/bundle.pem" -outform DER -out "$pki/store/bundle.p7b"
# The policies lie beside the programs, as in the build.
mkdir -p "$T/build/tools" && cp "$BUILDDIR"/tests/faults/staple-* "$T/build/tools" || exit 99
ln -s "$BUILDDIR/policies" "$T/build/policies"
rm -f "$T"/build/tools/*.o
$python "$SRCDIR/tests/faults/faults.py" "$T/build/tools" "$pki" "$T/work" "@$(date +%s)"
