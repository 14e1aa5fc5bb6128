# staple-fetch --watch: refreshes when due, SIGHUP, metrics, and systemd's protocol.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy NOTIFY_SOCKET
lab_responder && lab_pki || exit 99
cd "$T" || exit 99
mkdir certs && cp "$pki/ms.chain.pem" certs/

# A service manager's socket: each datagram is a line.
cat >manager.py <<-'PY'
	import os, socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind("manager.sock" if sys.argv[1] == "path" else "\0" + sys.argv[1])
	print("ready", flush=True)
	while True:
	    print(s.recv(4096).decode().replace("\n", " "), flush=True)
PY
lab_start manager.log '^ready' $python manager.py path

lab_mode left:6:1
watch() {
	NOTIFY_SOCKET=$T/manager.sock staple-fetch --no-system-policy --watch --retries 0 --timeout 2s \
		--format openmetrics --output metrics.prom --hook 'echo "$STAPLE_CHANGED" >>hook.log' \
		"$@" >watch.out 2>watch.err </dev/null &
	watch_pid=$!
	at_end_kill $watch_pid
}
watch -v certs
ok "it says when it is ready" lab_wait manager.log '^READY=1 STATUS=1 certificates, all staples good'
ok "it serves the watchdog" lab_wait manager.log '^WATCHDOG=1'
ok "the metrics are written" grep -q 'staple_good.*ms.chain.pem"} 1' metrics.prom
first=$(stat -c %i certs/ms.chain.pem.ocsp)
lab_wait hook.log . && lab_wait responder.log .
for _ in $(seq 100); do
	[ "$(stat -c %i certs/ms.chain.pem.ocsp)" != "$first" ] && break
	sleep 0.1
done
ok "a staple of seven seconds is refreshed when half of them are over" \
	test "$(stat -c %i certs/ms.chain.pem.ocsp)" != "$first"
# The staple is in its place before its hook runs.
for _ in $(seq 100); do [ "$(wc -l <hook.log)" -ge 2 ] && break; sleep 0.1; done
ok "with the hook each time" test "$(wc -l <hook.log)" -ge 2

lab_mode left:100000:0
sleep 4 # a long staple comes, and the next round is hours away
cp "$pki/ms2.chain.pem" certs/
kill -HUP $watch_pid
ok "SIGHUP finds a new certificate in the folder" lab_wait metrics.prom 'staple_good.*ms2.chain.pem"} 1'
lab_mode http500
rm certs/ms2.chain.pem.ocsp
kill -HUP $watch_pid
ok "a missing staple is in the metrics" lab_wait metrics.prom 'staple_present.*ms2.chain.pem"} 0'
ok "with its error" grep -q 'staple_last_error.*ms2.chain.pem"} 1' metrics.prom
ok "and no time that looks good" bash -c '! grep -qE "(remaining|dark).*ms2" metrics.prom'
ok "the manager is told" lab_wait manager.log 'STATUS=2 certificates, not all staples good; next round in 1m|next round in 59s'
ok "it stays" kill -0 $watch_pid
kill $watch_pid
wait $watch_pid 2>/dev/null
is "SIGTERM ends it" "$?" 143
is "no temporary file is left" "$(find . -name '.staple-*' | wc -l)" 0

# A responder that has nothing newer is not asked every second.
rm -rf certs hook.log && mkdir certs && cp "$pki/ms.chain.pem" certs/
lab_staple left:600:700 ms half.der && cp half.der certs/ms.chain.pem.ocsp
lab_mode "fixed $T/half.der"
: >responder.log
watch certs
sleep 3.5
is "a responder without anything newer is asked once in a while" "$(wc -l <responder.log)" 1
kill $watch_pid

# An abstract name, as systemd uses them for user services.
lab_start manager2.log '^ready' $python manager.py "lab-$$"
NOTIFY_SOCKET=@lab-$$ staple-fetch --no-system-policy --watch -q certs >w2.out 2>&1 &
at_end_kill $!
ok "an abstract socket works too" lab_wait manager2.log READY=1
is "a wrong argument ends it" "$(staple-fetch --no-system-policy --watch --at @1 certs >/dev/null 2>&1; echo $?)" 2
done_testing
