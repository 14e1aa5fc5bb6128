# Our verdicts on OCSP responses next to OpenSSL's and GnuTLS's.  Each difference has its reason
# in tests/cases/ocsp-differences.tsv; one that is not there fails.
. "$SRCDIR/tests/tap.sh"
python=/usr/bin/python3
[ -x $python ] || python=python3
known=$SRCDIR/tests/cases/ocsp-differences.tsv
for program in openssl ocsptool; do
	if ! command -v $program >/dev/null; then
		skip "differential" "$program is not installed"
		done_testing
		exit
	fi
done

# known_reason PEER DIRECTION KEY: is there a row?  A key may be a pattern.
known_reason() {
	local peer direction key reason
	while IFS=$'\t' read -r peer direction key reason; do
		# shellcheck disable=SC2053
		[[ $peer = "$1" && $direction = "$2" && $3 = $key ]] && return
	done <"$known"
	return 1
}

# The peers, each as far as its command line goes: 0 when it says that the response is good for
# this certificate.  $clock is empty, or "faketime @SECONDS".
clock=()
openssl_accepts() { # RESPONSE CERT ISSUER UNTRUSTED
	"${clock[@]}" openssl ocsp -respin "$1" -issuer "$3" -cert "$2" -CAfile "$3" -partial_chain \
		-no_nonce ${4:+-verify_other "$4"} >"$T/peer" 2>&1 || return 1
	grep -q '^Response verify OK' "$T/peer" && grep -q ': good$\|^good$' "$T/peer" &&
		! grep -qE 'WARNING: Status times|ERROR' "$T/peer"
}
gnutls_accepts() {
	local way
	for way in signer trust; do
		"${clock[@]}" ocsptool --verify-response --load-response "$1" --load-$way "$3" \
			>"$T/peer" 2>&1 && return
	done
	return 1
}

# compare NAME OUR-STATUS RESPONSE CERT ISSUER UNTRUSTED; our report is in $T/out
compare() {
	local name=$1 status=$2 peer accepts unexplained id; shift 2
	for peer in openssl gnutls; do
		unexplained=
		accepts=no
		if ${peer}_accepts "$@"; then accepts=yes; fi
		if [ $accepts = yes ] && [ "$status" != 0 ]; then
			for id in $(grep -E '^  error  ' "$T/out" | awk '{print $2}' | sort -u); do
				known_reason $peer peer-accepts "$id" || unexplained="$unexplained $id"
			done
		elif [ $accepts = no ] && [ "$status" = 0 ]; then
			known_reason $peer we-accept "$name" || unexplained=" $(tail -n 2 "$T/peer" | paste -sd' ')"
		fi
		is "$name: $peer ${accepts}, we $status" "$unexplained" ""
	done
}
pem() { openssl x509 -in "$1" -out "$2" 2>/dev/null || openssl x509 -inform DER -in "$1" -out "$2" 2>/dev/null; }

# Our own cases, made for this moment, so that no peer needs another clock.
now=$(date +%s)
$python "$SRCDIR/tests/lab/judge-cases.py" "$T/own" "$now" || fail "the responses can be made"
while IFS=$'\t' read -r name want errors warnings args; do
	run staple-verify --no-system-policy ${args//\{\}/$T/own}
	[[ $args != *--trust* ]] || continue
	[[ $args =~ --issuer\ \{\}/([a-z-]+)\.der.*\ \{\}/([a-z-]+)\.der$ ]] || continue
	pem "$T/own/${BASH_REMATCH[1]}.der" "$T/issuer.pem"
	pem "$T/own/${BASH_REMATCH[2]}.der" "$T/cert.pem"
	other=
	if [[ $args =~ --chain\ \{\}/([a-z-]+)\.der ]]; then
		pem "$T/own/${BASH_REMATCH[1]}.der" "$T/other.pem" && other=$T/other.pem
	fi
	compare "$name" "$status" "$T/own/$name.ocsp" "$T/cert.pem" "$T/issuer.pem" "$other"
done <"$T/own/cases.tsv"

# Third-party cases are of their own time.
corpora=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}
if command -v faketime >/dev/null; then
	for list in "$corpora"/*/CASES.tsv; do
		[ -e "$list" ] || continue
		d=${list%/CASES.tsv}
		while IFS=$'\t' read -r id expected rule response cert issuer trust untrusted at age rest; do
			case $response$cert$issuer$at in *-) continue ;; esac
			[ "$response" != - ] && [ "$cert" != - ] && [ "$issuer" != - ] || continue
			pem "$d/$cert" "$T/cert.pem" && pem "$d/$issuer" "$T/issuer.pem" || continue
			args=(--no-system-policy --staple-only --allow-sha1 --at "@$at" --staple "$d/$response")
			other=
			if [ "$untrusted" != - ]; then other=$d/$untrusted; args+=(--chain "$other"); fi
			[ "$age" = - ] || args+=(--max-age "${age}s")
			run staple-verify "${args[@]}" --issuer "$d/$issuer" "$d/$cert"
			clock=(faketime -f "$(date -u -d "@$at" +'@%Y-%m-%d %H:%M:%S')")
			compare "$(basename "$d")/$id" "$status" "$d/$response" "$T/cert.pem" "$T/issuer.pem" "$other"
		done < <(tail -n +2 "$list")
	done
fi
done_testing
