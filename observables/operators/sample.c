#include "observables/core/slot.h"

struct state {
	rx_inners inners;
	rx_slot newest;
};

static void sample_next(rx_stage *self, const void *item)
{
	struct state *state = RX__STATE(self);
	const int code = rx__slot_put(&state->newest, rx__in(self), item);
	if (code < 0)
		rx__fail(self, code);
}

static void sample_started(rx_stage *self)
{
	rx_observable *const *notifier = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(*notifier), NULL, 0, NULL);
}

static void sample_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	struct state *state = RX__STATE(self);
	(void)inner, (void)item;
	const int code = rx__slot_emit(self, &state->newest);
	if (code < 0)
		rx__fail(self, code);
}

static void sample_clear(rx_stage *self)
{
	rx__slot_clear(&((struct state *)RX__STATE(self))->newest, rx__in(self));
}

static void sample_drop(void *params)
{
	rx_observable_unref(*(rx_observable **)params);
}

static const rx_stage_ops sample_ops = {.name = "sample",
                                        .state_size = sizeof(struct state),
                                        .flags = RX__UNPAUSABLE | RX__SUBSCRIBES,
                                        .extra = rx__slot_room_in,
                                        .drop = sample_drop,
                                        .next = sample_next,
                                        .started = sample_started,
                                        .clear = sample_clear,
                                        .inner_next = sample_inner_next};

rx_operator *rx_sample(rx_observable *notifier)
{
	notifier = rx__given(notifier);
	if (rx__is_mistake(notifier))
		return rx__operator_mistake(notifier);
	return rx__operator(&sample_ops, NULL, NULL, NULL, &notifier, sizeof(rx_observable *));
}
