# The RPM: rpmbuild makes it from what "make dist" packs, and it holds what "make install" installs.
. "$SRCDIR/tests/tap.sh"

command -v rpmbuild >/dev/null || { skip "the RPM" "rpmbuild is not installed (package rpm)"; done_testing; exit; }
umask 022
make_() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$BUILDDIR" "$@"; }
spec=$SRCDIR/contrib/rpm/staple-tools.spec
version=$(sed -n 's/^Version: *//p' "$spec")
is "the spec is for this version" "$version" "$(staple-gate --version | sed -n '1s/.* //p')"
sed -n 's/^BuildRequires: *pkgconfig(\(.*\)) >= \(.*\)$/\1 \2/p' "$spec" | sort >"$T/spec"
sed -n 's/^PKG_CHECK_MODULES(\[[A-Z0-9]*\], \[\([^ ]*\) >= \([^]]*\)\].*/\1 \2/p' "$SRCDIR/configure.ac" |
	grep -v '^libcrypto ' | sort >"$T/configure"
is "and asks for what configure asks for" "$(diff "$T/configure" "$T/spec")" ""

mkdir -p "$T/top/SOURCES"
ok "make distdir" make_ distdir distdir="$T/staple-tools-$version"
tar -C "$T" -cf - "staple-tools-$version" | xz -0 >"$T/top/SOURCES/staple-tools-$version.tar.xz"
# The build's packages have other names here; quick, as only the packing is looked at.
run env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL nice rpmbuild -bb --quiet --nodeps --without check \
	--define "_topdir $T/top" --define "_smp_mflags -j$(nproc)" --define 'optflags -O0' \
	--define 'debug_package %{nil}' --define '__strip /bin/true' "$spec"
[ "$status" = 0 ] || diag "$(tail -n 30 "$T/err" "$T/out")"
is "rpmbuild" "$status" 0
rpm=$(find "$T/top/RPMS" -name '*.rpm')
[ -n "$rpm" ] || { done_testing; exit; }

ok "make install" make_ install prefix=/usr sysconfdir=/etc DESTDIR="$T/installed"
rpm -qpl --dbpath "$T/db" "$rpm" 2>/dev/null | sed 's/\.gz$//' | grep -vE '^/usr/share/(doc|licenses)/|/\.build-id' | sort >"$T/in-rpm"
(cd "$T/installed" && find . ! -type d | sed 's/^\.//' | sort) >"$T/in-install"
is "it holds what make install installs" "$(comm -13 "$T/in-rpm" "$T/in-install")" ""
is "and but its own folders nothing else" \
	"$(comm -23 "$T/in-rpm" "$T/in-install" | grep -v '^/usr/share/staple-tools')" ""
ok "with the licence" grep -q COPYING <(rpm -qpl --dbpath "$T/db" "$rpm" 2>/dev/null)
rpm -qp --requires --dbpath "$T/db" "$rpm" >"$T/requires" 2>/dev/null
ok "it needs GnuTLS" grep -q '^libgnutls\.so' "$T/requires"

mkdir "$T/x" && cd "$T/x" && rpm2archive - <"$rpm" | tar -xz
is "and its programs run" "$(./usr/bin/staple-gate --version | sed -n '1s/.* //p')" "$version"
done_testing
