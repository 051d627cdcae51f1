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

# What every operator must hold to is tested on each, over a chain that its test file names.
for test in tests/operators/*.c; do
	grep -q '^CONTRACT(' "$test" ||
		echo "$test has no line CONTRACT(rx_$(basename "$test" .c)(...)): see tests/support/contract.h"
done >>"$work/missing"

# What a header promises is written somewhere.
cat "$headers"/*.h | grep -E '^RX_API rx_(operator|observable|subject) \*' | functions >"$work/promised"
find observables -name '*.c' -exec cat {} + | grep -E '^[a-zA-Z]' | functions >"$work/written"
comm -23 "$work/promised" "$work/written" |
	sed "s|.*|$headers declares &, and no file below observables/ has it|" >>"$work/missing"

# docs/rxjs.md names nothing that is not there, and what RxJS has, too, is replayed against its recordings: but for what
# takes or gives things that no recording can name.
if [ -f docs/rxjs.md ] && [ -d tests/conformance ]; then
	grep -oE '\brx_[a-z0-9_]+' docs/rxjs.md | sort -u >"$work/named"
	cat "$headers"/*.h | grep -oE '\brx_[a-z0-9_]+' | sort -u >"$work/words"
	comm -23 "$work/named" "$work/words" | sed "s|.*|docs/rxjs.md names &, and no header in $headers does|"
	cat tests/conformance/*.c | grep -oE '\brx_[a-z0-9_]+' | sort -u >"$work/rows"
	{ names observables/create; names observables/operators; } | sed 's/^/rx_/' | sort |
		grep -vxE 'rx_(bind_callback|connect|connectable|create|from_event|on_backpressure_[a-z]+|own|throw_error|using)' |
		comm -12 - "$work/named" | while read -r name; do
		grep -qE "^${name}(_array|_fn|_items|_of|_on|_to|_with)?\$" "$work/rows" ||
			echo "docs/rxjs.md has $name, and tests/conformance replays nothing with it: a row is missing"
	done
fi >>"$work/missing"

if [ -n "$stamp" ] && new=$(tests/support/sources.sh --new "$2"); then
	touch meson.build
	echo "files came or went, so the build has to be configured again; run it once more:" >>"$work/missing"
	echo "$new" | sed 's/^/  /' >>"$work/missing"
fi

cat "$work/missing" >&2
[ ! -s "$work/missing" ]
[ -z "$stamp" ] || touch "$stamp"
