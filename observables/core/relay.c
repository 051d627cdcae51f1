#include "observables/core/relay.h"

void rx__relay(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot)
{
	rx_relay *relay = RX__STATE(self);
	if (!rx__open(self)) {
		rx_observable_unref(source);
		return;
	}
	rx_observable_unref(relay->due);
	relay->due = source;
	relay->type = type;
	relay->slot = slot;
	if (relay->running)
		return;
	relay->running = true;
	while ((source = relay->due) && rx__open(self)) {
		relay->due = NULL;
		rx__stop_inners(self);
		rx__subscribe_inner(self, source, relay->type, relay->slot, NULL);
	}
	relay->running = false;
}

void rx__relay_stop(rx_stage *self)
{
	rx_relay *relay = RX__STATE(self);
	rx_observable_unref(relay->due);
	relay->due = NULL;
}
