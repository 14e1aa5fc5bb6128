# The laboratory for tests that speak TAP: sourced after tap.sh.  Everything lives below $T and
# is ended by at_end_kill.
#
#	lab_responder		starts responder.py: $ocsp_url; lab_mode KIND changes its answer
#	lab_pki [OPTION...]	makes $T/pki with pki.py (with lab_responder's URL when there is one)
#	lab_servers SPEC...	starts staple-server.py; port_of SPEC tells a port
#	lab_openssl_responder	starts openssl-responder.py for $T/pki: $openssl_url

python=/usr/bin/python3
[ -x $python ] || python=python3
lab=$SRCDIR/tests/lab
pki=$T/pki
ocsp_url=

# lab_wait FILE PATTERN: until the file holds a line like it (ten seconds at most).
lab_wait() {
	local n=0
	until grep -Eq -- "$2" "$1" 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 200 ] || { diag "no '$2' in $1:" "$(head -c 1000 "$1")"; return 1; }
		sleep 0.05
	done
}

lab_start() { # LOG PATTERN COMMAND...
	local log=$1 pattern=$2; shift 2
	"$@" >"$log" 2>&1 </dev/null &
	at_end_kill $!
	lab_pid=$!
	lab_wait "$log" "$pattern"
}

lab_responder() {
	mkdir -p "$pki"
	lab_start "$T/responder.out" '^listening' $python "$lab/responder.py" "$pki" "$T/mode" \
		--log "$T/responder.log" || return
	responder_pid=$lab_pid
	ocsp_url=$(sed -n 's/^listening on //p' "$T/responder.out")
}

# Replaced at once, so that no request reads half of it.
lab_mode() { printf '%s\n' "$@" >"$T/mode.new" && mv "$T/mode.new" "$T/mode"; }

lab_pki() {
	$python "$lab/pki.py" "$pki" ${ocsp_url:+--ocsp "$ocsp_url" --issuers "${ocsp_url}int.cer"} "$@"
}

lab_openssl_responder() {
	lab_start "$T/openssl-responder.out" '^listening' $python "$lab/openssl-responder.py" \
		--index "$pki/index.txt" --ca "$pki/int.pem" --signer "$pki/ocsp.pem" \
		--key "$pki/ocsp.key" "$@" || return
	openssl_url=$(sed -n 's/^listening on //p' "$T/openssl-responder.out")
}

# lab_staple KIND LEAF FILE
lab_staple() { $python "$lab/staples.py" "$pki" "$1" "$2" >"$3"; }

lab_servers() {
	lab_start "$T/servers.out" '^ready$' $python "$lab/staple-server.py" "$pki" \
		--log "$T/servers.log" "$@"
}
port_of() { awk -v s="$1" '$1 == s { print $2; exit }' "$T/servers.out"; }

free_port() {
	$python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
