# staple-gate: options, targets, paths, verdicts, candidate; kinds of staples and hostile servers are
# in tests/lab/gate-staples.t, real servers in tests/lab/gate-servers.t.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_responder && lab_pki --also client >"$T/pki.out" || { fail "a laboratory PKI"; done_testing; exit; }
lab_staple good ms "$T/ms.der"
lab_staple nosigner ms "$T/nosigner.der"
lab_servers ms:good ms:none plain:none plain:good ms:good,cold ms:good,flap ms+ms-rsa:good \
	ms2:good ms:file="$T/ms.der" ims_ms:good ms:trylater noaia:none ms:good,tls12 expired:good \
	ms:file="$T/nosigner.der",nochain,with=int,with=ocsp ms:file="$T/nosigner.der" client:good raw:hang || { fail "servers"; done_testing; exit; }
gate() { staple-gate --no-system-policy --trust "$pki/root.pem" "$@"; }
at() { echo "localhost:$(port_of "$1")"; }
q() { jq -r "$1" "$T/out"; }

# --- verdicts ---

status_is "stapled: passes" 0 gate "$(at ms:good)"
out_like "and says when it goes dark" '^PASS localhost:[0-9]+: binding \(score 100\), 6 paths, dark in '
status_is "Must-Staple without a staple: fails" 1 gate "$(at ms:none)"
out_like "for that reason" 'error +staple\.missing '
out_like "with what clients do" 'gnutls +refuses'
out_like "and the verdict" '^FAIL localhost:[0-9]+: broken \(score 60\)'
status_is "plain and not stapled: passes" 0 gate -v "$(at plain:none)"
out_like "as open" '^PASS .*open \(score 0\)'
out_like "and says so" 'info +staple\.none '
status_is "plain and stapled: passes" 0 gate "$(at plain:good)"
out_like "as optional" 'optional \(score 30\)'
status_is "the first handshake without: fails" 1 gate --rounds 2 --jobs 1 "$(at ms:good,cold)"
out_like "though others are good" 'warning +gate\.paths-differ '
status_is "every second without: fails" 1 gate "$(at ms:good,flap)"
status_is "-q: the status alone" 1 gate -q "$(at ms:none)"
is "and no word" "$(cat "$T/out" "$T/err")" ""
status_is "later than the staple's end: fails" 1 gate --at "@$(($(date +%s) + 8 * 86400))" \
	"$(at "ms:file=$T/ms.der")"
out_like "as expired" 'error +staple\.expired '
status_is "an expired certificate" 1 gate "$(at expired:good)"
out_like "is told" 'error +cert\.expired '
status_is "a Must-Staple intermediate without its staple" 1 gate "$(at ims_ms:good)"
out_like "is told" 'error +staple\.missing-intermediate '
status_is "in TLS 1.2, which cannot carry it, GnuTLS refuses" 1 gate --tls 1.2 "$(at ims_ms:good)"
out_like "as the real one does (clients.t)" 'gnutls +refuses +an issuer of the chain is Must-Staple'
status_is "a certificate that is for clients alone" 1 gate "$(at client:good)"
out_like "is told" 'error +cert\.not-for-servers '
status_is "another root" 1 staple-gate --no-system-policy --trust "$pki/other-root.pem" "$(at ms:good)"
out_like "is not trusted" 'error +chain\.untrusted '
status_is "another name" 1 gate --sni www.example.test "$(at ms:good)"
out_like "does not fit" 'error +name\.mismatch .*www\.example\.test'
status_is "tryLater" 1 gate -v "$(at ms:trylater)"
out_like "with its likely cause" 'advice\.apache-try-later .*five bytes'
status_is "a staple that has expired" 1 gate -v --at "@$(($(date +%s) + 8 * 86400))" \
	"$(at "ms:file=$T/ms.der")"
out_like "with its likely cause" 'advice\.staple-file '

# Who signed the staple stands in the first one's chain alone.
run gate --format json --rounds 1 --jobs 1 "$(at "ms:file=$T/nosigner.der,nochain,with=int,with=ocsp")" "$(at "ms:file=$T/nosigner.der")"
is "a staple is not known from a server with another chain" "$(q '[.targets[] | [.paths[].findings[].id] |
	index("staple.signer-missing") != null] | map(tostring) | join(" ")')" "false true"

# --- what cannot be checked is 2, and never passes ---

