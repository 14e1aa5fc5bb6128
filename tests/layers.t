# The architecture, checked: includes point downward, doors are kept, the library neither prints,
# exits nor asks the time (design in CONTRIBUTING.md).
. "$SRCDIR/tests/tap.sh"
cd "$SRCDIR" || exit 99

rooms=(ground facts crypto judge store net report task)
declare -A floor=([ground]=1 [facts]=2 [crypto]=3 [judge]=4 [store]=5 [net]=5 [report]=6 [task]=7)

includes() { grep -hoE '^#[[:space:]]*include "[a-z0-9]+/[^"]+"' "$1" | sed 's/.*"\(.*\)"/\1/'; }

for room in "${rooms[@]}"; do
	wrong=''
	for file in lib/"$room"/*.[ch]; do
		[ -e "$file" ] || continue
		for header in $(includes "$file"); do
			to=${header%%/*}
			if [ "$to" = "$room" ]; then continue; fi
			if [ -z "${floor[$to]:-}" ]; then wrong="$wrong $file->$header"; continue; fi
			[ "${floor[$to]}" -lt "${floor[$room]}" ] || wrong="$wrong $file->$header"
		done
	done
	is "lib/$room includes only what lies below it" "$wrong" ""
done

# A header of a library behind its door: door PATTERN FILE-PATTERN
door() {
	local what=$1 pattern=$2 allowed=$3
	is "$what only behind its door" "$(grep -rlE --include='*.[ch]' "$pattern" lib tools |
		grep -vE "$allowed" | paste -sd' ')" ""
}
door libtasn1 '#[[:space:]]*include <libtasn1' '^lib/ground/der\.c$'
door GnuTLS '#[[:space:]]*include <gnutls/' '^lib/(crypto/[a-z0-9_]+|net/probe[a-z_]*)\.[ch]$'
door libcurl '#[[:space:]]*include <curl/' '^lib/net/fetch[a-z_]*\.c$'
door c-ares '#[[:space:]]*include <ares' '^lib/net/resolve\.c$'
door libconfuse '#[[:space:]]*include <confuse' '^lib/judge/policyfile[a-z_]*\.c$'
door SQLite '#[[:space:]]*include <sqlite3' '^lib/store/(inventory[a-z_]*|nss)\.c$'
door libarchive '#[[:space:]]*include <archive' '^lib/store/archive_library\.h$'
door 'YAML and JSON readers' '#[[:space:]]*include <(yaml|jansson)' '^lib/store/kubernetes[a-z_]*\.c$'
door popt '#[[:space:]]*include <popt' '^tools/'
door sockets '#[[:space:]]*include <sys/socket' '^lib/net/'

# Calls that the library may not make, outside comments.
calls() {
	grep -nE "(^|[^a-zA-Z0-9_\"])($1)[[:space:]]*\(" -r --include='*.c' lib | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*)' |
		grep -vE "${2:-^$}" | paste -sd' '
}
is "the library does not print" "$(calls 'printf|fprintf|puts|putchar|perror|vprintf|vfprintf')" ""
is "the library does not exit" "$(calls 'exit|_exit|abort|err|errx' '^lib/ground/child')" ""
is "the library does not ask the time of day" \
	"$(calls 'time|gettimeofday|localtime|localtime_r' '^lib/ground/when')" ""
is "only the monotonic clock is read" \
	"$(grep -rn --include='*.c' 'CLOCK_REALTIME' lib | paste -sd' ')" ""
is "only buf reallocates" "$(grep -rnE --include='*.c' '(^|[^a-z_])realloc *\(' lib tools |
	grep -vE '^lib/ground/buf\.c' | paste -sd' ')" ""
is "no unbounded string calls" "$(calls 'strcpy|strcat|sprintf|gets|strtok|alloca')" ""
done_testing
