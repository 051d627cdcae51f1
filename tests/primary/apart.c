/*
 * A process that is started as another user, whose processes stop it before its exec. The primary must not wait for that.
 */
#include "lib/primary/spawn.h"
#include "tests/support/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, STARTS = 300, NEXT = 60 };

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Nobody's process, which stops whatever is the next to be nobody's. */
static pid_t start_stopping(void)
{
	int ready[2];
	char byte;
	ck_assert_int_eq(pipe(ready), 0);
	const pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		pid_t last = getpid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) < 0 ||
		    syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			for (pid_t next = last + 1; next < last + NEXT; next++)
				if (kill(next, SIGSTOP) == 0)
					last = next;
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

TEST(who_stops_what_becomes_its_user_does_not_stop_the_primary)
{
	if (geteuid() != 0) {
		fprintf(stderr, "skipped: only root can start a process as another user\n");
		return;
	}
	const int dumps = prctl(PR_GET_DUMPABLE);
	const pid_t stopper = start_stopping();
	for (int i = 0; i < STARTS; i++) {
		cy__process process;
		const char *why;
		const int code =
			cy__spawn(&(cy_process_options){.program = "/bin/true", .user = "65534", .group = "65534"},
		                  &process, &why);
		if (code < 0) {
			ck_assert_msg(code == -EINTR, "%s: %d", why, code);
			continue;
		}
		end_process(process.pid);
		cy__process_reaped(&process);
		cy__process_finish(&process);
	}
	end_process(stopper);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), dumps);
}
