#include "observables/core/set.h"

struct distinct {
	const rx_mapper *key; /* NULL: the item itself */
	void *ctx;
	rx_observable *flushes; /* NULL: none */
};

struct state {
	rx_inners inners;
	size_t index;
	rx_set seen;
};

static const rx_type *key_type(const rx_stage *self)
{
	const rx_mapper *key = ((const struct distinct *)RX__PARAMS(self))->key;
	return key ? key->out : rx__in(self);
}

/* 1: not seen before; 0: seen; or a negative number. */
static int is_new(rx_stage *self, const void *item)
{
	const struct distinct *distinct = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	if (!distinct->key)
		return rx__set_add(&state->seen, rx__in(self), item);
	const rx_type *type = distinct->key->out;
	void *key = RX__STACK(type);
	int code = distinct->key->call(item, state->index++, key, distinct->ctx);
	if (code < 0)
		return code;
	code = rx__open(self) ? rx__set_add(&state->seen, type, key) : 0;
	rx_type_drop(type, key);
	return code;
}

static void distinct_next(rx_stage *self, const void *item)
{
	const int code = is_new(self, item);
	if (code > 0)
		rx__emit(self, item);
	else if (code < 0)
		rx__fail(self, code);
}

static void distinct_started(rx_stage *self)
{
	const struct distinct *distinct = RX__PARAMS(self);
	if (distinct->flushes)
		rx__subscribe_inner(self, rx_observable_ref(distinct->flushes), NULL, 0, NULL);
}

static void distinct_flush(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner, (void)item;
	struct state *state = RX__STATE(self);
	rx__set_clear(&state->seen, key_type(self));
}

static void distinct_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__set_clear(&state->seen, key_type(self));
}

static void distinct_drop(void *params)
{
	rx_observable_unref(((struct distinct *)params)->flushes);
}

static const rx_stage_ops distinct_ops = {.name = "distinct",
                                          .state_size = sizeof(struct state),
                                          .flags = RX__SUBSCRIBES,
                                          .drop = distinct_drop,
                                          .started = distinct_started,
                                          .next = distinct_next,
                                          .clear = distinct_clear,
                                          .inner_next = distinct_flush};

rx_operator *rx_distinct_fn(const rx_mapper *key, void *ctx, rx_observable *flushes)
{
	if (flushes && rx__is_mistake(flushes))
		return rx__operator_mistake(flushes);
	return rx__operator(&distinct_ops, key ? key->in : NULL, NULL, key ? key->name : NULL,
	                    &(struct distinct){key, ctx, flushes}, sizeof(struct distinct));
}
