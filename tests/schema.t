# What the programs write as JSON fits the schemas, and no key is missing from them.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
$python -c 'import jsonschema' 2>/dev/null || { skip "schemas" "python3-jsonschema is not installed"; done_testing; exit; }
lab_responder || { fail "a responder"; done_testing; exit; }
lab_mode good
lab_pki >"$T/pki.out" || { fail "a laboratory PKI"; done_testing; exit; }

fits() { # DESCRIPTION SCHEMA: the last run's output
	local what=$1 schema=$2
	if [ ! -s "$T/out" ]; then fail "$what" "no output" "$(head -c 500 "$T/err")"; return; fi
	if $python "$SRCDIR/tests/schema.py" "$SRCDIR/schema" "$schema" "$T/out" >"$T/why" 2>&1; then pass "$what"
	else fail "$what" "$(head -n 8 "$T/why")"; fi
}

# --- staple-verify ---

verify() { run staple-verify --no-system-policy --trust "$pki/root.pem" --format json "$@"; }
lab_staple good ms "$T/good.der"
lab_staple revoked ms "$T/revoked.der"
lab_staple trylater ms "$T/trylater.der"
cd "$pki" || exit 99
verify --client all ms.chain.pem plain.chain.pem f17.chain.pem fbad.chain.pem ims_ms.chain.pem ms.pem
fits "staple-verify: certificates of many kinds" staple-verify
for kind in good revoked trylater; do
	verify --client all --staple "$T/$kind.der" ms.chain.pem
	fits "staple-verify: a $kind staple" staple-verify
done
verify --staple "$pki/ms.pem" ms.chain.pem
fits "staple-verify: a staple that is none" staple-verify
verify "$pki/ms.key" "$T/nowhere.pem"
fits "staple-verify: what cannot be read" staple-verify
cat >"$T/waiver.conf" <<-CONF
	waiver {
		finding = feature.missing
		subject = '*'
		until = 2099-12-31
		reason = r
		by = b
	}
CONF
verify --policy "$T/waiver.conf" plain.chain.pem
fits "staple-verify: a waived finding" staple-verify

# --- staple-inspect ---

inspect() { run staple-inspect --format json "$@"; }
openssl req -new -key ms.key -subj / -addext tlsfeature=status_request -addext subjectAltName=DNS:a.test \
	-out "$T/ms.csr" 2>/dev/null
openssl pkey -in ms.key -pubout -out "$T/public.pem" 2>/dev/null
openssl crl2pkcs7 -nocrl -certfile bundle.pem -out "$T/bundle.p7b"
openssl pkcs12 -export -inkey ms.key -in ms.pem -passout pass:x -out "$T/ms.p12"
printf 'no object at all\n' >"$T/text"
inspect ms.chain.pem fbad.pem fpad.pem fdup.pem root.pem ocsp.pem "$T/ms.csr" "$T/good.der" "$T/revoked.der" \
	"$T/trylater.der" ms.key "$T/public.pem" "$T/bundle.p7b" "$T/ms.p12" "$T/text"
fits "staple-inspect: objects of every kind" staple-inspect
lab_servers ms:good ms:none plain:none raw:hang || fail "servers"
inspect "localhost:$(port_of ms:good)"
fits "staple-inspect: a server" staple-inspect

# --- staple-csr ---

run staple-csr --format json --new-key ecdsa-p256 --out-key "$T/a.key" --out "$T/a.csr" --key-usage digitalSignature \
	--ip 127.0.0.1 www.example.com
fits "staple-csr: one request" staple-csr
printf 'a.example.com b.example.com\nc.example.com\n-bad-\n' >"$T/list"
run staple-csr --format json --batch "$T/list" --out-dir "$T/batch"
fits "staple-csr: many" staple-csr
run staple-csr --format json --batch "$T/list" --out-dir "$T/batch"
fits "staple-csr: many again" staple-csr

# --- staple-gate ---

