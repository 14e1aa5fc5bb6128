# Raw TLS Feature values with verdicts that others wrote down: what Firefox's verifier, GnuTLS and a
# linter say of them, where STAPLE_CORPORA has them; and the same of values of our own.
. "$SRCDIR/tests/tap.sh"
python=/usr/bin/python3
[ -x $python ] || python=python3
corpora=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}

# judge VALUE-FILE [HOW]: the JSON report of a certificate around it, in $T/json
judge() {
	$python "$SRCDIR/tests/lab/wrap-feature.py" "$1" "$T/vector.der" "${@:2}" || return
	staple-verify --no-system-policy --at @1768478400 --trust "$T/vector.der" --format json \
		--client all "$T/vector.der" >"$T/json" 2>"$T/err"
	[ -s "$T/json" ]
}
must_staple() { grep -o '"must_staple": "[a-z]*"' "$T/json" | head -n 1 | cut -d'"' -f4; }
# answers CLIENT: "with without"
answers() {
	$python -c 'import json, sys
for row in json.load(open(sys.argv[1]))["certificates"][0]["clients"]:
    if row["client"] == sys.argv[2]:
        print(row["with_staple"]["answer"], row["without_staple"]["answer"])' "$T/json" "$1"
}
word() { case $1 in Success*) echo accepts ;; *) echo refuses ;; esac; }
found() { tap_like "$1" "$T/json" "\"id\": \"$2\""; }

# vector FILE MUST-STAPLE EXPECTED
vector() {
	local name with without
	name=$(basename "$1" .bin)
	judge "$1" || { fail "$name" "$(cat "$T/err")"; return; }
	is "$name: must_staple" "$(must_staple)" "$2"
	case $name in
	mozpkix-*)
		with=$(sed -n 's/.*with staple: \([A-Za-z_]*\);.*/\1/p' <<<"${3%%without*}")
		without=$(sed -n 's/.*without staple: \([A-Za-z_]*\).*/\1/p' <<<"$3")
		is "$name: Firefox" "$(answers firefox)" "$(word "$with") $(word "$without")" ;;
	gnutls-*)
		is "$name: GnuTLS, which finds no feature in it" "$(answers gnutls)" "accepts accepts" ;;
	certlint-wrong-value)
		found "$name is malformed" feature.malformed ;;
	certlint-valid)
		tap_unlike "$name: nothing about the extension" "$T/json" '"id": "feature'
		judge "$1" critical && found "$name, critical" feature.critical
		judge "$1" ocsp-signer && found "$name, in an OCSP signer's certificate" feature.in-ocsp-signer ;;
	esac
}

printf '0\003\002\001\005' >"$T/certlint-valid.bin"
vector "$T/certlint-valid.bin" yes ''
printf '0\003\002\001\006' >"$T/mozpkix-six.bin"
vector "$T/mozpkix-six.bin" no 'with staple: REQUIRED; without staple: REQUIRED'
printf '0\003\002\001\005' >"$T/mozpkix-five.bin"
vector "$T/mozpkix-five.bin" yes 'with staple: Success; without staple: REQUIRED'
printf '0\000' >"$T/gnutls-none.bin"
vector "$T/gnutls-none.bin" no ''
if [ -e "$corpora/ext-vectors/MANIFEST.tsv" ]; then
	while IFS=$'\t' read -r file kind must_staple expected rest; do
		if [ "$kind" = ext-value ]; then vector "$corpora/ext-vectors/$file" "$must_staple" "$expected"; fi
	done <"$corpora/ext-vectors/MANIFEST.tsv"
fi
done_testing
