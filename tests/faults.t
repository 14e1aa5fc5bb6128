# Every allocation, read, write, fsync, rename, close, open, network call and new thread of our own
# objects fails in turn; and each program that writes is killed before each of them.
# Under ASan no memory may be lost on the way: only that of libraries, as tests/lsan.supp says.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
. "$SRCDIR/tests/lab/servers.sh"
lab_responder && lab_mode good && lab_pki || { echo 'Bail out! no laboratory'; exit 1; }
lab_staple good ms "$pki/ms.ocsp"
mkdir "$pki/store" "$T/runs"
cp "$pki/plain.pem" "$pki/store"
openssl x509 -in "$pki/ms2.pem" -outform DER -out "$pki/store/ms2.der"
openssl crl2pkcs7 -nocrl -certfile "$pki/bundle.pem" -outform DER -out "$pki/store/bundle.p7b"
# The policies lie beside the programs, as in the build.
mkdir -p "$T/build/tools" && cp "$BUILDDIR"/tests/faults/staple-* "$T/build/tools" || exit 99
ln -s "$BUILDDIR/policies" "$T/build/policies"
rm -f "$T"/build/tools/*.o
mkdir "$pki/locked" && printf 'wrong\nopen sesame\n' >"$pki/passwords"
openssl pkcs12 -export -nokeys -in "$pki/ms2.pem" -passout 'pass:open sesame' -out "$pki/locked/b.p12"
printf 'a.test\nb.test\n' >"$T/runs/list"
start_nginx ms -- 2 "ssl_stapling on; ssl_stapling_file $pki/ms.ocsp;" || { echo 'Bail out! no server'; exit 1; }
stapled=127.0.0.1:$port
start_nginx ms -- 2 || { echo 'Bail out! no server'; exit 1; }
$python "$SRCDIR/tests/faults/faults.py" "$T/build/tools" "$pki" "$T/runs" "@$(date +%s)" \
	"$stapled" "127.0.0.1:$port"
