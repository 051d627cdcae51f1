/*
 * One subscription after the other, at constant stack: repeat, retry, catch_error, concat. Whoever asks for the next
 * one from inside the one before is served when that has unwound. The stage's state begins with an rx_relay.
 */
#ifndef RX_CORE_RELAY_H
#define RX_CORE_RELAY_H

#include "observables/core/stage.h"

typedef struct rx_relay {
	rx_inners inners;
	rx_observable *due;
	const rx_type *type;
	size_t slot;
	bool running;
} rx_relay;

/* Stop what runs, then subscribe to @p source (consumed), as rx__subscribe_inner() does. */
void rx__relay(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot);
/* The stage's `stop`, or called by it. */
void rx__relay_stop(rx_stage *self);

#endif
