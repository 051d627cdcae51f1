#include "observables/core/parameters.h"

struct element_at {
	size_t index;
	rx_constants fallback;
};

struct state {
	size_t left;
	bool found;
};

static int element_at_start(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->left = ((const struct element_at *)RX__PARAMS(self))->index;
	return 0;
}

static void element_at_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	if (state->found || state->left--)
		return;
	state->found = true;
	rx__emit(self, item);
	rx__complete(self);
}

static void element_at_complete(rx_stage *self)
{
	const struct element_at *params = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	if (!state->found && !params->fallback.items) {
		rx__fail(self, rx_raise(-ERANGE, "completed before item %zu", params->index));
		return;
	}
	if (!state->found)
		rx__emit(self, params->fallback.items);
	rx__complete(self);
}

static void element_at_drop(void *params)
{
	rx__constants_finish(&((struct element_at *)params)->fallback);
}

static const rx_stage_ops element_at_ops = {.name = "element_at",
                                            .state_size = sizeof(struct state),
                                            .drop = element_at_drop,
                                            .start = element_at_start,
                                            .next = element_at_next,
                                            .complete = element_at_complete};

rx_operator *rx_element_at_fn(size_t index, const rx_type *type, const void *fallback)
{
	struct element_at params = {.index = index};
	const rx_test any = {0};
	return rx__operator_choosing(&element_at_ops, &params, sizeof params, &any, &params.fallback, type, fallback);
}

rx_operator *rx_element_at(size_t index)
{
	return rx_element_at_fn(index, NULL, NULL);
}
