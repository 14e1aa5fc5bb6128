# Every program has a manual page that lints, and the page and the option table agree.
. "$SRCDIR/tests/tap.sh"

for page in "$SRCDIR"/man/*.[0-9]; do
	[ -e "$page" ] || continue
	name=$(basename "$page")
	lint=$(mandoc -Tlint -Wwarning "$page" 2>&1 | grep -v 'referenced manual not found' | sed "s#$SRCDIR/##")
	is "$name lints" "$lint" ""
done

for program in "$SRCDIR"/tools/staple-*.c; do
	name=$(basename "$program" .c)
	page=$SRCDIR/man/$name.1
	if [ ! -e "$page" ]; then fail "$name has a manual page"; continue; fi
	pass "$name has a manual page"
	"$name" --help >"$T/help" 2>&1
	grep -oE '(^|[ ,])--[a-z][a-z0-9-]*' "$T/help" | tr -d ' ,' | grep -vE '^--$' | sort -u >"$T/program"
	# In the page an option is introduced by ".It Fl Fl name" or ".It Fl x , Fl Fl name".
	grep -E '^\.It .*Fl Fl ' "$page" | grep -oE 'Fl Fl [a-z][a-z0-9-]*' |
		sed 's/Fl Fl /--/' | sort -u >"$T/page"
	is "$name: every option is in the page" "$(comm -23 "$T/program" "$T/page" | paste -sd' ')" ""
	is "$name: every option of the page exists" "$(comm -13 "$T/program" "$T/page" | paste -sd' ')" ""
	is "$name --help fits 80 columns" "$(awk 'length > 80' "$T/help")" ""
	for section in 'EXIT STATUS' EXAMPLES STANDARDS 'SEE ALSO'; do
		ok "$name: section $section" grep -q "^\\.Sh $section" "$page"
	done
	status_is "$name --help that cannot be written is status 2" 2 bash -c "$name --help >/dev/full"
	status_is "$name: an option that does not exist is status 2" 2 "$name" --no-such-option
done
done_testing