gate() { run staple-gate --no-system-policy --trust "$pki/root.pem" --format json "$@"; }
gate --rounds 1 "localhost:$(port_of ms:good)" "localhost:$(port_of ms:none)" "localhost:$(port_of plain:none)"
fits "staple-gate: targets" staple-gate
gate --rounds 1 --timeout 1s "localhost:$(port_of raw:hang)" "127.0.0.1:1" no-such-host.invalid
fits "staple-gate: what cannot be met" staple-gate
gate --rounds 1 --cert "$pki/ms.chain.pem" --tls 1.3 "localhost:$(port_of ms:good)"
fits "staple-gate: a candidate" staple-gate

# --- staple-fetch ---

fetch() { run staple-fetch --no-system-policy --format json "$@"; }
mkdir "$T/fetch" && cp "$pki/ms.chain.pem" "$pki/plain.chain.pem" "$pki/noaia.chain.pem" "$T/fetch"
fetch "$T/fetch/ms.chain.pem"
fits "staple-fetch: fetched" staple-fetch
lab_mode revoked
fetch --retries 0 --force "$T/fetch/ms.chain.pem" "$T/fetch/plain.chain.pem" "$T/fetch/noaia.chain.pem"
fits "staple-fetch: refused" staple-fetch
fetch --check "$T/fetch"/*.pem
fits "staple-fetch: asks nobody" staple-fetch

# --- staple-inventory ---

cp "$T/good.der" "$pki/ms.pem.ocsp"
cp "$T/ms.csr" "$T/text" "$pki"
inventory() { run staple-inventory --no-system-policy "$@" "$pki" "$T/nowhere"; }
inventory --format json
fits "staple-inventory: a document" staple-inventory
inventory --format ndjson
fits "staple-inventory: lines" staple-inventory-record.line
is "each with its type" "$(jq -r .type "$T/out" | sort -u | paste -sd' ')" "certificate problem request staple summary"

mkdir "$T/store" && cp "$pki/ms.pem" "$pki/plain.pem" "$T/store"
changes() { run staple-inventory --no-system-policy --db "$T/db" --format json --diff "$T/store"; }
changes
fits "staple-inventory --diff: nothing to compare with" staple-inventory-diff
mv "$T/store/ms.pem" "$T/store/moved.pem" && rm "$T/store/plain.pem" && cp "$pki/root.pem" "$T/store"
changes
fits "staple-inventory --diff: changes" staple-inventory-diff
is "of each kind" "$(jq -r '.changes[].change' "$T/out" | sort -u | paste -sd' ')" "appeared moved vanished"
run staple-inventory --no-system-policy --db "$T/db" --format json --history '*'
fits "staple-inventory --history" staple-inventory-history
is "of what is there and what is not" "$(jq -r '.history[].still_there' "$T/out" | sort -u | paste -sd' ')" "false true"

is "no schema is without an output that fits it" "$(cd "$SRCDIR/schema" && for f in staple-*.json; do
	grep -q " ${f%.json}\(\.line\)\?$" "$SRCDIR/tests/schema.t" || echo "$f"; done)" ""

# --- the page names every key ---

$python - "$SRCDIR/schema" >"$T/keys" <<-PYTHON
	import json, os, sys
	def walk(node):
	    if isinstance(node, dict):
	        if isinstance(node.get("properties"), dict) and node.get("type") == "object":
	            for key in node["properties"]: print(key)
	        for value in node.values(): walk(value)
	    elif isinstance(node, list):
	        for value in node: walk(value)
	for file in sorted(os.listdir(sys.argv[1])):
	    walk(json.load(open(os.path.join(sys.argv[1], file), encoding="utf-8")))
PYTHON
sort -u -o "$T/keys" "$T/keys"
tr -c 'a-z0-9_' '\n' <"$SRCDIR/man/staple-json.7" | sort -u >"$T/words"
is "staple-json(7) names every key of the schemas" "$(comm -23 "$T/keys" "$T/words" | paste -sd' ')" ""
done_testing
