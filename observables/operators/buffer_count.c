#include "observables/core/batches.h"

struct buffer_count {
	size_t size, every;
};

struct state {
	size_t until_next; /* items before the next buffer opens */
	rx_batches batches;
};

static int keep(rx_stage *self, const void *item)
{
	const struct buffer_count *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (state->until_next == 0) {
		if (!rx__batches_open(&state->batches, sizeof(rx_batch)))
			return -ENOMEM;
		state->until_next = params->every;
	}
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

static void buffer_count_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	while (state->batches.first)
		rx__batches_emit(self, &state->batches, state->batches.first);
	rx__complete(self);
}

static void buffer_count_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__batches_clear(&state->batches, rx__in(self));
}

static const rx_stage_ops buffer_count_ops = {.name = "buffer_count",
                                              .state_size = sizeof(struct state),
                                              .next = buffer_count_next,
                                              .complete = buffer_count_complete,
                                              .stop = buffer_count_stop};

rx_operator *rx_buffer_count(size_t size, size_t every)
{
	if (size == 0)
		size = 1;
	return rx__operator(&buffer_count_ops, NULL, &rx_type_rx_list, NULL,
	                    &(struct buffer_count){size, every ? every : size}, sizeof(struct buffer_count));
}
