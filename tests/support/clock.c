#include "tests/support/clock.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long seconds;
static atomic_llong passed; /* ns */

void clock_shift(rx_nsec by)
{
	atomic_store(&seconds, (long)(by / RX_S(1)));
}

void clock_pass(rx_nsec time)
{
	atomic_fetch_add(&passed, time);
}

static void add(struct timespec *time, long long more)
{
	more += time->tv_nsec;
	time->tv_sec += more / RX_S(1);
	time->tv_nsec = more % RX_S(1);
}

/* In place of the C library's, for libev as well, which keeps an eye on both clocks. */
/* The C library names its parameters in its own way. */
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int clock_gettime(clockid_t clock, struct timespec *now)
{
	const int code = (int)syscall(SYS_clock_gettime, clock, now);
	if (code == 0)
		add(now, atomic_load(&passed));
	if (code == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += atomic_load(&seconds);
	return code;
}

/* The C library names its parameters in its own way. */
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec time;
	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &time) < 0)
		return -1;
	*now = (struct timeval){.tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000};
	return 0;
}
