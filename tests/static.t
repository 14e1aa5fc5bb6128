# What tools see without running anything: gcc's analyzer, clang's behind scan-build, clang-tidy,
# cppcheck, and the hardening of the binaries.  A warning is mended, or
# stands in tests/static-known.txt with its reason.
. "$SRCDIR/tests/tap.sh"

known=$SRCDIR/tests/static-known.txt
cd "$SRCDIR" || exit 99
flags=(-std=gnu11 -Ilib -I. -D_GNU_SOURCE $(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$BUILDDIR" print-cppflags))
flags+=(-DHAVE_SECCOMP '-DLIBARCHIVE="libarchive.so"')
for name in SYSCONFDIR DATADIR VERSION PACKAGE_NAME PACKAGE_VERSION PACKAGE_STRING; do
	flags+=("-D$name=\"$name\"")
done
sources=(lib/*/*.c)
jobs=$(nproc)

# verdict TOOL: $T/TOOL holds "FILE [check]" lines; are they exactly the known ones?
verdict() {
	sort -u "$T/$1" -o "$T/$1"
	grep "^$1 " "$known" | sed "s/^$1 //; s/  *#.*//" | sort -u >"$T/known"
	is "$1 finds nothing new" "$(comm -23 "$T/$1" "$T/known")" ""
	comm -13 "$T/$1" "$T/known" | sed "s/^/# $1 no longer finds: /"
}
have() {
	command -v "$1" >/dev/null && return
	skip "$1" "$1 is not installed"
	return 1
}

# Left out for gcc, which does not follow what is stored in arrays, nor that a span's pointer is
# NULL only when its length is 0: leaks (ASan looks for them in every test) and NULL (clang does).
if have gcc; then
	printf '%s\0' "${sources[@]}" | xargs -0 -P "$jobs" -n 1 gcc "${flags[@]}" -O1 -fanalyzer \
		-Wno-analyzer-malloc-leak -Wno-analyzer-null-dereference -Wno-analyzer-null-argument \
		-Wno-analyzer-possible-null-dereference -Wno-analyzer-possible-null-argument -c -o /dev/null >"$T/log" 2>&1
	is "gcc takes every file" "$(grep -E 'error:' "$T/log" | head -n 3)" ""
	sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: warning: .*\[-W(analyzer-[a-z-]+)\]$/\1 [\2]/p' "$T/log" >"$T/gcc"
	verdict gcc
fi
# Left out: valist.Uninitialized, since clang 14 takes every va_list parameter for uninitialised.
if have scan-build; then
	printf '%s\0' "${sources[@]}" tools/*.c >"$T/list"
	(export T jobs; printf '%s\0' "${flags[@]}" >"$T/flags"
	scan-build -plist -o "$T/scan" -analyzer-config max-nodes=30000 -enable-checker optin.portability \
		-enable-checker nullability -disable-checker valist.Uninitialized bash -c '
			mapfile -d "" flags <"$T/flags"
			xargs -0 -P "$jobs" -n 1 -a "$T/list" "$CC" "${flags[@]}" -c -o /dev/null' >"$T/log" 2>&1)
	is "scan-build takes every file" "$(grep -E ' error: ' "$T/log" | head -n 3)" ""
	ok "scan-build has run" test -d "$T/scan"
	sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: warning: .* \[([a-z][A-Za-z.]+)\]$/\1 [\2]/p' "$T/log" >"$T/scan-build"
	verdict scan-build
fi
if have clang-tidy; then
	printf '%s\0' "${sources[@]}" tools/*.c | xargs -0 -P "$jobs" -I{} \
		clang-tidy --quiet {} -- "${flags[@]}" >"$T/log" 2>/dev/null
	is "clang-tidy takes every file" "$(grep -E ' error: ' "$T/log" | head -n 3)" ""
	sed -nE "s#^$PWD/([^ :]+):[0-9]+:[0-9]+: warning: .* \\[([a-z].*)\\]\$#\\1 [\\2]#p" "$T/log" >"$T/clang-tidy"
	verdict clang-tidy
fi
if have cppcheck; then
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr -j "$jobs" \
		--suppress=missingIncludeSystem --suppress=unknownMacro --template='{file} [{id}]' \
		-Ilib -I. -D_GNU_SOURCE '-DSYSCONFDIR=""' '-DDATADIR=""' '-DVERSION=""' \
		-DPOPT_TABLEEND='{0}' lib tools >"$T/log" 2>&1
	grep -E '^[^ ]+ \[[A-Za-z]+\]$' "$T/log" >"$T/cppcheck"
	verdict cppcheck
fi

# --- the binaries ---

hardened() { # PROGRAM
	local name sanitized=''
	name=$(basename "$1")
	nm -D "$1" 2>/dev/null | grep -q __asan_ && sanitized=1
	is "$name: position independent" "$(readelf -hW "$1" | sed -n 's/^ *Type: *\([A-Z]*\).*/\1/p')" DYN
	ok "$name: read-only after relocation" bash -c 'readelf -lW "$1" | grep -q GNU_RELRO' - "$1"
	# the sanitizers take the place of what follows
	[ -n "$sanitized" ] || ok "$name: all symbols bound at the start" \
		bash -c 'readelf -dW "$1" | grep -Eq "BIND_NOW|FLAGS.*NOW"' - "$1"
	ok "$name: no executable stack" \
		bash -c 'readelf -lW "$1" | grep GNU_STACK | grep -vq "RWE"' - "$1"
	is "$name: no path to look for libraries in" "$(readelf -dW "$1" | grep -E 'RPATH|RUNPATH')" ""
	[ -z "$sanitized" ] || return 0
	ok "$name: stack protector" bash -c 'nm -D "$1" | grep -q __stack_chk_fail' - "$1"
	ok "$name: FORTIFY" bash -c 'nm -D "$1" | grep -Eq "__(vsnprintf|snprintf|memcpy|read|fprintf)_chk"' - "$1"
}
for program in "$BUILDDIR"/tools/staple-*; do
	[ -x "$program" ] || continue
	hardened "$program"
done
done_testing
