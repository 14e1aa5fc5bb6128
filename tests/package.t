# The Debian package: built from what "make dist" packs, clean for lintian, installed into a root of
# its own, used there, removed and purged.
. "$SRCDIR/tests/tap.sh"

for tool in dpkg-buildpackage dh lintian fakeroot deb-systemd-helper; do
	command -v $tool >/dev/null || { skip "the Debian package" "$tool is not installed"; done_testing; exit; }
done
umask 022
quiet_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$BUILDDIR" "$@"; }

# --- build ---

version=$(dpkg-parsechangelog -l "$SRCDIR/debian/changelog" -S Version)
tree=$T/staple-tools-$version
is "the changelog speaks of this version" "$version" "$(staple-gate --version | sed -n '1s/.* //p')"
ok "make distdir" quiet_make distdir distdir="$tree"
is "with all of debian/" "$(cd "$SRCDIR/debian" && find . -type f | grep -E '^\./(staple-tools\.(postinst|postrm)|[a-z]*|(source|tests)/.*)$' | grep -v '^./files$' | sort)" \
	"$(cd "$tree/debian" && find . -type f | sort)"
cd "$tree" || exit 99
run env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CFLAGS -u LDFLAGS \
	DEB_BUILD_OPTIONS="nocheck terse parallel=$(nproc)" nice dpkg-buildpackage -us -uc
[ "$status" = 0 ] || diag "$(tail -n 40 "$T/out" "$T/err")"
is "dpkg-buildpackage" "$status" 0
cd "$T" || exit 99
deb=$(ls "$T/staple-tools_${version}"_*.deb 2>/dev/null)
[ -n "$deb" ] || { fail "a package"; done_testing; exit; }
is "the compiler warns of nothing" "$(grep -E '(^|[^-])warning: ' "$T/out" "$T/err" | grep -vE 'dpkg-|non-POSIX|libtool')" ""
ok "its clean target leaves nothing behind" fakeroot make -s -C "$tree" -f debian/rules clean
is "in the tree" "$(cd "$tree" && find . -name '*.o' -o -name 'obj-*' -o -path './debian/staple-tools')" ""

# Overrides would need their reasons: there are none.
lintian --pedantic --allow-root "$T"/*.changes >"$T/lintian" 2>/dev/null
is "lintian --pedantic has nothing to say" "$?$(cat "$T/lintian")" 0

# --- what is in it ---

dpkg-deb -x "$deb" "$T/x"
is "each program" "$(ls "$T/x/usr/bin" | paste -sd' ')" \
	"staple-csr staple-fetch staple-gate staple-inspect staple-inventory staple-verify"
is "each page" "$(cd "$T/x/usr/share/man" && ls man*/* | sed 's#.*/##; s/\.gz$//' | sort)" \
	"$(cd "$SRCDIR/man" && ls staple-*.[1-9] | sort)"
is "each unit" "$(ls "$T/x/lib/systemd/system")" "$(cd "$SRCDIR/contrib/systemd" && ls -d ./*.* | sed 's#./##')"
is "each hook" "$(ls "$T/x/usr/share/staple-tools/hooks")" "$(ls "$SRCDIR/contrib/hooks")"
is "each schema" "$(ls "$T/x/usr/share/staple-tools/schema")" "$(ls "$SRCDIR/schema")"
is "each policy" "$(cd "$T/x/usr/share/staple-tools/policies" && find . -name '*.conf' | sort)" \
	"$(cd "$SRCDIR/policies" && find . -name '*.conf' | sort)"
is "completions for three shells" "$(cd "$T/x/usr/share" && ls bash-completion/completions fish/vendor_completions.d \
	zsh/site-functions | grep -c staple)" 13
is "nothing outside usr and lib" "$(ls "$T/x" | paste -sd' ')" "lib usr"
dpkg-deb -f "$deb" Depends >"$T/depends"
for library in libgnutls30 libtasn1-6 libcurl3-gnutls libpopt0; do
	ok "needs $library" grep -q "$library" "$T/depends"
done

# --- install, use, remove, purge ---

# A root with nothing but dpkg's own folders; it knows of the packages that this machine has, so
# that dependencies count, and scripts run outside of it with DPKG_ROOT set.
root=$T/root
mkdir -p "$root"/var/lib/{dpkg/{info,updates,triggers},systemd} "$root/var/log" "$root/etc"
tr ',|' '\n\n' <"$T/depends" | sed 's/(.*//; s/ //g; s/:any//' | sort -u >"$T/names"
for field in Package Status Version Architecture Maintainer Multi-Arch; do
	printf '%s: ${%s}\\n' $field $field
