/*
 * One inner observable at a time, the oldest; items that come meanwhile are left out: exhaust_map and exhaust_all. The
 * stage's parameters begin with an rx_projection.
 */
#ifndef RX_CORE_EXHAUSTING_H
#define RX_CORE_EXHAUSTING_H

#include "observables/core/projection.h"

typedef struct rx_exhausting {
	rx_inners inners;
	size_t index; /* counts what was accepted */
	bool active, done;
} rx_exhausting;

void rx__exhausting_next(rx_stage *self, const void *item);
void rx__exhausting_complete(rx_stage *self);
void rx__exhausting_inner_complete(rx_stage *self, rx_inner *inner);

/* The operations of such a stage, but for its name. */
#define RX__EXHAUSTING                                                                                                 \
	.state_size = sizeof(rx_exhausting), .flags = RX__SUBSCRIBES | RX__UNPAUSABLE, .next = rx__exhausting_next,    \
	.complete = rx__exhausting_complete, .inner_complete = rx__exhausting_inner_complete

#endif
