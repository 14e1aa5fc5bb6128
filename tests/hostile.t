# Files made by hand to break every reader (tests/hostile.py), and each program that reads them: no
# crash, no bomb, no formula, no escape sequence, no HTML that was not meant.
. "$SRCDIR/tests/tap.sh"

mkdir "$T/files"
ok "nothing breaks the readers" /usr/bin/python3 "$SRCDIR/tests/hostile.py" "$BUILDDIR/tools" "$T/files"
diag "$(tail -n 1 "$T/out")"
ok "nothing was unpacked where it does not belong" test -z "$(ls /tmp/hostile-*.pem 2>/dev/null)"

# What holds for a file holds for a folder with links that lead round.
ln -s self "$T/files/self"
ln -s ../files "$T/files/round"
mkfifo "$T/files/fifo"
ok "all of them at once" bash -c 'timeout 120 staple-inventory --no-system-policy --archives "$1" >"$2/all"; [ $? -le 2 ]' - \
	"$T/files" "$T"
tap_like "the certificates are found" "$T/all" 'certificates in'

# It must be able to fail.
mkdir "$T/bad" "$T/again"
printf '#!/bin/sh\nprintf "\\033[31m"\n' >"$T/bad/staple-inspect"
chmod +x "$T/bad/staple-inspect"
ln -s staple-inspect "$T/bad/staple-inventory"
ln -s staple-inspect "$T/bad/staple-verify"
status_is "a program that prints an escape sequence is found out" 1 \
	/usr/bin/python3 "$SRCDIR/tests/hostile.py" "$T/bad" "$T/again"
done_testing
