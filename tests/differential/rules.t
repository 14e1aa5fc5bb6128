# The rules by which the fuzz target `cert` excuses a difference: each is needed by a certificate of
# its corpus, and excuses nothing else of it.
if [ ! -x "$BUILDDIR/tests/differential/rules" ]; then echo "1..0 # SKIP libssl-dev is not installed"; exit; fi
"$BUILDDIR/tests/differential/rules" "$SRCDIR"/tests/fuzz/corpus/cert/*
