# Real servers serve the staple that staple-fetch got, to a client that insists on it (GnuTLS).
# Apache, which takes no file, is the contrast: it fetches by itself, and forges an answer when
# the responder is dead.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
PATH=$PATH:/usr/sbin:/sbin
lab_responder && lab_pki --only ms,ms2 && lab_openssl_responder || exit 99
cd "$T" || exit 99
chmod 755 "$T"
fetch() { staple-fetch --no-system-policy --force --refresh-at 1s "$@"; }

# As root, servers run as nobody.
as_nobody=()
if [ "$(id -u)" = 0 ]; then
	as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	give() { chown -R 65534:65534 "$@"; }
else
	give() { :; }
fi
have() { command -v "$1" >/dev/null && return; skip "$1 serves the staple" "$1 is not installed"; return 1; }
server() { "$@" >>server.log 2>&1 </dev/null & server_pid=$!; at_end_kill $server_pid; }
wait_port() {
	local n=0
	until (: </dev/tcp/127.0.0.1/"$1") 2>/dev/null; do
		n=$((n + 1)); [ $n -lt 200 ] || { diag "nobody listens at $1:" "$(tail -n 5 server.log)"; return 1; }
		sleep 0.05
	done
}
ca=$pki/root.pem
# insists PORT [OPTION...]: GnuTLS accepts the Must-Staple certificate; the staple in got.der
insists() {
	rm -f got.der
	gnutls-cli --x509cafile "$ca" --save-ocsp=got.der -p "$1" "${@:2}" localhost </dev/null
}
# the first connection of a fresh server already counts
serves() { # NAME PORT STAPLE [OPTION...]
	ok "$1: GnuTLS accepts the Must-Staple certificate" insists "$2" "${@:4}"
	ok "$1: what is served is the file" cmp got.der "$3"
}

have gnutls-cli || { done_testing; exit; }

if have nginx; then
	mkdir nginx && cp "$pki/ms.chain.pem" nginx/ && port=$(free_port)
	ok "nginx: fetched from a real responder (OpenSSL)" \
		fetch --url "$openssl_url" --layout nginx nginx/ms.chain.pem
	cat >nginx/conf <<-CONF
		daemon off; worker_processes 2; pid $T/nginx/pid; error_log $T/nginx/log;
		events { }
		http {
		  access_log off;
		  client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
		  server {
		    listen 127.0.0.1:$port ssl; ssl_protocols TLSv1.2 TLSv1.3;
		    ssl_certificate $T/nginx/ms.chain.pem; ssl_certificate_key $pki/ms.key;
		    ssl_stapling on; ssl_stapling_file $T/nginx/ms.chain.pem.ocsp;
		    return 200 ok;
		  }
		}
	CONF
	server nginx -p "$T/nginx" -e "$T/nginx/log" -c "$T/nginx/conf"
	wait_port "$port" && serves nginx "$port" nginx/ms.chain.pem.ocsp
	sleep 1.1 # thisUpdate has seconds
	ok "nginx: a new staple, and a reload by the hook" fetch --url "$openssl_url" --layout nginx \
		--hook "kill -HUP $server_pid" nginx/ms.chain.pem
	for _ in $(seq 60); do
		insists "$port" >/dev/null 2>&1 && cmp -s got.der nginx/ms.chain.pem.ocsp && break
		sleep 0.1
	done
	serves "nginx after the reload" "$port" nginx/ms.chain.pem.ocsp
fi

