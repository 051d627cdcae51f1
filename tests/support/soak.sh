#!/bin/sh
# What shows only after a while, or only when the machine is busy: the tests of processes again and again, without
# sanitizers, then with a core kept busy, and the demo under valgrind.
#
#   soak.sh BUILD [TIMES]
set -eu
build=$1
times=${2:-200}
# Most tests wait most of the time, so more run at once than there are cores.
lanes=$((2 * ${JOBS:-$(getconf _NPROCESSORS_ONLN)}))
each=$(((times + lanes - 1) / lanes))
runner=$build/tests/clusterfy-tests
[ -x "$runner" ] || runner=$build/tests/clusterfy-rx-tests
# The suites that start processes, and those of the sockets between them.
suites='events/ primary/ cluster/ listen/ storage/ wire/ demo/ runner/program core/exhaustion'

busy=
trap '[ -z "$busy" ] || kill "$busy"' EXIT
failed=

soak() {
	echo "soak: $1: $times times, $lanes side by side"
	# Each suite's name is a word of its own.
	# shellcheck disable=SC2086
	if [ -z "$("$runner" --list $suites)" ]; then
		echo "soak: no tests of processes yet"
		return
	fi
	running=
	for _ in $(seq "$lanes"); do
		# shellcheck disable=SC2086
		"$runner" --repeat "$each" --quiet $suites &
		running="$running $!"
	done
	for runner_pid in $running; do
		wait "$runner_pid" || failed="$failed $1"
	done
}

# A worker forked and ended ten thousand times must leave no descriptor, no zombie and no byte.
cycles=cluster/faults/cycles_of_fork_and_exit
if [ -n "$("$runner" --list $cycles)" ]; then
	echo "soak: 10000 cycles of fork and exit"
	CLUSTERFY_TEST_CYCLES=10000 "$runner" --quiet $cycles || failed="$failed cycles"
fi

# A million items of one reply, taken in ten parts, from a handler that is paused between them.
items='cluster/credit/many_items cluster/credit/a_process_that_calls_itself'
# shellcheck disable=SC2086
if [ -n "$("$runner" --list $items)" ]; then
	echo "soak: replies of a million items"
	CLUSTERFY_TEST_ITEMS=1000000 "$runner" --quiet $items || failed="$failed items"
fi

# A minute of sending to a worker that is stopped must leave memory flat, and the others served.
stopped=cluster/flow/a_stopped_worker
if [ -n "$("$runner" --list $stopped)" ]; then
	echo "soak: a minute of sending to a stopped worker"
	CLUSTERFY_TEST_STOPPED=60 "$runner" --quiet $stopped || failed="$failed stopped"
fi

# A minute of crashes must be held back, and leave memory flat.
crashing=cluster/faults/a_crash_loop_without_a_limit
if [ -n "$("$runner" --list $crashing)" ]; then
	echo "soak: a minute of a crash loop"
	CLUSTERFY_TEST_CRASHING=60 "$runner" --quiet $crashing || failed="$failed crashing"
fi

soak quiet
(while :; do :; done) &
busy=$!
soak busy
kill "$busy"
busy=

demo=$build/demo/clusterfy-demo
if [ -x "$demo" ]; then
	echo "soak: the demo under valgrind, workers included"
	rm -f "$build"/valgrind.*
	valgrind --quiet --trace-children=yes --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
		--error-exitcode=99 --log-file="$build/valgrind.%p" "$demo" --speed 2 </dev/null || failed="$failed valgrind"
	# A worker's exit status is the primary's to judge, so its report is looked at. What begins with -- is valgrind's
	# own: it may not know a system call (3.19: pidfd_open), which then fails, and the library has another way.
	if grep -h '^==' "$build"/valgrind.*; then
		failed="$failed valgrind"
	fi
	rm -f "$build"/valgrind.*
fi

[ -z "$failed" ] || {
	echo "soak failed:$failed"
	exit 1
}
