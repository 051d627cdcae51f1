/*
 * An observer that acts when it hears of the end: it pushes items into a subject, as often as is said.
 *
 *     struct ending ending = {.into = source, .times = 2};
 *     rx_subscription subscription;
 *     end_with_pushes(&ending, rx_pipe(...), &subscription);
 */
#ifndef CLUSTERFY_TEST_ENDING_H
#define CLUSTERFY_TEST_ENDING_H

#include "tests/support/test.h"

#include <errno.h>

#include <clusterfy/rx.h>

struct ending {
	rx_subject *into;
	int times;
	int64_t item;
	int ends; /* heard of */
};

static inline void ending_pushes(struct ending *ending)
{
	ending->ends++;
	for (int i = 0; i < ending->times; i++)
		rx_subject_next(ending->into, &ending->item);
}

static inline void ending_error(const rx_error *error, void *ctx)
{
	ck_assert_int_lt(error->code, 0);
	ending_pushes(ctx);
}

static inline void ending_complete(void *ctx)
{
	ending_pushes(ctx);
}

/* The source is consumed. */
static inline void end_with_pushes(struct ending *ending, rx_observable *source, rx_subscription *subscription)
{
	rx_subscribe(source, &(rx_observer){.error = ending_error, .complete = ending_complete, .ctx = ending},
	             subscription);
}

#endif
