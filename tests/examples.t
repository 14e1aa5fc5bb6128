# Every command that stands behind "$ " in a manual page does what the page says, as it is written:
# under www.example.com and port 443, with the paths of a real machine, in namespaces of their own
# (network, mounts), where a laboratory CA is trusted and its responder and servers run.
if [ "${EXAMPLES_INSIDE:-}" != yes ]; then
	for tool in mandoc jq nginx haproxy socat softhsm2-util p11tool unshare ip; do
		PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null && continue
		. "$SRCDIR/tests/tap.sh"
		skip "the examples of the manuals" "$tool is not installed"
		done_testing
		exit
	done
	export EXAMPLES_INSIDE=yes PATH=$PATH:/usr/sbin:/sbin
	as=-mn
	[ "$(id -u)" = 0 ] || as=-rmn
	exec unshare $as bash "$0"
fi
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
umask 022

# --- a machine: its own /etc, /var/lib and /run, and the names of the manuals ---

mkdir "$T/over" && mount -t tmpfs none "$T/over" || { fail "namespaces"; done_testing; exit; }
trap 'cd /; umount -l /etc /srv /var/lib "$T/over" 2>/dev/null; tap_cleanup' EXIT
lay_over() { # FOLDER: what is written below it is not seen outside
	mkdir -p "$T/over$1/up" "$T/over$1/work" &&
		mount -t overlay none -o "lowerdir=$1,upperdir=$T/over$1/up,workdir=$T/over$1/work" "$1"
}
lay_over /etc && lay_over /var/lib && lay_over /srv && mount -t tmpfs none /run || { fail "a machine of our own"; done_testing; exit; }
ip link set lo up && ip addr add 192.0.2.7/32 dev lo
printf '127.0.0.1 %s\n' localhost www.example.com mx.example.com mail.example.com ocsp.example.com >/etc/hosts
rm -f /etc/staple-tools/policy.conf

lab_start "$T/responder.out" '^listening' $python "$lab/responder.py" "$pki" "$T/mode" --port 80 || exit 99
lab_mode good
ocsp_url=http://ocsp.example.com/
lab_pki --only ms,ms2,plain || exit 99
cat "$pki/root.pem" >>/etc/ssl/certs/ca-certificates.crt

# sign REQUEST OUT [plain]: what the CA does: the certificate and its issuer.
sign() {
	cat >"$T/sign.conf" <<-CONF
	basicConstraints = critical,CA:FALSE
	keyUsage = critical,digitalSignature
	extendedKeyUsage = serverAuth
	authorityKeyIdentifier = keyid
	authorityInfoAccess = OCSP;URI:$ocsp_url
	CONF
	local serial
	serial=$(openssl rand -hex 8)
	openssl x509 -req -in "$1" -CA "$pki/int.pem" -CAkey "$pki/int.key" -set_serial "0x$serial" \
		-copy_extensions copy -extfile "$T/sign.conf" -days 60 2>/dev/null >"$T/signed" &&
		cat "$T/signed" "$pki/int.pem" >"$2" &&
		cp "$T/signed" "$pki/s$serial.pem" && cp "$pki/int.key" "$pki/s$serial.key" # the responder's list
}
made() { # NAME OPTION...: key, request and certificate in the laboratory's folder
	local name=$1; shift
	staple-csr -q --out-key "$pki/$name.key" --out "$pki/$name.csr" "$@" &&
		sign "$pki/$name.csr" "$pki/$name.chain.pem" && cp "$pki/$name.chain.pem" "$pki/$name.pem" &&
		cat "$pki/$name.chain.pem" "$pki/$name.key" >"$pki/$name.all.pem" &&
		lab_staple good "$name" "$pki/$name.ocsp"
}
made www www.example.com && made new www.example.com && made old --no-must-staple www.example.com &&
	made mail mail.example.com mx.example.com || { fail "certificates"; done_testing; exit; }

nginx_conf() { # PORT NAME EXTRA
	cat <<-CONF
	$([ "$(id -u)" != 0 ] || echo 'user root;')
	worker_processes 1; error_log $T/nginx.log; $3
	events { }
	http { access_log off;
	  client_body_temp_path $T/t; proxy_temp_path $T/t; fastcgi_temp_path $T/t; uwsgi_temp_path $T/t; scgi_temp_path $T/t;
	  server { listen 127.0.0.1:$1 ssl; listen 192.0.2.7:$1 ssl; server_name www.example.com;
	    ssl_certificate $pki/$2.chain.pem; ssl_certificate_key $pki/$2.key;
	    ssl_stapling on; ssl_stapling_file $pki/$2.ocsp; return 200 ok; } }
	CONF
}
mkdir -p /etc/nginx/tls /etc/nginx/certs /etc/letsencrypt/live/www /etc/haproxy/certs /run/haproxy \
	/var/lib/staples /var/lib/prometheus/node-exporter
