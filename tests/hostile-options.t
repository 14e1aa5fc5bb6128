# Files and words that want to break whoever is given them.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_pki --only ms,ms2 && lab_staple good ms "$pki/ms.ocsp" && lab_servers ms:good ||
	{ echo 'Bail out! no laboratory'; exit 1; }
openssl pkcs8 -topk8 -in "$pki/ms.key" -out "$pki/locked.key" -passout 'pass:open sesame'
openssl pkcs12 -export -nokeys -in "$pki/ms.pem" -passout 'pass:open sesame' -out "$pki/locked.p12"
mkdir "$T/work"
$python "$SRCDIR/tests/hostile-options.py" "$pki" "$T/work" "localhost:$(port_of ms:good)"
