#!/bin/bash
# tests/machines.sh [s390x|i386]...: the rooms ground and facts, built for another machine and
# their tests run under qemu: s390x has its bytes the other way round, i386 has 32 bits (with
# 64-bit times, or certificates would end in 2038).  For Debian; root or sudo installs the cross
# compilers, the libraries come by apt-get download into build-machines/.
set -eu
cd "$(dirname "$0")/.."
top=$PWD
here=$top/build-machines
[ $# -gt 0 ] || set -- s390x i386

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Tests that ask the kernel for what qemu's user mode does not pass on.
left_out='child sandbox'

fetch_libraries() { # ARCHITECTURE: libtasn1 and cmocka, from an apt of our own
	local state=$here/$1/apt options
	mkdir -p "$state/lists" "$state/cache/archives/partial" "$here/$1/packages" "$here/$1/root"
	options="-o APT::Architectures::=$(dpkg --print-architecture) -o APT::Architectures::=$1
		-o Dir::State::lists=$state/lists -o Dir::Cache=$state/cache -o APT::Sandbox::User=root"
	apt-get $options -qq update
	(cd "$here/$1/packages" && apt-get $options -qq download \
		"libtasn1-6:$1" "libtasn1-6-dev:$1" "libcmocka0:$1" "libcmocka-dev:$1")
	for package in "$here/$1"/packages/*.deb; do dpkg-deb -x "$package" "$here/$1/root"; done
}

machine() { # ARCHITECTURE TRIPLET QEMU FLAGS
	local root=$here/$1/root out=$here/$1/out status=0 objects='' source object name libraries ok bad
	libraries=$root/usr/lib/$(ls "$root/usr/lib" 2>/dev/null | grep -m 1 linux-gnu || true)
	if [ ! -e "$libraries/libtasn1.a" ]; then
		fetch_libraries "$1"
		libraries=$root/usr/lib/$(ls "$root/usr/lib" | grep -m 1 linux-gnu)
	fi
	mkdir -p "$out"
	compile() { "$2-gcc" -std=gnu11 -D_GNU_SOURCE $4 -O1 -g -Wall -Wextra -Ilib -I. -I"$root/usr/include" "${@:5}"; }
	for source in lib/ground/*.c lib/facts/*.c; do
		object=$out/$(basename "$source" .c).o
		compile "$@" -c "$source" -o "$object"
		objects="$objects $object"
	done
	for source in tests/unit/ground/*.c tests/unit/facts/*.c; do
		name=$(basename "$source" .c)
		case " $left_out " in *" $name "*) echo "$1 $name: left out under qemu"; continue ;; esac
		compile "$@" "$source" $objects -L"$libraries" -l:libtasn1.a -lcmocka -pthread -o "$out/test-$name"
		CMOCKA_MESSAGE_OUTPUT=TAP TZ=UTC LC_ALL=C.UTF-8 SRCDIR=$top timeout 300 "$3" -L "/usr/$2" \
			-E "LD_LIBRARY_PATH=$libraries:/usr/$2/lib" "$out/test-$name" >"$out/$name.tap" 2>&1 || true
		ok=$(grep -c '^ok ' "$out/$name.tap" || true)
		bad=$(grep -c '^not ok [0-9]' "$out/$name.tap" || true)
		echo "$1 $name: $ok passed, $bad failed"
		[ "$ok" -gt 0 ] && [ "$bad" = 0 ] || { status=1; tail -n 5 "$out/$name.tap"; }
	done
	return "$status"
}

status=0
for name; do
	case $name in
	s390x) triplet=s390x-linux-gnu qemu=qemu-s390x-static flags=''
		packages='gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static' ;;
	i386) triplet=i686-linux-gnu qemu=qemu-i386-static flags='-D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64'
		packages='gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user-static' ;;
	*) echo "usage: tests/machines.sh [s390x|i386]..." >&2; exit 2 ;;
	esac
	command -v "$triplet-gcc" >/dev/null && command -v "$qemu" >/dev/null ||
		as_root apt-get install -y -qq --no-install-recommends $packages >/dev/null
	machine "$name" "$triplet" "$qemu" "$flags" || status=1
done
exit "$status"