done >"$T/fields"
xargs -a "$T/names" dpkg-query -W -f "$(cat "$T/fields")Description: \${binary:Summary}\\n\\n" 2>/dev/null |
	sed '/^Multi-Arch: $/d' >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else fakeroot -s "$T/owners" -i "$T/owners" "$@"; fi; }
: >"$T/owners"
in_root() { as_root env PATH="$PATH:/usr/sbin:/sbin" dpkg --root="$root" --log=/dev/null --force-not-root --force-script-chrootless "$@"; }
# users and groups stay when a package goes, in Debian, so that nobody gets their files
content() { (cd "$root" && find . ! -path './var/lib/dpkg*' ! -path './etc/*passwd*' ! -path './etc/*group*' \
	! -path './etc/*shadow*' ! -path './etc/.pwd.lock' | sort); }
content >"$T/before"

ok "dpkg --install" in_root --install "$deb"
err_unlike "without a word of trouble" 'error|cannot|depend'
is "it is installed" "$(dpkg --root="$root" --get-selections staple-tools | tr -s '\t' ' ')" "staple-tools install"
is "with every file unharmed" "$(dpkg --root="$root" --verify staple-tools)" ""
ok "with its user" grep -q "^staple-fetch:" "$root/etc/passwd"
is "nothing is enabled before one says what to fetch" "$(find "$root/etc" -name '*.wants')" ""

# Below its root with this machine's libraries, and nothing else.
ldd "$root"/usr/bin/staple-* | grep -oE '/[^ ]+' | grep -v ':$' | sort -u | while read -r library; do
	mkdir -p "$root$(dirname "$library")" && cp -L "$library" "$root$library"
done
mkdir "$root/site"
if [ "$(id -u)" = 0 ]; then inside=(chroot "$root"); else inside=(unshare -r chroot "$root"); fi
if "${inside[@]}" /usr/bin/staple-gate --version >/dev/null 2>&1; then
	status_is "installed: a request" 0 "${inside[@]}" /usr/bin/staple-csr --out-key /site/a.key --out /site/a.csr www.example.com
	status_is "installed: the CA records are found" 1 \
		"${inside[@]}" /usr/bin/staple-csr --ca lets-encrypt --out-key /site/b.key --out /site/b.csr www.example.com
	err_like "and say so" 'ca\.'
	status_is "installed: inspected" 0 "${inside[@]}" /usr/bin/staple-inspect /site/a.csr
	out_like "Must-Staple" 'Must-Staple +yes'
	status_is "installed: policies are found" 0 "${inside[@]}" /usr/bin/staple-verify --policy strict --show-policy
	out_like "where they belong" '/usr/share/staple-tools/policies/strict\.conf'
	openssl x509 -req -in "$root/site/a.csr" -signkey "$root/site/a.key" -copy_extensions copyall -days 9 \
		-out "$root/site/a.pem" 2>/dev/null
	status_is "installed: an inventory" 0 "${inside[@]}" /usr/bin/staple-inventory --must-staple /site
	out_like "of what is there" '/site/a\.pem'
	status_is "installed: a verdict" 1 "${inside[@]}" /usr/bin/staple-verify --trust /site/a.pem /site/a.pem
	out_like "with its reason" 'ocsp\.no-url'
	status_is "installed: no responder, no staple" 1 "${inside[@]}" /usr/bin/staple-fetch /site/a.pem
	status_is "installed: nobody there" 2 "${inside[@]}" /usr/bin/staple-gate --timeout 2s 127.0.0.1:1
else
	skip "the installed programs" "no chroot and no user namespaces here"
fi
# What dpkg knows nothing of: the libraries, and what was made.
(cd "$root" && dpkg --root="$root" -L staple-tools | sed 's/^/./' | sort -u >"$T/ours"
	find . -mindepth 1 -type f ! -path './var/*' ! -path './etc/*' | sort | comm -23 - "$T/ours" | xargs -d '\n' rm -f
	rmdir work; find . -mindepth 1 -type d -empty ! -path './var/*' ! -path './etc*' -delete)
ok "dpkg --install again, as an upgrade does" in_root --install "$deb"

mkdir -p "$root/var/lib/staples" && echo x >"$root/var/lib/staples/www.ocsp"
ok "dpkg --remove" in_root --remove staple-tools
is "leaves the staples, which a server may read" "$(cat "$root/var/lib/staples/www.ocsp")" x
is "and none of its files" "$(find "$root/usr" "$root/lib" 2>/dev/null)" ""
ok "dpkg --purge" in_root --purge staple-tools
is "leaves nothing" "$(content | diff "$T/before" -)" ""
done_testing
