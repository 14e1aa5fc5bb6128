#!/bin/bash
# The main job on real parts: a CA, its OCSP responder and nginx, all on loopback.
#
#	tests/demo.sh SOURCE-FOLDER BUILD-FOLDER
#
# Every command is shown as a user would type it, with its real output; the demo fails when a
# step does not end as it should, and leaves no process and no file behind.
set -u
source_dir=${1:?usage: demo.sh SOURCE-FOLDER BUILD-FOLDER}
build_dir=${2:?usage: demo.sh SOURCE-FOLDER BUILD-FOLDER}
PATH=$build_dir/tools:$PATH:/usr/sbin:/sbin
[ -x /usr/bin/python3 ] && python=/usr/bin/python3 || python=python3
export LC_ALL=C.UTF-8 TZ=UTC
unset GNUTLS_SYSTEM_PRIORITY_FILE SSLKEYLOGFILE http_proxy https_proxy all_proxy
lab=$(mktemp -d) || exit 2
pids=()
cleanup() {
	local pid
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
	rm -rf "$lab"
}
trap cleanup EXIT
trap 'exit 2' INT TERM HUP
cd "$lab" || exit 2

step() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
stop() { printf '\ndemo: FAILED: %s\n' "$*"; exit 1; }

# A command as typed; it must end with this status.  Long output is cut in the middle.
expect() {
	local want=$1 got; shift
	printf '$ %s\n' "$*"
	"$@" >out.txt 2>&1 </dev/null
	got=$?
	if [ "$(wc -l <out.txt)" -gt 32 ]; then
		sed -n 1,8p out.txt; echo "  [...]"; tail -n 10 out.txt
	else
		cat out.txt
	fi
	[ "$want" = 0 ] || printf '[exit status %d]\n' "$got"
	[ "$got" = "$want" ] || stop "exit status $got, expected $want"
}
quietly() { "$@" >quiet.txt 2>&1 </dev/null || { cat quiet.txt; stop "$*"; }; }
mentions() { grep -q -e "$1" out.txt || stop "the output does not mention: $1"; }
free_port() { $python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

make_ca() {
	mkdir ca && : >ca/index.txt && echo 1000 >ca/serial || stop "cannot write in $lab"
	cat >ca.conf <<-CONF
	[ca]
	default_ca = issuing
	[issuing]
	database = ca/index.txt
	serial = ca/serial
	new_certs_dir = ca
	certificate = issuing.pem
	private_key = issuing.key
	default_md = sha256
	default_days = 90
	policy = any
	copy_extensions = copy
	unique_subject = no
	[any]
	commonName = optional
	[req]
	distinguished_name = dn
	[dn]
	[root]
	basicConstraints = critical,CA:TRUE
	keyUsage = critical,keyCertSign,cRLSign
	[sub]
	basicConstraints = critical,CA:TRUE,pathlen:0
	keyUsage = critical,keyCertSign,cRLSign
	authorityKeyIdentifier = keyid
	[server]
	basicConstraints = critical,CA:FALSE
	keyUsage = critical,digitalSignature
	extendedKeyUsage = serverAuth
	authorityKeyIdentifier = keyid
	authorityInfoAccess = OCSP;URI:http://127.0.0.1:$ocsp_port/
	[careless]
	basicConstraints = critical,CA:FALSE
	extendedKeyUsage = serverAuth
	subjectAltName = DNS:shop.example.test
	authorityInfoAccess = OCSP;URI:http://127.0.0.1:$ocsp_port/
	CONF
	quietly openssl ecparam -name prime256v1 -genkey -noout -out root.key
	quietly openssl req -x509 -new -key root.key -config ca.conf -extensions root \
		-subj "/O=Example/CN=Example Root CA" -days 3650 -out root.pem
	quietly openssl ecparam -name prime256v1 -genkey -noout -out issuing.key
	quietly openssl req -new -key issuing.key -config ca.conf \
		-subj "/O=Example/CN=Example Issuing CA" -out issuing.csr
	quietly openssl x509 -req -in issuing.csr -CA root.pem -CAkey root.key -CAcreateserial \
		-extfile ca.conf -extensions sub -days 1800 -out issuing.pem
}

start_responder() {
	$python "$source_dir/tests/lab/openssl-responder.py" --port "$ocsp_port" \
		--index ca/index.txt --ca issuing.pem --signer issuing.pem --key issuing.key \
		>responder.log 2>&1 &
	pids+=($!)
	for _ in $(seq 100); do grep -q listening responder.log && return; sleep 0.05; done
	cat responder.log
	stop "the responder did not start"
}

nginx_conf() {
	cat >nginx.conf <<-CONF
	pid nginx.pid;
	error_log nginx.log;
	daemon off;
	worker_processes 2;
	events { }
	http {
	  access_log off;
	  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
	  uwsgi_temp_path tmp; scgi_temp_path tmp;
	  server {
	    listen 127.0.0.1:$https_port ssl;
	    server_name shop.example.test;
	    ssl_protocols TLSv1.2 TLSv1.3;
	    ssl_certificate shop.chain.pem;
	    ssl_certificate_key shop.key;
	    $1
	    return 200 ok;
	  }
	}
	CONF
}
start_nginx() {
	nginx_conf ''
	echo '$ nginx -p . -e nginx.log -c nginx.conf &'
	nginx -p . -e nginx.log -c nginx.conf >nginx.out 2>&1 &
	pids+=($!)
	nginx_pid=$!
	for _ in $(seq 100); do
		[ -s nginx.pid ] && (: </dev/tcp/127.0.0.1/"$https_port") 2>/dev/null && return
		sleep 0.05
	done
	cat nginx.out nginx.log
	stop "nginx did not start"
}
# The old workers are gone when only new ones answer.
reload_nginx() {
	local old
	old=$(pgrep -P "$nginx_pid" | paste -sd' ')
	expect 0 nginx -p . -e nginx.log -c nginx.conf -s reload
	for _ in $(seq 200); do
		local left=no pid
		for pid in $old; do kill -0 "$pid" 2>/dev/null && left=yes; done
		[ $left = no ] && return
		sleep 0.05
	done
	stop "nginx did not reload"
}

ocsp_port=$(free_port) && https_port=$(free_port) || stop "no free port"
gate="staple-gate --trust root.pem --connect 127.0.0.1:$https_port shop.example.test"

step "A private CA: root, issuing CA, and an OCSP responder (OpenSSL), on loopback"
make_ca
start_responder
echo "root.pem, issuing.pem; responder at http://127.0.0.1:$ocsp_port/"

step "Ask for a Must-Staple certificate"
expect 0 staple-csr --new-key ecdsa-p256 --out-key shop.key --out shop.csr shop.example.test

step "A careless CA signs it, and drops the promise without a word"
expect 0 openssl x509 -req -in shop.csr -CA issuing.pem -CAkey issuing.key -set_serial 0x2000 \
	-extfile ca.conf -extensions careless -days 90 -out dropped.pem
expect 1 staple-verify --csr shop.csr --chain issuing.pem --trust root.pem dropped.pem
mentions csr.feature-dropped

step "A careful CA signs it, and staple-verify agrees that it is what was asked for"
expect 0 openssl ca -batch -notext -config ca.conf -extensions server -in shop.csr -out shop.pem
expect 0 staple-verify --csr shop.csr --chain issuing.pem --trust root.pem \
	--host shop.example.test shop.pem
cat shop.pem issuing.pem >shop.chain.pem

step "Which certificates here are Must-Staple?"
stores=shop.pem
[ -d /etc/ssl/certs ] && stores="/etc/ssl/certs shop.pem"
expect 0 staple-inventory $stores
mentions shop.pem

step "nginx serves it without stapling: the gate blocks"
start_nginx
expect 1 $gate
blocked=yes

step "Fetch the staple, give it to nginx: the gate passes"
expect 0 staple-fetch --out shop.ocsp shop.chain.pem
nginx_conf 'ssl_stapling on; ssl_stapling_file shop.ocsp;'
reload_nginx
expect 0 $gate
passed=yes

step "When that staple runs out and nothing refreshed it: the same server, eight days on"
expect 1 $gate --at "@$(($(date +%s) + 8 * 86400))"
mentions staple.expired

step "The certificate is revoked; staple-fetch keeps the good staple and says so"
cp shop.ocsp before.ocsp
expect 0 openssl ca -config ca.conf -revoke shop.pem -crl_reason keyCompromise
expect 1 staple-fetch --force --out shop.ocsp shop.chain.pem
mentions staple.revoked
cmp -s shop.ocsp before.ocsp || stop "the good staple was replaced"

[ "$blocked$passed" = yesyes ] || stop "a step is missing"
cleanup
trap - EXIT
[ ! -e "$lab" ] || { echo "demo: FAILED: $lab is still there"; exit 1; }
for pid in "${pids[@]}"; do
	! kill -0 "$pid" 2>/dev/null || { echo "demo: FAILED: process $pid is still there"; exit 1; }
done
printf '\ndemo: blocked without a staple, passed with one\n'
