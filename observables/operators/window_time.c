#include "observables/core/windows.h"

struct window_time {
	rx_nsec span;
	rx_window_time_options options;
};

struct timed {
	rx_open_window window;
	rx_stage_timer timer;
	size_t seen;
};

struct state {
	rx_stage_timer creation;
	rx_windows windows;
};

static int open_window(rx_stage *self);

static void end_window(rx_stage *self, rx_open_window *window, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&((struct timed *)window)->timer.task);
	rx__windows_end(&state->windows, window, error);
}

/* Without an interval, the end of one window is the beginning of the next. */
static void close_window(rx_stage *self, rx_open_window *window)
{
	const struct window_time *params = RX__PARAMS(self);
	end_window(self, window, NULL);
	const int code = rx__open(self) && !params->options.interval ? open_window(self) : 0;
	if (code < 0)
		rx__fail(self, code);
}

static void window_due(rx_stage *self, rx_stage_timer *timer)
{
	close_window(self, (rx_open_window *)((char *)timer - offsetof(struct timed, timer)));
}

/* Its time runs from when the downstream has got it, which may have closed it already. */
static int open_window(rx_stage *self)
{
	const struct window_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	struct timed *timed = rx__windows_open(self, &state->windows, sizeof *timed);
	if (!timed)
		return -ENOMEM;
	if (rx__windows_emit(self, &timed->window) && params->span != RX_NEVER)
		rx__timer_start(self, &timed->timer, params->options.scheduler, params->span, window_due);
	return 0;
}

static void creation_due(rx_stage *self, rx_stage_timer *timer)
{
	const struct window_time *params = RX__PARAMS(self);
	const int code = open_window(self);
	if (code < 0)
		rx__fail(self, code);
	else if (rx__open(self))
		rx__timer_start(self, timer, params->options.scheduler, params->options.interval, creation_due);
}

static int window_time_start(rx_stage *self)
{
	const struct window_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (params->options.interval)
		rx__timer_start(self, &state->creation, params->options.scheduler, params->options.interval,
		                creation_due);
	return open_window(self);
}

static void count_item(rx_stage *self, rx_open_window *window)
{
	const struct window_time *params = RX__PARAMS(self);
	struct timed *timed = (struct timed *)window;
	if (window->number && ++timed->seen == params->options.max_size)
		close_window(self, window);
}

static void window_time_next(rx_stage *self, const void *item)
{
	const struct window_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__windows_next(self, &state->windows, item, params->options.max_size ? count_item : NULL);
}

static void end_all(rx_stage *self, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	while (state->windows.first)
		end_window(self, state->windows.first, error);
}

static void window_time_error(rx_stage *self, const rx_error *error)
{
	end_all(self, error);
	rx__error(self, error);
}

static void window_time_complete(rx_stage *self)
{
	end_all(self, NULL);
	rx__complete(self);
}

static void window_time_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->creation.task);
	for (rx_open_window *window = state->windows.first; window; window = window->next)
		rx_cancel(&((struct timed *)window)->timer.task);
}

static void window_time_clear(rx_stage *self)
{
	rx__windows_clear(&((struct state *)RX__STATE(self))->windows);
}

static const rx_stage_ops window_time_ops = {.name = "window_time",
                                             .state_size = sizeof(struct state),
                                             .flags = RX__UNPAUSABLE,
                                             .start = window_time_start,
                                             .next = window_time_next,
                                             .error = window_time_error,
                                             .complete = window_time_complete,
                                             .stop = window_time_stop,
                                             .clear = window_time_clear};

rx_operator *rx_window_time(rx_nsec span, const rx_window_time_options *options)
{
	struct window_time params = {.span = span};
	if (options)
		params.options = *options;
	return rx__operator(&window_time_ops, NULL, &rx_type_rx_stream, NULL, &params, sizeof params);
}
