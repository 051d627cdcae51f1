#include "observables/core/parameters.h"

struct state {
	size_t index;
	bool passing;
};

static void skip_while_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = state->passing ? 0 : rx__test(RX__PARAMS(self), item, &state->index);
	if (code < 0) {
		rx__fail(self, code);
	} else if (code == 0) {
		state->passing = true;
		rx__emit(self, item);
	}
}

static void skip_while_span(rx_stage *self, const void *items, size_t count)
{
	const struct state *state = RX__STATE(self);
	const size_t size = self->node->type->size;
	const char *item = items;
	for (; count && !state->passing && rx__open(self); count--, item += size)
		skip_while_next(self, item);
	if (count && rx__open(self))
		rx__emit_span(self, item, count);
}

static const rx_stage_ops skip_while_ops = {
	.name = "skip_while", .state_size = sizeof(struct state), .next = skip_while_next, .span = skip_while_span};

rx_operator *rx_skip_while_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&skip_while_ops, predicate->in, NULL, predicate->name, &(rx_test){predicate, ctx},
	                    sizeof(rx_test));
}
