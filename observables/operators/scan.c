#include "observables/core/accumulate.h"

static void scan_next(rx_stage *self, const void *item)
{
	rx__accumulate(self, item, true);
}

/* A kernel is pure, so the accumulator may stay where it is. */
static void scan_kernel(rx_stage *self, const char *item, size_t count)
{
	const rx_reducer *reducer = ((const rx_accumulation *)RX__PARAMS(self))->reducer;
	rx_accumulator *accumulator = RX__STATE(self);
	const size_t room = rx__span_room(reducer->acc);
	char *out = RX__STACK_SPAN(reducer->acc, room);
	while (count && rx__open(self)) {
		const size_t part = count < room ? count : room;
		reducer->span(rx__slot_peek(&accumulator->slot), item, part, out);
		rx__emit_span(self, out, part);
		item += part * reducer->in->size;
		count -= part;
	}
}

static void scan_span(rx_stage *self, const void *items, size_t count)
{
	const rx_reducer *reducer = ((const rx_accumulation *)RX__PARAMS(self))->reducer;
	const rx_accumulator *accumulator = RX__STATE(self);
	const char *item = items;
	while (count && rx__open(self)) {
		if (reducer->span && accumulator->slot.full) {
			scan_kernel(self, item, count);
			return;
		}
		scan_next(self, item);
		item += reducer->in->size;
		count--;
	}
}

static void scan_step(const void *params, rx_step *step)
{
	rx__accumulate_step(params, RX__SCANS, step);
}

static const rx_stage_ops scan_ops = {.name = "scan",
                                      .state_size = sizeof(rx_accumulator),
                                      .extra = rx__slot_room_out,
                                      .drop = rx__accumulate_drop,
                                      .start = rx__accumulate_start,
                                      .next = scan_next,
                                      .span = scan_span,
                                      .clear = rx__accumulate_clear,
                                      .step = scan_step};

rx_operator *rx_scan_fn(const rx_reducer *reducer, void *ctx, const rx_type *type, const void *seed)
{
	return rx__accumulate_create(&scan_ops, reducer, ctx, type, seed);
}
