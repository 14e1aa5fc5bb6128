# What a certificate promises, and whether it holds: each case with exactly its findings.
. "$SRCDIR/tests/tap.sh"
python=/usr/bin/python3
[ -x $python ] || python=python3
cases=$T/cases
ok "the certificates can be made" $python "$SRCDIR/tests/lab/promise-cases.py" "$cases"

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

# Usage, files, several certificates, formats.
good=(--no-system-policy --at @1768478400 --trust "$cases/root.der" --chain "$cases/ca.der")
status_is "no certificate is usage" 2 staple-verify
status_is "a file that is not there" 2 staple-verify "${good[@]}" "$T/none"
err_like "is named with the system's words" 'none: .*No such file'
run /usr/bin/python3 "$SRCDIR/tests/tools/terminal.py" -- staple-verify "${good[@]}" "$T/none"
is "and once on a terminal" "$(grep -c 'No such file' "$T/out")" 1
printf 'hello\n' >"$T/rubbish"
status_is "a file that is no certificate" 2 staple-verify "${good[@]}" "$T/rubbish"
status_is "--expect must be a word of it" 2 staple-verify "${good[@]}" --expect yes "$cases/good.der"
status_is "as-requested needs a request" 2 staple-verify "${good[@]}" --expect as-requested \
	"$cases/good.der"
status_is "--client must be a client" 2 staple-verify "${good[@]}" --client lynx "$cases/good.der"
status_is "--staple-only needs a staple" 2 staple-verify "${good[@]}" --staple-only "$cases/good.der"
status_is "--max-age must be a duration" 2 staple-verify "${good[@]}" --max-age 7 "$cases/good.der"
status_is "a request that is none" 2 staple-verify "${good[@]}" --csr "$T/rubbish" "$cases/good.der"
status_is "a key that is none" 2 staple-verify "${good[@]}" --key "$T/rubbish" "$cases/good.der"
status_is "trust that holds nothing" 2 staple-verify --trust "$T/rubbish" "$cases/good.der"
status_is "--explain" 0 staple-verify --explain feature.missing
status_is "--show-policy" 0 staple-verify --no-system-policy --show-policy
out_like "shows thresholds" 'min_left = 25%'

status_is "all of several hold" 0 staple-verify "${good[@]}" "$cases/good.der" "$cases/twice-the-value.der"
is "a verdict for each, in order" "$(grep -oE '(good|twice-the-value)\.der: [a-z]+' "$T/out" | paste -sd' ')" \
	"good.der: pass twice-the-value.der: pass"
status_is "one that fails beats one that cannot be read" 1 staple-verify "${good[@]}" \
	"$T/none" "$cases/missing.der" "$cases/good.der"
status_is "one that cannot be read beats one that holds" 2 staple-verify "${good[@]}" \
	"$T/none" "$cases/good.der"
status_is "-q is the status alone" 1 staple-verify "${good[@]}" -q "$cases/missing.der"
is "and nothing else" "$(cat "$T/out" "$T/err")" ""
status_is "a certificate from standard input" 0 bash -c \
	'staple-verify --no-system-policy --at @1768478400 --trust "$0/root.der" --chain "$0/ca.der" - <"$0/good.der"' \
	"$cases"

