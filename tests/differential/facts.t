# Our facts about certificates against those of GnuTLS and OpenSSL: the system's own certificates,
# odd ones made here, and all third-party corpora (STAPLE_CORPORA).  What may differ stands in
# tests/cases/facts-differences.tsv, each with its reason.
. "$SRCDIR/tests/tap.sh"
program=$BUILDDIR/tests/differential/facts
corpora=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}
list=$SRCDIR/tests/cases/facts-differences.tsv
if [ ! -x "$program" ]; then skip "the differential test is built" "libssl-dev is not installed"; done_testing; exit; fi

compare() { ok "$1" /usr/bin/python3 "$SRCDIR/tests/differential/compare.py" "$program" "${@:2}"; diag "$(tail -n 1 "$T/out")"; }

mkdir "$T/odd"
openssl ecparam -name prime256v1 -genkey -noout -out "$T/key" 2>/dev/null
n=0
while IFS=$'\t' read -r hex _ what; do
	case $hex in ''|\#*) continue ;; esac
	n=$((n + 1))
	openssl req -x509 -new -key "$T/key" -subj "/CN=$n" -days 1 -addext "1.3.6.1.5.5.7.1.24=DER:$hex" \
		-addext 'subjectAltName=DNS:a.example,IP:192.0.2.1,IP:2001:db8::1,URI:http://a/,email:a@b' \
		-addext 'keyUsage=critical,digitalSignature,decipherOnly' -addext extendedKeyUsage=serverAuth,1.2.3 \
		-addext authorityInfoAccess='OCSP;URI:http://o/,caIssuers;URI:http://i/,OCSP;URI:http://p/' \
		-out "$T/odd/$n.pem" 2>/dev/null
done <"$SRCDIR/tests/cases/feature-values.tsv"
# Of a malformed value the libraries say what they like: that is the point of the list of values.
printf '*\tfeatures\t*\tmalformed\t*\tA value that is not DER is malformed.\n' >"$T/list"
printf '*\tfeatures\tgnutls\tlist*\t*\tGnuTLS keeps each value in 16 bits, and fails on one that is larger.\n' >>"$T/list"
cat "$list" >>"$T/list"
compare "certificates made here" "$T/list" "$T/odd"
is "all of them were compared" "$(grep -oE '^[0-9]+ certificates' "$T/out")" "$n certificates"

[ -d /etc/ssl/certs ] && compare "the system's certificates" "$list" /etc/ssl/certs
if [ -d "$corpora" ]; then
	compare "the third-party corpora" "$list" "$corpora"
else
	diag "no third-party corpora at STAPLE_CORPORA"
fi
# It must be able to fail.
printf '# nothing may differ\n' >"$T/none"
status_is "without the list the differences show" 1 /usr/bin/python3 "$SRCDIR/tests/differential/compare.py" \
	"$program" "$T/none" "$T/odd"
done_testing
