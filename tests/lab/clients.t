# The predictions of staple-verify --client against the real programs, on loopback: every shape of
# the TLS Feature extension with a good staple and with none, and every kind of staple.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
for program in gnutls-cli curl; do
	if ! command -v $program >/dev/null; then
		skip "clients" "$program is not installed"
		done_testing
		exit
	fi
done
unset GNUTLS_SYSTEM_PRIORITY_FILE SSLKEYLOGFILE http_proxy https_proxy all_proxy

shapes='ms f17 f5_17 f6 funk fempty fbad fpad foct fcrit plain ims_ms ims_plain'
kinds='good-direct byname nocheckless sha256 nonext nonext-old revoked hold unknown expired expired:60
	future future:240 future:36000 badsig truncated trailing wrongserial otherissuer wrongsigner noeku
	selfleaf nosigner delegate-expired rootdirect rootdelegate sha1sig garbage trylater internal malformed
	sigrequired unauthorized left:3600:604800'
specs=()
for leaf in $shapes; do specs+=("$leaf:none" "$leaf:good"); done
for kind in $kinds; do specs+=("ms:$kind" "plain:$kind"); done
specs+=(ims_ms:good-direct,tls12 ims_ms:good-direct,tls13)
lab_pki --ocsp http://127.0.0.1:1/ || fail "the PKI can be made"
lab_servers "${specs[@]}" || fail "the servers start"

# accepts PROGRAM SPEC: what the program does, in the words of the predictions
accepts() {
	local port
	port=$(port_of "$2")
	case $1 in
	gnutls) gnutls-cli --x509cafile="$pki/root.pem" --port "$port" localhost ;;
	openssl) curl -sS -o /dev/null --cacert "$pki/root.pem" "https://localhost:$port/" ;;
	esac </dev/null >"$T/client.out" 2>&1 && echo accepts || echo refuses
}

# predicted WITH LEAF [STAPLE]: "client answer" lines for gnutls and openssl
predicted() {
	local with=$1 leaf=$2; shift 2
	staple-verify --no-system-policy --format json --client gnutls,openssl --trust "$pki/root.pem" \
		${1:+--staple "$1"} "$pki/$leaf.chain.pem" >"$T/json" 2>"$T/err"
	$python -c 'import json, sys
for row in json.load(open(sys.argv[1]))["certificates"][0]["clients"]:
    print(row["client"], row[sys.argv[2]]["answer"])' "$T/json" "$with"
}

# compare SPEC WITH LEAF [STAPLE]
compare() {
	local spec=$1 client answer; shift
	predicted "$@" >"$T/predicted" || fail "$spec: predictions" "$(cat "$T/err")"
	while read -r client answer; do
		is "$spec: $client" "$answer" "$(accepts "$client" "$spec")"
	done <"$T/predicted"
}

for leaf in $shapes; do
	compare "$leaf:good" with_staple "$leaf"
	compare "$leaf:none" without_staple "$leaf"
done
compare ims_ms:good-direct,tls12 with_staple ims_ms
compare ims_ms:good-direct,tls13 with_staple ims_ms
for kind in $kinds; do
	for leaf in ms plain; do
		lab_staple "$kind" "$leaf" "$T/staple.der" || fail "$kind can be made"
		compare "$leaf:$kind" with_this_staple "$leaf" "$T/staple.der"
	done
done
done_testing
