#include "observables/core/batches.h"

struct buffer_count {
	size_t size, every;
};

struct state {
	size_t until_next; /* items before the next buffer opens */
	rx_batches batches;
};

static int open_due(const struct buffer_count *params, struct state *state)
{
	if (state->until_next > 0)
		return 0;
	if (!rx__batches_open(&state->batches, sizeof(rx_batch)))
		return -ENOMEM;
	state->until_next = params->every;
	return 0;
}

static int keep(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = open_due(RX__PARAMS(self), state);
	if (code < 0)
		return code;
	state->until_next--;
	return rx__batches_push(&state->batches, rx__in(self), item);
}

/* The oldest buffer is the fullest. */
static void buffer_count_next(rx_stage *self, const void *item)
{
	const struct buffer_count *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = keep(self, item);
	rx_batch *oldest = state->batches.first;
	if (code < 0)
		rx__fail(self, code);
	else if (oldest && oldest->items.count >= params->size)
		rx__batches_emit(self, &state->batches, oldest);
}

/* Where buffers do not overlap: as many items as belong to one buffer, or to the gap behind it. @returns how many */
static size_t take_part(rx_stage *self, const void *items, size_t count)
{
	const struct buffer_count *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int code = open_due(params, state);
	rx_batch *batch = state->batches.first;
	const size_t most = batch ? params->size - batch->items.count : state->until_next;
	const size_t part = count < most ? count : most;
	if (code >= 0) {
		state->until_next -= part;
		code = batch ? rx__ring_push_span(&batch->items, rx__in(self), items, part) : 0;
	}
	if (code < 0)
		rx__fail(self, code);
	else if (batch && batch->items.count == params->size)
		rx__batches_emit(self, &state->batches, batch);
	return part;
}

static void buffer_count_span(rx_stage *self, const void *items, size_t count)
{
	const struct buffer_count *params = RX__PARAMS(self);
	const size_t size = rx__in(self)->size;
	const char *item = items;
	for (size_t part; count && rx__open(self); count -= part, item += part * size) {
		part = 1;
		if (params->every < params->size || rx__in(self)->copy) /* a copy may come back here */
			buffer_count_next(self, item);
		else
			part = take_part(self, item, count);
	}
}

static void buffer_count_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	while (state->batches.first)
		rx__batches_emit(self, &state->batches, state->batches.first);
	rx__complete(self);
}

static void buffer_count_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__batches_clear(&state->batches, rx__in(self));
}

static const rx_stage_ops buffer_count_ops = {.name = "buffer_count",
                                              .state_size = sizeof(struct state),
                                              .next = buffer_count_next,
                                              .span = buffer_count_span,
                                              .complete = buffer_count_complete,
                                              .clear = buffer_count_clear};

rx_operator *rx_buffer_count(size_t size, size_t every)
{
	if (size == 0)
		size = 1;
	return rx__operator(&buffer_count_ops, NULL, &rx_type_rx_list, NULL,
	                    &(struct buffer_count){size, every ? every : size}, sizeof(struct buffer_count));
}
