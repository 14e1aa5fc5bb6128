# Policies as every program reads them: places, names, includes, what is shown, waivers in time.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_pki --ocsp http://ocsp.lab.test/ || { fail "a laboratory PKI"; done_testing; exit; }
verify() { staple-verify --no-system-policy --trust "$pki/root.pem" "$@"; }
show() { staple-verify --no-system-policy --show-policy "$@"; }
values() { sed 's/ *# .*//'; }

# --- shipped policies, from any working folder ---

cd / || exit 99
for name in default strict leaving; do
	status_is "$name is found by its bare name" 0 show --policy "$name"
	cp "$T/out" "$T/$name.conf"
	status_is "what $name shows can be read" 0 show --policy "$T/$name.conf"
	is "and is the same policy" "$(values <"$T/out" | cksum)" "$(values <"$T/$name.conf" | cksum)"
	ok "each line of $name has its reason above it" awk '
		/^[a-z]/ && !/^(staple|certificate|gate|severity) \{/ && !comment { bad = 1 }
		/^\t[a-z]/ && !comment && !block { bad = 1 }
		{ comment = /^\t?#/ || (comment && /^\t?[a-z]/) }
		/^\t?$/ { comment = 0 } /\{$/ { block = 0 } /^\t#/ { block = 1 }
		END { exit bad }' "$SRCDIR/policies/$name.conf"
done
show >"$T/built-in"
is "default changes nothing" "$(values <"$T/default.conf" | cksum)" "$(values <"$T/built-in" | cksum)"
ok "but says where it is from" grep -Eq '^skew = 5m +# .*policies/default\.conf:[0-9]+$' "$T/default.conf"
ok "built-in values say so" grep -Eq '^skew = 5m +# built in$' "$T/built-in"
ok "strict requires Must-Staple" grep -q '^must_staple = required' "$T/strict.conf"
ok "leaving forbids it" grep -q '^must_staple = forbidden' "$T/leaving.conf"
ok "no path of the build in the program" \
	bash -c '! grep -qaF "$2" "$1"' - "$BUILDDIR/tools/staple-verify" "$(cd "$BUILDDIR" && pwd)"
ok "nor of the source" \
	bash -c '! grep -qaF "$2" "$1"' - "$BUILDDIR/tools/staple-verify" "$(cd "$SRCDIR" && pwd)"
mkdir "$T/here"
printf 'skew = 1s\n' >"$T/here/strict"
cd "$T/here" || exit 99
status_is "a file of that name in the working folder" 0 show --policy strict
out_like "does not take the place of the shipped one" '^skew = 5m '
status_is "unless it is asked for" 0 show --policy ./strict
out_like "by its path" '^skew = 1s +# \./strict:1$'
status_is "a name that nothing has" 2 show --policy nonesuch
err_like "lists the shipped ones" \
	"policy 'nonesuch': there is no such file, and the shipped ones are: default, leaving, strict"

# --- CA records ---

for record in "$SRCDIR"/policies/ca/*.conf; do
	id=$(basename "$record" .conf)
	ok "the record of $id is read" grep -q "^ca '$id' {" "$T/built-in"
	ok "and has source and date" bash -c \
		'grep -q "^source = ." "$1" && grep -q "^checked = 20" "$1"' - "$record"
done

# --- order, includes, errors ---

mkdir "$T/site"
printf "include('site/more.conf')\nstaple {\n\trsa_min = 4096\n}\n" >"$T/main.conf"
printf "skew = 2m\nstaple {\n\trsa_min = 3072\n}\ninclude('last.conf')\n" >"$T/site/more.conf"
printf 'gate {\n\trounds = 9\n}\n' >"$T/site/last.conf"
cd / || exit 99
status_is "includes are relative to the file that includes" 0 show --policy "$T/main.conf"
out_like "the first level" "^skew = 2m +# $T/site/more\.conf:1\$"
out_like "the second level" "^.rounds = 9 +# $T/site/last\.conf:2\$"
out_like "what comes behind the include wins" "^.rsa_min = 4096 +# $T/main\.conf:3\$"
printf 'gate {\n\trounds = 2\n}\n' >"$T/second.conf"
status_is "a later policy wins" 0 show --policy "$T/main.conf" --policy "$T/second.conf"
out_like "with its place" "^.rounds = 2 +# $T/second\.conf:2\$"
printf "\ninclude('nowhere.conf')\n" >"$T/bad.conf"
status_is "an include that is not there" 2 show --policy "$T/bad.conf"
err_like "is named with its line" "$T/bad\.conf:2: include: $T/nowhere\.conf: cannot be opened: No such file or directory"
printf "include('loop.conf')\n" >"$T/loop.conf"
status_is "an include of itself" 2 show --policy "$T/loop.conf"
err_like "ends" "$T/loop\.conf:1: includes are nested more than 16 deep"
printf 'skew = 5m\n\nstaple {\n\tmin_lft = 25%%\n}\n' >"$T/bad.conf"
status_is "an unknown option" 2 show --policy "$T/bad.conf"
err_like "names file, line, option and what is allowed" \
	"$T/bad\.conf:4: unknown option 'min_lft' in 'staple'; allowed: min_left, min_left_severity, max_age, sha1, rsa_min\$"
printf 'severity {\n\tfeature.mising = off\n}\n' >"$T/bad.conf"
status_is "an unknown finding" 2 verify --policy "$T/bad.conf" "$pki/ms.chain.pem"
err_like "names it" "$T/bad\.conf:2: unknown finding id 'feature\.mising' in 'severity'"
is "and nothing was judged" "$(cat "$T/out")" ""
printf "include('more.conf')\n" >"$T/site/outer.conf"
printf 'skew = 1h\nskew = 2h\n' >"$T/site/more.conf"
status_is "an error in an included file" 2 show --policy "$T/site/outer.conf"
err_like "names that file" \
	"$T/site/more\.conf:2: option 'skew' is given twice \(first in line 1\)"
mkdir "$T/folder"
status_is "a folder" 2 show --policy "$T/folder"
err_like "is no policy" "$T/folder"
head -c 2000000 /dev/zero | tr '\0' '#' >"$T/large.conf"
status_is "a policy of 2 MB" 2 show --policy "$T/large.conf"
err_like "is too large" 'large\.conf.*(limit|larger|more than)'
HOME=/nowhere status_is "a variable of the environment" 2 show --policy /dev/null
printf 'must_staple = "${HOME}"\n' >"$T/bad.conf"
status_is "is not expanded" 2 show --policy "$T/bad.conf"
err_like "but refused" "$T/bad\.conf:1: '\\$\\{' is not allowed here: put the text in single quotes"

# --- what it means ---

printf "name '*.lab.test' {\n\tmust_staple = required\n}\n" >"$T/required.conf"
status_is "required for a name that matches" 1 verify --expect any --policy "$T/required.conf" "$pki/plain.chain.pem"
out_like "is a finding of its own" 'policy\.required'
printf "name '*.lab.test' {\n\tmust_staple = required\n}\nname 'plain.*' {\n\tmust_staple = allowed\n}\n" >"$T/allowed.conf"
status_is "the last match wins" 0 verify --expect any --policy "$T/allowed.conf" "$pki/plain.chain.pem"
status_is "leaving" 1 verify --expect any --policy leaving "$pki/ms.chain.pem"
out_like "finds what promises still" 'policy\.forbidden'
csr() { staple-csr --no-system-policy --policy leaving --new-key ecdsa-p256 "$@"; }
status_is "a request that asks still" 1 csr --out-key "$T/k" --out "$T/r" www.lab.test
err_like "is not made" 'the policy forbids Must-Staple for www\.lab\.test \[policy\.forbidden\]'
ok "nor its key" test ! -e "$T/k"
status_is "one that does not ask" 0 csr --no-must-staple --out-key "$T/k" --out "$T/r" www.lab.test
echo 'a.lab.test b.lab.test' >"$T/list"
status_is "nor is one of a batch made" 1 csr --batch "$T/list" --out-dir "$T/batch"
out_like "whose line is told" 'list:1: the policy forbids Must-Staple for a\.lab\.test'
mkdir "$T/store"
staple-csr --new-key ecdsa-p256 --out-key "$T/k2" --out "$T/store/old.csr" old.lab.test >/dev/null
status_is "a request that is kept" 1 staple-inventory --no-system-policy --policy leaving --fail-on error "$T/store"
out_like "is found" 'policy\.forbidden  the policy forbids Must-Staple for old\.lab\.test'
status_is "in lines too" 1 staple-inventory --no-system-policy --policy leaving --fail-on error --format ndjson "$T/store"
is "with its finding" "$(jq -r 'select(.type == "request").findings[].id' "$T/out")" policy.forbidden
printf 'severity {\n\tfeature.missing = warning\n}\n' >"$T/mild.conf"
status_is "a severity" 0 verify --policy "$T/mild.conf" "$pki/plain.chain.pem"
out_like "is shown as changed" 'warning +feature\.missing'

# --- the manual: every option, and examples that work ---

page=$SRCDIR/man/staple-policy.5
for section in '' staple certificate gate 'name x' 'responder x' waiver 'ca x'; do
	if [ -n "$section" ]; then printf '%s { nonesuch = 1 }\n' "$section"; else echo 'nonesuch = 1'; fi >"$T/bad.conf"
	run show --policy "$T/bad.conf"
	missing=''
	for option in $(sed -n 's/.*; allowed: //p' "$T/err" | tr -d ,); do
		grep -Eq "^\.It Cm $option No = |^\.Ss Section $option|^\.Ic $option\$" "$page" || missing="$missing $option"
	done
	err_like "options of '${section% x}' are listed" '; allowed: '
	is "and stand in staple-policy(5)" "$missing" ""
done
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$page" | awk -v out="$T/example" '
	/^\.Bd/ { n++; on = 1; next } /^\.Ed/ { on = 0 } on { print >(out n ".conf") }'
for n in 1 2; do
	status_is "example $n of staple-policy(5)" 0 show --policy "$T/example$n.conf"
	out_like "is in force" "# $T/example$n\.conf:2\$"
done

# --- waivers, to the second ---

day=$(date -u -d '+10 days' +%Y-%m-%d)
cat >"$T/waiver.conf" <<CONF
waiver {
	finding = feature.missing
	subject = '*plain*'
	until = $day
	reason = 'replaced by Monday'
	by = 'A. Admin'
}
CONF
judge() { verify --policy "$T/waiver.conf" "$@" "$pki/plain.chain.pem"; }
status_is "a waiver in force" 0 judge --at "${day}T00:00:00Z"
out_like "stays in the output, with its reason" 'feature\.missing.*'
out_like "marked" 'waived'
out_like "and the reason" 'replaced by Monday'
status_is "in its last second" 0 judge --at "${day}T23:59:59Z" --format json
is "it is in the JSON, with its end" \
	"$(jq -r '.findings[] | select(.id == "feature.missing") | .waived | .reason, .by, .until' "$T/out" | paste -sd'|')" \
	"replaced by Monday|A. Admin|$day"
is "and the verdict is pass" "$(jq -r .verdict "$T/out")" pass
next=$(date -u -d "$day + 1 day" +%Y-%m-%d)
status_is "in the next second it counts again" 1 judge --at "${next}T00:00:00Z"
out_like "with a note" 'policy\.waiver-ended.*the waiver of feature\.missing \(replaced by Monday, by A\. Admin\) ended at'
status_is "a waiver that matches nothing" 0 verify -v --policy "$T/waiver.conf" "$pki/ms.chain.pem" --expect any
err_like "is told with -v" "$T/waiver\.conf:2: the waiver of feature\.missing for '\*plain\*' matched nothing"
run verify --policy "$T/waiver.conf" "$pki/ms.chain.pem"
err_unlike "and not without" 'matched nothing'
done_testing
