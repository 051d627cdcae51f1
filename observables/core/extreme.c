#include "observables/core/extreme.h"

int rx__extreme_start(rx_stage *self)
{
	const rx_extreme *extreme = RX__PARAMS(self);
	const rx_type *type = rx__in(self);
	if (extreme->comparator || !type || type->compare)
		return 0;
	return rx_raise(-EINVAL, "%s needs an order, and type %s has none", self->node->ops->name, type->name);
}

/* Whether the best so far stays, or a negative number. Of equal ones the later is the best. */
static int stays(rx_stage *self, rx_slot *slot, const void *item)
{
	const rx_extreme *extreme = RX__PARAMS(self);
	const rx_type *type = self->node->type;
	int order = 0, code = 0;
	if (!slot->full)
		return 0;
	if (!extreme->comparator)
		return extreme->sign * type->compare(rx__slot_peek(slot), item) > 0;
	void *best = RX__STACK(type);
	code = rx__slot_lend(slot, type, best);
	if (code < 0)
		return code;
	code = extreme->comparator->call(best, item, &order, extreme->ctx);
	rx__slot_return(slot, type, best);
	return code < 0 ? code : extreme->sign > 0 ? order > 0 : order < 0;
}

void rx__extreme_next(rx_stage *self, const void *item)
{
	rx_slot *slot = RX__STATE(self);
	int code = stays(self, slot, item);
	if (code == 0 && rx__open(self))
		code = rx__slot_put(slot, self->node->type, item);
	if (code < 0)
		rx__fail(self, code);
}

void rx__extreme_complete(rx_stage *self)
{
	const int code = rx__slot_emit(self, RX__STATE(self));
	if (code < 0)
		rx__fail(self, code);
	else
		rx__complete(self);
}

void rx__extreme_clear(rx_stage *self)
{
	rx__slot_clear(RX__STATE(self), self->node->type);
}