nginx_conf 443 www 'daemon on; pid /run/nginx.pid;' >/etc/nginx/nginx.conf
rm -rf /etc/nginx/sites-enabled /etc/nginx/conf.d
nginx 2>"$T/nginx.err" || { fail "nginx" "$(cat "$T/nginx.err")"; done_testing; exit; }
for _ in $(seq 100); do [ -s /run/nginx.pid ] && break; sleep 0.05; done
at_end_kill "$(cat /run/nginx.pid)"
cp "$pki/www.chain.pem" /etc/nginx/tls/www.pem
cp "$pki/old.chain.pem" /etc/nginx/certs/old.pem
cp "$pki/www.chain.pem" /etc/letsencrypt/live/www/fullchain.pem
cp "$pki/www.ocsp" /var/lib/staples/www.der
cp "$pki/www.chain.pem" /etc/ssl/www.pem && cp "$pki/www.ocsp" /var/lib/staples/www.pem.ocsp
mkdir -p /srv/keystores && openssl pkcs12 -export -in "$pki/www.all.pem" -passout pass:changeit -out /srv/keystores/www.p12

# a staple that is due, in a server that has it
cp "$pki/www.all.pem" /etc/haproxy/certs/www.pem
lab_staple left:86400:777600 www /etc/haproxy/certs/www.pem.ocsp
cat >/etc/haproxy/haproxy.cfg <<-CONF
global
  stats socket /run/haproxy/admin.sock level admin
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:8444 ssl crt /etc/haproxy/certs/www.pem
CONF
haproxy -db -f /etc/haproxy/haproxy.cfg >"$T/haproxy.log" 2>&1 &
at_end_kill $!
for _ in $(seq 100); do [ -S /run/haproxy/admin.sock ] && break; sleep 0.05; done

lab_servers mail:good,smtp || { fail "a mail server"; done_testing; exit; }
socat TCP-LISTEN:25,bind=127.0.0.1,fork,reuseaddr "TCP:127.0.0.1:$(port_of mail:good,smtp)" 2>/dev/null &
at_end_kill $!

mkdir "$T/bin" "$T/tokens"
printf '#!/bin/sh\necho "$*" >>%s/systemctl.log\n' "$T" >"$T/bin/systemctl" && chmod +x "$T/bin/systemctl"
PATH=$T/bin:$PATH
export SOFTHSM2_CONF=$T/softhsm2.conf
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$T" >"$SOFTHSM2_CONF"
softhsm2-util --init-token --free --label web --pin 1234 --so-pin 5678 >/dev/null || exit 99
GNUTLS_PIN=1234 p11tool --login --generate-privkey ecdsa --curve secp256r1 --label www --id 01 \
	'pkcs11:token=web' >/dev/null 2>&1

# --- the folder that a reader of the page would have ---

prepare() { # PAGE
	rm -rf "$T/work" && mkdir "$T/work" && cd "$T/work" || exit 99
	cp "$pki/www.chain.pem" www.pem
	cp "$pki/www.csr" "$pki/www.key" "$pki/www.ocsp" "$pki/new.ocsp" .
	cp "$pki/int.pem" chain.pem && cp "$pki/int.pem" issuer.pem
	cp "$pki/new.chain.pem" new.pem && cp www.pem cert.pem && cp www.pem www.example.com.pem && cp "$pki/old.chain.pem" plain.pem
	cat "$pki/www.chain.pem" "$pki/old.chain.pem" >bundle.pem && cp /etc/ssl/certs/ca-certificates.crt all.pem
	printf '%s\n' www.example.com 'shop.example.com example.org' >hosts
	printf '%s\n' 'www.example.com  # ours' smtp://mx.example.com >targets
	echo 1234 >pin && echo changeit >passwords
	nginx_conf 8443 new "daemon off; pid $T/rehearse.pid;" >rehearse.conf
	cp "$T/bank.conf" bank.conf
	case $1 in staple-csr.1 | staple-tools.7) rm www.csr www.key ;; esac
}

