#include "observables/core/windows.h"

struct window_when {
	rx_observable *(*closing)(void *ctx);
	void *ctx;
};

struct state {
	rx_inners inners;
	rx_subject *subject;
};

static int open_window(rx_stage *self)
{
	const struct window_when *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_subject *before = state->subject;
	state->subject = rx_subject_create(rx__in(self));
	rx_subject_unref(before);
	rx__window_emit(self, state->subject);
	if (rx__open(self))
		rx__subscribe_inner(self, params->closing(params->ctx), NULL, 0, NULL);
	return 0;
}

/* The next item of what closes it, or its completion. */
static void close_window(rx_stage *self, rx_inner *inner)
{
	struct state *state = RX__STATE(self);
	rx__stop_inner(inner);
	if (rx__open(self))
		rx_subject_complete(state->subject);
	if (rx__open(self))
		open_window(self);
}

static void window_when_notified(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)item;
	close_window(self, inner);
}

static void window_when_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	rx_subject_next(state->subject, item);
}

static void window_when_error(rx_stage *self, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	rx_subject_error_with(state->subject, error);
	rx__error(self, error);
}

static void window_when_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_subject_complete(state->subject);
	rx__complete(self);
}

static void window_when_closing_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	(void)inner;
	window_when_error(self, error);
}

static void window_when_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_subject *last = state->subject;
	state->subject = NULL;
	rx_subject_unref(last);
}

static const rx_stage_ops window_when_ops = {.name = "window_when",
                                             .state_size = sizeof(struct state),
                                             .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                             .start = open_window,
                                             .next = window_when_next,
                                             .error = window_when_error,
                                             .complete = window_when_complete,
                                             .clear = window_when_clear,
                                             .inner_next = window_when_notified,
                                             .inner_error = window_when_closing_error,
                                             .inner_complete = close_window};

rx_operator *rx_window_when(rx_observable *(*closing)(void *ctx), void *ctx)
{
	return rx__operator(&window_when_ops, NULL, &rx_type_rx_stream, NULL, &(struct window_when){closing, ctx},
	                    sizeof(struct window_when));
}
