#include "observables/core/windows.h"

struct window {
	rx_observable *boundaries;
};

struct state {
	rx_inners inners;
	rx_subject *subject; /* the open window */
};

static void open_window(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_subject *before = state->subject;
	state->subject = rx_subject_create(rx__in(self));
	rx_subject_unref(before);
	rx__window_emit(self, state->subject);
}

static int window_start(rx_stage *self)
{
	open_window(self);
	return 0;
}

static void window_started(rx_stage *self)
{
	const struct window *window = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(window->boundaries), NULL, 0, NULL);
}

static void window_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	rx_subject_next(state->subject, item);
}

static void window_error(rx_stage *self, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	rx_subject_error_with(state->subject, error);
	rx__error(self, error);
}

static void window_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_subject_complete(state->subject);
	rx__complete(self);
}

static void window_boundary(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner, (void)item;
	struct state *state = RX__STATE(self);
	rx_subject_complete(state->subject);
	if (rx__open(self))
		open_window(self);
}

static void window_boundary_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	(void)inner;
	window_error(self, error);
}

/* Who subscribes to the last window only now hears of it. */
static void window_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_subject *last = state->subject;
	state->subject = NULL;
	if (last)
		rx_subject_unsubscribe(last);
	rx_subject_unref(last);
}

static void window_drop(void *params)
{
	rx_observable_unref(((struct window *)params)->boundaries);
}

static const rx_stage_ops window_ops = {.name = "window",
                                        .state_size = sizeof(struct state),
                                        .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                        .drop = window_drop,
                                        .start = window_start,
                                        .started = window_started,
                                        .next = window_next,
                                        .error = window_error,
                                        .complete = window_complete,
                                        .clear = window_clear,
                                        .inner_next = window_boundary,
                                        .inner_error = window_boundary_error};

rx_operator *rx_window(rx_observable *boundaries)
{
	boundaries = rx__given(boundaries);
	if (rx__is_mistake(boundaries))
		return rx__operator_mistake(boundaries);
	return rx__operator(&window_ops, NULL, &rx_type_rx_stream, NULL, &(struct window){boundaries},
	                    sizeof(struct window));
}
