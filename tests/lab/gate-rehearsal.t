# Rehearsals with real servers: the first handshake after the start is the gate's, and nothing is
# left running.  And what a server says about itself: its name, HTTP/3.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
. "$SRCDIR/tests/lab/servers.sh"
PATH=$PATH:/usr/sbin
lab_responder && lab_pki >"$T/pki.out" || { fail "a laboratory PKI"; done_testing; exit; }
lab_mode good
chmod -R a+rX "$pki"
lab_staple good ms "$T/good.der"
chmod a+r "$T/good.der"
gate() { staple-gate --no-system-policy --trust "$pki/root.pem" --timeout 15s "$@"; }
started_serve=$(declare -f serve)

# The recipes of servers.sh, but not started: the command is left in $command.
serve() { command=$(printf '%q ' "$@"); }

# rehearse NAME STATUS: of the server that was made ready last
rehearse() {
	status_is "$1: status" "$2" gate --cert "$pki/ms.chain.pem" --rehearse "$command" \
		"https://localhost:$port"
	out_like "$1: the first handshake is told" 'first handshake after the start'
	[ "$2" = 0 ] || out_like "$1: fails for it" 'error +gate\.first-handshake '
	ok "$1: nothing runs on" bash -c "! (: </dev/tcp/127.0.0.1/$port) 2>/dev/null"
}

start_nginx ms -- 2 "ssl_stapling on;"
rehearse "nginx, lazy" 1
start_nginx ms -- 2 "ssl_stapling on; ssl_stapling_file $T/good.der;"
rehearse "nginx with a file" 0
sed -i 's/daemon off/daemon on/' "$dir/nginx.conf"
# It has to stay in the foreground; one that does not is stopped all the same.
run gate --deadline 5s --rehearse "$command" "https://localhost:$port"
ok "nginx that makes itself a daemon is stopped too" bash -c "! (: </dev/tcp/127.0.0.1/$port) 2>/dev/null"
start_nginx ms -- 1 "ssl_stapling on; ssl_stapling_file $T/none.der;"
status_is "nginx with a file that is not there" 2 gate --rehearse "$command" "https://localhost:$port"
err_like "does not start" 'rehearsal: the command ended with status 1'

if command -v apache2 >/dev/null; then
	start_apache ms "SSLStaplingCache shmcb:$run_dir/stapling(65536)" "SSLUseStapling on"
	rehearse "Apache, which fetches within the handshake" 0
	start_apache ms
	rehearse "Apache without stapling" 1
else skip "Apache" "apache2 is not installed"; fi

if command -v haproxy >/dev/null; then
	start_haproxy ms "$T/good.der"
	rehearse "HAProxy with its file" 0
	start_haproxy ms
	rehearse "HAProxy without" 1
else skip "HAProxy" "haproxy is not installed"; fi

# --- what a server tells of itself ---

eval "$started_serve"
start_nginx ms -- 1 "ssl_stapling on; ssl_stapling_file $T/good.der;" \
	"add_header Alt-Svc 'h3=\":443\"; ma=86400';"
run gate -v --format json "https://localhost:$port"
is "its name" "$(jq -r '.targets[0].server' "$T/out" | grep -o '^nginx')" nginx
is "HTTP/3 is told to be unchecked" \
	"$(jq -r '.targets[0].findings[] | select(.id == "path.udp-unchecked").severity' "$T/out")" info
run gate -v --format json "tls://localhost:$port"
is "who is not asked does not tell" "$(jq -r '.targets[0].server' "$T/out")" null
run gate --format json --alpn h2,http/1.1 "https://localhost:$port"
is "other protocols can be offered" "$status" 0

# --- in front of the server: PROXY protocol, UNIX sockets, client certificates ---

new_server
cat >"$dir/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $dir/pid; error_log $dir/error.log info;
$(as_root && echo 'user root;')
events { worker_connections 64; }
http {
  access_log $dir/access.log; client_body_temp_path $dir/t; proxy_temp_path $dir/t;
  fastcgi_temp_path $dir/t; uwsgi_temp_path $dir/t; scgi_temp_path $dir/t;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_certificate $pki/ms.chain.pem; ssl_certificate_key $pki/ms.key;
  ssl_stapling on; ssl_stapling_file $T/good.der;
  server { listen 127.0.0.1:$port ssl proxy_protocol; return 200 ok; }
  server { listen unix:$dir/socket ssl; return 200 ok; }
}
CONF
serve nginx -e "$dir/error.log" -c "$dir/nginx.conf"
status_is "a server that wants a PROXY line" 0 gate --proxy-protocol "localhost:$port"
status_is "and gets none" 2 gate "localhost:$port"
status_is "a UNIX socket" 0 gate --connect "unix:$dir/socket" localhost
out_like "by its path" "unix:$dir/socket"
status_is "one that is not there" 2 gate --connect "$dir/none" localhost

new_server
serve openssl s_server -accept "127.0.0.1:$port" -cert "$pki/ms.pem" -cert_chain "$pki/int.pem" \
	-key "$pki/ms.key" -status_file "$T/good.der" -Verify 3 -CAfile "$pki/bundle.pem" -www
status_is "a server that wants a certificate, TLS 1.2" 2 gate --tls 1.2 --rounds 1 "tls://localhost:$port"
out_like "says so" 'wants a certificate from the client|not served|broken'
status_is "and gets one" 0 gate --rounds 1 --client-cert "$pki/plain.all.pem" "tls://localhost:$port"
status_is "one whose key does not fit" 2 gate --client-cert "$pki/plain.pem" \
	--client-key "$pki/ms.key" "tls://localhost:$port"
done_testing
