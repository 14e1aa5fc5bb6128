# The pipeline snippets: the script of each is taken out of its file and run as the CI server would.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_responder && lab_pki >"$T/pki.out" || { fail "a laboratory PKI"; done_testing; exit; }
lab_mode good
lab_servers ms:good ms:none || { fail "servers"; done_testing; exit; }
ci=$SRCDIR/contrib/ci
cat >"$T/extract.py" <<'PY'
"""The script of a snippet: the block behind `run: |` or `- |`, or between the three quotes."""
import sys
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
if sys.argv[1].endswith("Jenkinsfile"):
    text = "\n".join(lines).split("'''")
    assert len(text) == 3
    print(text[1])
    sys.exit()
at = next(i for i, l in enumerate(lines) if l.strip() in ("run: |", "- |"))
indent = len(lines[at + 1]) - len(lines[at + 1].lstrip())
for line in lines[at + 1:]:
    if line.strip() and len(line) - len(line.lstrip()) < indent:
        break
    print(line[indent:])
PY
if $python -c 'import yaml' 2>/dev/null; then
	for file in "$ci"/*.yml; do
		ok "$(basename "$file") is YAML" $python -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "$file"
	done
fi
export CERT=$pki/ms.chain.pem PAUSE=0
for file in github-actions.yml gitlab-ci.yml Jenkinsfile; do
	$python "$T/extract.py" "$ci/$file" >"$T/script" || fail "$file has a script"
	for case in "0 $(port_of ms:good)" "1 $(port_of ms:none)" "2 $(free_port)"; do
		want=${case% *}
		rm -rf "$T/runs"
		mkdir "$T/runs"
		export TARGETS="tls://localhost:${case#* }" \
			OPTIONS="--no-system-policy --trust $pki/root.pem --timeout 3s"
		status_is "$file: status $want" "$want" sh -ec 'cd "$1" && . "$2"' sh "$T/runs" "$T/script"
		ok "$file: a JUnit report is there" grep -q '</testsuites>' "$T/runs/gate.xml"
	done
done
done_testing
