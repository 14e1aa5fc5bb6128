# What a program may still do when it reads what others wrote.
. "$SRCDIR/tests/tap.sh"

if ! command -v cc >/dev/null || nm "$BUILDDIR/tools/staple-verify" 2>/dev/null | grep -q __asan_init; then
	skip 'an intruder is refused' 'there is no compiler, or a sanitizer is in the way'
	done_testing
	exit
fi
cc -shared -fPIC -O1 -D_GNU_SOURCE -o "$T/intruder.so" "$SRCDIR/tests/tools/intruder.c" || exit 99
seed=$SRCDIR/tests/fuzz/corpus
export INTRUDER_FILE=$T/elsewhere

# intrude COMMAND...: a preloaded intruder wakes when the program reads standard input.
intrude() {
	rm -f "$T/elsewhere" "$T/out.d/inside"
	LD_PRELOAD=$T/intruder.so "$@" <"$input" >"$T/out" 2>"$T/err"
	status=$?
}
refused() { err_like "$1: $2 is refused" "^intruder: $2 refused$"; }
possible() { err_like "$1: $2 is possible" "^intruder: $2 possible$"; }

# Without a fence the intruder does it all: this test can fail.
input=$seed/cert/everything
intrude staple-inspect --no-sandbox -
for what in write run connect read; do possible 'without a sandbox' "$what"; done
ok 'and it has written' test -e "$T/elsewhere"

intrude staple-inspect -
for what in write run connect; do refused staple-inspect "$what"; done
possible staple-inspect read
is 'staple-inspect: its work is done all the same' "$status" 0
out_like 'staple-inspect: and reported' 'www.example.com'
ok 'staple-inspect: nothing was written' test ! -e "$T/elsewhere"

intrude staple-inventory -
for what in write run connect; do refused staple-inventory "$what"; done
out_like 'staple-inventory: reports' 'www.example.com'

mkdir "$T/out.d"
INTRUDER_INSIDE=$T/out.d/inside intrude staple-inventory --format json --output "$T/out.d/report" -
for what in write run connect; do refused 'with --output' "$what"; done
possible 'with --output' 'write inside'
ok 'with --output: the report is there' grep -q www.example.com "$T/out.d/report"

printf 'www.example.com\n' >"$T/list"
mkdir "$T/keys"
input=$T/list
intrude staple-csr --no-system-policy --batch - --out-dir "$T/keys"
for what in write run connect; do refused 'staple-csr --batch' "$what"; done
ok 'staple-csr --batch: the request is there' test -s "$T/keys/www.example.com.csr"

printf '127.0.0.1:1\n' >"$T/list"
intrude staple-gate --no-system-policy --timeout 1s --trust "$SRCDIR/tests/fuzz/corpus/cert/ca" --targets -
for what in write run; do refused staple-gate "$what"; done
possible staple-gate connect
out_like 'staple-gate: and it tells of its target' '127.0.0.1:1'

status_is 'a folder of output that does not exist is still a clear message' 2 \
	staple-inspect --output "$T/none/report" "$seed/cert/ca"
err_like 'with the name' 'none/report'
status_is 'output to a device' 0 staple-inspect --output /dev/null "$seed/cert/ca"
done_testing
