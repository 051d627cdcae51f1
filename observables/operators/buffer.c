#include "observables/core/ring.h"

struct buffer {
	rx_observable *notifier;
};

struct state {
	rx_inners inners;
	rx_ring items;
};

static void flush(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__ring_emit_list(self, &state->items, rx__in(self));
}

static void buffer_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__ring_push(&state->items, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

static void buffer_complete(rx_stage *self)
{
	flush(self);
	rx__complete(self);
}

static void buffer_started(rx_stage *self)
{
	const struct buffer *buffer = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(buffer->notifier), NULL, 0, NULL);
}

static void buffer_notified(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner, (void)item;
	flush(self);
}

static void buffer_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx__ring_clear(&state->items, rx__in(self));
}

static void buffer_drop(void *params)
{
	rx_observable_unref(((struct buffer *)params)->notifier);
}

static const rx_stage_ops buffer_ops = {.name = "buffer",
                                        .state_size = sizeof(struct state),
                                        .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                        .drop = buffer_drop,
                                        .started = buffer_started,
                                        .next = buffer_next,
                                        .complete = buffer_complete,
                                        .clear = buffer_clear,
                                        .inner_next = buffer_notified};

rx_operator *rx_buffer(rx_observable *notifier)
{
	notifier = rx__given(notifier);
	if (rx__is_mistake(notifier))
		return rx__operator_mistake(notifier);
	return rx__operator(&buffer_ops, NULL, &rx_type_rx_list, NULL, &(struct buffer){notifier},
	                    sizeof(struct buffer));
}