closed=$(free_port)
status_is "nobody listens" 2 gate "127.0.0.1:$closed"
out_like "is told" 'unknown +path\.unreachable '
status_is "a name that does not exist" 2 gate --timeout 3s no-such-host.invalid
out_like "is told" 'path\.unreachable .*no-such-host\.invalid'
status_is "silence" 2 gate --timeout 1s "$(at raw:hang)"
out_like "times out" 'unknown +path\.timeout '
out_like "and the other rounds are not tried" 'unknown +path\.skipped .*rounds 2 to 3'
started=$(date +%s)
status_is "a deadline ends the run" 2 gate --timeout 60s --deadline 1s "$(at raw:hang)"
[ $(($(date +%s) - started)) -lt 10 ] && pass "in time" || fail "in time"
out_like "and says so" 'path\.skipped .*time is up'
status_is "failed beats unknown" 1 gate --timeout 1s "$(at raw:hang)" "$(at ms:none)"
out_like "both are counted" '^2 targets: 0 pass, 1 fail, 1 unknown'
status_is "unknown beats passed" 2 gate "127.0.0.1:$closed" "$(at ms:good)"

# --- paths ---

run gate --format json "$(at ms+ms-rsa:good)"
is "two kinds, two versions, three rounds" "$(q '[.targets[0].paths[] | .key + .tls] | group_by(.) |
	map("\(.[0])x\(length)") | join(" ")')" "ecdsa1.2x3 ecdsa1.3x3 rsa1.2x3 rsa1.3x3"
run gate --format json --rounds 1 --tls 1.3 --key-kind rsa "$(at ms+ms-rsa:good)"
is "narrowed" "$(q '[.targets[0].paths[] | "\(.key) \(.tls) \(.round)"] | join(",")')" "rsa 1.3 1"
run gate -v "$(at ms:good,tls12)"
out_like "a version that is not served is no fault" 'info +path\.not-served .*TLS 1\.3 ECDSA'
is "and passes" "$status" 0
status_is "but alone it is unknown" 2 gate --tls 1.3 "$(at ms:good,tls12)"
out_like "as nothing is served" 'unknown +path\.nothing-served '
run gate --format json --sni localhost --sni none "127.0.0.1:$(port_of ms:good)"
is "with and without a name" "$(q '[.targets[0].paths[].sni] | unique | map(tostring) | join(" ")')" \
	"null localhost"
status_is "several addresses" 1 gate --connect "127.0.0.1:$(port_of ms:good)" \
	--connect "127.0.0.1:$(port_of ms:none)" localhost
out_like "one without a staple" 'gate\.paths-differ .*with none'
out_like "and advice" 'One machine behind this name'
status_is "different certificates" 0 gate --connect "127.0.0.1:$(port_of ms:good)" \
	--connect "127.0.0.1:$(port_of ms2:good)" localhost
out_like "are told" 'warning +gate\.certificates-differ '
status_is "an address that does not answer makes it unknown" 2 gate \
	--connect "127.0.0.1:$(port_of ms:good)" --connect "127.0.0.1:$closed" localhost
printf 'gate { every_address = no }\n' >"$T/some.conf"
status_is "unless the policy is content with some" 0 gate -v --policy "$T/some.conf" \
	--connect "127.0.0.1:$(port_of ms:good)" --connect "127.0.0.1:$closed" localhost
out_like "and then it is told" 'info +path\.no-listener '

# --- JSON ---

run gate --format json "$(at "ms:file=$T/ms.der")" "$(at plain:none)" "127.0.0.1:$closed"
is "the document's head" "$(q '"\(.schema) \(.tool) \(.verdict)"')" "1 staple-gate unknown"
is "verdict, cell, score" "$(q '[.targets[] | "\(.verdict) \(.cell) \(.score)"] | join(",")')" \
	"pass binding 100,pass open 0,unknown null null"
is "must_staple" "$(q '[.targets[] | .must_staple | tostring] | join(" ")')" "yes no null"
is "dark_at is the staple's end" "$(q '.targets[0].dark_at')" \
	"$(openssl ocsp -respin "$T/ms.der" -noverify -resp_text 2>/dev/null |
		sed -n 's/.*Next Update: //p' | date -u -f - +%Y-%m-%dT%H:%M:%SZ)"
is "a staple that is seen often is verified once" "$(q .summary.staples_verified)" 1
is "paths say what was stapled" "$(q '[.targets[0].paths[] | .stapled, .staple.cert_status] |
	unique | map(tostring) | join(" ")')" "true good"
is "what was not seen is null" "$(q '[.targets[2].paths[] | .stapled, .staple] | unique |
	map(tostring) | join(" ")')" "null"
is "findings name rule and subject" "$(q '[.findings[] | select(.id == "path.unreachable")][0] |
	"\(.severity) \(.subject | split(" ")[0])"')" "error 127.0.0.1:$closed"

# --- targets ---

cat >"$T/targets" <<LIST
# a comment
$(at ms:good) --rounds 1 --tls 1.2   # and another

www.example.test --connect 127.0.0.1:$(port_of ms:none) --sni localhost --rounds 1
LIST
run gate --format json --targets "$T/targets"
is "a list with options of its own" "$(q '[.targets[] | "\(.verdict) \(.paths | length)"] | join(",")')" \
	"pass 1,fail 2"
