# Sourced by every script that speaks TAP.  A test is a function call with a description
# first; a script ends with done_testing.  A temporary folder $T is made and removed.
#
#	. "$SRCDIR/tests/tap.sh"
#	status_is "a good staple holds" 0 staple-verify ...
#	out_like  "and says so" 'good until'
#	done_testing

set -u
: "${SRCDIR:?run by make check, or: SRCDIR=. BUILDDIR=build PATH=build/tools:\$PATH bash FILE}"
: "${BUILDDIR:?}"
T=$(mktemp -d) || exit 99
tap_count=0
tap_pids=()
tap_cleanup() {
	local pid
	for pid in "${tap_pids[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${tap_pids[@]}"; do wait "$pid" 2>/dev/null; done
	rm -rf "$T"
}
trap tap_cleanup EXIT
trap 'exit 143' INT TERM

# A pid that is to be killed at the end.
at_end_kill() { tap_pids+=("$1"); }

pass() { tap_count=$((tap_count + 1)); printf 'ok %d - %s\n' "$tap_count" "$1"; }
fail() {
	tap_count=$((tap_count + 1)); printf 'not ok %d - %s\n' "$tap_count" "$1"; shift
	[ $# -gt 0 ] && printf '%s\n' "$@" | sed 's/^/# /'
	return 0
}
# A missing package is an install step that is missing: under CI a skip is a failure.
skip() {
	if [ "${CI:-}" = true ]; then fail "$1" "skipped: $2"; return; fi
	tap_count=$((tap_count + 1)); printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}
diag() { printf '%s\n' "$@" | sed 's/^/# /'; }

# run COMMAND...: its status in $status, its output in $T/out and $T/err.
run() { status=0; "$@" >"$T/out" 2>"$T/err" </dev/null || status=$?; }

# status_is DESCRIPTION STATUS COMMAND...
status_is() {
	local what=$1 want=$2; shift 2
	run "$@"
	if [ "$status" = "$want" ]; then pass "$what"; else
		fail "$what" "status $status, wanted $want: $*" "$(head -c 2000 "$T/out")" \
			"$(head -c 2000 "$T/err")"
	fi
}
tap_like() {
	if grep -Eq -- "$3" "$2"; then pass "$1"; else
		fail "$1" "no match for: $3" "$(head -c 2000 "$2")"
	fi
}
tap_unlike() {
	if grep -Eq -- "$3" "$2"; then fail "$1" "matched: $3" "$(head -c 2000 "$2")"; else pass "$1"; fi
}
# After run or status_is: does its output match this extended regular expression?
out_like() { tap_like "$1" "$T/out" "$2"; }
err_like() { tap_like "$1" "$T/err" "$2"; }
out_unlike() { tap_unlike "$1" "$T/out" "$2"; }
err_unlike() { tap_unlike "$1" "$T/err" "$2"; }
# is DESCRIPTION GOT WANTED
is() {
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2" "wanted: $3"; fi
}
# ok DESCRIPTION COMMAND...: passes when the command succeeds.
ok() { local what=$1; shift; run "$@"; if [ "$status" = 0 ]; then pass "$what"; else
	fail "$what" "status $status: $*" "$(head -c 2000 "$T/out")" "$(head -c 2000 "$T/err")"; fi; }
# For a test that runs programs as another user: where that one may not enter the build, copies that
# he may run come first.
programs_for_all() {
	chmod 755 "$T"
	runuser -u nobody -- test -x "$BUILDDIR/tools/staple-fetch" && return
	mkdir -p "$T/all/tools"
	cp "$BUILDDIR"/tools/staple-{csr,fetch,gate,inspect,inventory,verify} "$T/all/tools"
	cp -rL "$BUILDDIR/policies" "$T/all"
	chmod -R a+rX "$T/all"
	PATH=$T/all/tools:$PATH
}
done_testing() { printf '1..%d\n' "$tap_count"; }
