#!/bin/sh
# What fails in the library says why, with rx_raise(), or says by rx_plain() that it has no words: a bare `return -E...`
# leaves those of an older error to whoever asks. -ENOMEM may stand alone, since an allocation that fails forgets them.
#
#   words.sh SOURCE_ROOT
set -eu
export LC_ALL=C
cd "$1"
# Programs of their own, what runs in a child between fork and exec, and what stands in for system calls.
apart='^lib/(guardian/main|listen/path_linux|wire/faults)\.c:'
# These raise words themselves; and reading a value's error is no failure.
worded='\b(rx_raise|rx_throw_error|cy__place_refuse|cy__mistake|refuse|fail|explain)\(|return value \? value->error'
found=$(grep -rnE '\breturn\b.*-(E[A-Z0-9]+|errno)\b' lib --include='*.c' | grep -vE "$apart" | grep -vE "$worded" |
	sed -E 's/-ENOMEM\b//g; s/rx_plain\(-[a-zE0-9]+[A-Z0-9]*\)//g; s/[=!]= -E[A-Z0-9]+//g' |
	grep -E -- '-(E[A-Z0-9]+|errno)\b' || true)
[ -z "$found" ] || {
	printf '%s\n' "$found" "a failure without words: rx_raise() gives it some, rx_plain() says that it has none"
	exit 1
}
