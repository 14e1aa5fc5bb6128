# Real responders: OpenSSL's, and cfssl's, which hands out prepared answers.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_pki --only ms,ms2,plain,revoked,unknown && lab_openssl_responder || exit 99
cd "$T" || exit 99
fetch() { staple-fetch --no-system-policy --retries 0 --force "$@"; }
verify() { staple-verify --no-system-policy --staple-only --staple "$1" --issuer "$pki/int.pem" "$pki/$2.pem"; }

# --- OpenSSL, with a delegated signer ---
ok "openssl: good" fetch --url "$openssl_url" --out ms.der "$pki/ms.chain.pem"
ok "openssl: and OpenSSL agrees" bash -c "openssl ocsp -respin ms.der -issuer $pki/int.pem -cert $pki/ms.pem \
	-CAfile $pki/bundle.pem -no_nonce 2>&1 | grep -q ': good'"
ok "openssl: by POST" fetch --url "$openssl_url" --post --out post.der "$pki/ms.chain.pem"
ok "openssl: SHA-256 CertID" fetch --url "$openssl_url" --hash sha256 --out h.der "$pki/ms.chain.pem"
ok "openssl: a nonce comes back" fetch --url "$openssl_url" --nonce --format json --out n.der "$pki/ms.chain.pem"
is "openssl: the nonce was there" "$(grep -c nonce-missing "$T/out")" 0
status_is "openssl: revoked" 1 fetch --url "$openssl_url" --out r.der "$pki/revoked.chain.pem"
out_like "with its reason" 'staple.revoked .*keyCompromise'
status_is "openssl: unknown" 1 fetch --url "$openssl_url" --out u.der "$pki/unknown.chain.pem"
out_like "is not good" staple.unknown
sed -i "s/^V\(.*CN=plain\)/R\1/; s/^R\t\([^\t]*\)\t\t\(.*CN=plain\)/R\t\1\t261101000000Z\t\2/" "$pki/index.txt"
ok "openssl: a certificate" fetch --url "$openssl_url" --out ms2.der "$pki/ms2.chain.pem"
status_is "openssl: and one that was just revoked" 1 fetch --url "$openssl_url" --out p.der "$pki/plain.chain.pem"

# --- cfssl: a file of base64 answers; its GET fails when the base64 of a request has a '+' ---
if command -v cfssl >/dev/null; then
	for leaf in ms ms2 revoked; do
		kind=good
		[ $leaf = revoked ] && kind=revoked
		lab_staple $kind $leaf cfssl.der && base64 -w0 cfssl.der >>responses && echo >>responses
	done
	port=$(free_port)
	cfssl ocspserve -address 127.0.0.1 -port "$port" -responses responses -loglevel 0 >cfssl.log 2>&1 &
	at_end_kill $!
	for _ in $(seq 100); do (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null && break; sleep 0.05; done
	cfssl=http://127.0.0.1:$port/
	ok "cfssl: good" fetch --url "$cfssl" --out c.der "$pki/ms.chain.pem"
	ok "cfssl: is a staple" verify c.der ms
	ok "cfssl: by POST" fetch --url "$cfssl" --post --out c2.der "$pki/ms2.chain.pem"
	status_is "cfssl: revoked" 1 fetch --url "$cfssl" --out c3.der "$pki/revoked.chain.pem"
	out_like "by name" staple.revoked
	status_is "cfssl: what it has no answer for" 1 fetch --url "$cfssl" --out c4.der "$pki/plain.chain.pem"
	out_like "is unauthorized" staple.unauthorized
	# many serial numbers, so that some requests have a '+'
	for n in $(seq 12); do
		$python "$lab/pki.py" "many$n" --only ms
		cp "many$n/ms.chain.pem" "many/$n.pem" 2>/dev/null || { mkdir many && cp "many$n/ms.chain.pem" "many/$n.pem"; }
		$python "$lab/staples.py" "many$n" good ms | base64 -w0 >>many.responses && echo >>many.responses
	done
	port=$(free_port)
	cfssl ocspserve -address 127.0.0.1 -port "$port" -responses many.responses -loglevel 0 >cfssl2.log 2>&1 &
	at_end_kill $!
	for _ in $(seq 100); do (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null && break; sleep 0.05; done
	ok "cfssl: twelve certificates, whatever their base64 is" fetch --url "http://127.0.0.1:$port/" many
	is "cfssl: all are there" "$(ls many | grep -c 'ocsp$')" 12
else
	skip "cfssl's responder" "cfssl is not installed (package golang-cfssl)"
fi
done_testing
