#include "observables/core/windows.h"

struct window_count {
	size_t size, every;
};

struct state {
	rx_windows windows;
	size_t count; /* items so far */
};

static int open_window(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_open_window *window = rx__windows_open(self, &state->windows, sizeof *window);
	if (!window)
		return -ENOMEM;
	rx__windows_emit(self, window);
	return 0;
}

/* The oldest is the one that is full: windows open, and so fill, at equal distances. */
static void window_count_next(rx_stage *self, const void *item)
{
	const struct window_count *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__windows_next(self, &state->windows, item, NULL);
	const size_t count = ++state->count;
	if (count >= params->size && (count - params->size) % params->every == 0 && state->windows.first)
		rx__windows_end(&state->windows, state->windows.first, NULL);
	if (!rx__open(self) || count % params->every)
		return;
	const int code = open_window(self);
	if (code < 0)
		rx__fail(self, code);
}

static void end_all(rx_stage *self, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	while (state->windows.first)
		rx__windows_end(&state->windows, state->windows.first, error);
}

static void window_count_error(rx_stage *self, const rx_error *error)
{
	end_all(self, error);
	rx__error(self, error);
}

static void window_count_complete(rx_stage *self)
{
	end_all(self, NULL);
	rx__complete(self);
}

static void window_count_clear(rx_stage *self)
{
	rx__windows_clear(&((struct state *)RX__STATE(self))->windows);
}

static const rx_stage_ops window_count_ops = {.name = "window_count",
                                              .state_size = sizeof(struct state),
                                              .start = open_window,
                                              .next = window_count_next,
                                              .error = window_count_error,
                                              .complete = window_count_complete,
                                              .clear = window_count_clear};

rx_operator *rx_window_count(size_t size, size_t every)
{
	if (size == 0)
		size = 1;
	return rx__operator(&window_count_ops, NULL, &rx_type_rx_stream, NULL,
	                    &(struct window_count){size, every ? every : size}, sizeof(struct window_count));
}
