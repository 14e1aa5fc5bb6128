# Each fuzz target takes its whole corpus: every file there was a finding once, or is a seed.
. "$SRCDIR/tests/tap.sh"

targets=0
for source in "$SRCDIR"/tests/fuzz/*.c; do
	name=$(basename "$source" .c)
	case $name in
	inspect | writers) needs=libjansson-dev ;;
	cert | csr) needs=libssl-dev ;;
	*) needs='' ;;
	esac
	[ -z "$needs" ] || [ -x "$BUILDDIR/tests/fuzz/$name" ] ||
		{ skip "$name" "built without $needs"; continue; }
	targets=$((targets + 1))
	program=$BUILDDIR/tests/fuzz/$name
	ok "$name: there is a corpus" test -n "$(ls "$SRCDIR/tests/fuzz/corpus/$name" 2>/dev/null)"
	ok "$name: there is a dictionary" test -s "$SRCDIR/tests/fuzz/$name.dict"
	is "$name: each line of it is a quoted word" \
		"$(grep -vnE '^(#.*|"([^"\\]|\\["\\]|\\x[0-9a-fA-F]{2})+")$' "$SRCDIR/tests/fuzz/$name.dict")" ""
	ok "$name: over its corpus" "$program" "$SRCDIR/tests/fuzz/corpus/$name"
	ok "$name: over nothing at all" "$program"
done
ok "there are targets" test "$targets" -gt 0

# The interface, before anything is installed, built or written.
for words in '' cert 'cert x' 'cert 0' 'cert -5' 'cert 1e3' 'cert 5s' 'nothing 5' 'support/driver 5' '../fuzz/cert 5' \
	'totals nothing' 'coverage nothing' 'all all' 'cert 5 5'; do
	# shellcheck disable=SC2086
	status_is "bootstrap fuzz $words: is refused" 2 "$SRCDIR/bootstrap" fuzz $words
	err_like "and says what is expected" 'usage:|no such target: .*there are: .*cert|seconds: a number'
done
for words in 'cert 5' 'all 1' 'totals all' 'totals cert' 'coverage writers'; do
	# shellcheck disable=SC2086
	ok "tests/fuzz/run $words: is understood" bash "$SRCDIR/tests/fuzz/run" --check $words
done
done_testing
