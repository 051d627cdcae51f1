/*
 * A process of another user's that stops whatever it may, as soon as it is there: what becomes that user's.
 */
#ifndef CLUSTERFY_TEST_STOPPER_H
#define CLUSTERFY_TEST_STOPPER_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

/* Whose processes stop and are stopped: no other test's. */
enum { STRANGER = 64321 };
#define STRANGERS_NUMBER "64321"

static inline void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* The last number that was given to a process: the fifth word. */
static inline pid_t last_number(int loads)
{
	char text[128] = "";
	if (pread(loads, text, sizeof text - 1, 0) <= 0)
		_exit(1);
	return (pid_t)strtol(strrchr(text, ' '), NULL, 10);
}

/* Those that have come just now, and those that come next. */
_Noreturn static inline void stop_all(void)
{
	enum { BEFORE = 3, BEHIND = 8, TIMES = 4 };
	const int loads = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	for (;;) {
		const pid_t last = last_number(loads);
		for (int i = 0; i < TIMES; i++)
			for (pid_t pid = last - BEFORE; pid < last + BEHIND; pid++)
				if (pid != getpid())
					kill(pid, SIGSTOP);
	}
}

/* Root's to start, until end_process(). */
static inline pid_t start_stopping(void)
{
	int ready[2];
	char byte;
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	const pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (syscall(SYS_setresgid, STRANGER, STRANGER, STRANGER) < 0 ||
		    syscall(SYS_setresuid, STRANGER, STRANGER, STRANGER) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		stop_all();
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

#endif
