#!/bin/sh
# An operator has three places: its prototype in a public header, its file, its test. So has all that is created,
# fed or watched. Fail when one of the three is missing, and say which.
#
#   places.sh SOURCE_ROOT [BUILD STAMP]
set -eu
export LC_ALL=C
stamp=
[ $# -lt 3 ] || stamp=$(cd "$(dirname "$3")" && pwd)/$(basename "$3")
cd "$1"
headers=include/clusterfy/rx

names() {
	if [ -d "$1" ]; then
		find "$1" -maxdepth 1 -name '*.c' | sed 's|.*/||; s|\.c$||' | sort
	fi
}

functions() {
	grep -oE '\brx_[a-z0-9_]+\(' | tr -d '(' | sort -u
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
declared=$work/declared
cat "$headers"/*.h | functions >"$declared"

for kind in create operators subjects events; do
	names "observables/$kind" >"$work/files"
	names "tests/$kind" >"$work/tests"
	comm -23 "$work/files" "$work/tests" |
		sed "s|.*|observables/$kind/&.c has no test: tests/$kind/&.c is missing|"
	comm -13 "$work/files" "$work/tests" |
		sed "s|.*|tests/$kind/&.c tests nothing: observables/$kind/&.c is missing|"
	while read -r name; do
		case $kind in
		# A file of operators and of creation functions is named for its function ...
		create | operators) pattern="^rx_$name\$" ;;
		# ... one of the others for what its functions have in common.
		*) pattern="^rx_(.*_)?$name(_.*)?\$" ;;
		esac
		grep -qE "$pattern" "$declared" ||
			echo "observables/$kind/$name.c has no prototype: no header in $headers declares rx_$name"
	done <"$work/files"
done >"$work/missing"

# What a header promises is written somewhere.
cat "$headers"/*.h | grep -E '^RX_API rx_(operator|observable|subject) \*' | functions >"$work/promised"
find observables -name '*.c' -exec cat {} + | grep -E '^[a-zA-Z]' | functions >"$work/written"
comm -23 "$work/promised" "$work/written" |
	sed "s|.*|$headers declares &, and no file below observables/ has it|" >>"$work/missing"

if [ -n "$stamp" ] && new=$(tests/support/sources.sh --new "$2"); then
	touch meson.build
	echo "files came or went, so the build has to be configured again; run it once more:" >>"$work/missing"
	echo "$new" | sed 's/^/  /' >>"$work/missing"
fi

cat "$work/missing" >&2
[ ! -s "$work/missing" ]
[ -z "$stamp" ] || touch "$stamp"
