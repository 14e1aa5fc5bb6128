# Every kind of staple and every bad behaviour, from a raw server, through the gate: the tables in
# tests/cases/gate say what it has to answer.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
cases=$SRCDIR/tests/cases/gate
lab_pki --ocsp http://127.0.0.1:9/ >"$T/pki.out" || { fail "a laboratory PKI"; done_testing; exit; }
rows() { grep -v '^#' "$1"; }

specs=()
while IFS=$'\t' read -r leaf kind _; do specs+=("$leaf:$kind"); done < <(rows "$cases/staples.tsv")
while IFS=$'\t' read -r spec _; do specs+=("$spec"); done < <(rows "$cases/hostile.tsv")
lab_servers "${specs[@]}" || { fail "servers"; done_testing; exit; }

gate() {
	local timeout='--timeout 6s'
	[[ " $* " != *' --timeout '* ]] || timeout=
	staple-gate --no-system-policy --trust "$pki/root.pem" $timeout "$@"
}

# --- all staples in one run: a target each ---

while IFS=$'\t' read -r leaf kind _; do
	echo "127.0.0.1:$(port_of "$leaf:$kind") --sni localhost --rounds 1"
done < <(rows "$cases/staples.tsv") >"$T/targets"
run gate --format json --targets "$T/targets"
cp "$T/out" "$T/staples.json"
is "the run fails as a whole" "$status" 1
n=0
while IFS=$'\t' read -r leaf kind want cell finding; do
	jq -r --argjson n $n '.targets[$n] |
		"\({pass: 0, fail: 1, unknown: 2}[.verdict]) \(.cell)",
		([.paths[] | .tls] | unique | join(" ")),
		([.findings[].id, .paths[].findings[].id] | unique | join(" "))' \
		"$T/staples.json" >"$T/got"
	n=$((n + 1))
	{ read -r verdict; read -r versions; read -r ids; } <"$T/got"
	is "$leaf $kind: verdict and cell" "$verdict" "$want $cell"
	is "$leaf $kind: seen on both versions" "$versions" "1.2 1.3"
	[ "$finding" = - ] || is "$leaf $kind: its finding" \
		"$(grep -oE "(^| )$finding[a-z-]*" <<<" $ids" | head -n 1 | tr -d ' ' | grep -o "^$finding")" "$finding"
done < <(rows "$cases/staples.tsv")

# --- servers that behave badly: all at once, each in time ---

pids=()
started=$(date +%s)
n=0
while IFS=$'\t' read -r spec options _; do
	n=$((n + 1))
	[ "$options" != - ] || options=
	# shellcheck disable=SC2086
	(gate -v --sni localhost $options "127.0.0.1:$(port_of "$spec")" >"$T/hostile.$n" 2>&1
		echo $? >"$T/hostile.$n.status") &
	pids+=($!)
done < <(rows "$cases/hostile.tsv")
wait "${pids[@]}"
took=$(($(date +%s) - started))
n=0
while IFS=$'\t' read -r spec options want finding pattern; do
	n=$((n + 1))
	is "$spec $options: status" "$(cat "$T/hostile.$n.status")" "$want"
	[ "$finding" = - ] || tap_like "$spec: $finding" "$T/hostile.$n" "$finding"
	tap_like "$spec: says why" "$T/hostile.$n" "$pattern"
done < <(rows "$cases/hostile.tsv")
if [ "$took" -le 30 ]; then pass "all of them end in time"; else fail "in time" "$took seconds"; fi
done_testing
