#include "observables/core/stage.h"

struct subscribe_on {
	rx_scheduler *scheduler;
	rx_nsec delay;
};

struct state {
	rx_inners inners;
	rx_stage_timer timer;
};

static void subscribe_on_fire(rx_stage *self, rx_stage_timer *timer)
{
	(void)timer;
	rx__subscribe_inner(self, rx_observable_ref(self->node->upstream), NULL, 0, NULL);
}

static int subscribe_on_start(rx_stage *self)
{
	const struct subscribe_on *params = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx__timer_start(self, &state->timer, params->scheduler, params->delay, subscribe_on_fire);
	return 0;
}

static void subscribe_on_stop(rx_stage *self)
{
	rx_cancel(&((struct state *)RX__STATE(self))->timer.task);
}

static void subscribe_on_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static const rx_stage_ops subscribe_on_ops = {.name = "subscribe_on",
                                              .state_size = sizeof(struct state),
                                              .flags = RX__HEAD | RX__UNPAUSABLE | RX__SUBSCRIBES,
                                              .start = subscribe_on_start,
                                              .stop = subscribe_on_stop,
                                              .inner_complete = subscribe_on_inner_complete};

rx_operator *rx_subscribe_on(rx_scheduler *scheduler, rx_nsec delay)
{
	return rx__operator(&subscribe_on_ops, NULL, NULL, NULL, &(struct subscribe_on){scheduler, delay},
	                    sizeof(struct subscribe_on));
}