if have haproxy; then
	mkdir haproxy && port=$(free_port)
	# the leaf and its key alone, so that HAProxy needs the .issuer beside it
	cat "$pki/ms.pem" "$pki/ms.key" >haproxy/ms.pem
	ok "haproxy: fetched with its issuer" fetch --issuer "$pki/int.pem" --layout haproxy haproxy/ms.pem
	ca=$pki/bundle.pem # as no intermediate is served
	cat >haproxy/conf <<-CONF
		global
		  stats socket $T/haproxy/s.sock level admin
		  ssl-default-bind-options ssl-min-ver TLSv1.2
		defaults
		  mode http
		  timeout connect 5s
		  timeout client 5s
		  timeout server 5s
		frontend f
		  bind 127.0.0.1:$port ssl crt $T/haproxy/ms.pem
		  http-request return status 200 content-type text/plain string ok
	CONF
	give haproxy
	server "${as_nobody[@]}" haproxy -db -f haproxy/conf
	wait_port "$port" && serves haproxy "$port" haproxy/ms.pem.ocsp
	sleep 1.1
	ok "haproxy: a new one through its runtime API" fetch --layout haproxy \
		--haproxy-socket haproxy/s.sock haproxy/ms.pem
	serves "haproxy without a reload" "$port" haproxy/ms.pem.ocsp
	sleep 1.1
	status_is "haproxy: a staple that it does not know is status 2" 2 fetch --out ms2.der \
		--haproxy-socket haproxy/s.sock "$pki/ms2.chain.pem"
	err_like "with what it said" 'HAProxy did not take the staple'
	status_is "haproxy: no socket is status 2" 2 fetch --out ms3.der \
		--haproxy-socket haproxy/none.sock "$pki/ms.chain.pem"
	err_like "by its name" 'none.sock'
	ca=$pki/root.pem
fi

if have hitch; then
	mkdir hitch && cp "$pki/ms.all.pem" hitch/ms.pem && port=$(free_port)
	ok "hitch: fetched" fetch --layout hitch hitch/ms.pem
	cat >hitch/conf <<-CONF
		frontend = { host = "127.0.0.1" port = "$port" }
		backend = "[127.0.0.1]:$port"
		daemon = off
		workers = 1
		tls-protos = TLSv1.2 TLSv1.3
		pem-file = { cert = "$T/hitch/ms.pem" ocsp-resp-file = "$T/hitch/ms.pem.ocsp" }
	CONF
	give hitch
	server "${as_nobody[@]}" hitch --config=hitch/conf
	wait_port "$port" && serves hitch "$port" hitch/ms.pem.ocsp
fi

if have lighttpd; then
	mkdir lighttpd && cp "$pki/ms.chain.pem" "$pki/ms.key" lighttpd/ && port=$(free_port)
	ok "lighttpd: fetched" fetch --layout lighttpd lighttpd/ms.chain.pem
	cat >lighttpd/conf <<-CONF
		server.modules = ("mod_openssl")
		server.document-root = "$T/lighttpd"
		server.bind = "127.0.0.1"
		server.port = $port
		server.errorlog = "$T/lighttpd/log"
		ssl.engine = "enable"
		ssl.pemfile = "$T/lighttpd/ms.chain.pem"
		ssl.privkey = "$T/lighttpd/ms.key"
		ssl.stapling-file = "$T/lighttpd/ms.chain.pem.ocsp"
	CONF
	give lighttpd
	server "${as_nobody[@]}" lighttpd -D -f lighttpd/conf
	wait_port "$port" && serves lighttpd "$port" lighttpd/ms.chain.pem.ocsp
fi

exim=$(command -v exim4 || command -v exim)
if [ -z "$exim" ]; then
	skip "exim serves the staple" "exim4 is not installed"
elif [ "$(id -u)" != 0 ] || ! id Debian-exim >/dev/null 2>&1; then
	pass "exim runs only as its own user: left out for this one"
