#include "observables/core/stage.h"

struct state {
	bool begun; /* `subscribe` has not failed, so the other end is due */
	bool ended;
};

static void tap_next(rx_stage *self, const void *item)
{
	const rx_tap_observer *tap = RX__PARAMS(self);
	const int code = tap->next ? tap->next->call(item, tap->ctx) : 0;
	if (code < 0)
		rx__fail(self, code);
	else
		rx__emit(self, item);
}

static void tap_error(rx_stage *self, const rx_error *error)
{
	const rx_tap_observer *tap = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->ended = true;
	const int code = tap->error ? tap->error(error, tap->ctx) : 0;
	if (code < 0)
		rx__fail(self, code);
	else
		rx__error(self, error);
}

static void tap_complete(rx_stage *self)
{
	const rx_tap_observer *tap = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->ended = true;
	const int code = tap->complete ? tap->complete(tap->ctx) : 0;
	if (code < 0)
		rx__fail(self, code);
	else
		rx__complete(self);
}

static void tap_stop(rx_stage *self)
{
	const rx_tap_observer *tap = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	if (!state->begun)
		return;
	if (!state->ended && tap->unsubscribe)
		tap->unsubscribe(tap->ctx);
	if (tap->finalize)
		tap->finalize(tap->ctx);
}

/* One that ends the stream has begun, too. */
static int tap_start(rx_stage *self)
{
	const rx_tap_observer *tap = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = tap->subscribe ? tap->subscribe(tap->ctx) : 0;
	state->begun = code >= 0;
	if (!rx__open(self))
		tap_stop(self);
	return code;
}

static void tap_step(const void *params, rx_step *step)
{
	const rx_tap_observer *tap = params;
	if (tap->next)
		*step = (rx_step){RX__TAPS, .consume = tap->next->call, .ctx = tap->ctx};
}

static const rx_stage_ops tap_ops = {.name = "tap",
                                     .state_size = sizeof(struct state),
                                     .start = tap_start,
                                     .next = tap_next,
                                     .error = tap_error,
                                     .complete = tap_complete,
                                     .stop = tap_stop,
                                     .step = tap_step};

rx_operator *rx_tap_with(const rx_tap_observer *observer)
{
	const rx_consumer *next = observer->next;
	return rx__operator(&tap_ops, next ? next->in : NULL, NULL, next ? next->name : NULL, (void *)observer,
	                    sizeof *observer);
}

rx_operator *rx_tap_fn(const rx_consumer *next, void *ctx)
{
	return rx_tap_with(&(rx_tap_observer){.next = next, .ctx = ctx});
}
