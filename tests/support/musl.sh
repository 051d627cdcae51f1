#!/bin/sh
# Every source of both libraries compiles with musl's headers. Nothing is linked: that would need libev and msgpack-c built
# for it, of which only the headers are taken here.
#
#   musl.sh DIRECTORY
set -eu
directory=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$directory"
mkdir -p "$directory/include"
directory=$(cd "$directory" && pwd)
cd "$root"

# A header's own directory, without the C library's headers that lie beside it.
place() {
	printf '#include <%s>\n' "$1" | "${CC:-cc}" -E ${2:-} -x c - | sed -n "s|^# [0-9]* \"\(.*\)/$1\".*|\1|p" | head -n 1
}

flags=$(pkg-config --cflags msgpack-c 2>/dev/null || pkg-config --cflags msgpack)
# shellcheck disable=SC2086
for header in ev.h msgpack.h; do
	where=$(place "$header" "$flags")
	ln -s "$where/$header" "$directory/include/$header"
done
ln -s "$(place msgpack.h "$flags")/msgpack" "$directory/include/msgpack"
# The kernel's own: linux/, asm/, asm-generic/.
for name in linux asm asm-generic; do
	where=$(place "$name/types.h")
	case $name in
	asm) ln -s "$(realpath "$where/$name")" "$directory/include/$name" ;;
	*) ln -s "$where/$name" "$directory/include/$name" ;;
	esac
done

compile() {
	musl-gcc -std=gnu11 -O1 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror -D_GNU_SOURCE \
		-Iinclude -I. -Ilib -I"$directory" -isystem "$directory/include" "$@"
}

compile lib/guardian/main.c -o "$directory/guardian"
lib/guardian/embed.sh "$directory/guardian" >"$directory/guardian-image.h"
failed=0
count=0
for source in $(find observables lib -name '*.c' | LC_ALL=C sort); do
	compile -c "$source" -o "$directory/object.o" || failed=$((failed + 1))
	count=$((count + 1))
done
echo "musl: $count sources, $failed do not compile"
[ "$failed" -eq 0 ]
