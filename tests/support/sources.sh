#!/bin/sh
# The C sources are whatever the directories hold.
#
#   sources.sh DIRECTORY       list them, one a line; for meson, relative to its current directory
#   sources.sh --headers       list the public headers as they are included
#   sources.sh --new BUILD     whether any came or went since BUILD was configured: status 0 and their names
set -eu
root=${MESON_SOURCE_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}

list() {
	find "$@" -name '*.c' | sed 's|^\./||' | LC_ALL=C sort
}

built() {
	grep -oE "\"$root/(observables|lib|demo|tests)/[^\"]*\.c\"" "$1/meson-info/intro-targets.json" |
		sed "s|^\"$root/||; s|\"\$||" | LC_ALL=C sort -u
}

if [ "$1" = --headers ]; then
	cd "$root/include"
	find clusterfy -name '*.h' | LC_ALL=C sort
	exit
elif [ "$1" != --new ]; then
	cd "$root/${MESON_SUBDIR:-.}/$1"
	list .
	exit
fi

build=$(cd "$2" && pwd)
cd "$root"
old=$(mktemp)
trap 'rm -f "$old"' EXIT
built "$build" >"$old" || true
# What has a meson.build of its own, or is a template, is not found but listed.
list observables lib demo tests | grep -vE '^tests/(bench|conformance|differential|faults|fuzz)/' |
	LC_ALL=C comm -3 - "$old" | tr -d '\t' | grep -vE '^tests/(bench|conformance|differential|faults|fuzz)/' |
	while read -r source; do
		# One that is there and not built may be left out by the options of this build.
		directory=${source%%/*}
		if [ ! -e "$source" ] || grep -q "^$directory/" "$old"; then
			echo "$source"
		fi
	done | grep .
