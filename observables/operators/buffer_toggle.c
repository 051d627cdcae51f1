#include "observables/core/batches.h"
#include "observables/core/parameters.h"

struct buffer_toggle {
	rx_observable *openings;
	const rx_projector *closing;
	void *ctx;
};

struct state {
	rx_inners inners;
	size_t index;
	rx_batches batches;
};

enum { OPENINGS, CLOSING };

static int buffer_toggle_start(rx_stage *self)
{
	const struct buffer_toggle *params = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(params->openings), params->closing->in, OPENINGS, NULL);
	return 0;
}

static void open_buffer(rx_stage *self, const void *opening)
{
	const struct buffer_toggle *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_batch *batch = rx__batches_open(&state->batches, sizeof *batch);
	if (!batch) {
		rx__fail(self, -ENOMEM);
		return;
	}
	rx_observable *closing = params->closing->call(opening, state->index++, params->ctx);
	rx__subscribe_inner_with(self, closing, NULL, CLOSING, batch, NULL);
}

/* Whatever closes it has nothing to close any more. */
static void emit_buffer(rx_stage *self, rx_batch *batch)
{
	struct state *state = RX__STATE(self);
	for (rx_inner *inner = state->inners.first; inner; inner = inner->next)
		if (inner->data == batch)
			inner->data = NULL;
	rx__batches_emit(self, &state->batches, batch);
}

static void buffer_toggle_notified(rx_stage *self, rx_inner *inner, const void *item)
{
	if (inner->slot == OPENINGS) {
		open_buffer(self, item);
		return;
	}
	if (inner->data)
		emit_buffer(self, inner->data);
	rx__stop_inner(inner);
}

static void buffer_toggle_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__batches_push(&state->batches, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

static void buffer_toggle_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	while (state->batches.first)
		emit_buffer(self, state->batches.first);
	rx__complete(self);
}

static void buffer_toggle_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__batches_clear(&state->batches, rx__in(self));
}

static void buffer_toggle_drop(void *params)
{
	rx_observable_unref(((struct buffer_toggle *)params)->openings);
}

static const rx_stage_ops buffer_toggle_ops = {.name = "buffer_toggle",
                                               .state_size = sizeof(struct state),
                                               .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                               .drop = buffer_toggle_drop,
                                               .start = buffer_toggle_start,
                                               .next = buffer_toggle_next,
                                               .complete = buffer_toggle_complete,
                                               .clear = buffer_toggle_clear,
                                               .inner_next = buffer_toggle_notified};

rx_operator *rx_buffer_toggle_fn(rx_observable *openings, const rx_projector *closing, void *ctx)
{
	const rx_type *type = rx_observable_type(openings);
	openings = rx__given(openings);
	if (rx__is_mistake(openings))
		return rx__operator_mistake(openings);
	if (!rx__type_fits(type, closing->in)) {
		rx_observable_unref(openings);
		return rx__operator_misfit("buffer_toggle", closing->name, closing->in, "an opening", type);
	}
	return rx__operator(&buffer_toggle_ops, NULL, &rx_type_rx_list, closing->name,
	                    &(struct buffer_toggle){openings, closing, ctx}, sizeof(struct buffer_toggle));
}
