#include "observables/core/scanning.h"

static rx_slot *slot_of(rx_stage *self)
{
	return (rx_slot *)((char *)RX__STATE(self) + self->node->ops->state_size) - 1;
}

static rx_observable *project(rx_stage *self, const void *item, size_t index)
{
	const rx_scanning *scanning = RX__PARAMS(self);
	const rx_type *type = self->node->type;
	void *acc = RX__STACK(type);
	const int code = rx__slot_lend(slot_of(self), type, acc);
	if (code < 0)
		return rx_throw(rx__error_from_code(code, self->node));
	rx_observable *inner = scanning->reducer->call(acc, item, index, scanning->projection.ctx);
	rx__slot_return(slot_of(self), type, acc);
	return inner;
}

rx_operator *rx__scanning(const rx_stage_ops *ops, const rx_stream_reducer *reducer, void *ctx, const rx_type *type,
                          const void *seed, size_t limit)
{
	rx_scanning scanning = {.projection = {.project = project,
	                                       .in = reducer->in,
	                                       .out = reducer->acc,
	                                       .ctx = ctx,
	                                       .limit = limit ? limit : SIZE_MAX},
	                        .reducer = reducer};
	if (!rx_type_same(type, reducer->acc))
		return rx__operator_misfit(ops->name, reducer->name, reducer->acc, "its seed", type);
	const int code = rx__constants_init(&scanning.seed, type, seed, 1);
	if (code < 0)
		return rx__operator_uncopied(code, type);
	return rx__operator(ops, reducer->in, reducer->acc, reducer->name, &scanning, sizeof scanning);
}

int rx__scanning_start(rx_stage *self)
{
	const rx_scanning *scanning = RX__PARAMS(self);
	return rx__slot_put(slot_of(self), self->node->type, scanning->seed.items);
}

void rx__scanning_clear(rx_stage *self)
{
	rx__slot_clear(slot_of(self), self->node->type);
}

void rx__scanning_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner;
	const int code = rx__slot_put(slot_of(self), self->node->type, item);
	if (code < 0)
		rx__fail(self, code);
	else
		rx__emit(self, item);
}

void rx__scanning_drop(void *params)
{
	rx__constants_finish(&((rx_scanning *)params)->seed);
}
