/*
 * How long the turns of this process's default loop are, in processor time of its thread: whoever hurts the primary shows
 * here, and a busy machine does not.
 *
 *     turn_probe probe;
 *     turn_probe_start(&probe);
 *     ...
 *     ck_assert_int_lt(turn_probe_stop(&probe), TURN_MOST);
 */
#ifndef CLUSTERFY_TEST_TURNS_H
#define CLUSTERFY_TEST_TURNS_H

#include <ev.h>
#include <time.h>

#include <clusterfy/rx/base.h>

#include "tests/support/test.h"

/* What a turn may take. */
#ifdef TEST_SANITIZED
#define TURN_MOST RX_MS(100)
#else
#define TURN_MOST RX_MS(20)
#endif

typedef struct turn_probe {
	ev_check check;
	ev_prepare prepare;
	rx_nsec began, longest;
	size_t turns;
} turn_probe;

static inline rx_nsec turn_probe_processor(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * RX_S(1) + now.tv_nsec;
}

static inline void turn_probe_began(struct ev_loop *loop, ev_check *check, int events)
{
	turn_probe *probe = check->data;
	probe->began = turn_probe_processor();
}

static inline void turn_probe_ended(struct ev_loop *loop, ev_prepare *prepare, int events)
{
	turn_probe *probe = prepare->data;
	const rx_nsec time = turn_probe_processor() - probe->began;
	if (probe->began && time > probe->longest)
		probe->longest = time;
	probe->began = 0;
	probe->turns++;
}

static inline void turn_probe_start(turn_probe *probe)
{
	*probe = (turn_probe){.began = 0};
	ev_check_init(&probe->check, turn_probe_began);
	ev_prepare_init(&probe->prepare, turn_probe_ended);
	ev_set_priority(&probe->check, EV_MAXPRI);
	ev_set_priority(&probe->prepare, EV_MINPRI);
	probe->check.data = probe->prepare.data = probe;
	ev_check_start(ev_default_loop(0), &probe->check);
	ev_prepare_start(ev_default_loop(0), &probe->prepare);
}

/* @returns the longest turn that has ended meanwhile */
static inline rx_nsec turn_probe_stop(turn_probe *probe)
{
	ev_check_stop(ev_default_loop(0), &probe->check);
	ev_prepare_stop(ev_default_loop(0), &probe->prepare);
	return probe->longest;
}

#endif
