# Every program has a manual page that lints, and the page and the option table agree.
. "$SRCDIR/tests/tap.sh"

for page in "$SRCDIR"/man/*.[0-9]; do
	[ -e "$page" ] || continue
	name=$(basename "$page")
	lint=$(mandoc -Tlint -Wwarning "$page" 2>&1 | grep -v 'referenced manual not found' | sed "s#$SRCDIR/##")
	is "$name lints" "$lint" ""
done

# sections PAGE NAME...: those that it lacks
sections() {
	local page=$1 name
	shift
	for name; do grep -qx "\\.Sh $name" "$page" || echo "$name is missing"; done
}
for page in "$SRCDIR"/man/*.[57]; do
	is "$(basename "$page"): its sections" "$(sections "$page" EXAMPLES STANDARDS CAVEATS 'SEE ALSO')" ""
done
for page in staple-policy.5 staple-tools.7 staple-json.7; do
	is "$page: its files" "$(sections "$SRCDIR/man/$page" FILES)" ""
done

# Each page that is named exists; the variables are those that the programs read.
sed -nE 's/^\.Xr (staple-[a-z]+) ([0-9]).*/\1.\2/p' "$SRCDIR"/man/* | sort -u >"$T/named"
is "each page of ours that is named exists" "$(cd "$SRCDIR/man" && comm -23 "$T/named" <(ls | sort))" ""
grep -ohE 'getenv\("[A-Z_]+"' "$SRCDIR"/tools/*.c "$SRCDIR"/lib/*/*.c | cut -d'"' -f2 | sort -u >"$T/read"
sed -n '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/{/^\.It Ev/{s/^\.It Ev //;s/ , /\n/g;p;}}' "$SRCDIR"/man/*.1 | sort -u >"$T/told"
is "each variable that is read is told" "$(comm -23 "$T/read" "$T/told")" ""
is "each that is told is read (proxies: by libcurl)" "$(comm -13 "$T/read" "$T/told" | grep -v '_proxy$')" ""

# Sections of RFCs that are named exist.
rfc=${STAPLE_CORPORA:-$SRCDIR/../shared/corpora}/rfc
if [ -d "$rfc" ]; then
	cat "$SRCDIR"/man/* | tr '\n' ' ' | grep -oE 'RFC [0-9]+(, | section |, section )[0-9]+(\.[0-9]+)*' |
		sed -E 's/^RFC ([0-9]+)[^0-9]+([0-9.]+)$/\1 \2/' | sort -u | while read -r number section; do
		text=$rfc/rfc$number.txt
		[ ! -e "$text" ] || grep -qE "^ *${section//./\\.}\\.? +[A-Za-z]" "$text" || echo "RFC $number has no $section"
	done >"$T/wrong"
	is "each section of an RFC that is named exists" "$(cat "$T/wrong")" ""
else
	diag "no texts of RFCs here: their sections were not looked up"
fi

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
	is "$name: its sections" "$(sections "$page" 'EXIT STATUS' EXAMPLES FILES ENVIRONMENT STANDARDS CAVEATS 'SEE ALSO')" ""
	status_is "$name --help that cannot be written is status 2" 2 bash -c "$name --help >/dev/full"
	status_is "$name: an option that does not exist is status 2" 2 "$name" --no-such-option
done
done_testing
