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

# The values that are offered are those that the program names when it is given another one.
named() { # COMMAND...: what stands behind "must be" in its complaint
	"$@" zz-no-such 2>&1 </dev/null | sed -nE 's/ \[request\.bad-value\]$//; s/, or a dotted OID//; s/^.*must be (one )?(of:? )?//p; q' |
		sed 's/ or / /g' | tr -s ', ' '\n' | sort | paste -sd' '
}
offered() { complete_bash "$@" "" | tr ' ' '\n' | sort | paste -sd' '; }
csr="staple-csr --out-key $T/k --out $T/c a.example.com"
while read -r what; do
	set -- $what
	case $1 in
	staple-csr) set -- $csr "$2" ;;
	*) set -- "$1" 127.0.0.1:1 "$2" ;;
	esac
	is "$what: exactly the values that it takes" "$(offered $what)" "$(named "$@")"
done <<-'LIST'
	staple-verify --expect
	staple-verify --client
	staple-csr --new-key
	staple-csr --key-usage
	staple-csr --eku
	staple-fetch --layout
	staple-fetch --hash
	staple-fetch --on-revoked
	staple-inventory --sort
	staple-gate --starttls
LIST
is "staple-inventory --columns: every column" "$(offered staple-inventory --columns)" \
	"$({ echo list; staple-inventory --columns list; } | sort | paste -sd' ')"
for program in csr fetch gate inspect inventory verify; do
	is "staple-$program --format: every format" "$(offered staple-$program --format)" "$(named staple-$program --format)"
	is "staple-$program --policy: every policy" "$(cd / && offered staple-$program --policy | tr ' ' '\n' | grep -xE 'default|leaving|strict' | paste -sd' ')" \
		"$(cd "$SRCDIR/policies" && ls *.conf | sed 's/\.conf$//' | paste -sd' ')"
	is "staple-$program --explain: every finding" "$(offered staple-$program --explain)" \
		"$({ echo all; "staple-$program" --explain all | sed -n 's/^\([a-z][^ ]*\) .*/\1/p'; } | sort | paste -sd' ')"
done
is "staple-csr --ca: every record" "$(offered staple-csr --ca)" "$(cd "$SRCDIR/policies/ca" && ls *.conf | sed 's/\.conf$//' | sort | paste -sd' ')"
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

# What they complete, asked of the shells themselves.
cat >"$T/complete.zsh" <<-'ZSH'
	# FOLDER LINE WANTED: types the line and a tab into an interactive zsh
	zmodload zsh/zpty
	zpty -b z zsh -f -i
	zpty -w z "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; unsetopt beep; echo re''ady"
	typeset seen chunk
	repeat 200; do zpty -r -t z chunk && seen+=$chunk; [[ $seen == *ready* ]] && break; sleep 0.05; done
	seen=
	zpty -w -n z "$2"$'\t'
	repeat 200; do while zpty -r -t z chunk; do seen+=$chunk; done; [[ $seen == *"$3"* ]] && break; sleep 0.05; done
	zpty -d z
	[[ $seen == *"$3"* ]] || { print -r -- "$seen"; exit 1 }
ZSH
while IFS='|' read -r line want; do
	program=${line%% *}
	if command -v fish >/dev/null; then
		is "fish: $line" "$(fish -N -c "source $SRCDIR/contrib/completions/fish/$program.fish; complete -C '$line'" 2>&1 |
			cut -f1 | paste -sd' ')" "$want"
	fi
	if command -v zsh >/dev/null; then
		ok "zsh: $line" zsh -f "$T/complete.zsh" "$SRCDIR/contrib/completions/zsh" "$line" " $want"
	fi
done <<-'LIST'
	staple-gate --starttls xmpp-|xmpp-server
	staple-verify --expect as|as-requested
	staple-csr --ca lets|lets-encrypt
	staple-gate --format o|openmetrics
	staple-inspect --explain feature.missi|feature.missing
	staple-inventory --fail-on err|error
	staple-verify --staple-on|--staple-only
LIST
done_testing