status_is "the list on standard input" 0 bash -c "echo '$(at ms:good)' |
	staple-gate --no-system-policy --trust '$pki/root.pem' --targets -"
echo 'localhost --what 1' >"$T/targets"
status_is "a bad line" 2 gate --targets "$T/targets"
err_like "is named" "targets: line 1: '--what' is none of"
for bad in 'http://x' 'x:0' 'x:99999' 'x:y' '[::1' 'x/y' 'gopher://x' ''; do
	status_is "target '$bad' is none" 2 gate "$bad"
	err_like "and the message says so" "target '|no target"
done
status_is "no target at all" 2 gate
status_is "a bad version" 2 gate --tls 1.1 localhost
err_like "is told" "1\.2, 1\.3"
status_is "a bad key kind" 2 gate --key-kind dsa localhost
status_is "a bad number of rounds" 2 gate --rounds -1 localhost
status_is "a bad address" 2 gate --connect nowhere localhost
status_is "a bad protocol" 2 gate --starttls telnet localhost
status_is "a trust file that is not there" 2 staple-gate --no-system-policy --trust "$T/none.pem" localhost

# --- the candidate ---

lab_mode good

status_is "a candidate for a server that staples" 0 gate --cert "$pki/ms.chain.pem" "$(at ms:good)"
out_like "its responder was asked" 'info +candidate\.asked .*answered good'
status_is "without asking" 0 gate --no-ask --cert "$pki/ms.chain.pem" "$(at ms:good)"
out_like "says so" 'info +candidate\.not-asked '
for mode in revoked unknown trylater expired; do
	lab_mode $mode
	status_is "its responder answers $mode: fails" 1 gate --cert "$pki/ms2.chain.pem" "$(at ms:good)"
	out_like "and says why" 'error +staple\.(revoked|unknown|try-later|expired) '
done
for mode in http500 close; do
	lab_mode $mode
	status_is "its responder does $mode: unknown" 2 gate --timeout 3s --cert "$pki/ms2.chain.pem" \
		"$(at ms:good)"
	out_like "and says so" 'unknown +candidate\.no-answer '
done
status_is "for a plain one that is no matter" 0 gate --cert "$pki/plain.chain.pem" "$(at plain:none)"
lab_mode good
status_is "another certificate of the same kind" 0 gate --cert "$pki/ms2.chain.pem" "$(at ms:good)"
out_like "whose staple file would have to change" 'info +candidate\.staple-file '
status_is "for a server that does not" 1 gate --cert "$pki/ms.chain.pem" "$(at plain:none)"
out_like "because of the candidate" 'staple\.missing .*the candidate is Must-Staple'
status_is "a plain one there" 0 gate --cert "$pki/plain.chain.pem" "$(at plain:none)"
out_like "is told to be plain" 'warning +candidate\.not-must-staple '
status_is "one that has expired" 1 gate --cert "$pki/expired.chain.pem" "$(at ms:good)"
out_like "fails" 'error +cert\.expired '
status_is "one without a responder" 1 gate --cert "$pki/noaia.chain.pem" "$(at ms:good)"
out_like "cannot be stapled" 'error +ocsp\.no-url '
status_is "one of another key kind" 0 gate --cert "$pki/ms-rsa.chain.pem" "$(at ms:good)"
out_like "was never seen there" 'warning +candidate\.new-key-kind '
status_is "one of another issuer" 0 gate --cert "$pki/ims_ms.chain.pem" "$(at ms:good)"
out_like "is told" 'warning +candidate\.other-issuer '
status_is "with its staple" 0 gate --cert "$pki/ms.chain.pem" --staple "$T/ms.der" "$(at ms:good)"
lab_staple revoked ms "$T/revoked.der"
status_is "with a bad one" 1 gate --cert "$pki/ms.chain.pem" --staple "$T/revoked.der" "$(at ms:good)"
out_like "is told" 'staple\.revoked '
status_is "a file that is no certificate" 2 gate --cert "$T/targets" "$(at ms:good)"
status_is "a staple without a candidate" 2 gate --staple "$T/ms.der" "$(at ms:good)"

# --- formats for machines ---

run gate --format junit "$(at ms:none)" "$(at ms:good)" "127.0.0.1:$closed"
cp "$T/out" "$T/junit.xml"
cat >"$T/junit.py" <<'PY'
import sys, xml.etree.ElementTree as x
for s in x.parse(sys.argv[1]).getroot():
    got = [sum(c.find(e) is not None for c in s) for e in ("failure", "error", "skipped")]
    print(len(s), *got, [s.get(k) for k in ("tests", "failures", "errors", "skipped")] ==
          [str(n) for n in [len(s)] + got])
