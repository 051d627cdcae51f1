#!/bin/sh
# What shows only after a while, or only when the machine is busy: the tests of processes again and again, without
# sanitizers, then with a core kept busy, and the demo under valgrind.
#
#   soak.sh BUILD [TIMES]
set -eu
build=$1
times=${2:-200}
runner=$build/tests/clusterfy-tests
[ -x "$runner" ] || runner=$build/tests/clusterfy-rx-tests
# The suites that start processes.
suites='events/ primary/ worker/ cluster/ command/ shutdown/ storage/ demo/'

busy=
trap '[ -z "$busy" ] || kill "$busy"' EXIT
failed=

soak() {
	echo "soak: $1: $times times"
	# Each suite's name is a word of its own.
	# shellcheck disable=SC2086
	if [ -z "$("$runner" --list $suites)" ]; then
		echo "soak: no tests of processes yet"
	elif ! "$runner" --repeat "$times" --quiet $suites; then
		failed="$failed $1"
	fi
}

soak quiet
(while :; do :; done) &
busy=$!
soak busy
kill "$busy"
busy=

demo=$build/demo/clusterfy-demo
if [ -x "$demo" ]; then
	echo "soak: the demo under valgrind, workers included"
	valgrind --quiet --trace-children=yes --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
		--error-exitcode=99 --log-file="$build/valgrind.%p" "$demo" --speed 2 </dev/null || failed="$failed valgrind"
	# A worker's exit status is the primary's to judge, so its report is looked at.
	if cat "$build"/valgrind.* | grep .; then
		failed="$failed valgrind"
	fi
	rm -f "$build"/valgrind.*
fi

[ -z "$failed" ] || {
	echo "soak failed:$failed"
	exit 1
}
