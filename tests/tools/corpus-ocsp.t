# Third-party OCSP cases, where STAPLE_CORPORA has them: each response gets the verdict that its
# source states, through staple-verify --staple-only, and each chain its verdict by RFC 7633, 4.2.2.
. "$SRCDIR/tests/tap.sh"
corpora=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}

# Cases that need more than a response, a certificate and its issuer.
needs_trust='^s2n-ocsp/untrusted-issuer$' # that issuer is whole, but not among the roots

# verdict FOLDER ID EXPECTED RULE RESPONSE CERT ISSUER TRUST UNTRUSTED ATTIME MAX_AGE
verdict() {
	local d=$1 id=$2 want args=(--no-system-policy --staple-only --allow-sha1)
	case $3 in accept) want=0 ;; *) want=1 ;; esac
	args+=(--staple "$d/$5" --issuer "$d/$7")
	[ "$9" = - ] || args+=(--chain "$d/$9")
	[ "${10}" = - ] || args+=(--at "@${10}")
	[ "${11}" = - ] || args+=(--max-age "${11}s")
	if [[ $(basename "$d")/$id =~ $needs_trust ]]; then args+=(--trust "$d/$8"); fi
	status_is "$(basename "$d")/$id ($4): $3" $want staple-verify "${args[@]}" "$d/$6"
}

# firefox FOLDER ID RESPONSE CERT ISSUER TRUST ATTIME DETAIL: Firefox's verifier was asked with no
# responder to help it
firefox() {
	local d=$1 want answer detail=${8##*measured: }
	case $detail in Success*) want=accepts ;; *) want=refuses ;; esac
	staple-verify --no-system-policy --format json --client firefox --staple "$d/$3" --issuer "$d/$5" \
		--trust "$d/$6" --at "@$7" "$d/$4" >"$T/json" 2>"$T/err"
	answer=$(sed -n '/"with_this_staple"/,/}/s/.*"answer": "\([a-z]*\)".*/\1/p' "$T/json")
	is "$(basename "$d")/$2: Firefox" "$answer" "$want"
}

# chain FOLDER ID EXPECTED CERT TRUST UNTRUSTED ATTIME
chain() {
	local d=$1
	run staple-verify --no-system-policy --expect any --chain "$d/$6" --trust "$d/$5" --at "@$7" \
		"$d/$4"
	case $3 in
	chain-reject) out_like "$(basename "$d")/$2: $3" 'error  chain\.features-not-superset' ;;
	*) out_unlike "$(basename "$d")/$2: $3" '  chain\.' ;;
	esac
}

n=0
for list in "$corpora"/*/CASES.tsv; do
	[ -e "$list" ] || continue
	d=${list%/CASES.tsv}
	while IFS=$'\t' read -r id expected rule response cert issuer trust untrusted at max_age detail rest; do
		if [ "$response" != - ] && [ "$cert" != - ] && [ "$issuer" != - ]; then
			case $expected in
			accept | reject | reject-*)
				verdict "$d" "$id" "$expected" "$rule" "$response" "$cert" "$issuer" "$trust" \
					"$untrusted" "$at" "$max_age"
				case $d in */mozilla-ocsp | */mozpkix-ocsp)
					firefox "$d" "$id" "$response" "$cert" "$issuer" "$trust" "$at" "$detail" ;;
				esac
				n=$((n + 1)) ;;
			esac
		fi
		if [ "$rule" = chain-superset ] && [ "$cert" != - ]; then
			chain "$d" "$id" "$expected" "$cert" "$trust" "$untrusted" "$at"
			n=$((n + 1))
		fi
	done < <(tail -n +2 "$list")
done
if [ $n = 0 ]; then
	pass "no third-party cases here (STAPLE_CORPORA): staple-judge.t has our own"
fi
done_testing
