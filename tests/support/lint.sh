#!/bin/sh
# The formatter and two analysers over every source; ./dev lint calls it.
#
#   lint.sh BUILD JOBS
set -eu
build=$1
jobs=$2
failed=

sources() {
	find include observables lib demo tests "$@" -type f | LC_ALL=C sort
}

report() {
	if [ "$2" -eq 0 ]; then
		echo "lint: $1: ok"
	else
		echo "lint: $1: FAILED"
		failed="$failed $1"
	fi
}

status=0
sources -name '*.[ch]' | xargs -P "$jobs" -n 1 sh -c \
	'clang-format --dry-run -Werror "$1" 2>/dev/null || { echo "$1: ./dev lint --fix formats it"; exit 1; }' - ||
	status=$?
report clang-format "$status"

tidy() {
	# One file a process: the analyzer of clang 14 confuses the va_lists of two.
	xargs -P "$jobs" -n 1 clang-tidy -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option \
		--extra-arg=-Wno-ignored-optimization-argument "$@" 2>>"$build/clang-tidy.log"
}

# Deliberately broken tests, and sources that are nothing but an #include, are not looked at. Nor is what this build
# leaves out: it has no compile command.
status=0
: >"$build/clang-tidy.log"
raise=observables/core/error.c
freestanding=lib/guardian/main.c # has none of our headers on its path
sources -name '*.c' | grep -vE '^tests/support/(broken|programs)/' | grep -vxF -e "$raise" -e "$freestanding" | while read -r source; do
	if grep -q "\"file\": \".*/$source\"" "$build/compile_commands.json"; then
		echo "$source"
	fi
done | tidy --extra-arg=-include --extra-arg="$PWD/tests/support/analyzer.h" || status=$?
printf '%s\n' "$raise" "$freestanding" | tidy || status=$?
grep -vE '^[0-9]+ warnings? generated|^$' "$build/clang-tidy.log" || true
report clang-tidy "$status"

status=0
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
	--suppressions-list=tests/support/cppcheck.suppressions --error-exitcode=1 -j "$jobs" \
	-D_GNU_SOURCE -D__GNUC__=12 -D__STDC_VERSION__=201112 -I include -I . \
	observables lib demo || status=$?
report cppcheck "$status"

status=0
tests/support/layers.sh . || status=$?
report layers "$status"

if [ -n "$failed" ]; then
	echo "lint failed:$failed"
	exit 1
fi
