# Responders, CA Issuers, TLS servers, dialogues before TLS and HAProxy sockets that want to break
# whoever asks them.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_mode good && lab_pki --only ms,ms2,plain && lab_staple good ms "$pki/ms.ocsp" &&
	lab_servers ms:good,tls13 ms:good,tls12 || { echo 'Bail out! no laboratory'; exit 1; }
mkdir "$T/work"
$python "$SRCDIR/tests/hostile-peers.py" "$pki" "$T/work" "$ocsp_url" \
	"$(port_of ms:good,tls13)" "$(port_of ms:good,tls12)"
