# Third-party certificates and requests: each gets the answer that its manifest gives
# (STAPLE_CORPORA); and the values of tests/cases/feature-values.tsv, which always lie here.
. "$SRCDIR/tests/tap.sh"
corpora=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}

openssl ecparam -name prime256v1 -genkey -noout -out "$T/key" 2>/dev/null
wrong=0 n=0
while IFS=$'\t' read -r hex must reason; do
	case $hex in ''|\#*) continue ;; esac
	n=$((n + 1))
	openssl req -x509 -new -key "$T/key" -subj /CN=x -days 1 -addext "1.3.6.1.5.5.7.1.24=DER:$hex" \
		-out "$T/$n.pem" 2>/dev/null
	got=$(staple-inspect --format json "$T/$n.pem" | grep -o '"must_staple": "[a-z]*"' | cut -d'"' -f4)
	[ "$got" = "$must" ] || { wrong=$((wrong + 1)); diag "$hex: $got, not $must: $reason"; }
done <"$SRCDIR/tests/cases/feature-values.tsv"
is "each value of the extension has its answer ($n)" "$wrong" 0

if [ -d "$corpora" ]; then
	ok "each certificate and request of the corpora has its manifest's answer" /usr/bin/python3 \
		"$SRCDIR/tests/tools/corpus-facts.py" "$corpora" "$SRCDIR/tests/cases/facts-manifest.tsv"
	diag "$(tail -n 1 "$T/out")"
else
	diag "no third-party corpora at STAPLE_CORPORA: only our own cases were checked"
fi
done_testing
