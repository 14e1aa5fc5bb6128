# What CAs make of the request: two keep the extension, the others drop it without a word, and
# staple-verify refuses each certificate that lacks it.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
mkdir "$T/work" && cd "$T/work" || exit 99

has() { local p; for p; do command -v "$p" >/dev/null || [ -x "$p" ] || return 1; done; }
has_feature() { openssl x509 -in "$1" -noout -text | grep -A1 'TLS Feature' | grep -q '^ *status_request$'; }
verify() { run staple-verify --no-system-policy --csr "$2" --trust "$3" ${4:+--chain "$4"} "$1"; }

# kept WHO CERT REQUEST TRUST
kept() {
	ok "$1: the extension is in the certificate" has_feature "$2"
	ok "$1: as it was asked for" test "$(openssl asn1parse -in "$2" -i | grep -A1 'TLS Feature' | tail -n 1 | sed 's/.*://')" = 3003020105
	verify "$2" "$3" "$4"
	out_unlike "$1: staple-verify sees nothing dropped" 'csr.feature-dropped|feature.missing'
	is "$1: and passes it" "$status" 0
}

# dropped WHO CERT REQUEST TRUST [CHAIN]: and the CA's own command was content ($status is its).
dropped() {
	is "$1: issues with status 0" "$status" 0
	tap_unlike "$1: without a word about the extension" <(cat "$T/out" "$T/err") \
		'[Ff]eature|[Mm]ust-?[Ss]taple|1\.3\.6\.1\.5\.5\.7\.1\.24|ignor'
	ok "$1: a certificate for the name" grep -q 'DNS:www.example.com' <(openssl x509 -in "$2" -noout -text)
	ok "$1: it lacks the extension" test -z "$(openssl x509 -in "$2" -noout -text | grep 'TLS Feature')"
	verify "$2" "$3" "$4" "${5:-}"
	is "$1: staple-verify refuses it" "$status" 1
	out_like "$1: and says why" 'csr.feature-dropped'
}

# --- the request and a CA's key ---

staple-csr -q --out-key www.key --out www.pem www.example.com || exit 99
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
	-subj '/CN=Test CA' -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
	2>/dev/null
cat >leaf.ext <<'C'
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
authorityKeyIdentifier=keyid
authorityInfoAccess=OCSP;URI:http://127.0.0.1:1/
C

# --- OpenSSL ---

openssl_ca() { # FOLDER CONFIG-LINE...
	mkdir "$1"; : >"$1/index.txt"
	{
		printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index.txt\nnew_certs_dir=%s\nserial=%s/serial\n' "$1" "$1" "$1"
		printf 'rand_serial=yes\ncertificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\ndefault_days=10\n'
		printf 'policy=p\nx509_extensions=v3\nemail_in_dn=no\n'
		printf '%s\n' "${@:2}"
		printf '[p]\ncommonName=supplied\n[v3]\n'
		cat leaf.ext
	} >"$1/conf"
	run openssl ca -batch -config "$1/conf" -in www.pem -out "$1/www.pem" -notext
}
openssl_ca copy copy_extensions=copy
is "openssl ca with copy_extensions: issues" "$status" 0
kept "openssl ca with copy_extensions" copy/www.pem www.pem ca.pem

printf 'subjectAltName=DNS:www.example.com\n' | cat leaf.ext - >leaf-san.ext
run openssl x509 -req -in www.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 10 -extfile leaf-san.ext -out x509.pem
dropped "openssl x509 -req" x509.pem www.pem ca.pem
sed -i 's/^extendedKeyUsage/subjectAltName=DNS:www.example.com\n&/' leaf.ext
openssl_ca plain
dropped "openssl ca" plain/www.pem www.pem ca.pem

# --- certtool ---

if has certtool; then
	printf 'expiration_days = 10\ntls_www_server\nsigning_key\nocsp_uri = http://127.0.0.1:1/\n' >crt.tmpl
	{ cat crt.tmpl; echo honor_crq_extensions; } >honor.tmpl
	run certtool --generate-certificate --load-request www.pem --load-ca-certificate ca.pem \
		--load-ca-privkey ca.key --template honor.tmpl --outfile honor.pem
	is "certtool with honor_crq_extensions: issues" "$status" 0
	kept "certtool with honor_crq_extensions" honor.pem www.pem ca.pem
	echo 'dns_name = www.example.com' >>crt.tmpl
	run certtool --generate-certificate --load-request www.pem --load-ca-certificate ca.pem \
		--load-ca-privkey ca.key --template crt.tmpl --outfile crt.pem
	dropped "certtool" crt.pem www.pem ca.pem
