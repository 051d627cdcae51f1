/*
 * What tests of libev's sources share: a listener that notes, and loops that turn until it has heard enough.
 */
#ifndef CLUSTERFY_TEST_WATCHED_H
#define CLUSTERFY_TEST_WATCHED_H

#include "tests/support/test.h"

#include <clusterfy/rx.h>

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct watched {
	int items, errors, completions, last, code;
	rx_subscription subscription;
};

static inline void watched_next(const int *item, void *ctx)
{
	struct watched *watched = ctx;
	watched->items++;
	watched->last = *item;
}
RX_CONSUMER(watched_next, int);

static inline void watched_error(const rx_error *error, void *ctx)
{
	struct watched *watched = ctx;
	watched->errors++;
	watched->code = error->code;
}

static inline void watched_complete(void *ctx)
{
	((struct watched *)ctx)->completions++;
}

static inline void watch_on(struct watched *watched, rx_observable *source, rx_scheduler *scheduler)
{
	rx_subscribe(source,
	             &(rx_observer){RX_NEXT(watched_next), .error = watched_error, .complete = watched_complete,
	                            .ctx = watched, .scheduler = scheduler},
	             &watched->subscription);
}

static inline void watch(struct watched *watched, rx_observable *source)
{
	watch_on(watched, source, NULL);
}

/* Each source errors where there is no loop. */
static inline void assert_not_supported(rx_observable *source)
{
	struct watched watched = {0};
	rx_scheduler *time = rx_virtual_create();
	rx_subscribe(source, &(rx_observer){.error = watched_error, .ctx = &watched, .scheduler = time}, NULL);
	ck_assert_int_eq(watched.code, -ENOTSUP);
	rx_virtual_destroy(time);
}

#endif
