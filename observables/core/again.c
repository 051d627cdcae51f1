#include "observables/core/again.h"

void rx__again(rx_stage *self)
{
	rx__relay(self, rx_observable_ref(self->node->upstream), NULL, RX__AGAIN_SOURCE);
}

static void fire(rx_stage *self, rx_stage_timer *timer)
{
	(void)timer;
	rx__again(self);
}

void rx__again_after(rx_stage *self, rx_nsec delay)
{
	rx_again *again = RX__STATE(self);
	rx__timer_start(self, &again->timer, NULL, delay, fire);
}

void rx__again_when(rx_stage *self, rx_observable *notifier)
{
	rx__subscribe_inner(self, notifier, NULL, RX__AGAIN_NOTIFIER, NULL);
}

void rx__again_notified(rx_stage *self, rx_inner *notifier)
{
	rx__stop_inner(notifier);
	rx__again(self);
}

void rx__again_stop(rx_stage *self)
{
	rx_again *again = RX__STATE(self);
	rx_cancel(&again->timer.task);
}
