# Real servers through the gate: tests/cases/gate/servers.tsv says what it has to answer.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
. "$SRCDIR/tests/lab/servers.sh"
cases=$SRCDIR/tests/cases/gate/servers.tsv
PATH=$PATH:/usr/sbin
lab_responder && lab_pki >"$T/pki.out" || { fail "a laboratory PKI"; done_testing; exit; }
lab_mode good
chmod -R a+rX "$pki"
lab_staple good ms "$T/good.der"
lab_staple expired ms "$T/expired.der"
lab_staple good ms2 "$T/foreign.der"
chmod a+r "$T"/*.der
gate() { staple-gate --no-system-policy --trust "$pki/root.pem" --timeout 15s "$@"; }

fetching="ssl_stapling on; ssl_stapling_verify on;"
apache_fetch=("SSLStaplingCache shmcb:$run_dir/stapling(65536)" "SSLUseStapling on"
	"SSLStaplingResponderTimeout 2")
# A responder that is not there.
dead="http://127.0.0.1:$(free_port)/"

touch_once() { gate --rounds 1 --tls 1.3 --key-kind ecdsa "https://localhost:$port" >/dev/null 2>&1; }
# Until every round is stapled (ten seconds at most).
warm() {
	local n=0
	until gate --rounds 2 "https://localhost:$port" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 50 ] || return
		sleep 0.2
	done
}

start() {
	case $1 in
	nginx-cold) start_nginx ms -- 1 "$fetching" ;;
	nginx-cold-workers) start_nginx ms -- 4 "$fetching" ;;
	nginx-warm) start_nginx ms -- 1 "$fetching" && warm ;;
	nginx-reloaded)
		start_nginx ms -- 1 "$fetching" && warm
		local old
		old=$(pgrep -P "$server_pid")
		kill -HUP "$server_pid"
		for _ in $(seq 100); do kill -0 $old 2>/dev/null || break; sleep 0.05; done ;;
	nginx-dead) start_nginx ms -- 1 "$fetching ssl_stapling_responder $dead;" && touch_once; sleep 0.2 ;;
	nginx-file) start_nginx ms -- 2 "ssl_stapling on; ssl_stapling_file $T/good.der;" ;;
	nginx-file-expired) start_nginx ms -- 1 "ssl_stapling on; ssl_stapling_file $T/expired.der;" ;;
	nginx-file-foreign) start_nginx ms -- 1 "ssl_stapling on; ssl_stapling_file $T/foreign.der;" ;;
	nginx-file-two-kinds)
		start_nginx ms ms-rsa -- 1 "ssl_stapling on; ssl_stapling_file $T/good.der;" ;;
	apache) start_apache ms "${apache_fetch[@]}" ;;
	apache-dead) start_apache ms "${apache_fetch[@]}" "SSLStaplingForceURL $dead" ;;
	apache-dead-switches) start_apache ms "${apache_fetch[@]}" "SSLStaplingForceURL $dead" \
		"SSLStaplingReturnResponderErrors off" "SSLStaplingFakeTryLater off" ;;
	apache-md-*)
		# The responder is slow while the first handshakes are looked at.
		[ "$1" = apache-md-cold ] && lab_mode delay:10 || lab_mode good
		start_apache ms "LoadModule md_module /usr/lib/apache2/modules/mod_md.so" "MDStoreDir md" \
			"MDStapling on" "MDStapleOthers on"
		[ "$1" = apache-md-cold ] || warm ;;
	haproxy-file) start_haproxy ms "$T/good.der" ;;
	haproxy-none) start_haproxy ms ;;
	haproxy-pushed)
		start_haproxy ms /dev/null
		printf 'set ssl ocsp-response <<\n%s\n\n' "$(base64 -w64 "$T/good.der")" |
			socat - "UNIX-CONNECT:$dir/socket" >"$dir/push" ;;
	caddy) start_caddy ms ;;
	hitch) start_hitch ms "$T/good.der" ;;
	lighttpd) start_lighttpd ms "$T/good.der" ;;
	lighttpd-none) start_lighttpd ms ;;
	exim) start_exim ms "$T/good.der" ;;
	exim-bad-file) start_exim ms "$T/expired.der" ;;
	gnutls-serv) start_gnutls_serv ms --ocsp-response="$T/good.der" ;;
	gnutls-serv-none) start_gnutls_serv ms ;;
	s_server) start_s_server ms -status_file "$T/good.der" ;;
	s_server-none) start_s_server ms ;;
	stunnel) start_stunnel ms ;;
	dovecot) start_dovecot ms ;;
	esac
}

while IFS=$'\t' read -r name program scheme want cell finding <&3; do
	if ! command -v "$program" >/dev/null; then skip "$name" "$program is not installed"; continue; fi
	if ! start "$name"; then fail "$name starts"; continue; fi
	run gate -v --format json "$scheme://localhost:$port"
	is "$name: status and cell" "$status $(jq -r '.targets[0].cell' "$T/out")" "$want $cell"
	ids=$(jq -r '[.findings[].id] | unique | join(" ")' "$T/out")
	case $finding in
	-) ;;
	*) is "$name: its finding" "$(grep -ow -- "$finding" <<<"$ids" | head -n 1)" "$finding" ;;
	esac
	case $name in
	nginx-file-two-kinds)
		is "$name: the paths differ" "$(grep -ow gate.paths-differ <<<"$ids")" gate.paths-differ ;;
	apache-dead) is "$name: why" "$(grep -ow advice.apache-try-later <<<"$ids")" advice.apache-try-later ;;
	exim-bad-file) is "$name: why" "$(grep -ow advice.exim-file <<<"$ids")" advice.exim-file ;;
	nginx-cold)
		is "$name: what to do about it" "$(jq -r '[.findings[] | select(.id == "staple.missing")][0].hint' \
			"$T/out" | grep -o '^nginx fetches lazily')" "nginx fetches lazily" ;;
	esac
	{ [ "$status $(jq -r '.targets[0].cell' "$T/out")" = "$want $cell" ] ||
		{ echo "== $name"; jq -c '.findings[] | [.id, .message]' "$T/out" | head; tail -n 5 "$dir"/*log* "$run_dir/$server_count.log" 2>/dev/null; }; } | sed 's/^/# /'
	kill "$server_pid" 2>/dev/null
done 3< <(grep -v '^#' "$cases")
done_testing
