# The catalogue, the code, the manual and the tests name the same findings.
. "$SRCDIR/tests/tap.sh"

status_is "--explain all" 0 staple-verify --no-system-policy --explain all
cp "$T/out" "$T/all"
grep -E '^[a-z]' "$T/all" | sed 's/ .*//' >"$T/table"
is "each entry begins with its id, in order, once" "$(sort -u -c "$T/table" 2>&1)" ""
ok "there are many" test "$(wc -l <"$T/table")" -gt 50

first=$(head -n 1 "$T/table")
status_is "--explain of one" 0 staple-verify --explain "$first"
is "begins with its id" "$(head -n 1 "$T/out" | sed 's/ .*//')" "$first"
for program in "$BUILDDIR"/tools/staple-*; do
	case $program in *.o|*.c) continue ;; esac
	[ -x "$program" ] || continue
	"$program" --explain all >"$T/other" 2>&1
	ok "$(basename "$program") explains the same" cmp -s "$T/all" "$T/other"
done
status_is "an id that does not exist" 2 staple-verify --explain no.such-id
err_like "and says where to look" 'no\.such-id.*--explain all'

# What the code names: words of a known area in quotes, file names aside.
areas=$(sed 's/\..*//' "$T/table" | sort -u | paste -sd'|')
cd "$SRCDIR" || exit 99
grep -rhoE --include='*.[ch]' "\"($areas)\\.[a-z0-9-]+\"" lib tools --exclude=finding.c --exclude=finding.h |
	tr -d '"' | grep -vE '\.(c|conf|crt|csr|db|der|h|key|ocsp|pem|p12|json|txt)$|-$' | sort -u >"$T/used"
is "every finding that the code names is in the catalogue" \
	"$(comm -13 "$T/table" "$T/used" | paste -sd' ')" ""
is "every finding of the catalogue is raised by the code" \
	"$(comm -23 "$T/table" "$T/used" | paste -sd' ')" ""

# What the tests see: the catalogue's and the list's own tests raise nothing.
# A regular expression's backslash before the dot is taken off.
find tests -type f ! -name finding.c ! -name findings.c ! -name policyfile.c ! -name findings.t \
	! -path 'tests/fuzz/*' -exec cat {} + | tr -d '\\' | grep -aoE "($areas)\.[a-z0-9-]+" |
	sort -u >"$T/tested"
is "every finding of the catalogue is met in a test" \
	"$(comm -23 "$T/table" "$T/tested" | paste -sd' ')" ""

# maint/findings-page PROGRAM >man/staple-findings.7 brings the page in step.
maint/findings-page staple-verify >"$T/page" 2>"$T/err"
diff "$T/page" man/staple-findings.7 >"$T/diff"
is "staple-findings(7) is in step" "$(head -n 20 "$T/diff")" ""
done_testing
