#!/bin/sh
# The streams know nothing of the cluster nor of MessagePack, and libev is seen by observables/events and by the loop's
# scheduler only.
#
#   layers.sh SOURCE_ROOT [PROGRAM_OF_THE_STREAMS]
set -eu
cd "$1"
failed=0

forbid() {
	message=$1
	shift
	if found=$(grep -rnE "$@"); then
		printf '%s:\n%s\n' "$message" "$found"
		failed=1
	fi
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'
forbid "the streams include the cluster or MessagePack" \
	"$include(([^>\"]*/)?lib/|clusterfy/(cluster|cy)|msgpack|([^>\"]*/)?(wire|value|primary|worker)/)" \
	observables include/clusterfy/rx include/clusterfy/rx.h
forbid "a public header of the streams includes libev" "${include}ev\\.h" include
found=$(grep -rlE "${include}ev(\\+\\+)?\\.h" observables lib |
	grep -vE '^observables/(events/|core/loop\.[ch]$)' || true)
if [ -n "$found" ]; then
	printf 'ev.h is for observables/events/ and observables/core/loop.c only, not for:\n%s\n' "$found"
	failed=1
fi
if [ $# -ge 2 ] && ldd "$2" | grep -E 'msgpack|libclusterfy\.'; then
	echo "$2 links the cluster or MessagePack"
	failed=1
fi
[ "$failed" -eq 0 ]
