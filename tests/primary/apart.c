/*
 * A process that is started as another user, whose processes stop it before its exec. The primary must not wait for that.
 */
#include <stdio.h>

#include "lib/primary/spawn.h"
#include "tests/support/stopper.h"

enum { STARTS = 300 };

TEST(who_stops_what_becomes_its_user_does_not_stop_the_primary, .timeout = 20)
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
		const int code = cy__spawn(&(cy_process_options){.program = "/bin/true",
		                                                 .user = STRANGERS_NUMBER,
		                                                 .group = STRANGERS_NUMBER},
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
