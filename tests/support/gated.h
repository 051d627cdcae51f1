/*
 * A downstream that pauses: it subscribes a chain, and a diagram says when it takes no more ("p") and when it goes on
 * ("r").
 *
 *     rx_expect(t, gated(rx_pipe(source, rx_on_backpressure_drop()), rx_cold(t, "--p--r", NULL)), NULL, ...);
 */
#ifndef CLUSTERFY_TEST_GATED_H
#define CLUSTERFY_TEST_GATED_H

#include <stdlib.h>

#include <clusterfy/rx.h>

#include "tests/support/test.h"

struct gated {
	rx_observable *chain, *gate;
	rx_subscriber *to;
	rx_subscription upstream, signals;
};

static inline int gated_next(const void *item, void *ctx)
{
	rx_next(((struct gated *)ctx)->to, item);
	return 0;
}

static inline void gated_error(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct gated *)ctx)->to, error);
}

static inline void gated_complete(void *ctx)
{
	rx_complete(((struct gated *)ctx)->to);
}

static inline int gated_signal(const void *item, void *ctx)
{
	struct gated *gated = ctx;
	if (*(const char *)item == 'r')
		rx_resume(&gated->upstream);
	else if (!rx_is_closed(&gated->upstream))
		ck_assert_int_eq(rx_pause(&gated->upstream), 0);
	return 0;
}

static inline void gated_teardown(void *ctx)
{
	struct gated *gated = ctx;
	rx_unsubscribe(&gated->upstream);
	rx_unsubscribe(&gated->signals);
}

static inline int gated_subscribe(rx_subscriber *subscriber, void *ctx)
{
	static const rx_consumer next = {"gated", NULL, gated_next}, signal = {"gate", NULL, gated_signal};
	struct gated *gated = ctx;
	gated->to = subscriber;
	gated->signals.run = NULL;
	const int code = rx_on_teardown(subscriber, gated_teardown, gated);
	if (code < 0)
		return code;
	rx_subscribe(rx_observable_ref(gated->chain),
	             &(rx_observer){.next = &next, .error = gated_error, .complete = gated_complete, .ctx = gated},
	             &gated->upstream);
	rx_subscribe(rx_observable_ref(gated->gate), &(rx_observer){.next = &signal, .ctx = gated}, &gated->signals);
	return 0;
}

static inline void gated_drop(void *ctx)
{
	struct gated *gated = ctx;
	rx_observable_unref(gated->chain);
	free(gated);
}

/* For one subscription at a time; @p chain is consumed, and @p gate belongs to a marble test. */
static inline rx_observable *gated(rx_observable *chain, rx_observable *gate)
{
	struct gated *gated = calloc(1, sizeof *gated);
	*gated = (struct gated){.chain = chain, .gate = gate};
	return rx_create(rx_observable_type(chain), gated_subscribe, gated, gated_drop);
}

#endif
