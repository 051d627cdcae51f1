#include "observables/core/parameters.h"

struct state {
	size_t index;
	int64_t count;
};

static void count_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__test(RX__PARAMS(self), item, &state->index);
	if (code < 0)
		rx__fail(self, code);
	else if (code > 0)
		state->count++;
}

static void count_span(rx_stage *self, const void *items, size_t count)
{
	const rx_predicate *predicate = ((const rx_test *)RX__PARAMS(self))->predicate;
	struct state *state = RX__STATE(self);
	if (!predicate) {
		state->count += (int64_t)count;
		return;
	}
	const size_t size = predicate->in->size;
	const char *item = items;
	if (!predicate->span) {
		for (; count-- && rx__open(self); item += size)
			count_next(self, item);
		return;
	}
	const size_t room = rx__span_room(predicate->in);
	char *kept = RX__STACK_SPAN(predicate->in, room);
	for (size_t part; count; count -= part, item += part * size) {
		part = count < room ? count : room;
		state->count += (int64_t)predicate->span(item, part, kept);
	}
}

static void count_complete(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	const int64_t count = state->count;
	rx__emit(self, &count);
	rx__complete(self);
}

static const rx_stage_ops count_ops = {.name = "count",
                                       .state_size = sizeof(struct state),
                                       .next = count_next,
                                       .span = count_span,
                                       .complete = count_complete};

rx_operator *rx_count_fn(const rx_predicate *predicate, void *ctx)
{
	return rx__operator(&count_ops, predicate ? predicate->in : NULL, &rx_type_int64_t,
	                    predicate ? predicate->name : NULL, &(rx_test){predicate, ctx}, sizeof(rx_test));
}