else
	skip "certtool" "gnutls-bin is not installed"
fi

# --- cfssl ---

if has cfssl; then
	printf '{"signing":{"default":{"expiry":"240h","usages":["digital signature","server auth"]}}}' >cfssl.json
	run cfssl sign -ca ca.pem -ca-key ca.key -config cfssl.json -hostname www.example.com www.pem
	$python -c 'import json,sys; sys.stdout.write(json.load(open(sys.argv[1]))["cert"])' "$T/out" >cfssl.pem
	dropped "cfssl sign" cfssl.pem www.pem ca.pem
else
	skip "cfssl" "golang-cfssl is not installed"
fi

# --- easy-rsa ---

if has /usr/share/easy-rsa/easyrsa; then
	export EASYRSA=$PWD/easy EASYRSA_PKI=$PWD/easy/pki EASYRSA_BATCH=1 EASYRSA_REQ_CN='Easy CA'
	mkdir easy && cp -r /usr/share/easy-rsa/* easy/
	{ easy/easyrsa init-pki && easy/easyrsa build-ca nopass; } >easy.log 2>&1
	for name in plain copied; do cp www.pem $name.req; easy/easyrsa import-req $name.req $name >>easy.log 2>&1; done
	run easy/easyrsa --subject-alt-name=DNS:www.example.com sign-req server plain
	dropped "easy-rsa" easy/pki/issued/plain.crt www.pem easy/pki/ca.crt
	run easy/easyrsa --copy-ext sign-req server copied
	ok "easy-rsa --copy-ext keeps it" has_feature easy/pki/issued/copied.crt
	verify easy/pki/issued/copied.crt www.pem easy/pki/ca.crt
	out_unlike "and nothing is dropped" 'csr.feature-dropped'
else
	skip "easy-rsa" "easy-rsa is not installed"
fi

# --- ACME: pebble with lego and certbot ---

acme_start() {
	local acme mgmt http tls
	lab_pki --only plain || return
	acme=$(free_port); mgmt=$(free_port); http=$(free_port); tls=$(free_port)
	cat >pebble.json <<-C
	{"pebble":{"listenAddress":"127.0.0.1:$acme","managementListenAddress":"127.0.0.1:$mgmt",
	 "certificate":"$pki/plain.chain.pem","privateKey":"$pki/plain.key","httpPort":$http,"tlsPort":$tls,
	 "ocspResponderURL":"http://127.0.0.1:1/","externalAccountBindingRequired":false}}
	C
	lab_start "$T/pebble.out" 'ACME directory available' env PEBBLE_VA_ALWAYS_VALID=1 \
		PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config pebble.json || return
	directory=https://localhost:$acme/dir
	http_port=$http
	$python - "https://localhost:$mgmt/roots/0" "$pki/root.pem" >acme-root.pem <<-'P'
	import ssl, sys, urllib.request
	print(urllib.request.urlopen(sys.argv[1], context=ssl.create_default_context(cafile=sys.argv[2])).read().decode())
	P
}
if ! has pebble; then
	skip "ACME" "pebble is not installed"
elif ! acme_start; then
	fail "pebble starts" "$(head -c 1000 "$T/pebble.out")"
else
	if has lego; then
		run env LEGO_CA_CERTIFICATES="$pki/root.pem" lego --accept-tos --path lego --server "$directory" \
			--email a@lab.example --csr www.pem --http --http.port "127.0.0.1:$http_port" run
		dropped "pebble with lego --csr" lego/certificates/www.example.com.crt www.pem acme-root.pem
	else
		skip "lego" "lego is not installed"
	fi
	if has certbot; then
		run env REQUESTS_CA_BUNDLE="$pki/root.pem" certbot certonly --csr www.pem --standalone \
			--http-01-address 127.0.0.1 --http-01-port "$http_port" --server "$directory" -n \
			--agree-tos -m a@lab.example --config-dir certbot --work-dir certbot/w --logs-dir certbot/l \
			--cert-path certbot.pem --chain-path certbot-chain.pem --fullchain-path certbot-full.pem
		dropped "pebble with certbot --csr" certbot.pem www.pem acme-root.pem certbot-chain.pem
	else
		skip "certbot" "certbot is not installed"
	fi
fi
done_testing
