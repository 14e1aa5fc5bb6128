# STAPLE_LOADED(VARIABLE, FUNCTION, LIBS): defines VARIABLE as the name, a string, under which the
# loader knows the shared library of LIBS that FUNCTION is in.
AC_DEFUN([STAPLE_LOADED], [
  AC_SEARCH_LIBS([dlopen], [dl], [], [AC_MSG_ERROR([dlopen is needed])])
  AC_CHECK_TOOL([READELF], [readelf])
  AC_MSG_CHECKING([under which name $3 is loaded])
  save_LIBS=$LIBS
  LIBS="$3 $LIBS"
  loaded=
  AC_LINK_IFELSE([AC_LANG_CALL([], [$2])],
    [loaded=`$READELF -d conftest$EXEEXT 2>/dev/null | sed -n '/NEEDED/s/.*\@<:@\(.*\)\@:>@.*/\1/p' | head -n 1`])
  LIBS=$save_LIBS
  AS_IF([test -z "$loaded"], [AC_MSG_ERROR([no shared library is named by $3])])
  AC_MSG_RESULT([$loaded])
  AC_DEFINE_UNQUOTED([$1], ["$loaded"], [the shared library that has $2()])
])
