#include "observables/core/paused.h"
#include "observables/core/ring.h"

struct buffer {
	size_t limit;
	rx_on_backpressure_buffer_options options;
};

struct state {
	rx_paused flow;
	rx_ring waiting;
};

static bool waits(const struct state *state)
{
	return state->flow.paused || state->flow.busy || state->waiting.count > 0;
}

/* The end comes behind what waits; nothing more of the source's. */
static void overflow(rx_stage *self)
{
	const struct buffer *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_raise(-EAGAIN, "%zu items wait already, and nobody takes them", params->limit);
	state->flow.error = rx__error_from_code(-EAGAIN, self->node);
	rx__stop_upstream(self);
}

/* An item that nobody gets. */
static int drop(rx_stage *self, const void *item)
{
	const rx_on_backpressure_buffer_options *options = &((const struct buffer *)RX__PARAMS(self))->options;
	return options->dropped ? options->dropped->call(item, options->ctx) : 0;
}

static int drop_oldest(rx_stage *self)
{
	const rx_type *type = rx__in(self);
	void *item = RX__STACK(type);
	rx__ring_pop(&((struct state *)RX__STATE(self))->waiting, type, item);
	const int code = drop(self, item);
	rx_type_drop(type, item);
	return code;
}

static void keep(rx_stage *self, const void *item)
{
	const struct buffer *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int code = 0;
	if (params->limit && state->waiting.count >= params->limit) {
		if (params->options.overflow == RX_OVERFLOW_FAIL) {
			overflow(self);
			return;
		}
		const bool newest = params->options.overflow == RX_OVERFLOW_DROP_NEWEST;
		code = newest ? drop(self, item) : drop_oldest(self);
		if (newest || !rx__open(self)) {
			if (code < 0 && rx__open(self))
				rx__fail(self, code);
			return;
		}
	}
	if (code >= 0)
		code = rx__ring_push(&state->waiting, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

static void buffer_next(rx_stage *self, const void *item)
{
	if (waits(RX__STATE(self)))
		keep(self, item);
	else
		rx__emit(self, item);
}

static void buffer_resume(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->flow.paused = false;
	if (state->flow.busy)
		return; /* resumed inside an item: the loop below sees it */
	state->flow.busy = true;
	while (state->waiting.count && rx__open(self) && !state->flow.paused)
		rx__ring_emit(self, &state->waiting);
	state->flow.busy = false;
	if (!state->waiting.count)
		rx__paused_finish(self);
}

static void buffer_error(rx_stage *self, const rx_error *error)
{
	rx__paused_error(self, error, ((struct state *)RX__STATE(self))->waiting.count > 0);
}

static void buffer_complete(rx_stage *self)
{
	rx__paused_complete(self, ((struct state *)RX__STATE(self))->waiting.count > 0);
}

static void buffer_clear(rx_stage *self)
{
	rx__paused_clear(self);
	rx__ring_clear(&((struct state *)RX__STATE(self))->waiting, rx__in(self));
}

static const rx_stage_ops buffer_ops = {.name = "on_backpressure_buffer",
                                        .state_size = sizeof(struct state),
                                        .next = buffer_next,
                                        .error = buffer_error,
                                        .complete = buffer_complete,
                                        .clear = buffer_clear,
                                        .pause = rx__paused_begin,
                                        .resume = buffer_resume};

rx_operator *rx_on_backpressure_buffer_with(size_t limit, const rx_on_backpressure_buffer_options *options)
{
	struct buffer params = {.limit = limit};
	if (options)
		params.options = *options;
	const rx_consumer *dropped = params.options.dropped;
	return rx__operator(&buffer_ops, dropped ? dropped->in : NULL, NULL, dropped ? dropped->name : NULL, &params,
	                    sizeof params);
}