else
	mkdir exim && cp "$pki/ms.chain.pem" "$pki/ms.key" exim/ && port=$(free_port)
	ok "exim: fetched" fetch --layout exim exim/ms.chain.pem
	cat >exim/conf <<-CONF
		primary_hostname = localhost
		spool_directory = $T/exim/spool
		log_file_path = $T/exim/%slog
		local_interfaces = 127.0.0.1
		daemon_smtp_ports = $port
		pid_file_path = $T/exim/pid
		tls_advertise_hosts = *
		tls_certificate = $T/exim/ms.chain.pem
		tls_privatekey = $T/exim/ms.key
		tls_ocsp_file = $T/exim/ms.chain.pem.ocsp
		begin acl
		begin routers
		begin transports
		begin retry
		* * F,2h,15m
		begin rewrite
		begin authenticators
	CONF
	chown -R Debian-exim exim
	server setpriv --reuid="$(id -u Debian-exim)" --regid="$(id -g Debian-exim)" --clear-groups \
		"$exim" -C "$T/exim/conf" -bdf
	wait_port "$port" && serves exim "$port" exim/ms.chain.pem.ocsp --starttls-proto=smtp
fi

# gnutls-serv binds every address: in a network of its own.
if have gnutls-serv; then
	mkdir gnutls && cp "$pki/ms.chain.pem" gnutls/
	ok "gnutls-serv: fetched" fetch --layout gnutls gnutls/ms.chain.pem
	cat >gnutls/run <<-'SH'
		ip link set lo up
		gnutls-serv --http -p 5556 --x509certfile=gnutls/ms.chain.pem --x509keyfile="$1/ms.key" \
			--ocsp-response=gnutls/ms.chain.pem.ocsp >gnutls/log 2>&1 </dev/null &
		serv=$!
		for _ in $(seq 100); do (: </dev/tcp/127.0.0.1/5556) 2>/dev/null && break; sleep 0.05; done
		gnutls-cli --x509cafile "$1/root.pem" --save-ocsp=got.der -p 5556 localhost </dev/null
		status=$?
		kill $serv
		exit $status
	SH
	own_net=(unshare -n)
	[ "$(id -u)" = 0 ] || own_net=(unshare -rn)
	if "${own_net[@]}" true 2>/dev/null; then
		rm -f got.der
		ok "gnutls-serv: GnuTLS accepts the Must-Staple certificate" \
			"${own_net[@]}" bash gnutls/run "$pki"
		ok "gnutls-serv: what is served is the file" cmp got.der gnutls/ms.chain.pem.ocsp
	else
		pass "gnutls-serv needs a network of its own, which is not allowed here"
	fi
fi

# The contrast: with the responder dead, Apache's own stapling forges tryLater.
if have apache2; then
	mkdir apache && port=$(free_port) && kill "$responder_pid"
	cp "$pki/ms.chain.pem" "$pki/ms.key" apache/
	modules=/usr/lib/apache2/modules
	cat >apache/conf <<-CONF
		ServerRoot $T/apache
		ServerName localhost
		PidFile $T/apache/pid
		Mutex file:$T/apache
		LoadModule mpm_event_module $modules/mod_mpm_event.so
		LoadModule authz_core_module $modules/mod_authz_core.so
		LoadModule socache_shmcb_module $modules/mod_socache_shmcb.so
		LoadModule ssl_module $modules/mod_ssl.so
		ErrorLog $T/apache/log
		SSLStaplingCache shmcb:$T/apache/stapling(65536)
		SSLStaplingResponderTimeout 1
		SSLUseStapling on
		Listen 127.0.0.1:$port
		<VirtualHost 127.0.0.1:$port>
		SSLEngine on
		SSLCertificateFile $T/apache/ms.chain.pem
		SSLCertificateKeyFile $T/apache/ms.key
		</VirtualHost>
	CONF
	give apache
	server "${as_nobody[@]}" apache2 -f "$T/apache/conf" -DFOREGROUND
	wait_port "$port"
	run insists "$port"
	is "Apache by itself, its responder dead: GnuTLS refuses" "$status" 1
	status_is "while staple-fetch keeps the staple that it has" 0 staple-fetch --no-system-policy --check \
		nginx/ms.chain.pem
fi
done_testing
