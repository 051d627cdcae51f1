#include "observables/core/slot.h"

struct distinct_until_changed {
	const rx_equality *equality; /* NULL: the type's own */
	void *ctx;
};

/* Whether the last item equals @p item, or a negative number. */
static int is_same(rx_stage *self, rx_slot *slot, const void *item)
{
	const struct distinct_until_changed *params = RX__PARAMS(self);
	const rx_type *type = self->node->type;
	if (!slot->full)
		return 0;
	if (!params->equality)
		return rx_type_equal(type, rx__slot_peek(slot), item);
	void *last = RX__STACK(type);
	int code = rx__slot_lend(slot, type, last);
	if (code < 0)
		return code;
	code = params->equality->call(last, item, params->ctx);
	rx__slot_return(slot, type, last);
	return code;
}

static void distinct_until_changed_next(rx_stage *self, const void *item)
{
	rx_slot *slot = RX__STATE(self);
	int code = is_same(self, slot, item);
	if (code > 0 || !rx__open(self))
		return;
	if (code == 0)
		code = rx__slot_put(slot, self->node->type, item);
	if (code < 0)
		rx__fail(self, code);
	else
		rx__emit(self, item);
}

static void distinct_until_changed_clear(rx_stage *self)
{
	rx__slot_clear(RX__STATE(self), self->node->type);
}

static const rx_stage_ops distinct_until_changed_ops = {.name = "distinct_until_changed",
                                                        .state_size = sizeof(rx_slot),
                                                        .extra = rx__slot_room_in,
                                                        .next = distinct_until_changed_next,
                                                        .clear = distinct_until_changed_clear};

rx_operator *rx_distinct_until_changed_fn(const rx_equality *equality, void *ctx)
{
	return rx__operator(&distinct_until_changed_ops, equality ? equality->in : NULL, NULL,
	                    equality ? equality->name : NULL, &(struct distinct_until_changed){equality, ctx},
	                    sizeof(struct distinct_until_changed));
}
