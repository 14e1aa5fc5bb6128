# Few descriptors, no room, closed outputs, signals, two at once, a clock set back.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
. "$SRCDIR/tests/lab/servers.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_mode good && lab_pki && lab_servers raw:hang || { echo 'Bail out! no laboratory'; exit 1; }
lab_staple good ms "$pki/ms.ocsp"
start_nginx ms -- 2 "ssl_stapling on; ssl_stapling_file $pki/ms.ocsp;" || { echo 'Bail out! no server'; exit 1; }
stapled=127.0.0.1:$port
start_nginx ms -- 2 || { echo 'Bail out! no server'; exit 1; }
silent=127.0.0.1:$(port_of raw:hang)
mkdir "$T/work"
# A leak check cannot do its work without descriptors.
nm "$BUILDDIR/tools/staple-verify" 2>/dev/null | grep -q __asan_init &&
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
$python "$SRCDIR/tests/faults/scarce.py" "$pki" "$T/work" "$(date +%s)" "$stapled" "127.0.0.1:$port" \
	"$silent" "http://$silent/"
