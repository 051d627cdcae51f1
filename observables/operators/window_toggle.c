#include "observables/core/parameters.h"
#include "observables/core/windows.h"

struct window_toggle {
	rx_observable *openings;
	const rx_projector *closing;
	void *ctx;
};

struct toggled {
	rx_open_window window;
	rx_inner *closing; /* what closes it, while it runs; it has ended when the window has gone */
};

struct state {
	rx_inners inners;
	rx_windows windows;
	size_t index;
};

enum { OPENINGS, CLOSING };

static int window_toggle_start(rx_stage *self)
{
	const struct window_toggle *params = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(params->openings), params->closing->in, OPENINGS, NULL);
	return 0;
}

/* What closes it is stopped before anybody hears of the end, and could stop it as well. */
static void end_window(rx_stage *self, rx_open_window *window, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	rx__window_hold(window);
	rx_subject *subject = rx__windows_remove(&state->windows, window);
	rx__stop_inner(((struct toggled *)window)->closing);
	rx__window_let_go(window);
	rx__windows_finish(subject, error);
}

static void end_all(rx_stage *self, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	while (state->windows.first)
		end_window(self, state->windows.first, error);
}

static void window_toggle_error(rx_stage *self, const rx_error *error)
{
	end_all(self, error);
	rx__error(self, error);
}

static void open_window(rx_stage *self, const void *opening)
{
	const struct window_toggle *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	struct toggled *toggled = rx__windows_open(self, &state->windows, sizeof *toggled);
	if (!toggled) {
		rx__fail(self, -ENOMEM);
		return;
	}
	rx__window_hold(&toggled->window);
	rx_observable *closing = params->closing->call(opening, state->index++, params->ctx);
	const rx_error *error = rx__thrown(closing);
	if (error && rx__open(self))
		window_toggle_error(self, error);
	if (rx__open(self))
		rx__windows_emit(self, &toggled->window);
	if (toggled->window.number)
		rx__subscribe_inner_with(self, closing, NULL, CLOSING, toggled, &toggled->closing);
	else
		rx_observable_unref(closing);
	rx__window_let_go(&toggled->window);
}

static void window_toggle_notified(rx_stage *self, rx_inner *inner, const void *item)
{
	if (inner->slot == OPENINGS)
		open_window(self, item);
	else
		end_window(self, inner->data, NULL);
}

static void window_toggle_notifier_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	if (inner->slot == OPENINGS)
		rx__error(self, error);
	else
		window_toggle_error(self, error);
}

static void window_toggle_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	rx__windows_next(self, &state->windows, item, NULL);
}

static void window_toggle_complete(rx_stage *self)
{
	end_all(self, NULL);
	rx__complete(self);
}

/* Who subscribes to a window only now hears that nothing comes. */
static void window_toggle_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	while (state->windows.first) {
		rx_subject *subject = rx__windows_remove(&state->windows, state->windows.first);
		rx_subject_unsubscribe(subject);
		rx_subject_unref(subject);
	}
}

static void window_toggle_drop(void *params)
{
	rx_observable_unref(((struct window_toggle *)params)->openings);
}

static const rx_stage_ops window_toggle_ops = {.name = "window_toggle",
                                               .state_size = sizeof(struct state),
                                               .flags = RX__SUBSCRIBES | RX__UNPAUSABLE | RX__STOP_FIRST,
                                               .drop = window_toggle_drop,
                                               .start = window_toggle_start,
                                               .next = window_toggle_next,
                                               .error = window_toggle_error,
                                               .complete = window_toggle_complete,
                                               .clear = window_toggle_clear,
                                               .inner_next = window_toggle_notified,
                                               .inner_error = window_toggle_notifier_error};

rx_operator *rx_window_toggle_fn(rx_observable *openings, const rx_projector *closing, void *ctx)
{
	const rx_type *type = rx_observable_type(openings);
	openings = rx__given(openings);
	if (rx__is_mistake(openings))
		return rx__operator_mistake(openings);
	if (!rx__type_fits(type, closing->in)) {
		rx_observable_unref(openings);
		return rx__operator_misfit("window_toggle", closing->name, closing->in, "an opening", type);
	}
	return rx__operator(&window_toggle_ops, NULL, &rx_type_rx_stream, closing->name,
	                    &(struct window_toggle){openings, closing, ctx}, sizeof(struct window_toggle));
}
