# Real servers for tests, sourced after lab.sh: each function starts one on 127.0.0.1, waits until it
# listens (without connecting) and leaves its port in $port and its pid in $server_pid.
# `leaf` is a name of the laboratory PKI.

run_dir=$T/servers
mkdir -p "$run_dir"
chmod 755 "$T" # servers that give up root read their files
server_count=0

# Listens somebody on this port?  From the kernel's table: a connection would use up the first one.
listens() {
	awk -v p="$(printf ':%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == p { n = 1 }
		END { exit !n }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# serve COMMAND...: in the background, until it listens on $port.
serve() {
	local n=0 log=$run_dir/$server_count.log
	"$@" >"$log" 2>&1 </dev/null &
	server_pid=$!
	at_end_kill $server_pid
	until listens "$port"; do
		n=$((n + 1))
		if [ $n -ge 300 ] || ! kill -0 $server_pid 2>/dev/null; then
			diag "does not listen: $*" "$(tail -n 20 "$log")"
			return 1
		fi
		sleep 0.05
	done
}

new_server() {
	server_count=$((server_count + 1))
	dir=$run_dir/$server_count
	mkdir -p "$dir"
	chmod 777 "$dir"
	port=$(free_port)
}

as_root() { [ "$(id -u)" = 0 ]; }

# nginx LEAF... -- WORKERS DIRECTIVE...
start_nginx() {
	local certs=''
	new_server
	while [ "$1" != -- ]; do
		certs="$certs ssl_certificate $pki/$1.chain.pem; ssl_certificate_key $pki/$1.key;"
		shift
	done
	shift
	cat >"$dir/nginx.conf" <<-CONF
	worker_processes $1; daemon off; pid $dir/pid; error_log $dir/error.log info;
	$(as_root && echo 'user root;')
	events { worker_connections 256; }
	http {
	  access_log off; client_body_temp_path $dir/t; proxy_temp_path $dir/t; fastcgi_temp_path $dir/t;
	  uwsgi_temp_path $dir/t; scgi_temp_path $dir/t;
	  ssl_protocols TLSv1.2 TLSv1.3; ssl_trusted_certificate $pki/bundle.pem;
	  server { listen 127.0.0.1:$port ssl; $certs ${*:2} return 200 ok; }
	}
	CONF
	serve nginx -e "$dir/error.log" -c "$dir/nginx.conf"
}

# apache LEAF DIRECTIVE...: each directive is one argument.
start_apache() {
	local leaf=$1 module user=''
	shift
	new_server
	as_root && user='User nobody
Group nogroup'
	{
		printf 'ServerRoot %s\nServerName localhost\nPidFile %s/pid\nMutex file:%s\nErrorLog %s/error.log\n' \
			"$dir" "$dir" "$dir" "$dir"
		for module in mpm_event authn_core authz_core socache_shmcb ssl; do
			echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
		done
		echo "$user"
		printf '%s\n' "$@"
		cat <<-CONF
		Listen 127.0.0.1:$port
		<VirtualHost 127.0.0.1:$port>
		ServerName localhost
		SSLEngine on
		SSLCertificateFile $pki/$leaf.chain.pem
		SSLCertificateKeyFile $pki/$leaf.key
		</VirtualHost>
		CONF
	} >"$dir/apache.conf"
	serve apache2 -f "$dir/apache.conf" -DFOREGROUND
}

# haproxy LEAF [STAPLE-FILE]
start_haproxy() {
	new_server
	cp "$pki/$1.all.pem" "$dir/site.pem"
	[ $# -lt 2 ] || cp "$2" "$dir/site.pem.ocsp"
	cat >"$dir/haproxy.conf" <<-CONF
	global
	  stats socket $dir/socket level admin
	  ssl-default-bind-options ssl-min-ver TLSv1.2
	defaults
	  mode http
	  timeout connect 5s
	  timeout client 5s
	  timeout server 5s
	frontend f
	  bind 127.0.0.1:$port ssl crt $dir/site.pem
	  http-request return status 200 content-type text/plain string ok
	CONF
	serve haproxy -db -f "$dir/haproxy.conf"
}

start_caddy() {
	new_server
	cat >"$dir/Caddyfile" <<-CONF
	{
	  admin off
	  auto_https disable_redirects
	  storage file_system $dir/store
	  default_sni localhost
	}
	https://localhost:$port {
	  bind 127.0.0.1
	  tls $pki/$1.chain.pem $pki/$1.key
	  respond "ok"
	}
	CONF
	serve env HOME="$dir" XDG_DATA_HOME="$dir" XDG_CONFIG_HOME="$dir" \
		caddy run --config "$dir/Caddyfile" --adapter caddyfile
}

# hitch LEAF STAPLE-FILE
start_hitch() {
	new_server
	cat >"$dir/hitch.conf" <<-CONF
	daemon = off
	frontend = { host = "127.0.0.1" port = "$port" }
	backend = "[127.0.0.1]:9"
	workers = 1
	$(as_root && printf 'user = "nobody"\ngroup = "nogroup"')
	pem-file = { cert = "$pki/$1.all.pem" ocsp-resp-file = "$2" }
	CONF
	serve hitch --config="$dir/hitch.conf"
}

# lighttpd LEAF [STAPLE-FILE]
start_lighttpd() {
	new_server
	cat >"$dir/lighttpd.conf" <<-CONF
	server.modules = ( "mod_openssl" )
	server.document-root = "$dir"
	server.bind = "127.0.0.1"
	server.port = $port
	ssl.engine = "enable"
	ssl.pemfile = "$pki/$1.chain.pem"
	ssl.privkey = "$pki/$1.key"
	$([ $# -lt 2 ] || echo "ssl.stapling-file = \"$2\"")
	CONF
	serve lighttpd -D -f "$dir/lighttpd.conf"
}

# exim LEAF STAPLE-FILE: SMTP with STARTTLS
start_exim() {
	new_server
	cp "$pki/$1.chain.pem" "$dir/cert.pem"
	cp "$pki/$1.key" "$dir/key.pem"
	cp "$2" "$dir/staple.der"
	cat >"$dir/exim.conf" <<-CONF
	$(as_root || printf 'exim_user = %s\nexim_group = %s' "$(id -un)" "$(id -gn)")
	primary_hostname = lab.test
	spool_directory = $dir/spool
	log_file_path = $dir/%slog
	pid_file_path = $dir/exim.pid
	local_interfaces = 127.0.0.1
	daemon_smtp_ports = $port
	tls_advertise_hosts = *
	tls_certificate = $dir/cert.pem
	tls_privatekey = $dir/key.pem
	tls_ocsp_file = $dir/staple.der
	begin acl
	begin routers
	begin transports
	begin retry
	* * F,2h,15m
	begin rewrite
	begin authenticators
	CONF
	mkdir -p "$dir/spool"
	chmod 644 "$dir/exim.conf"
	if as_root; then
		chown -R Debian-exim "$dir"
		chown root "$dir/exim.conf"
		serve setpriv --reuid=Debian-exim --regid=Debian-exim --clear-groups \
			/usr/sbin/exim4 -C "$dir/exim.conf" -bdf
	else
		serve /usr/sbin/exim4 -C "$dir/exim.conf" -bdf
	fi
}

# stunnel LEAF: it cannot staple
start_stunnel() {
	new_server
	cat >"$dir/stunnel.conf" <<-CONF
	foreground = yes
	pid =
	[tls]
	accept = 127.0.0.1:$port
	connect = 127.0.0.1:9
	cert = $pki/$1.all.pem
	CONF
	serve stunnel4 "$dir/stunnel.conf"
}

# dovecot LEAF: it cannot staple; $port is IMAP with STARTTLS
start_dovecot() {
	new_server
	local who group
	who=$(as_root && echo nobody || id -un)
	group=$(as_root && echo nogroup || id -gn)
	cat >"$dir/dovecot.conf" <<-CONF
	base_dir = $dir/run
	state_dir = $dir/state
	log_path = $dir/log
	protocols = imap
	listen = 127.0.0.1
	default_internal_user = $who
	default_internal_group = $group
	default_login_user = $who
	ssl = yes
	ssl_cert = <$pki/$1.chain.pem
	ssl_key = <$pki/$1.key
	service imap-login {
	  chroot =
	  inet_listener imap {
	    port = $port
	  }
	  inet_listener imaps {
	    port = 0
	  }
	}
	service anvil {
	  chroot =
	}
	passdb {
	  driver = static
	  args = nopassword=y
	}
	CONF
	serve dovecot -F -c "$dir/dovecot.conf"
}

# s_server LEAF OPTION...
start_s_server() {
	local leaf=$1
	shift
	new_server
	serve openssl s_server -accept "127.0.0.1:$port" -cert "$pki/$leaf.pem" -cert_chain "$pki/int.pem" \
		-key "$pki/$leaf.key" -www "$@"
}

# gnutls-serv LEAF OPTION...: it has no option for an address and listens on all.
start_gnutls_serv() {
	local leaf=$1
	shift
	new_server
	serve gnutls-serv --http -p "$port" --x509certfile="$pki/$leaf.chain.pem" \
		--x509keyfile="$pki/$leaf.key" "$@"
}
