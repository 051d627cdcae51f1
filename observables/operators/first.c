#include "observables/core/parameters.h"

struct first {
	rx_test test;
	rx_constants fallback;
};

struct state {
	size_t index;
	bool found;
};

/* Marks before it emits: what the item makes the downstream emit back is not the first. */
static void first_next(rx_stage *self, const void *item)
{
	const struct first *first = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const int code = rx__test(&first->test, item, &state->index);
	if (code < 0)
		rx__fail(self, code);
	if (code <= 0 || state->found)
		return;
	state->found = true;
	rx__emit(self, item);
	rx__complete(self);
}

static void first_complete(rx_stage *self)
{
	const struct first *first = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	if (!state->found && !first->fallback.items) {
		rx__fail(self, rx_raise(-ENODATA, "completed without an item to choose"));
		return;
	}
	if (!state->found)
		rx__emit(self, first->fallback.items);
	rx__complete(self);
}

static void first_drop(void *params)
{
	rx__constants_finish(&((struct first *)params)->fallback);
}

static const rx_stage_ops first_ops = {.name = "first",
                                       .state_size = sizeof(struct state),
                                       .drop = first_drop,
                                       .next = first_next,
                                       .complete = first_complete};

rx_operator *rx_first_fn(const rx_predicate *predicate, void *ctx, const rx_type *type, const void *fallback)
{
	struct first first = {.test = {predicate, ctx}};
	return rx__operator_choosing(&first_ops, &first, sizeof first, &first.test, &first.fallback, type, fallback);
}
