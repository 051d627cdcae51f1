#include "observables/core/parameters.h"

struct state {
	bool seen;
};

static void default_if_empty_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	state->seen = true;
	rx__emit(self, item);
}

static void default_if_empty_span(rx_stage *self, const void *items, size_t count)
{
	struct state *state = RX__STATE(self);
	state->seen = true;
	rx__emit_span(self, items, count);
}

static void default_if_empty_complete(rx_stage *self)
{
	const rx_constants *value = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	if (!state->seen)
		rx__emit(self, value->items);
	rx__complete(self);
}

static void default_if_empty_drop(void *params)
{
	rx__constants_finish(params);
}

static const rx_stage_ops default_if_empty_ops = {.name = "default_if_empty",
                                                  .state_size = sizeof(struct state),
                                                  .drop = default_if_empty_drop,
                                                  .next = default_if_empty_next,
                                                  .span = default_if_empty_span,
                                                  .complete = default_if_empty_complete};

rx_operator *rx_default_if_empty_fn(const rx_type *type, const void *value)
{
	rx_constants constants;
	const int code = rx__constants_init(&constants, type, value, 1);
	if (code < 0)
		return rx__operator_uncopied(code, type);
	return rx__operator(&default_if_empty_ops, type, NULL, NULL, &constants, sizeof constants);
}
