#include "observables/core/accumulate.h"

rx_operator *rx__accumulate_create(const rx_stage_ops *ops, const rx_reducer *reducer, void *ctx, const rx_type *type,
                                   const void *seed)
{
	rx_accumulation accumulation = {.reducer = reducer, .ctx = ctx};
	if (!seed && !rx_type_same(reducer->in, reducer->acc))
		return rx__operator_misfit(ops->name, reducer->name, reducer->acc, "its first item", reducer->in);
	if (seed && !rx_type_same(type, reducer->acc))
		return rx__operator_misfit(ops->name, reducer->name, reducer->acc, "its seed", type);
	const int code = rx__constants_init(&accumulation.seed, reducer->acc, seed, 1);
	if (code < 0)
		return rx__operator_uncopied(code, type);
	return rx__operator(ops, reducer->in, reducer->acc, reducer->name, &accumulation, sizeof accumulation);
}

void rx__accumulate_drop(void *params)
{
	rx__constants_finish(&((rx_accumulation *)params)->seed);
}

int rx__accumulate_start(rx_stage *self)
{
	const rx_accumulation *accumulation = RX__PARAMS(self);
	rx_accumulator *accumulator = RX__STATE(self);
	if (!accumulation->seed.items)
		return 0;
	return rx__slot_put(&accumulator->slot, self->node->type, accumulation->seed.items);
}

void rx__accumulate_clear(rx_stage *self)
{
	rx_accumulator *accumulator = RX__STATE(self);
	rx__slot_clear(&accumulator->slot, self->node->type);
}

void rx__accumulate_step(const void *params, rx_step_kind kind, rx_step *step)
{
	const rx_accumulation *accumulation = params;
	const rx_reducer *reducer = accumulation->reducer;
	*step = (rx_step){kind, .kernel = reducer->fold, .reduce = reducer->call, .ctx = accumulation->ctx};
}

static void begin(rx_stage *self, const void *item, bool emit)
{
	rx_accumulator *accumulator = RX__STATE(self);
	accumulator->index = 1;
	const int code = rx__slot_put(&accumulator->slot, self->node->type, item);
	if (code < 0)
		rx__fail(self, code);
	else if (emit)
		rx__emit(self, item);
}

void rx__accumulate(rx_stage *self, const void *item, bool emit)
{
	const rx_accumulation *accumulation = RX__PARAMS(self);
	rx_accumulator *accumulator = RX__STATE(self);
	const rx_type *type = self->node->type;
	if (!accumulator->slot.full) {
		begin(self, item, emit);
		return;
	}
	void *acc = RX__STACK(type);
	int code = rx__slot_lend(&accumulator->slot, type, acc);
	if (code == 0) {
		code = accumulation->reducer->call(acc, item, accumulator->index++, accumulation->ctx);
		if (code >= 0 && rx__open(self)) {
			rx__slot_claim(&accumulator->slot, type, acc);
			if (emit)
				rx__emit(self, acc);
		}
		rx__slot_return(&accumulator->slot, type, acc);
	}
	if (code < 0)
		rx__fail(self, code);
}