PY
is "a case a path: tests, failures, errors, skipped" "$($python "$T/junit.py" "$T/junit.xml" | paste -sd,)" \
	"9 6 0 2 True,9 0 0 2 True,9 0 8 0 True"
run gate --format openmetrics "$(at ms:none)" "$(at ms:good)" "127.0.0.1:$closed"
is "what is unknown has no value" "$(sed -n 's/^staple_gate_holds{.*} //p' "$T/out" | paste -sd' ')" "0 1"
is "but is counted as not checked" "$(sed -n 's/^staple_gate_checked{.*} //p' "$T/out" | paste -sd' ')" \
	"1 1 0"
is "the dark moment of the good one" "$(grep -c '^staple_gate_dark_timestamp_seconds{' "$T/out")" 1
is "and the end is there" "$(tail -n 1 "$T/out")" "# EOF"
if command -v promtool >/dev/null; then
	cp "$T/out" "$T/metrics"
	ok "promtool agrees" bash -c "promtool check metrics <'$T/metrics'"
fi
status_is "Nagios: OK" 0 gate --nagios "$(at ms:good)"
out_like "in one line" '^STAPLE OK - localhost:[0-9]+ binding \| targets=1 failed=0 unknown=0 .*dark_in=[0-9]+s$'
status_is "Nagios: WARNING" 1 gate --nagios --connect "127.0.0.1:$(port_of ms:good)" \
	--connect "127.0.0.1:$(port_of ms2:good)" localhost
out_like "with its finding" '^STAPLE WARNING - localhost gate\.certificates-differ'
status_is "Nagios: CRITICAL" 2 gate --nagios "$(at ms:none)"
out_like "with its finding" '^STAPLE CRITICAL - localhost:[0-9]+ staple\.missing'
status_is "Nagios: UNKNOWN" 3 gate --nagios "127.0.0.1:$closed"
status_is "Nagios: bad usage is UNKNOWN too" 3 gate --nagios --tls 1.1 localhost
is "one line" "$(gate --nagios "$(at ms:none)" "$(at ms:good)" | wc -l)" 1

# --- rehearsal ---

port=$(free_port)
serve="exec openssl s_server -accept 127.0.0.1:$port -cert $pki/ms.pem -cert_chain $pki/int.pem \
	-key $pki/ms.key -www"
status_is "a server with its staple, rehearsed" 0 gate --rehearse "$serve -status_file $T/ms.der" \
	"localhost:$port"
out_like "tells its first handshake" 'first handshake after the start'
status_is "and without" 1 gate --rehearse "$serve" "localhost:$port"
out_like "fails for it" 'error +gate\.first-handshake '
ok "nothing runs on" bash -c "! (: </dev/tcp/127.0.0.1/$port) 2>/dev/null"
status_is "a command that ends" 2 gate --rehearse 'exit 3' "localhost:$port"
err_like "is told" 'ended with status 3'
status_is "one that never listens" 2 gate --deadline 1s --rehearse 'sleep 100' "localhost:$port"
err_like "is told" 'nobody listens yet'
status_is "a port that is taken" 2 gate --rehearse 'sleep 100' "$(at ms:good)"
err_like "is told" 'listens already'
staple-gate --no-system-policy --trust "$pki/root.pem" --rounds 10000 --jobs 1 \
	--rehearse "$serve -status_file $T/ms.der" "localhost:$port" >"$T/killed" 2>&1 &
gate_pid=$!
at_end_kill $gate_pid
lab_wait "$T/killed" 'ACCEPT'
kill -TERM $gate_pid
wait $gate_pid
is "ended by a signal" $? 143
ok "it leaves no server behind" bash -c "! (: </dev/tcp/127.0.0.1/$port) 2>/dev/null"
run gate --format json --rehearse "echo noise; $serve -status_file $T/ms.der" "localhost:$port"
is "the server's words stay out of the report" "$(q '[.targets[0].paths[] |
	select(.first_after_start)] | length')" 1

# --- evidence ---

mkdir "$T/evidence"
status_is "evidence is kept" 0 gate --save "$T/evidence" --rounds 1 "$(at "ms:file=$T/ms.der")"
is "the staple as it was sent" "$(cat "$T"/evidence/*.ocsp | cksum)" "$(cksum <"$T/ms.der")"
ok "the chain" grep -q 'BEGIN CERTIFICATE' "$T"/evidence/*.chain.pem
is "and the table" "$(tail -n +2 "$T"/evidence/*.tsv | cut -f2,3,7 | sort | paste -sd,)" \
	"$(printf '1.2\tecdsa\tpass,1.3\tecdsa\tpass')"
status_is "a folder that is not there" 2 gate --save "$T/no/such" "$(at ms:good)"
done_testing
