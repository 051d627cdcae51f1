#include "observables/core/parameters.h"
#include "observables/core/slot.h"

struct state {
	size_t index;
	bool seen; /* any item at all */
	rx_slot slot;
};

static void single_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	state->seen = true;
	int code = rx__test(RX__PARAMS(self), item, &state->index);
	if (code > 0 && rx__open(self)) {
		if (state->slot.full)
			code = rx_raise(-EEXIST, "more than one item to choose");
		else
			code = rx__slot_put(&state->slot, self->node->type, item);
	}
	if (code < 0)
		rx__fail(self, code);
}

static void single_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	if (state->slot.full) {
		rx__slot_emit(self, &state->slot);
		rx__complete(self);
	} else if (state->seen) {
		rx__fail(self, rx_raise(-ENOENT, "no item to choose"));
	} else {
		rx__fail(self, rx_raise(-ENODATA, "completed without an item"));
	}
}

static void single_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__slot_clear(&state->slot, self->node->type);
}

static const rx_stage_ops single_ops = {.name = "single",
                                        .state_size = sizeof(struct state),
                                        .extra = rx__slot_room_in,
                                        .next = single_next,
                                        .complete = single_complete,
                                        .clear = single_clear};

rx_operator *rx_single_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&single_ops, predicate ? predicate->in : NULL, NULL, predicate ? predicate->name : NULL,
	                    &(rx_test){predicate, ctx}, sizeof(rx_test));
}
