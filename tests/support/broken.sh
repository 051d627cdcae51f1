#!/bin/sh
# Run the tests of support/broken/ and see each of them fail for the right reason: a runner that lets one through would
# let through the same mistake anywhere.
set -eu
runner=$1

expect() {
	if ! "$runner" --list "$1" | grep -q .; then
		return 0 # built without the sanitizer that sees it
	fi
	output=$("$runner" "$1" 2>&1 </dev/null) && status=0 || status=$?
	seen=$((seen + 1))
	if [ "$status" -ne 0 ] && printf '%s\n' "$output" | grep -q "$2"; then
		return 0
	fi
	printf '%s\n%s: was to fail with "%s", and ended with status %s\n' "$output" "$1" "$2" "$status"
	failed=$((failed + 1))
}

seen=0
failed=0
expect leaves_a_block_of_the_library 'memory is left: 1 blocks'
expect leaves_a_descriptor 'a descriptor is left: [0-9]*, /dev/null'
expect closes_a_descriptor_of_others 'descriptor 0 was open before'
expect leaves_a_child 'a child is left: it still runs'
expect leaves_a_zombie 'a child is left: [0-9]* was not reaped'
expect asserts_what_is_not_so '1 == 2'
expect hangs 'timeout'
expect crashes 'signal 6'
expect exits 'Early exit'
expect leaks_memory_of_the_c_library 'memory is left: the report'
expect reads_what_was_freed 'heap-use-after-free'
expect overflows_an_integer 'signed integer overflow'

total=$("$runner" --list | wc -l)
if [ "$seen" -ne "$total" ]; then
	echo "support/broken/ has $total tests, and $seen of them are expected to fail in support/broken.sh"
	failed=$((failed + 1))
fi
[ "$failed" -eq 0 ]
