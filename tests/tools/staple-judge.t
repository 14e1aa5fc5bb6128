# Every way in which a staple can be wrong, each with exactly the findings that it must have.
. "$SRCDIR/tests/tap.sh"
python=/usr/bin/python3
[ -x $python ] || python=python3
cases=$T/cases
ok "the responses can be made" $python "$SRCDIR/tests/lab/judge-cases.py" "$cases"

# ids SEVERITY...: of the findings in $T/out, sorted, with commas; "-" for none
ids() {
	local found
	found=$(grep -E "^  ($1)  " "$T/out" | awk '{print $2}' | sort -u | paste -sd,)
	printf '%s' "${found:--}"
}

while IFS=$'\t' read -r name want errors warnings args; do
	run staple-verify --no-system-policy ${args//\{\}/$cases}
	is "$name" "$status error=$(ids 'error|unknown') warning=$(ids warning)" \
		"$want error=$errors warning=$warnings"
done <"$cases/cases.tsv"

# Every rule about staples has a case; nonces are asked for by staple-fetch alone, and a staple
# that is missing is the gate's to find.
staple-verify --explain all | grep -oE '^(staple|chain\.untrusted)\.?[a-z0-9-]*' | sort -u >"$T/rules"
{ cut -f3,4 "$cases/cases.tsv" | tr ',\t' '\n\n'; printf 'staple.%s\n' nonce-missing nonce-differs \
	signer-nocheck signer-no-nocheck missing missing-intermediate none; } | sort -u >"$T/met"
is "no rule about staples is without a case" \
	"$(comm -23 "$T/rules" "$T/met" | grep '^staple' | paste -sd' ')" ""
run staple-verify --no-system-policy --at @1768478400 --staple-only --staple "$cases/delegate.ocsp" \
	--issuer "$cases/ca.der" "$cases/leaf.der"
out_like "a delegate with nocheck is told" 'info  staple\.signer-nocheck'
run staple-verify --no-system-policy --at @1768478400 --staple-only \
	--staple "$cases/delegate-without-nocheck.ocsp" --issuer "$cases/ca.der" "$cases/leaf.der"
out_like "a delegate without nocheck is told" 'info  staple\.signer-no-nocheck'

# dark_at: the least of nextUpdate, the delegate's end, the certificate's end
dark() {
	run staple-verify --no-system-policy --format json --at @1768478400 --staple-only \
		--staple "$cases/$1.ocsp" --issuer "$cases/ca.der" "$cases/$2.der"
	is "dark_at of $1" "$(grep -o '"dark_at": [^,]*' "$T/out" | sort -u)" "\"dark_at\": $3"
}
dark certid-sha1 leaf '"2026-01-21T12:00:00Z"'
dark outlives-delegate leaf '"2026-01-18T12:00:00Z"'
dark outlives-cert dying '"2026-01-17T12:00:00Z"'
dark no-next leaf '"2026-03-16T12:00:00Z"'
dark expired-1s leaf null
done_testing
