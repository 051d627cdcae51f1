#!/bin/sh
# Whatever opens a descriptor in the library does so through lib/descriptor: 3 or above, and CLOEXEC.
#
#   descriptors.sh SOURCE_ROOT
set -eu
cd "$1"
calls='dup|dup2|dup3|socket|socketpair|pipe|pipe2|open|openat|creat|accept|accept4|epoll_create|epoll_create1|eventfd'
calls="$calls|timerfd_create|signalfd|inotify_init|inotify_init1|memfd_create|fopen|fdopen|opendir|popen|mkstemp|mkostemp"
calls="$calls|shm_open|posix_openpt|tmpfile"
numbers='pidfd_open|pidfd_getfd|memfd_create|openat2?|dup[23]?'
# The child of a vfork has descriptors of its own, and the guardian is a process of its own. What stays in a file's own
# hands is said there.
found=$(grep -rnE "(^|[^_a-z>.])(($calls)\\(|syscall\\(SYS_($numbers),)" lib observables --include='*.c' |
	grep -vE '^lib/(descriptor/|primary/child_linux\.c|guardian/main\.c)' |
	grep -vE '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)' |
	grep -vE 'cy__fd_above\((\(int\))?[a-z_0-9]+\(' |
	grep -vE '(pipe2|socketpair)\(.*cy__fd_pair_above\(' |
	grep -vE '^observables/events/linux/pidfd\.c:.*SYS_pidfd_open' || true)
found=$found$(grep -rnE 'F_DUPFD' lib observables --include='*.c' |
	grep -vE '^lib/(descriptor/|primary/child_linux\.c)' | grep -vE 'F_DUPFD_CLOEXEC, 3\)' || true)
[ -z "$found" ] || {
	printf 'a descriptor that may land on a standard stream (see lib/descriptor/descriptor.h):\n%s\n' "$found"
	exit 1
}
