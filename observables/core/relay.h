/*
 * One subscription after the other, at constant stack: repeat, retry, catch_error, concat. Whoever asks for the next
 * one from inside the one before is served when that has unwound. The stage's state begins with an rx_relay.
 */
#ifndef RX_CORE_RELAY_H
#define RX_CORE_RELAY_H

#include "observables/core/join.h"

typedef struct rx_relay {
	rx_inners inners;
	rx_observable *due;
	const rx_type *type;
	size_t slot;
	bool running;
} rx_relay;

/* Stop what runs, then subscribe to @p source (consumed), as rx__subscribe_inner() does. */
void rx__relay(rx_stage *self, rx_observable *source, const rx_type *type, size_t slot);
/* The stage's `clear`. */
void rx__relay_clear(rx_stage *self);

/* ---- The sources of an rx_join, one after the other: concat, on_error_resume_next ------------------------------------ */

/* The stage's state; its parameters are an rx_join. */
typedef struct rx_sequence {
	rx_relay relay;
	size_t index;
} rx_sequence;

/* Go on with the next source; without one, complete. */
void rx__sequence_next(rx_stage *self);
/* The stage's `start`, and its `inner_end`. */
int rx__sequence_start(rx_stage *self);
void rx__sequence_inner_end(rx_stage *self, rx_inner *inner);

#endif
