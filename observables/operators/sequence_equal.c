/* Two sequences side by side: what one is ahead of the other waits in its queue. */
#include "observables/core/parameters.h"
#include "observables/core/ring.h"

struct sequence_equal {
	rx_observable *other;
	const rx_equality *equality; /* NULL: the type's own */
	void *ctx;
};

struct side {
	rx_ring waiting;
	bool complete;
};

struct state {
	rx_inners inners;
	struct side sides[2];
};

static const rx_type *type_of(const rx_stage *self)
{
	return rx__in(self) ? rx__in(self) : ((const struct sequence_equal *)RX__PARAMS(self))->other->type;
}

static void finish(rx_stage *self, bool result)
{
	rx__emit(self, &result);
	rx__complete(self);
}

/* Whether @p item equals the first that waits at the other side, or a negative number. */
static int compare(rx_stage *self, struct side *other, const void *item)
{
	const struct sequence_equal *params = RX__PARAMS(self);
	const rx_type *type = type_of(self);
	void *first = RX__STACK(type);
	rx__ring_pop(&other->waiting, type, first);
	const int code =
		params->equality ? params->equality->call(item, first, params->ctx) : rx_type_equal(type, item, first);
	rx_type_drop(type, first);
	return code;
}

static void arrive(rx_stage *self, const void *item, int which)
{
	struct state *state = RX__STATE(self);
	struct side *own = &state->sides[which], *other = &state->sides[!which];
	const bool waits = !other->waiting.count && !other->complete;
	int code = 0;
	if (other->waiting.count)
		code = compare(self, other, item);
	else if (waits)
		code = rx__ring_push(&own->waiting, type_of(self), item);
	if (code < 0)
		rx__fail(self, code);
	else if (code == 0 && rx__open(self) && !waits)
		finish(self, false);
}

static void end(rx_stage *self, int which)
{
	struct state *state = RX__STATE(self);
	state->sides[which].complete = true;
	if (state->sides[!which].complete)
		finish(self, !state->sides[0].waiting.count && !state->sides[1].waiting.count);
}

static void sequence_equal_next(rx_stage *self, const void *item)
{
	arrive(self, item, 0);
}

static void sequence_equal_complete(rx_stage *self)
{
	end(self, 0);
}

static void sequence_equal_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner;
	arrive(self, item, 1);
}

static void sequence_equal_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	end(self, 1);
}

static void sequence_equal_started(rx_stage *self)
{
	const struct sequence_equal *params = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(params->other), rx__in(self), 1, NULL);
}

static void sequence_equal_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__ring_clear(&state->sides[0].waiting, type_of(self));
	rx__ring_clear(&state->sides[1].waiting, type_of(self));
}

static void sequence_equal_drop(void *params)
{
	rx_observable_unref(((struct sequence_equal *)params)->other);
}

static const rx_stage_ops sequence_equal_ops = {.name = "sequence_equal",
                                                .state_size = sizeof(struct state),
                                                .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                                .drop = sequence_equal_drop,
                                                .started = sequence_equal_started,
                                                .next = sequence_equal_next,
                                                .complete = sequence_equal_complete,
                                                .clear = sequence_equal_clear,
                                                .inner_next = sequence_equal_inner_next,
                                                .inner_complete = sequence_equal_inner_complete};

rx_operator *rx_sequence_equal_fn(rx_observable *other, const rx_equality *equality, void *ctx)
{
	const rx_type *type = rx_observable_type(other);
	other = rx__given(other);
	if (rx__is_mistake(other))
		return rx__operator_mistake(other);
	if (equality && !rx__type_fits(type, equality->in)) {
		rx_observable_unref(other);
		return rx__operator_misfit("sequence_equal", equality->name, equality->in, "the other observable",
		                           type);
	}
	return rx__operator(&sequence_equal_ops, equality ? equality->in : type, &rx_type_bool,
	                    equality ? equality->name : NULL, &(struct sequence_equal){other, equality, ctx},
	                    sizeof(struct sequence_equal));
}
