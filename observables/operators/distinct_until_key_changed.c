#include "observables/core/slot.h"

struct params {
	const rx_mapper *key;
	void *ctx;
	const rx_equality *equality; /* NULL: that of the key's type */
	void *equality_ctx;
};

struct state {
	size_t index;
	rx_slot slot;
};

static size_t key_room(const rx_observable *node)
{
	return ((const struct params *)node->params)->key->out->size;
}

/* Whether the last key equals @p key, or a negative number. */
static int is_same(rx_stage *self, rx_slot *slot, const void *key)
{
	const struct params *params = RX__PARAMS(self);
	const rx_type *type = params->key->out;
	if (!slot->full)
		return 0;
	if (!params->equality)
		return rx_type_equal(type, rx__slot_peek(slot), key);
	void *last = RX__STACK(type);
	int code = rx__slot_lend(slot, type, last);
	if (code < 0)
		return code;
	code = params->equality->call(last, key, params->equality_ctx);
	rx__slot_return(slot, type, last);
	return code;
}

/* As is_same(), and keeps the key of an item that differs. */
static int replace(rx_stage *self, const void *item)
{
	const struct params *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const rx_type *type = params->key->out;
	void *key = RX__STACK(type);
	int code = params->key->call(item, state->index++, key, params->ctx);
	if (code < 0)
		return code;
	code = rx__open(self) ? is_same(self, &state->slot, key) : 1;
	if (code == 0 && rx__open(self))
		code = rx__slot_put(&state->slot, type, key);
	rx_type_drop(type, key);
	return code;
}

static void distinct_until_key_changed_next(rx_stage *self, const void *item)
{
	const int code = replace(self, item);
	if (code < 0)
		rx__fail(self, code);
	else if (code == 0)
		rx__emit(self, item);
}

static void distinct_until_key_changed_clear(rx_stage *self)
{
	const struct params *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__slot_clear(&state->slot, params->key->out);
}

static const rx_stage_ops distinct_until_key_changed_ops = {.name = "distinct_until_key_changed",
                                                            .state_size = sizeof(struct state),
                                                            .extra = key_room,
                                                            .next = distinct_until_key_changed_next,
                                                            .clear = distinct_until_key_changed_clear};

rx_operator *rx_distinct_until_key_changed_fn(const rx_mapper *key, void *ctx, const rx_equality *equality,
                                              void *equality_ctx)
{
	if (equality && !rx_type_same(equality->in, key->out))
		return rx__operator_mistake(rx__mistake(-EINVAL, "%s compares %s, but %s gives %s", equality->name,
		                                        equality->in->name, key->name, key->out->name));
	return rx__operator(&distinct_until_key_changed_ops, key->in, NULL, key->name,
	                    &(struct params){key, ctx, equality, equality_ctx}, sizeof(struct params));
}
