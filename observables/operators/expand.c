/*
 * expand, in the order of RxJS, which recurses, and yet at constant stack where each item becomes one other.
 *
 * An item is emitted when it arrives, and projected a little later: the newest one stays pending. Whatever arrives next
 * projects it first; if nothing does, the outermost frame, so that a chain of items that each become one runs in a
 * loop. RxJS would count the inner observable that emitted the pending item as still running, so one that completes
 * meanwhile keeps its place, and gives it back after the pending item (`owed`).
 */
#include "observables/core/ring.h"

struct expand {
	const rx_projector *projector;
	void *ctx;
	size_t limit;
};

struct state {
	rx_inners inners;
	rx_ring waiting;
	size_t active, index, owed;
	bool done, running, pending;
	_Alignas(16) unsigned char item[];
};

static size_t expand_extra(const rx_observable *node)
{
	return node->type->size;
}

static void project_pending(rx_stage *self)
{
	const struct expand *params = RX__PARAMS(self);
	const rx_type *type = self->node->type;
	struct state *state = RX__STATE(self);
	void *item = RX__STACK(type);
	memcpy(item, state->item, type->size);
	state->pending = false;
	rx__subscribe_inner(self, params->projector->call(item, state->index++, params->ctx), type, 0, NULL);
	rx_type_drop(type, item);
}

static void settle(rx_stage *self, size_t owed);

/* An item's turn has come. */
static void expand_item(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	rx__emit(self, item);
	if (state->pending) /* one that the downstream made come meanwhile */
		settle(self, state->owed);
	if (!rx__open(self))
		return;
	const rx_type *type = self->node->type;
	void *copy = RX__STACK(type);
	const int code = rx_type_copy(type, copy, item);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	if (state->pending) /* one that came in the copying */
		settle(self, state->owed);
	if (!rx__open(self)) {
		rx_type_drop(type, copy);
		return;
	}
	state->active++;
	memcpy(state->item, copy, type->size);
	state->pending = true;
}

static void expand_oldest(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	const rx_type *type = self->node->type;
	void *item = RX__STACK(type);
	rx__ring_pop(&state->waiting, type, item);
	expand_item(self, item);
	rx_type_drop(type, item);
}

/* Do what RxJS would have done by now, but for the @p owed places of frames further out. */
static void settle(rx_stage *self, size_t owed)
{
	const size_t limit = ((const struct expand *)RX__PARAMS(self))->limit;
	struct state *state = RX__STATE(self);
	while (rx__open(self)) {
		if (state->pending) {
			project_pending(self);
		} else if (state->waiting.count && state->active < limit) {
			expand_oldest(self);
		} else if (state->owed > owed) {
			state->owed--;
			state->active--;
		} else {
			return;
		}
	}
}

static void finish(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	if (rx__open(self) && state->done && !state->waiting.count && !state->active)
		rx__complete(self);
}

static void settle_outermost(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->running = true;
	settle(self, 0);
	state->running = false;
	finish(self);
}

static void expand_next(rx_stage *self, const void *item)
{
	const size_t limit = ((const struct expand *)RX__PARAMS(self))->limit;
	struct state *state = RX__STATE(self);
	const bool outermost = !state->running;
	state->running = true;
	settle(self, state->owed);
	if (rx__open(self) && state->active < limit) {
		expand_item(self, item);
	} else if (rx__open(self)) {
		const int code = rx__ring_push(&state->waiting, self->node->type, item);
		if (code < 0)
			rx__fail(self, code);
	}
	if (outermost)
		settle_outermost(self);
}

static void expand_complete(rx_stage *self)
{
	((struct state *)RX__STATE(self))->done = true;
	finish(self);
}

static void expand_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner;
	expand_next(self, item);
}

static void expand_inner_end(rx_stage *self, rx_inner *inner)
{
	struct state *state = RX__STATE(self);
	(void)inner;
	if (state->pending)
		state->owed++;
	else
		state->active--;
	if (!state->running)
		settle_outermost(self);
}

static void expand_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	const rx_type *type = self->node->type;
	rx__ring_clear(&state->waiting, type);
	if (state->pending)
		rx_type_drop(type, state->item);
	state->pending = false;
}

static const rx_stage_ops expand_ops = {.name = "expand",
                                        .state_size = sizeof(struct state),
                                        .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                        .extra = expand_extra,
                                        .next = expand_next,
                                        .complete = expand_complete,
                                        .clear = expand_clear,
                                        .inner_next = expand_inner_next,
                                        .inner_end = expand_inner_end};

rx_operator *rx_expand_fn(const rx_projector *projector, void *ctx, size_t limit)
{
	if (!rx__type_fits(projector->out, projector->in))
		return rx__operator_mistake(rx__mistake(-EINVAL, "expand(%s) takes %s, but gives %s", projector->name,
		                                        projector->in->name, projector->out->name));
	return rx__operator(&expand_ops, projector->in, NULL, projector->name,
	                    &(struct expand){projector, ctx, limit ? limit : SIZE_MAX}, sizeof(struct expand));
}
