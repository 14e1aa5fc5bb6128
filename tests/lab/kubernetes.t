# contrib/kubernetes: the objects, offline, and the CronJob's command as its container would run it,
# against an API server for Secrets that grants what the Role grants and no more.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
folder=$SRCDIR/contrib/kubernetes
yaml=$folder/staple-fetch.yaml
for need in jq curl; do
	command -v $need >/dev/null || { skip "the CronJob" "$need is not installed"; done_testing; exit; }
done
$python -c 'import yaml' 2>/dev/null || { skip "the CronJob" "python3-yaml is not installed"; done_testing; exit; }
lab_responder && lab_pki --only ms,ms2,plain >"$T/pki.out" || exit 99
cd "$T" || exit 99

# --- the objects ---

objects() { $python "$lab/kubernetes.py" check "$1"; }
ok "the objects have what the API asks for, and no right too many" objects "$yaml"
spoilt() { # WHAT SED WORDS
	sed "$2" "$yaml" >spoilt.yaml
	status_is "$1 is found" 1 objects spoilt.yaml
	out_like "and named" "$3"
}
spoilt "a field that does not exist" 's/concurrencyPolicy/concurrentPolicy/' 'concurrentPolicy is not known'
spoilt "a field that is missing" '/restartPolicy/d' 'no restartPolicy'
spoilt "a number that is text" 's/runAsUser: 65532/runAsUser: "65532"/' "runAsUser: '65532' is not int"
spoilt "a right too many" 's/\[get, patch\]/[get, list, patch]/' 'get and patch alone'
spoilt "a Role for all Secrets" '/resourceNames/d' 'the Secrets by name'
spoilt "a Secret that is only in one place" 's/args: \[www-tls\]/args: [www-tls, shop-tls]/' 'the Secrets by name'
spoilt "a container that may write" 's/readOnlyRootFilesystem: true/readOnlyRootFilesystem: false/' 'read-only'
if command -v kubectl >/dev/null; then
	same='import json, sys, yaml
def lost(a, b, at=""):
    if isinstance(a, dict):
        return [x for k in a for x in (lost(a[k], b[k], at + "." + k) if k in b else [at + "." + k])]
    if isinstance(a, list):
        return [x for i, v in enumerate(a) for x in lost(v, b[i], at + "[%d]" % i)]
    return [] if a == b else [at]
gone = lost(yaml.safe_load(open(sys.argv[1])), json.load(open(sys.argv[2])))
print("\n".join(gone)); sys.exit(bool(gone))'
	# What the type does not know is lost on its way through kubectl.
	while read -r kind words; do
		awk -v RS='---\n' -v kind="$kind" '$0 ~ "(^|\n)kind: " kind "\n"' "$yaml" >one.yaml
		HOME=$T kubectl set $words --local -f one.yaml -o json >kubectl.json 2>kubectl.err
		ok "kubectl knows every field of the $kind" $python -c "$same" one.yaml kubectl.json
	done <<-KINDS
		CronJob serviceaccount staple-fetch
		RoleBinding subject --serviceaccount=web:another
	KINDS
fi

# --- the job ---

mkdir -p api account tmp
cp "$pki/plain.chain.pem" api/server.pem && cp "$pki/plain.key" api/server.key
echo the-token >api/token
cp api/token account/token && cp "$pki/root.pem" account/ca.crt && printf web >account/namespace
secret() { # LEAF VERSION
	jq -n --arg crt "$(base64 -w0 "$pki/$1.chain.pem")" --arg key "$(base64 -w0 "$pki/$1.key")" --arg v "$2" \
		'{apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", data: {"tls.crt": $crt, "tls.key": $key},
		  metadata: {name: "www-tls", namespace: "web", resourceVersion: $v, annotations: {a: "\"tls.crt\":\"no\""}}}'
}
secret ms 41 >api/www-tls.json
cp api/www-tls.json api/shop-tls.json
lab_start api.out '^listening' $python "$lab/kubernetes.py" serve "$yaml" api web || exit 99
api=$(sed -n 's/^listening on //p' api.out)

# The container's command, arguments and environment, with a root that it cannot write.
$python - "$yaml" >job <<'PY'
import shlex
import sys
import yaml
job = [o for o in yaml.safe_load_all(open(sys.argv[1])) if o["kind"] == "CronJob"][0]
c = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
print("env", *(shlex.quote("%s=%s" % (e["name"], e["value"])) for e in c["env"]), end=" ")
print(*(shlex.quote(a) for a in c["command"] + c["args"]))
PY
sed -i "s#/usr/share/staple-tools/kubernetes/#$folder/#; s/--retry-for 5m/--retry-for 1s/" job
job() {
	TMPDIR=$T/tmp SERVICE_ACCOUNT=$T/account KUBERNETES_API=$api sh -c "$(cat job) $*"
}
field() { jq -r "$1" api/www-tls.json; }

lab_mode good
ok "the job runs" job
out_like "and tells that it wrote" 'www-tls: new tls.ocsp-staple'
is "it asked for the Secret, and patched it" "$(paste -sd' ' api/log)" "GET www-tls 200 PATCH www-tls 200"
field '.data["tls.ocsp-staple"]' | base64 -d >staple.der
ok "the staple is good" staple-verify --no-system-policy --staple-only --staple staple.der \
	--issuer "$pki/int.pem" "$pki/ms.pem"
is "the rest of the Secret is as it was" \
	"$(jq -cS 'del(.data["tls.ocsp-staple"], .metadata.resourceVersion)' api/www-tls.json)" \
	"$(jq -cS 'del(.metadata.resourceVersion)' api/shop-tls.json)"
is "nothing is left in /tmp" "$(ls tmp)" ""
run staple-inventory --no-system-policy --format json api/www-tls.json
is "staple-inventory sees the staple, and judges it for the certificate beside it" \
	"$(jq -r '.staples[] | .entry + " " + .judged' "$T/out")" "web/www-tls:tls.ocsp-staple good"

: >api/log
ok "nothing is due" job
is "and nothing is written" "$(paste -sd' ' api/log)" "GET www-tls 200"

secret ms2 60 | jq --arg s "$(base64 -w0 staple.der)" '.data["tls.ocsp-staple"] = $s' >api/www-tls.json
ok "a new certificate beside the old one's staple" job
field '.data["tls.ocsp-staple"]' | base64 -d >staple2.der
ok "gets its own" staple-verify --no-system-policy --staple-only --staple staple2.der --issuer "$pki/int.pem" "$pki/ms2.pem"

before() { cp api/www-tls.json before.json; }
unchanged() { ok "the Secret stays as it is" cmp api/www-tls.json before.json; }
secret ms 70 >api/www-tls.json && before && : >api/meddle && : >api/log
status_is "a Secret that is changed in between: status 2" 2 job
err_like "is said" 'www-tls: the Secret was not written'
is "the API server refused" "$(tail -n 1 api/log)" "PATCH www-tls 409"
unchanged && rm api/meddle
lab_mode revoked
status_is "a certificate that is revoked: status 1" 1 job
unchanged
lab_mode close
status_is "a responder that does not answer: status 2" 2 job
unchanged
lab_mode good
status_is "another Secret is not allowed: status 2" 2 job shop-tls
err_like "is said" 'shop-tls: the Secret cannot be read'
ok "while the first has its staple" jq -e '.data["tls.ocsp-staple"]' api/www-tls.json
lab_mode revoked
secret ms 80 >api/www-tls.json
status_is "one revoked and one not readable: 1 says more" 1 job shop-tls
before && echo another >account/token
status_is "a token that is not taken: status 2" 2 job
unchanged
done_testing
