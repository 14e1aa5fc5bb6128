# staple-inventory: staples in stores, judged with their signature when the issuer is at hand.
. "$SRCDIR/tests/tap.sh" || exit 99
cd "$T" || exit 99
day() { date -u -d "$1 days" +%F; } # from today on: responses are produced now
this=$(day 0) next=$(day 9)
inv() { staple-inventory --at "$(day 2)T00:00:00Z" --no-system-policy "$@"; }
query() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }
lines() { /usr/bin/python3 -c 'import json,sys; d=[json.loads(l) for l in open(sys.argv[1])]; print(eval(sys.argv[2]))' "$T/out" "$1"; }

mkdir pki
for ca in ca other; do # two CAs of one name: only the key tells them apart
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/$ca.key -days 4000 \
		-subj '/CN=Test CA' -out pki/$ca.pem 2>/dev/null
done
for n in ms two; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/$n.key -subj /CN=$n.example \
		-out pki/$n.csr 2>/dev/null
	printf '[x]\nsubjectAltName=DNS:%s.example\ntlsfeature=status_request\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:1/\n' $n >pki/ext
	openssl x509 -req -in pki/$n.csr -CA pki/ca.pem -CAkey pki/ca.key -days 4000 -extfile pki/ext -extensions x \
		-out pki/$n.pem 2>/dev/null
done
cat >staple.py <<'PY'
# CERT SIGNER STATUS THIS NEXT; or the name of an error
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
out = sys.stdout.buffer.write
if len(sys.argv) == 2:
    out(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus[sys.argv[1]]).public_bytes(serialization.Encoding.DER))
    sys.exit()
load = lambda n: x509.load_pem_x509_certificate(open("pki/%s.pem" % n, "rb").read())
cert, ca, signer = load(sys.argv[1]), load("ca"), load(sys.argv[2])
key = serialization.load_pem_private_key(open("pki/%s.key" % sys.argv[2], "rb").read(), None)
day = lambda s: datetime.datetime.strptime(s, "%Y-%m-%d")
status = ocsp.OCSPCertStatus[sys.argv[3]]
revoked = status == ocsp.OCSPCertStatus.REVOKED
r = ocsp.OCSPResponseBuilder().add_response(cert, ca, hashes.SHA1(), status, day(sys.argv[4]), day(sys.argv[5]),
    day("2026-11-01") if revoked else None, None).responder_id(ocsp.OCSPResponderEncoding.NAME, signer)
