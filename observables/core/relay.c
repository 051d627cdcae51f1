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

void rx__relay_clear(rx_stage *self)
{
	rx_relay *relay = RX__STATE(self);
	rx_observable_unref(relay->due);
	relay->due = NULL;
}

void rx__sequence_next(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	rx_sequence *sequence = RX__STATE(self);
	if (sequence->index < join->count)
		rx__relay(self, rx__join_source(join, sequence->index++), NULL, 0);
	else
		rx__complete(self);
}

int rx__sequence_start(rx_stage *self)
{
	rx__sequence_next(self);
	return 0;
}

void rx__sequence_inner_end(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__sequence_next(self);
}
