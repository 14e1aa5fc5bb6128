# The gate's predictions against the real clients: Firefox with the responder down and up, and
# gnutls-cli, over every kind of staple, on a Must-Staple and on a plain certificate.
#
# Firefox keeps a good staple for its certificate, so each kind and state has its own.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
for program in firefox-esr certutil gnutls-cli; do
	if ! command -v $program >/dev/null; then
		skip "clients" "$program is not installed"; done_testing; exit
	fi
done
unset GNUTLS_SYSTEM_PRIORITY_FILE SSLKEYLOGFILE http_proxy https_proxy all_proxy

kinds=(none empty good good-direct byname nocheckless sha256 nonext nonext-old expired:30 expired:3600
	expired:82800 expired:90000 expired:2592000 future:240 future:400 future:82800 future:90000
	future:172800 left:600000:954000 left:3600:604800 revoked hold unknown trylater internal
	malformed unauthorized sigrequired garbage truncated trailing badsig wrongserial otherissuer
	wrongsigner noeku selfleaf nosigner delegate-expired rootdelegate rootdirect certs:8 certs:9 bytes:16381 bytes:65527)
# The odd shapes of the extension, with a good staple and with none: down only.
shapes=(f17 f5_17 fdup fcrit funk fempty fbad fpad foct ims_ms ims_plain)

lab_responder && lab_pki --copies $((2 * ${#kinds[@]})) >"$T/pki.out" ||
	{ fail "a laboratory PKI"; done_testing; exit; }
lab_mode good
# A row is "SPEC": the first half of the copies is met with the responder down, the rest with it up.
rows_down=() rows_up=() n=0
for kind in "${kinds[@]}"; do
	n=$((n + 1))
	rows_down+=("ms-c$n:$kind" "plain-c$n:$kind")
	rows_up+=("ms-c$((n + ${#kinds[@]})):$kind" "plain-c$((n + ${#kinds[@]})):$kind")
done
for leaf in "${shapes[@]}"; do rows_down+=("$leaf:none"); done
lab_servers "${rows_down[@]}" "${rows_up[@]}" ims_ms:good f5_17:good ||
	{ fail "servers"; done_testing; exit; }

# firefox SPEC...: "SPEC accepts|refuses CODE" lines
firefox() {
	local spec
	for spec in "$@"; do echo "https://localhost:$(port_of "$spec")/"; done >"$T/urls"
	$python "$lab/firefox.py" "$pki/root.pem" <"$T/urls" >"$T/firefox" 2>"$T/firefox.err" ||
		return 1
	for spec in "$@"; do
		read -r _ code http <&4
		[ "$code $http" = "0 200" ] && echo "$spec accepts 0" || echo "$spec refuses $code"
	done 4<"$T/firefox"
}

# --- the real clients ---

no_firefox() { fail "Firefox runs" "$(tail -n 5 "$T/firefox.err")"; done_testing; exit; }
firefox "${rows_up[@]}" >"$T/up" || no_firefox
kill "$responder_pid" && wait "$responder_pid" 2>/dev/null
firefox "${rows_down[@]}" >"$T/down" || no_firefox
for spec in "${rows_down[@]}"; do
	gnutls-cli --x509cafile="$pki/root.pem" --port "$(port_of "$spec")" localhost \
		</dev/null >"$T/cli.out" 2>&1 && echo "$spec accepts" || echo "$spec refuses"
done >"$T/gnutls"

# --- the gate's predictions ---

# predictions FILE SPEC...: a line "SPEC firefox-down firefox-up gnutls"
predictions() {
	local spec
	for spec in "$@"; do
		echo "127.0.0.1:$(port_of "$spec") --sni localhost --rounds 1 --tls 1.3"
	done >"$T/targets"
	staple-gate --no-system-policy --trust "$pki/root.pem" --format json --targets "$T/targets" \
		>"$T/gate.json" 2>"$T/gate.err"
	jq -r '.targets[].clients | map({key: .client, value: .}) | from_entries |
		"\(.firefox.responder_down) \(.firefox.responder_up) \(.gnutls.responder_down)"' "$T/gate.json" |
		paste -d' ' <(printf '%s\n' "$@") -
}
predictions "${rows_down[@]}" >"$T/predicted.down"
predictions "${rows_up[@]}" >"$T/predicted.up"

while read -r spec down _ gnutls; do
	read -r _ real code <&4
	read -r _ cli <&5
	is "Firefox, responder down: $spec ($code)" "$down" "$real"
	is "gnutls-cli: $spec" "$gnutls" "$cli"
done <"$T/predicted.down" 4<"$T/down" 5<"$T/gnutls"
while read -r spec _ up _; do
	read -r _ real code <&4
	is "Firefox, responder up: $spec ($code)" "$up" "$real"
done <"$T/predicted.up" 4<"$T/up"
done_testing
