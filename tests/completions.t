# The shells' completions are made from the option tables, and complete.
. "$SRCDIR/tests/tap.sh"

ok "they can be made" "$SRCDIR/maint/completions" "$BUILDDIR/tools" "$T/made"
# maint/completions build/tools contrib/completions brings them in step.
is "and are in step" "$(cd "$T/made" && for f in */*; do
	cmp -s "$f" "$SRCDIR/contrib/completions/$f" || echo "$f"; done | paste -sd' ')" ""
is "and none is left over" "$(cd "$SRCDIR/contrib/completions" && for f in */*; do
	[ -e "$T/made/$f" ] || echo "$f"; done | paste -sd' ')" ""

# complete_bash WORD...: what bash offers for the last word.
complete_bash() {
	(
		. "$SRCDIR/contrib/completions/bash/$1"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
		cd "$T/folder" && "_${1//-/_}" "$@" 2>/dev/null
		printf '%s\n' "${COMPREPLY[@]}"
	) | paste -sd' '
}
mkdir "$T/folder" && touch "$T/folder/www.pem" && mkdir "$T/folder/wdir"
is "an option" "$(complete_bash staple-verify --expe)" "--expect"
is "its values" "$(complete_bash staple-verify --expect as)" "as-requested"
is "behind an equals sign" "$(complete_bash staple-verify --expect = no)" "no-must-staple"
is "just behind it" "$(complete_bash staple-verify --format =)" "text json"
is "a format" "$(complete_bash staple-gate --format o)" "openmetrics"
is "a finding" "$(complete_bash staple-inspect --explain feature.missi)" "feature.missing"
is "a CA" "$(complete_bash staple-csr --ca lets)" "lets-encrypt"
is "a policy" "$(complete_bash staple-verify --policy str)" "strict"
is "a STARTTLS protocol" "$(complete_bash staple-gate --starttls xmpp-)" "xmpp-server"
is "a target" "$(complete_bash staple-gate sieve)" "sieve://"
is "a file" "$(complete_bash staple-verify --csr ww)" "www.pem"
is "an operand" "$(complete_bash staple-inventory w)" "wdir www.pem"
is "a folder" "$(complete_bash staple-fetch --out-dir w)" "wdir"
is "nothing where nothing is known" "$(complete_bash staple-verify --host w)" ""
for program in "$BUILDDIR"/tools/staple-*; do
	case $program in *.o) continue ;; esac
	name=$(basename "$program")
	is "$name: every option is offered" "$(complete_bash "$name" -- | tr ' ' '\n' | sort | paste -sd' ')" \
		"$("$program" --help | grep -oE '^  (-., |    )--[a-z][a-z0-9-]*' | sed 's/.*--/--/' | sort | paste -sd' ')"
done
for shell in zsh fish; do
	command -v $shell >/dev/null || continue
	for file in "$SRCDIR"/contrib/completions/$shell/*; do
		ok "$shell reads $(basename "$file")" $shell -n "$file"
	done
done
done_testing
