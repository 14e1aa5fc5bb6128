# STAPLE_TRY_FLAGS(VARIABLE, FLAGS): adds to VARIABLE each flag that the compiler takes.
AC_DEFUN([STAPLE_TRY_FLAGS], [
  for flag in $2; do
    AC_MSG_CHECKING([whether $CC takes $flag])
    save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $flag"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes]); $1="${$1} $flag"], [AC_MSG_RESULT([no])])
    CFLAGS=$save_CFLAGS
  done
])

AC_DEFUN([STAPLE_WARNINGS], [
  STAPLE_TRY_FLAGS([WARN_CFLAGS], [-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion dnl
    -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings -Wvla -Wundef dnl
    -Wpointer-arith -Wimplicit-fallthrough])
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AC_SUBST([WARN_CFLAGS])
])

# Hardening; the sanitizers take the place of FORTIFY, which hides bugs from them.
AC_DEFUN([STAPLE_HARDENING], [
  AS_IF([test "x$enable_sanitize" = xyes], [
    HARDEN_CFLAGS="-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined"
    HARDEN_LDFLAGS="-fsanitize=address,undefined"
  ], [
    STAPLE_TRY_FLAGS([HARDEN_CFLAGS], [-fPIE -fstack-protector-strong -fstack-clash-protection dnl
      -fcf-protection])
    AS_CASE([$CFLAGS], [*-O0*], [], [HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
    STAPLE_TRY_FLAGS([HARDEN_LDFLAGS], [-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])
  ])
  # The same program wherever it was built: debugging information names sources from the top on.
  STAPLE_TRY_FLAGS([HARDEN_CFLAGS], [-ffile-prefix-map=`cd "$srcdir" && pwd`=. -ffile-prefix-map=`pwd`=.])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
])