pem() { $python -c 'import ssl, sys
for f in sys.argv[1:]: print(ssl.DER_cert_to_PEM_cert(open(f, "rb").read()), end="")' "$@"; }
pem "$cases/good.der" "$cases/ca.der" >"$T/chain.pem"
cat "$cases/leaf.key" >>"$T/chain.pem"
status_is "PEM with its chain and key needs no --chain" 0 staple-verify --no-system-policy \
	--at @1768478400 --trust "$cases/root.der" "$T/chain.pem"
sed 's/^MII/M!I/' "$T/chain.pem" >"$T/damaged.pem"
status_is "a damaged block is not passed over" 2 staple-verify --no-system-policy \
	--at @1768478400 --trust "$cases/root.der" "$T/damaged.pem"

openssl crl2pkcs7 -nocrl -outform DER -out "$T/empty.p7" 2>"$T/err"
status_is "a PKCS#7 without a certificate" 2 staple-verify "${good[@]}" "$T/empty.p7"
err_like "is told" 'empty\.p7: no certificate in it'
pem "$cases/ca.der" "$cases/root.der" >"$T/cas.pem"
openssl crl2pkcs7 -nocrl -certfile "$T/cas.pem" -outform DER -out "$T/cas.p7" 2>"$T/err"
status_is "a chain as PKCS#7" 0 staple-verify --no-system-policy --at @1768478400 \
	--trust "$cases/root.der" --chain "$T/cas.p7" "$cases/good.der"
for label in PKCS7 CMS 'PKCS #7 SIGNED DATA' 'CERTIFICATE CHAIN' CERTIFICATE; do
	{ echo "-----BEGIN $label-----"; base64 "$T/cas.p7"; echo "-----END $label-----"; } >"$T/cas.pem7"
	status_is "as PEM that is labelled $label" 0 staple-verify --no-system-policy --at @1768478400 \
		--trust "$cases/root.der" --chain "$T/cas.pem7" "$cases/good.der"
done

status_is "JSON" 1 staple-verify "${good[@]}" --format json --client all "$cases/good.der" \
	"$cases/both.der" "$T/none"
cp "$T/out" "$T/report.json"
cat >"$T/look.py" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
a, b, c = d["certificates"]
assert (d["schema"], d["tool"], d["at"], d["verdict"]) == (1, "staple-verify", "2026-01-15T12:00:00Z", "fail")
assert a["verdict"] == "pass" and a["must_staple"] == "yes" and a["features"] == [5], a
assert a["features_count"] == 1 and a["features_critical"] is False and len(a["sha256"]) == 64
assert a["chain"]["state"] == "trusted" and len(a["chain"]["certificates"]) == 3
assert b["verdict"] == "fail" and b["features"] == [5, 17]
assert c["verdict"] == "unknown" and "No such file" in c["error"]
f = [x for x in b["findings"] if x["id"] == "client.firefox-refuses"][0]
assert f["severity"] == "error" and f["basis"] and f["message"] and f["hint"] and f["subject"].endswith("both.der")
assert f in d["findings"]
rows = {r["client"]: (r["with_staple"]["answer"], r["without_staple"]["answer"]) for r in a["clients"]}
assert rows == {"firefox": ("accepts", "refuses"), "gnutls": ("accepts", "refuses"),
                "openssl": ("accepts", "accepts"), "rfc7633": ("accepts", "refuses")}, rows
PY
ok "has what it must" $python "$T/look.py" "$T/report.json"
status_is "--output writes the report" 0 staple-verify "${good[@]}" --output "$T/report" "$cases/good.der"
ok "there" grep -q 'good.der: pass' "$T/report"


# policy TEXT CERT ERRORS WARNINGS [STATUS]
policy() {
	local text=$1 cert=$2 errors=$3 warnings=$4 want=${5:-0}
	[ "$errors" = - ] || want=${5:-1}
	printf '%s\n' "$text" >"$T/policy.conf"
	run staple-verify "${good[@]}" --policy "$T/policy.conf" "$cases/$cert.der"
	is "policy: $text" "$status error=$(ids error) warning=$(ids warning)" \
		"$want error=$errors warning=$warnings"
}
policy 'must_staple = forbidden' good policy.forbidden -
policy 'must_staple = required' missing feature.missing,policy.required -
policy 'name "*.example.test" { must_staple = forbidden }' good policy.forbidden -
policy 'clients = {gnutls}' both - feature.other-values
policy 'clients = {openssl}' critical client.openssl-refuses,feature.critical -
policy 'certificate { min_left = 90d }' good - cert.expires-soon
policy 'certificate { max_life = 30d }' good cert.life-too-long -
policy 'certificate { ec_min = 384 }' good key.weak -
policy 'certificate { key_kinds = {rsa} }' good key.kind -
policy 'certificate { sha1 = warning }' sha1 - cert.weak-signature
policy 'severity { feature.client-auth = error }' client-too feature.client-auth -
policy 'severity { feature.missing = off }' missing - -
ca='name = "Test" issuer = {"CN=Test CA"} must_staple = on-request source = "https://ca.test/"'
policy "ca 'test' { $ca ocsp = 'ended 2026-01-01' checked = 2026-01-01 }" good ca.ocsp-ended -
policy "ca 'test' { $ca ocsp = 'ended 2026-02-01' checked = 2026-01-01 }" good - -
policy "ca 'test' { $ca ocsp = no checked = 2024-12-31 }" good ca.ocsp-ended -
out_like "an old record is told" 'info  ca\.record-old'
waiver='waiver { finding = feature.missing subject = "*/missing.der" reason = "to be replaced" by = "A. Admin"'
policy "$waiver until = 2026-01-15 }" missing feature.missing - 0
out_like "but stays, with its reason" 'waived until 2026-01-15 by A\. Admin: to be replaced'
policy "$waiver until = 2026-01-14 }" missing feature.missing -
out_like "an ended waiver is told" 'policy\.waiver-ended'
status_is "unchecked is never waived" 2 staple-verify --no-system-policy --at @1768478400 \
	--trust "$cases/root.der" "$cases/issuer-missing.der"
run staple-verify "${good[@]}" "$cases/short-lived.der"
out_like "a short life is told" 'info  ocsp\.short-lived'
# A report must not be the end of what it is about.
cp "$cases/host.der" "$T/own.der"
ln -s own.der "$T/own.link"
for out in "$T/own.der" "$T/own.link" "$T/../$(basename "$T")/own.der"; do
	status_is "--output $(basename "$out"): no report in the certificate's place" 2 staple-verify \
		--no-system-policy --output "$out" "$T/own.der"
	err_like "is refused" 'is one of the files to read'
done
status_is "nor in the key's" 2 staple-verify --no-system-policy --output "$cases/leaf.key" --key "$cases/leaf.key" \
	"$T/own.der"
err_like "nor that" 'output and --key are the same file'
ok "all is as it was" cmp "$T/own.der" "$cases/host.der"
done_testing
