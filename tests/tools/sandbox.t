# What a program may still do when it reads what others wrote.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_mode good && lab_pki --only ms,ms2 || { echo 'Bail out! no laboratory'; exit 1; }
lab_servers ms:good || { echo 'Bail out! no server'; exit 1; }
cd "$T" || exit 99
seed=$SRCDIR/tests/fuzz/corpus

# --- where fences are kept away, as by a container or an emulator ---

if cc -o "$T/without" "$SRCDIR/tests/tools/without.c" 2>"$T/err"; then
	for n in 1 22 38; do
		for what in landlock seccomp no_new_privs; do
			status_is "without $what (errno $n) the work is done" 0 "$T/without" "$what" $n staple-inspect -v "$pki/ms.pem"
			err_like 'and -v says so' '^staple-inspect: sandbox: .* here: '
		done
	done
else
	skip 'where fences are kept away' "no C compiler for it: $(head -1 "$T/err")"
fi

# --- an intruder in each program ---

cc -shared -fPIC -O1 -D_GNU_SOURCE -o "$T/intruder.so" "$SRCDIR/tests/tools/intruder.c" || exit 99
export INTRUDER_FILE=$T/elsewhere INTRUDER_OLD=$T/old
# AddressSanitizer wants its library to be the first, and traces for its leak check.
if nm "$BUILDDIR/tools/staple-verify" 2>/dev/null | grep -q __asan_init; then
	diag 'built with AddressSanitizer: its leak check, which traces, is off here'
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0:detect_leaks=0
fi

# intrude COMMAND...: a preloaded intruder wakes when the program reads standard input, a pipe, as files
# are read past the C library.
intrude() {
	rm -f "$T/elsewhere" "$T/out.d/inside"
	echo old >"$T/old"
	chmod 600 "$T/old"
	status=0
	LD_PRELOAD=$T/intruder.so "$@" < <(exec cat "$input") >"$T/out" 2>"$T/err" || status=$?
}
# A program that has nothing to write, or only in $T/out.d.
fenced() { # DESCRIPTION [connect]
	local what refused='write remove change run kill'
	[ "${2:-}" = connect ] || refused="$refused connect"
	for what in $refused; do err_like "$1: $what is refused" "^intruder: $what refused$"; done
	for what in read ${2:-}; do err_like "$1: $what is possible" "^intruder: $what possible$"; done
	is "$1: nothing was written" "$(ls "$T/elsewhere" 2>/dev/null)" ''
	is "$1: nor changed" "$(cat "$T/old") $(stat -c %a "$T/old")" 'old 600'
}
done_all_the_same() { is "$1: its work is done all the same" "$status" "${2:-0}"; }

# Without a fence the intruder does it all: this test can fail.
input=$seed/cert/everything
intrude staple-inspect --no-sandbox -
for what in write remove run kill connect read; do
	err_like "without a sandbox: $what is possible" "^intruder: $what possible$"
done
ok 'and it has written' test -e "$T/elsewhere"

intrude staple-inspect -
fenced staple-inspect
done_all_the_same staple-inspect
out_like 'staple-inspect: and reported' 'www.example.com'

input=/dev/null
INTRUDER_NETWORK=1 intrude staple-inspect "localhost:$(port_of ms:good)"
fenced 'staple-inspect HOST:PORT' connect
done_all_the_same 'staple-inspect HOST:PORT'

input=$seed/cert/everything
intrude staple-inventory -
fenced staple-inventory
done_all_the_same staple-inventory
out_like 'staple-inventory: reports' 'www.example.com'

mkdir "$T/out.d"
INTRUDER_INSIDE=$T/out.d/inside intrude staple-inventory --format json --output "$T/out.d/report" -
fenced 'staple-inventory --output'
err_like 'staple-inventory --output: it may write there' '^intruder: write inside possible$'
ok 'staple-inventory --output: the report is there' grep -q www.example.com "$T/out.d/report"
intrude staple-inventory --db "$T/out.d/db" -
fenced 'staple-inventory --db'
done_all_the_same 'staple-inventory --db'

input=$pki/ms.pem
intrude staple-verify --no-system-policy --trust "$pki/root.pem" --chain "$pki/int.pem" -
fenced staple-verify
done_all_the_same staple-verify
INTRUDER_INSIDE=$T/out.d/inside intrude staple-verify --no-system-policy --trust "$pki/root.pem" \
	--chain "$pki/int.pem" --output "$T/out.d/verify" -
