#include "observables/core/parameters.h"
#include "observables/core/slot.h"

struct last {
	rx_test test;
	rx_constants fallback;
};

struct state {
	size_t index;
	rx_slot slot;
};

static void last_next(rx_stage *self, const void *item)
{
	const struct last *last = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	int code = rx__test(&last->test, item, &state->index);
	if (code > 0 && rx__open(self))
		code = rx__slot_put(&state->slot, self->node->type, item);
	if (code < 0)
		rx__fail(self, code);
}

static void last_complete(rx_stage *self)
{
	const struct last *last = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (!state->slot.full && !last->fallback.items) {
		rx__fail(self, rx_raise(-ENODATA, "completed without an item to choose"));
		return;
	}
	if (state->slot.full)
		rx__slot_emit(self, &state->slot);
	else
		rx__emit(self, last->fallback.items);
	rx__complete(self);
}

static void last_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__slot_clear(&state->slot, self->node->type);
}

static void last_drop(void *params)
{
	rx__constants_finish(&((struct last *)params)->fallback);
}

static const rx_stage_ops last_ops = {.name = "last",
                                      .state_size = sizeof(struct state),
                                      .extra = rx__slot_room_in,
                                      .drop = last_drop,
                                      .next = last_next,
                                      .complete = last_complete,
                                      .clear = last_clear};

rx_operator *rx_last_fn(const rx_predicate *predicate, void *ctx, const rx_type *type, const void *fallback)
{
	struct last last = {.test = {predicate, ctx}};
	return rx__operator_choosing(&last_ops, &last, sizeof last, &last.test, &last.fallback, type, fallback);
}
