#include "observables/core/stage.h"

struct throw_if_empty {
	int (*failure)(void *ctx);
	void *ctx;
};

struct state {
	bool seen;
};

static void throw_if_empty_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	state->seen = true;
	rx__emit(self, item);
}

static void throw_if_empty_span(rx_stage *self, const void *items, size_t count)
{
	struct state *state = RX__STATE(self);
	state->seen = true;
	rx__emit_span(self, items, count);
}

static void throw_if_empty_complete(rx_stage *self)
{
	const struct throw_if_empty *params = RX__PARAMS(self);
	const struct state *state = RX__STATE(self);
	if (state->seen)
		rx__complete(self);
	else if (params->failure)
		rx__fail(self, params->failure(params->ctx));
	else
		rx__fail(self, rx_raise(-ENODATA, "completed without an item"));
}

static const rx_stage_ops throw_if_empty_ops = {.name = "throw_if_empty",
                                                .state_size = sizeof(struct state),
                                                .next = throw_if_empty_next,
                                                .span = throw_if_empty_span,
                                                .complete = throw_if_empty_complete};

rx_operator *rx_throw_if_empty(int (*failure)(void *ctx), void *ctx)
{
	return rx__operator(&throw_if_empty_ops, NULL, NULL, NULL, &(struct throw_if_empty){failure, ctx},
	                    sizeof(struct throw_if_empty));
}
