# The demo is the end-to-end test: it checks every step itself.
. "$SRCDIR/tests/tap.sh"
status_is "the demo goes through" 0 bash "$SRCDIR/tests/demo.sh" "$SRCDIR" "$BUILDDIR"
is "and ends with its line" "$(tail -n 1 "$T/out")" "demo: blocked without a staple, passed with one"
done_testing
