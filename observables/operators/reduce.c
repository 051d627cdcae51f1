#include "observables/core/accumulate.h"

static void reduce_next(rx_stage *self, const void *item)
{
	rx__accumulate(self, item, false);
}

static void reduce_span(rx_stage *self, const void *items, size_t count)
{
	const rx_reducer *reducer = ((const rx_accumulation *)RX__PARAMS(self))->reducer;
	rx_accumulator *accumulator = RX__STATE(self);
	const char *item = items;
	while (count && rx__open(self)) {
		if (reducer->fold && accumulator->slot.full) {
			reducer->fold(rx__slot_peek(&accumulator->slot), item, count);
			return;
		}
		reduce_next(self, item);
		item += reducer->in->size;
		count--;
	}
}

static void reduce_complete(rx_stage *self)
{
	rx_accumulator *accumulator = RX__STATE(self);
	const int code = rx__slot_emit(self, &accumulator->slot);
	if (code < 0)
		rx__fail(self, code);
	else
		rx__complete(self);
}

static void reduce_step(const void *params, rx_step *step)
{
	rx__accumulate_step(params, RX__REDUCES, step);
}

static const rx_stage_ops reduce_ops = {.name = "reduce",
                                        .state_size = sizeof(rx_accumulator),
                                        .extra = rx__slot_room_out,
                                        .drop = rx__accumulate_drop,
                                        .start = rx__accumulate_start,
                                        .next = reduce_next,
                                        .span = reduce_span,
                                        .complete = reduce_complete,
                                        .clear = rx__accumulate_clear,
                                        .step = reduce_step};

rx_operator *rx_reduce_fn(const rx_reducer *reducer, void *ctx, const rx_type *type, const void *seed)
{
	return rx__accumulate_create(&reduce_ops, reducer, ctx, type, seed);
}
