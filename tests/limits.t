# Every limit of lib/ground/limits.h at, below and above.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_mode good && lab_pki --only ms || { echo 'Bail out! no laboratory'; exit 1; }
# One of LIMIT_CHAIN certificates is the leaf's.
limit=$(sed -n 's/^#define LIMIT_CHAIN //p' "$SRCDIR/lib/ground/limits.h")
spec() { echo "ms:good,nochain,chain=$((limit - 1 + $1))"; }
bytes=$((512 * 1024)) # LIMIT_TLS_BYTES
lab_servers "$(spec -1)" "$(spec 0)" "$(spec 1)" "ms:bigcert=$((bytes - 9000))" "ms:bigcert=$((bytes + 100))" || { echo 'Bail out! no servers'; exit 1; }
mkdir "$T/work"
$python "$SRCDIR/tests/limits.py" "$SRCDIR" "$T/work" "$pki" "$T/mode" \
	"$(port_of "$(spec -1)")" "$(port_of "$(spec 0)")" "$(port_of "$(spec 1)")" \
	"$(port_of "ms:bigcert=$((bytes - 9000))")" "$(port_of "ms:bigcert=$((bytes + 100))")"