fenced 'staple-verify --output'
err_like 'staple-verify --output: it may write there' '^intruder: write inside possible$'
ok 'staple-verify --output: the report is there' test -s "$T/out.d/verify"

input=$pki/ms.chain.pem
intrude staple-fetch --no-system-policy --out "$T/out.d/s.ocsp" -
fenced staple-fetch connect
done_all_the_same staple-fetch
ok 'staple-fetch: the staple is there' test -s "$T/out.d/s.ocsp"
input=/dev/null
INTRUDER_NETWORK=1 intrude staple-fetch --no-system-policy --out-dir "$T/out.d" "$pki/ms2.chain.pem"
fenced 'staple-fetch, from its responder' connect
done_all_the_same 'staple-fetch, from its responder'

printf 'www.example.com\n' >"$T/list"
mkdir "$T/keys"
input=$T/list
intrude staple-csr --no-system-policy --batch - --out-dir "$T/keys"
fenced 'staple-csr --batch'
done_all_the_same 'staple-csr --batch'
ok 'staple-csr --batch: the request is there' test -s "$T/keys/www.example.com.csr"
input=$pki/ms.key
intrude staple-csr --no-system-policy --key - --out "$T/keys/k.csr" www.example.com
fenced 'staple-csr --key'
done_all_the_same 'staple-csr --key'

printf 'localhost:%s\n' "$(port_of ms:good)" >"$T/list"
input=$T/list
intrude staple-gate --no-system-policy --rounds 1 --trust "$pki/root.pem" --targets -
fenced staple-gate connect
done_all_the_same staple-gate
input=/dev/null
INTRUDER_NETWORK=1 intrude staple-gate --no-system-policy --rounds 1 --trust "$pki/root.pem" \
	"localhost:$(port_of ms:good)"
fenced 'staple-gate, from the server' connect
done_all_the_same 'staple-gate, from the server'

# --- what the fence must not be in the way of ---

status_is 'a folder of output that does not exist is still a clear message' 2 \
	staple-inspect --output "$T/none/report" "$seed/cert/ca"
err_like 'with the name' 'none/report'
status_is 'output to a device' 0 staple-inspect --output /dev/null "$seed/cert/ca"
status_is 'output to a pipe' 0 bash -c 'staple-inspect --output /dev/stdout "$1" | cat; exit ${PIPESTATUS[0]}' - "$seed/cert/ca"
out_like 'comes out of it' 'certificate Fuzz CA'
status_is 'output to a command' 0 bash -c 'staple-inspect --output >(cat >"$2") "$1" && wait $!' - "$seed/cert/ca" "$T/piped"
ok 'reaches it' grep -q 'certificate Fuzz CA' "$T/piped"

fetch() { staple-fetch --no-system-policy --force "$@"; }
mkdir live live/site archive other given
cp "$pki/ms.chain.pem" live/ms.pem
cp "$pki/ms2.chain.pem" archive/fullchain1.pem
ln -s ../../archive/fullchain1.pem live/site/fullchain.pem
ln -s ../archive/ms.ocsp live/ms.pem.ocsp
ln -s ../../other/site.ocsp live/site/fullchain.pem.ocsp
status_is 'a staple that is a link into another folder' 0 fetch live/ms.pem
ok 'is put there' test -s archive/ms.ocsp
ok 'and stays a link' test -L live/ms.pem.ocsp
rm archive/ms.ocsp
status_is 'found in a folder' 0 fetch live
ok 'too' test -s archive/ms.ocsp
ok 'and below it' test -s other/site.ocsp
ln -s ../other/given.ocsp given/ms.pem.ocsp
status_is 'in --out-dir' 0 fetch --out-dir given live/ms.pem
ok 'too' test -s other/given.ocsp
ln -s ../../other/out.ocsp given/out
status_is 'a link that leads nowhere' 2 fetch --out given/out live/ms.pem
out_like 'is told' 'fetch.unwritable .*given/out: its folder'
mkdir links && ln -s "$T/live/site" links/site
status_is 'a folder that is a link' 0 fetch links
ln -s nowhere.pem live/gone.pem
status_is 'a certificate that is a link to nothing is none' 0 fetch live

done_testing
