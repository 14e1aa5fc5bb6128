# Keys, passwords and PINs stay where they are.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_mode good && lab_pki --only ms && lab_servers ms:good || { echo 'Bail out! no laboratory'; exit 1; }
mkdir "$T/work" "$T/tokens"
token=
module=$(find /usr/lib /usr/local/lib -name 'libsofthsm2.so' 2>/dev/null | head -n 1)
if [ -n "$module" ] && command -v softhsm2-util >/dev/null && command -v p11tool >/dev/null; then
	export SOFTHSM2_CONF=$T/softhsm2.conf
	printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$T" >"$SOFTHSM2_CONF"
	softhsm2-util --init-token --free --label lab --pin 73190486 --so-pin 5678 >/dev/null &&
		GNUTLS_PIN=73190486 p11tool --login --generate-privkey ecdsa --curve secp256r1 --label ec \
			'pkcs11:token=lab' >/dev/null 2>&1 && token='pkcs11:token=lab;object=ec;type=private'
fi
# A leak check cannot trace what strace traces.
nm "$BUILDDIR/tools/staple-verify" 2>/dev/null | grep -q __asan_init &&
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
$python "$SRCDIR/tests/secrets.py" "$pki" "$T/work" "localhost:$(port_of ms:good)" ${token:+"$token"}