out(r.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
PY
staple() { /usr/bin/python3 -W ignore staple.py "$@"; }
judged='[(s["source"], s["judged"]) for c in d["certificates"] for s in c["staples"]]'
ids='sorted({f["id"] for c in d["certificates"] for f in c["findings"] if f["id"].startswith("staple.") and f["severity"] != "info"})'

mkdir good; cp pki/ms.pem good; staple ms ca GOOD $this $next >good/ms.pem.ocsp
status_is "a staple whose issuer is nowhere" 0 inv --format json good
is "is not checked" "$(query "$judged, $ids")" "([('good/ms.pem.ocsp', 'unchecked')], ['staple.no-issuer'])"
run inv good
out_like "which the table says" 'staple good/ms.pem.ocsp: NOT CHECKED, the issuer is not found; it says good until '$next''
out_unlike "and it is nowhere called good" ': good until'
status_is "nor does it pass for a pipeline" 2 inv --fail-on error good
status_is "unless only its end is asked for" 0 inv --fail-on staple.expired good
status_is "with the issuer in the scan" 0 inv --format json good pki/ca.pem
is "it is good" "$(query "$judged, $ids")" "([('good/ms.pem.ocsp', 'good')], [])"
is "the response names its certificate" \
	"$(query '[(r["certificate"] == next(c["sha256"] for c in d["certificates"] if c["staples"]), r["judged"]) for r in d["staples"]]')" \
	"[(True, 'good')]"
run inv good pki/ca.pem
out_like "the table tells until when" '^    staple good/ms.pem.ocsp: good until '$next'T00:00:00Z$'
run inv --fail-on error good pki/other.pem
is "another CA of the same name is no issuer" "$status" 2
for beside in chain.pem fullchain.pem ms.pem.issuer ms.issuer.pem; do
	cp pki/ca.pem "good/$beside"
	run inv --format json good/ms.pem good/ms.pem.ocsp
	is "the issuer beside in $beside" "$(query "$judged")" "[('good/ms.pem.ocsp', 'good')]"
	rm "good/$beside"
done
cat pki/ca.pem >>good/ms.pem
run inv --format json good
is "or below the certificate" "$(query "$judged")" "[('good/ms.pem.ocsp', 'good')]"
status_is "ndjson tells the staple beside" 0 inv --format ndjson good
is "with its judgement" "$(lines '[(s["source"], s["judged"], s["status"]) for r in d if r["type"] == "certificate" for s in r["staples"]]')" \
	"[('good/ms.pem.ocsp', 'good', 'good')]"

# What the listing of a folder tells of it, without looking again.
told() { # DESCRIPTION, then arguments
	local what=$1; shift
	run inv --format ndjson "$@"
	is "ndjson: $what" "$(lines '[s["judged"] for r in d if r["type"] == "certificate" for s in r.get("staples", [])]')" "['good']"
}
mkdir -p near/ms.pem-x; cp good/ms.pem good/ms.pem.ocsp near; cp near/ms.pem near/ms.pem-x/a
for n in ms.pel ms.pem- ms.pem.ocs ms.pen; do echo >near/$n; done
told "a staple among names like its own" near
mkdir apart; mv near/ms.pem.ocsp apart; ln -s ../apart/ms.pem.ocsp near; mv near/ms.pem-x apart
told "a staple that is a link" near
told "to a file that is read, too" near apart
rm near/ms.pem.ocsp; mv apart/ms.pem.ocsp near
told "a staple that is left out of the scan" --exclude '*.ocsp' near
told "or not asked for" --include '*.pem' near
told "and one beside a file that was named" near/ms.pem near/ms.pen
rm near/ms.pem.ocsp
run inv --format ndjson near
is "ndjson: no staple beside" "$(lines '[r["staples"] for r in d if r["type"] == "certificate"]')" "[[], []]"

bad() { # DESCRIPTION ID, the staple on standard input
	rm -rf bad; mkdir bad; cp good/ms.pem bad; cat >bad/ms.pem.ocsp
	status_is "$1: an error" 1 inv --fail-on error bad
	out_like "$1: the table" 'REFUSED'
	run inv --format json bad
	is "$1: $2" "$(query "$judged, $ids")" "([('bad/ms.pem.ocsp', 'refused')], ['$2'])"
	run inv --format ndjson --fail-on "$2" bad
	is "$1: ndjson" "$status" 1
}
bad "signed by another key of that name" staple.bad-signature < <(staple ms other GOOD $this $next)
staple ms ca GOOD $this $next >sound.der
bad "a bit of its signature turned" staple.bad-signature < <(/usr/bin/python3 -c '
import sys; b = bytearray(open("sound.der", "rb").read()); b[-1] ^= 1; sys.stdout.buffer.write(b)')
bad "past its end" staple.expired < <(staple ms ca GOOD "$(day -9)" "$(day -2)")
bad "revoked" staple.revoked < <(staple ms ca REVOKED $this $next)
bad "about another certificate" staple.other-certificate < <(staple two ca GOOD $this $next)
bad "a text" staple.malformed < <(echo hello)
bad "cut off" staple.malformed < <(head -c 100 sound.der)
bad "try later" staple.try-later < <(staple TRY_LATER)

run inv --format json good/ms.pem
is "a staple beside a file that is given alone" "$(query "$judged")" "[('good/ms.pem.ocsp', 'good')]"

rm -rf far; mkdir far; cp pki/ms.pem pki/two.pem pki/ca.pem far
staple two ca GOOD $this $next >far/any-name.der
run inv --format json far
is "a staple of any name finds its certificate" \
	"$(query '{c["names"][0]: [(s["source"], s["judged"]) for s in c["staples"]] for c in d["certificates"] if c["names"]}')" \
	"{'ms.example': [], 'two.example': [('far/any-name.der', 'good')]}"
rm far/two.pem
run inv far
out_like "one for no certificate is told so" '^staple far/any-name.der: for no certificate here, not checked: successful, says good'
run inv --format csv --columns name,staples good pki/ca.pem
out_like "CSV tells what was verified" "good/ms.pem.ocsp: good until $next"
rm good/ms.pem; cp pki/ms.pem good
run inv --format csv --columns name,staples good
out_like "and what was not" 'good/ms.pem.ocsp: NOT CHECKED, the issuer is not found'
cat pki/ca.pem >>good/ms.pem
run inv --format html good
out_like "the page tells it too" 'class="green">staple good until '"$next"'T00:00:00Z'
done_testing
