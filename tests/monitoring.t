# contrib/monitoring: rules that Prometheus takes and that fire as they should, a dashboard whose
# metrics exist.
. "$SRCDIR/tests/tap.sh"
folder=$SRCDIR/contrib/monitoring

if command -v promtool >/dev/null; then
	ok "promtool takes the alert rules" promtool check rules "$folder/alerts.yml"
	ok "the alerts fire when they should, and only then" promtool test rules "$folder/alerts_test.yml"
	cp "$folder"/alerts*.yml "$T"
	sed -i 's/staple_gate_holds == 0/staple_gate_holds == 1/' "$T/alerts.yml"
	run promtool test rules "$T/alerts_test.yml"
	is "a spoilt rule is noticed" "$([ "$status" != 0 ] && echo yes)" yes
else
	skip "the alert rules" "no promtool (package prometheus)"
fi
ok "the dashboard is JSON with panels" jq -e '.panels | length > 5' "$folder/grafana.json"

# Every metric that an alert or a panel names is one that a program writes.
grep -ohE '\bstaple_[a-z_]+' "$folder/alerts.yml" "$folder/grafana.json" |
	sort -u >"$T/used"
grep -ohE 'staple_[a-z_]+' "$SRCDIR"/lib/report/*openmetrics*.c | sort -u >"$T/written"
is "every metric that is used is written" "$(comm -23 "$T/used" "$T/written" | paste -sd' ')" ""
grep -oE -- '"--[a-z-]+"' "$folder/icinga2.conf" | tr -d '"' | grep -v '^--$' | sort -u >"$T/options"
staple-gate --help | grep -oE -- '--[a-z-]+' | sort -u >"$T/known"
is "every option of the Icinga command exists" "$(comm -23 "$T/options" "$T/known" | paste -sd' ')" ""
done_testing
