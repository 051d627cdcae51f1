/*
 * Linux: the kernel sends a signal when the thread that started this process ends (PR_SET_PDEATHSIG). Its handler starts
 * a POSIX timer whose own signal is SIGKILL, so nothing that the program does or fails to do can stop it. The portable
 * way, the end of the channel, is worker/join.c's.
 *
 * Until the worker has joined, that signal is SIGKILL itself, as the primary has set it (primary/spawn.c).
 */
#include "lib/worker/orphan.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include <clusterfy/rx/error.h>

/* Nobody else has a use for it: it announces a power failure, to init. */
#define DEATH SIGPWR

static struct {
	timer_t timer;
	struct itimerspec delay;
	bool guarded;
} guard;

static void primary_died(int signal)
{
	const int saved = errno;
	(void)signal;
	cy__orphan_arm();
	errno = saved;
}

int cy__orphan_guard(rx_nsec timeout)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	const struct sigaction action = {.sa_handler = primary_died, .sa_flags = SA_RESTART};
	if (timer_create(CLOCK_MONOTONIC, &event, &guard.timer) < 0)
		return rx_raise(-errno, "join: a timer: %s", strerror(errno));
	guard.delay.it_value.tv_sec = timeout / RX_S(1);
	guard.delay.it_value.tv_nsec = timeout % RX_S(1);
	if (timeout <= 0)
		guard.delay.it_value.tv_nsec = 1; /* zero would disarm it */
	guard.guarded = true;
	if (sigaction(DEATH, &action, NULL) < 0 || prctl(PR_SET_PDEATHSIG, DEATH) < 0) {
		const int code = -errno;
		cy__orphan_release();
		return rx_raise(code, "join: the death signal: %s", strerror(-code));
	}
	return 0;
}

/* Once is enough: a later cause must not move it. */
void cy__orphan_arm(void)
{
	struct itimerspec now;
	if (!guard.guarded || timer_gettime(guard.timer, &now) < 0)
		return;
	if (!now.it_value.tv_sec && !now.it_value.tv_nsec)
		timer_settime(guard.timer, 0, &guard.delay, NULL);
}

void cy__orphan_release(void)
{
	if (!guard.guarded)
		return;
	guard.guarded = false;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* what is left of it is main's own way out */
	signal(DEATH, SIG_DFL);
	timer_delete(guard.timer);
}
