# The hooks with the real certbot, dehydrated and lego, against pebble as the CA: the staple is there
# before the server is reloaded.  pebble has no responder, but hands out its issuing key.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
for program in pebble certbot dehydrated lego curl; do
	command -v $program >/dev/null && continue
	skip "hooks with a real ACME client" "$program is not installed"
	done_testing
	exit
done
cd "$T" || exit 99
hooks=$SRCDIR/contrib/hooks

$python "$lab/pki.py" "$pki" --only plain || exit 99 # for pebble's own TLS
mkdir acme
lab_start responder.out '^listening' $python "$lab/responder.py" acme "$T/mode" --log responder.log || exit 99
ocsp_url=$(sed -n 's/^listening on //p' responder.out)
lab_mode good-direct
acme_port=$(free_port) management_port=$(free_port) http_port=$(free_port)
cat >pebble.json <<-JSON
	{"pebble": {"listenAddress": "127.0.0.1:$acme_port", "managementListenAddress": "127.0.0.1:$management_port",
	 "certificate": "$pki/plain.chain.pem", "privateKey": "$pki/plain.key", "httpPort": $http_port,
	 "tlsPort": $(free_port), "ocspResponderURL": "$ocsp_url", "externalAccountBindingRequired": false}}
JSON
export PEBBLE_VA_ALWAYS_VALID=1 PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0
pebble -config pebble.json >pebble.log 2>&1 </dev/null &
at_end_kill $!
management() { curl -sf --cacert "$pki/root.pem" "https://127.0.0.1:$management_port/$1"; }
for _ in $(seq 100); do management intermediates/0 >acme/int.pem && break; sleep 0.1; done
management intermediate-keys/0 >acme/int.key
management roots/0 >acme/root.pem
ok "pebble hands out its issuer" openssl x509 -in acme/int.pem -noout -subject

export STAPLE_DEFAULTS=$T/defaults STAPLE_RETRY_FOR=1s
echo 'STAPLE_RELOAD="echo reloaded >>reloads"' >defaults
: >reloads
verify() { staple-verify --no-system-policy --staple-only --staple "$1" --issuer acme/int.pem "$2"; }

# What a CA does: its responder knows the certificate as soon as it is issued.
cat >deploy <<-SH
	#!/bin/sh
	cd "$T" && cp "\$RENEWED_LINEAGE/cert.pem" acme/certbot.pem && cp "\$RENEWED_LINEAGE/privkey.pem" acme/certbot.key
	exec "$hooks/certbot-deploy"
SH
cat >hook <<-SH
	#!/bin/sh
	cd "$T"
	[ "\$1" != deploy_cert ] || { cp "\$4" acme/dehydrated.pem && cp "\$3" acme/dehydrated.key; }
	exec "$hooks/dehydrated" "\$@"
SH
chmod +x deploy hook

ok "certbot gets a certificate" env REQUESTS_CA_BUNDLE="$pki/root.pem" certbot certonly -n --agree-tos \
	-m a@lab.test --standalone --http-01-address 127.0.0.1 --http-01-port "$http_port" \
	--server "https://localhost:$acme_port/dir" -d b.lab.test --must-staple --deploy-hook "$T/deploy" \
	--config-dir "$T/cb" --work-dir "$T/cb/w" --logs-dir "$T/cb/l"
ok "and its hook the staple" verify cb/live/b.lab.test/fullchain.pem.ocsp cb/live/b.lab.test/cert.pem
is "before the server is reloaded" "$(wc -l <reloads)" 1

mkdir -p dh/wellknown && echo c.lab.test >dh/domains
cat >dh/config <<-CONF
	CA=https://localhost:$acme_port/dir
	BASEDIR=$T/dh
	WELLKNOWN=$T/dh/wellknown
	DOMAINS_TXT=$T/dh/domains
	OCSP_FETCH=yes
	KEY_ALGO=prime256v1
	CURL_OPTS="--cacert $pki/root.pem"
	HOOK=$T/hook
CONF
ok "dehydrated registers" dehydrated -f dh/config --register --accept-terms
# dehydrated asks `openssl ocsp`, whose later versions want a root that they trust.
cat acme/root.pem "$pki/root.pem" >roots.pem
ok "dehydrated gets a certificate" env SSL_CERT_FILE="$T/roots.pem" dehydrated -f dh/config -c
ok "its hook has the staple for the server" verify dh/certs/c.lab.test/fullchain.pem.ocsp dh/certs/c.lab.test/cert.pem
ok "and dehydrated's own was judged" verify dh/certs/c.lab.test/ocsp.der dh/certs/c.lab.test/cert.pem
ok "the server was reloaded for both" test "$(wc -l <reloads)" = 3

cat >lego-hook <<-SH
	#!/bin/sh
	cd "$T" && cp "\$LEGO_CERT_PATH" acme/lego\$\$.pem && cp "\$LEGO_CERT_KEY_PATH" acme/lego\$\$.key
	exec "$hooks/lego"
SH
chmod +x lego-hook
lego() {
	LEGO_CA_CERTIFICATES=$T/roots.pem command lego --accept-tos --path "$T/lego" -m a@lab.test \
		--server "https://localhost:$acme_port/dir" --http --http.port "127.0.0.1:$http_port" -d d.lab.test "$@"
}
: >reloads
ok "lego gets a certificate" lego run --must-staple --run-hook "$T/lego-hook"
ok "and its hook the staple" verify lego/certificates/d.lab.test.crt.ocsp lego/certificates/d.lab.test.crt
is "before the server is reloaded" "$(wc -l <reloads)" 1
cp lego/certificates/d.lab.test.crt.ocsp first.ocsp
ok "lego renews it, without the issuer behind it" lego renew --days 10000 --no-random-sleep --no-bundle \
	--renew-hook "$T/lego-hook"
is "(one certificate in the file)" "$(grep -c BEGIN lego/certificates/d.lab.test.crt)" 1
ok "and its hook has the new one's staple" verify lego/certificates/d.lab.test.crt.ocsp \
	lego/certificates/d.lab.test.crt
is "the old one's is no good for it" "$(verify first.ocsp lego/certificates/d.lab.test.crt >/dev/null 2>&1; echo $?)" 1
is "and the server was reloaded" "$(wc -l <reloads)" 2
echo 'STAPLE_RELOAD=false' >defaults
status_is "lego ends with an error when the hook does" 1 lego renew --days 10000 --no-random-sleep \
	--renew-hook "$T/lego-hook"
done_testing