expected() { # COMMAND
	case $1 in
	*'--ca lets-encrypt'*) echo 1 ;;
	*'verify --format json plain.pem'*) echo 1 ;; # "why does it not hold?"
	*--watch*) echo 143 ;; # it goes on until it is ended
	*) echo 0 ;;
	esac
}

# The policies of staple-policy(5), and commands: behind "$ ", going on after a backslash, an open
# quote, a pipe or &&.
mandoc -Tascii -Owidth=200 "$SRCDIR/man/staple-policy.5" | col -b | expand |
	sed -n '/^EXAMPLES/,/^SEE ALSO/{/^           [^$]/s/^           //p;}' >"$T/bank.conf"
is "both policies of staple-policy(5) were found" "$(grep -cE '^(ca|name|staple|waiver) ' "$T/bank.conf")" 4

commands() { # PAGE: each in a file $T/commands/N
	rm -rf "$T/commands" && mkdir "$T/commands"
	mandoc -Tascii -Owidth=200 "$SRCDIR/man/$1" | col -b | expand | awk -v out="$T/commands/" '
		function odd(s) { return gsub(/\047/, "", s) % 2 }
		going { sub(/^ +/, ""); text = text "\n" $0; if (!open()) finish(); next }
		/^ +\$ / { sub(/^ +\$ /, ""); text = $0; if (open()) going = 1; else finish() }
		function open() { return text ~ /\\$/ || text ~ /(\||&&)$/ || odd(text) }
		function finish() { n++; print text >sprintf("%s%02d", out, n); going = 0 }'
}

seen=0
for page in "$SRCDIR"/man/staple-*.[1-9]; do
	page=$(basename "$page")
	commands "$page"
	n=$(ls "$T/commands" | wc -l)
	if [ "$n" = 0 ]; then fail "$page has an example"; continue; fi
	prepare "$page"
	for file in "$T"/commands/*; do
		command=$(cat "$file") limit=60 want=$(expected "$(cat "$file")")
		name="$page: $(tr -s ' \n\\' ' ' <"$file" | cut -c1-150)"
		case $command in *--watch*) command="timeout --preserve-status 4 $command" ;; esac
		run timeout $limit bash -o pipefail -c "$command"
		if [ "$status" = "$want" ]; then pass "$name"
		else fail "$name" "status $status" "$(head -c 1500 "$T/out")" "$(head -c 800 "$T/err")"; fi
		seen=$((seen + 1))
		case "$page $command" in
		staple-tools.7*'staple-csr --new-key'*) sign www.csr www.pem ;;
		staple-tools.7*'staple-csr --no-must-staple'*) sign plain.csr plain.pem ;;
		*'jq '*) [ -s "$T/out" ] || [[ $command == *days_left* ]] || fail "$name" "it prints nothing" ;;
		esac
	done
	case $page in
	staple-csr.1)
		ok "$page: what was made is there" test -s www.csr -a -s www.key -a -s requests/shop.example.com.csr ;;
	staple-gate.1)
		is "$page: the report says pass" "$(jq -r .verdict gate.json)" pass
		ok "$page: with the evidence" test -n "$(ls evidence)" ;;
	staple-fetch.1)
		ok "$page: nginx has its staple" test -s /etc/nginx/tls/www.pem.ocsp
		ok "$page: and certbot's too" test -s /var/lib/staples/www.ocsp
		ok "$page: metrics" grep -q '^staple_present.* 1' /var/lib/prometheus/node-exporter/staples.prom
		ok "$page: the server was told" grep -q 'reload nginx' "$T/systemctl.log"
		run staple-verify --staple-only --staple /etc/haproxy/certs/www.pem.ocsp /etc/haproxy/certs/www.pem
		is "$page: HAProxy's file is new" "$status" 0
		run staple-gate --rounds 1 --connect 127.0.0.1:8444 www.example.com
		is "$page: and HAProxy sends the staple" "$status" 0 ;;
	staple-tools.7)
		is "$page: the new certificate was asked for and is Must-Staple" \
			"$(staple-inspect --format json www.pem | jq -r '.objects[0].must_staple')" yes
		is "$page: and left again" \
			"$(staple-inspect --format json plain.pem | jq -r '.objects[0].must_staple')" no ;;
	esac
done
cd /
ok "there were many" test "$seen" -ge 35
done_testing
