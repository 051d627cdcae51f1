#include "observables/core/batches.h"

struct buffer_time {
	rx_nsec span;
	rx_buffer_time_options options;
};

struct timed {
	rx_batch batch;
	rx_stage_timer timer;
};

struct state {
	rx_stage_timer creation;
	rx_batches batches;
};

static int open_buffer(rx_stage *self);

/* Without an interval, the end of one buffer is the beginning of the next. */
static void close_buffer(rx_stage *self, struct timed *timed)
{
	const struct buffer_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_cancel(&timed->timer.task);
	rx__batches_emit(self, &state->batches, &timed->batch);
	const int code = rx__open(self) && !params->options.interval ? open_buffer(self) : 0;
	if (code < 0)
		rx__fail(self, code);
}

static void buffer_due(rx_stage *self, rx_stage_timer *timer)
{
	close_buffer(self, (struct timed *)((char *)timer - offsetof(struct timed, timer)));
}

static int open_buffer(rx_stage *self)
{
	const struct buffer_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	struct timed *timed = rx__batches_open(&state->batches, sizeof *timed);
	if (!timed)
		return -ENOMEM;
	if (params->span != RX_NEVER)
		rx__timer_start(self, &timed->timer, params->options.scheduler, params->span, buffer_due);
	return 0;
}

static void creation_due(rx_stage *self, rx_stage_timer *timer)
{
	const struct buffer_time *params = RX__PARAMS(self);
	const int code = open_buffer(self);
	if (code < 0)
		rx__fail(self, code);
	else
		rx__timer_start(self, timer, params->options.scheduler, params->options.interval, creation_due);
}

static int buffer_time_start(rx_stage *self)
{
	const struct buffer_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (params->options.interval)
		rx__timer_start(self, &state->creation, params->options.scheduler, params->options.interval,
		                creation_due);
	return open_buffer(self);
}

/* The full ones are the oldest; those that open meanwhile have not had this item. */
static void buffer_time_next(rx_stage *self, const void *item)
{
	const struct buffer_time *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const size_t most = params->options.max_size;
	const int code = rx__batches_push(&state->batches, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
	while (most && state->batches.first && state->batches.first->items.count >= most)
		close_buffer(self, (struct timed *)state->batches.first);
}

static void buffer_time_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	while (state->batches.first) {
		rx_cancel(&((struct timed *)state->batches.first)->timer.task);
		rx__batches_emit(self, &state->batches, state->batches.first);
	}
	rx__complete(self);
}

static void buffer_time_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_cancel(&state->creation.task);
	for (rx_batch *batch = state->batches.first; batch; batch = batch->next)
		rx_cancel(&((struct timed *)batch)->timer.task);
}

static void buffer_time_clear(rx_stage *self)
{
	rx__batches_clear(&((struct state *)RX__STATE(self))->batches, rx__in(self));
}

static const rx_stage_ops buffer_time_ops = {.name = "buffer_time",
                                             .state_size = sizeof(struct state),
                                             .flags = RX__UNPAUSABLE,
                                             .start = buffer_time_start,
                                             .next = buffer_time_next,
                                             .complete = buffer_time_complete,
                                             .stop = buffer_time_stop,
                                             .clear = buffer_time_clear};

rx_operator *rx_buffer_time(rx_nsec span, const rx_buffer_time_options *options)
{
	struct buffer_time params = {.span = span};
	if (options)
		params.options = *options;
	return rx__operator(&buffer_time_ops, NULL, &rx_type_rx_list, NULL, &params, sizeof params);
}
