# staple-inventory: filters, order, columns and what makes it fail, together and with bad values.
. "$SRCDIR/tests/tap.sh" || exit 99
cd "$T" || exit 99
inv() { staple-inventory --no-system-policy "$@"; }
query() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }

mkdir pki store
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/ca.key -days 4000 \
	-subj '/CN=Test CA/O=Tests' -out store/ca.pem 2>/dev/null
for c in b:90: a:20: d:300:tlsfeature=status_request c:10:tlsfeature=status_request; do
	IFS=: read -r n days extension <<<"$c"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/$n.key -subj "/CN=$n.example" \
		-out pki/$n.csr 2>/dev/null
	printf '[x]\nsubjectAltName=DNS:%s.example\n%s\n%s\n' $n "$extension" \
		"$([ $n = c ] || echo 'authorityInfoAccess=OCSP;URI:http://127.0.0.1:1/')" >pki/ext # c is in trouble
	openssl x509 -req -in pki/$n.csr -CA store/ca.pem -CAkey pki/ca.key -days $days -extfile pki/ext -extensions x \
		-out store/$n.pem 2>/dev/null
done
names='[c["subject"][-9:-8] if c["names"] else "CA" for c in d["certificates"]]'
shows() { # DESCRIPTION NAMES OPTIONS...
	local what=$1 want=$2; shift 2
	run inv --format json "$@" store
	is "$what" "$(query "$names")" "$want"
}
shows "as found" "['a', 'b', 'c', 'CA', 'd']"
shows "by expiry" "['c', 'a', 'b', 'd', 'CA']" --sort expiry
shows "by name" "['CA', 'a', 'b', 'c', 'd']" --sort name
shows "by source" "['a', 'b', 'c', 'CA', 'd']" --sort source --exclude nothing
shows "all filters must hold" "['c']" --must-staple --leaf --expires-within 30d --name '*.example' --issuer 'Test*'
shows "any of several names" "['a', 'd']" --name 'a.*' --name 'd.*'
shows "an issuer's organization" "['a', 'b', 'c', 'CA', 'd']" --issuer Tests
shows "both kinds are all" "['a', 'b', 'c', 'CA', 'd']" --ca --leaf
shows "expiry and trouble" "['c']" --expires-within 30d --trouble --sort expiry
shows "filters that leave nothing" "[]" --must-staple --ca
shows "folders and names" "['a', 'b']" --include 'a.*' --include '*/b.pem'
shows "out and in" "['b']" --include '?.pem' --include 'store/b*' --exclude 'a*' --exclude '[cd]*' --exclude 'c*' --exclude 'd.pem'
shows "the same path twice is one" "['a', 'b', 'c', 'CA', 'd']" store
is "one place each" "$(query '{len(c["sources"]) for c in d["certificates"]}')" "{1}"

status_is "--fail-on looks at what is reported" 0 inv --fail-on warning --name 'd.*' store
status_is "--fail-on warning" 1 inv --fail-on warning store
status_is "--fail-on another finding" 0 inv --fail-on staple.expired store
status_is "--fail-on with several" 1 inv --fail-on error,ocsp.no-url store
status_is "--fail-on before problems" 1 inv --fail-on warning store nowhere
status_is "problems without it" 2 inv store nowhere
status_is "in a quiet run too" 1 inv -q --fail-on warning store
is "which says nothing" "$(cat "$T/out")" ""

run inv --columns days_left,name --sort name store
out_like "columns in their order" '^ *days_left +name|^days_left +name'
run inv --format csv --columns name,name,must_staple --sort name store
is "a column twice" "$(sed -n 2p "$T/out" | tr -d '\r')" "certificate,Test CA,Test CA,no,"

bad() { # MESSAGE OPTIONS...
	local want=$1; shift
	status_is "bad: $*" 2 inv "$@" store
	err_like "which says: $want" "$want"
	is "and there is no report" "$(cat "$T/out")" ""
}
bad '--sort size: must be found, expiry, name, issuer or source' --sort size
bad 'ndjson comes in the order found' --format ndjson --sort expiry
bad '--columns bogus: no such column; --columns list lists them' --columns name,bogus
bad 'only text and csv have columns' --format json --columns name
bad '--fail-on bogus: must be error, warning, or the id of a finding' --fail-on error,bogus
bad "--expires-within: duration '-5d'" --expires-within -5d
bad "--expires-within: duration '25%'" --expires-within 25%
bad '--max-depth -2: must be a number from 0 to' --max-depth -2
bad '--max-depth x: must be a number from 0 to' --max-depth x
bad '--max-depth 99999999999: must be a number' --max-depth 99999999999
bad '--jobs 0: must be a number from 1 to 4096' --jobs 0
bad '--jobs : must be a number from 1 to 4096' --jobs=
for o in include exclude issuer name; do bad "--$o: an empty pattern matches nothing" --$o ''; done
bad '--history: needs digits of a fingerprint, or a name' --db h.db --history ''
bad '--diff: the format must be text or json' --db h.db --diff --format csv
bad '--history needs the database' --history x
ok "no database was made" test ! -e h.db

# --- the database, with roots that overlap or are named otherwise ---
status_is "roots that overlap" 0 inv --db h.db --at 2026-11-01 store store/a.pem
status_is "once more" 0 inv --db h.db --at 2026-11-02 --diff store store/a.pem
out_like "are no change" '^0 changes since 2026-11-01'
status_is "a path" 0 inv --db h.db --at 2026-11-03 --diff store
status_is "the same with a slash" 0 inv --db h.db --at 2026-11-04 --diff store/
out_like "is the same" '^0 changes since 2026-11-03'
status_is "by another name" 0 inv --db h.db --at 2026-11-05 --diff ./store
out_like "is another set of places, not a move of all" 'first scan'
done_testing
