# The rules by which the fuzz targets `cert` and `csr` excuse a difference: each is needed by something in
# their corpora, and excuses nothing else of it.
if [ ! -x "$BUILDDIR/tests/differential/rules" ]; then echo "1..0 # SKIP libssl-dev is not installed"; exit; fi
"$BUILDDIR/tests/differential/rules" "$SRCDIR"/tests/fuzz/corpus/cert/* -- "$SRCDIR"/tests/fuzz/corpus/csr/*
