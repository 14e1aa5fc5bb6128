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

# An issuer file with the whole chain: the one that fits is taken.
$python -c 'import ssl, sys
for f in sys.argv[1:]: print(ssl.DER_cert_to_PEM_cert(open(f, "rb").read()), end="")' \
	"$cases/leaf.der" "$cases/root.der" "$cases/ca.der" >"$T/chain.pem"
status_is "the issuer is found in a file of several" 0 staple-verify --no-system-policy \
	--at @1768478400 --staple-only --staple "$cases/delegate.ocsp" --issuer "$T/chain.pem" \
	"$cases/leaf.der"
status_is "also in the certificate's own file" 0 staple-verify --no-system-policy \
	--at @1768478400 --staple-only --staple "$cases/delegate.ocsp" "$T/chain.pem"

# What a policy's thresholds change.
policy() { # TEXT NAME LEAF ISSUER STATUS ERRORS WARNINGS
	printf '%s\n' "$1" >"$T/policy.conf"
	run staple-verify --no-system-policy --policy "$T/policy.conf" --at @1768478400 --staple-only \
		--staple "$cases/$2.ocsp" --issuer "$cases/$4.der" "$cases/$3.der"
	is "$1" "$status error=$(ids error) warning=$(ids warning)" "$5 error=$6 warning=$7"
}
policy 'staple { sha1 = allow }' sha1 leaf ca 0 - -
policy 'staple { sha1 = warning }' sha1 leaf ca 0 - staple.sha1
policy 'severity { staple.sha1 = error } staple { sha1 = warning }' sha1 leaf ca 1 staple.sha1 -
policy 'staple { rsa_min = 1024 }' short-rsa short-leaf short-ca 0 - -
policy 'staple { rsa_min = 3072 }' rsa rsa-leaf rsa-ca 1 staple.weak-key -
policy 'staple { max_age = 12h }' certid-sha1 leaf ca 1 staple.too-old -
policy 'staple { max_age = 25h }' certid-sha1 leaf ca 0 - -
policy 'staple { min_left = 6d }' certid-sha1 leaf ca 0 - -
policy 'staple { min_left = 7d }' certid-sha1 leaf ca 0 - staple.little-left
policy 'staple { min_left = 7d min_left_severity = error }' certid-sha1 leaf ca 1 staple.little-left -
policy 'skew = 10m' future-301s leaf ca 0 - -
policy 'skew = 0s' future-4min leaf ca 1 staple.future staple.produced-future
policy 'severity { staple.revoked = off }' revoked leaf ca 1 - -

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
