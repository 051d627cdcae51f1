/*
 * One inner observable at a time, the newest: switch_map and its like. The stage's parameters begin with an
 * rx_projection, its state with an rx_switching.
 */
#ifndef RX_CORE_SWITCHING_H
#define RX_CORE_SWITCHING_H

#include "observables/core/projection.h"

typedef struct rx_switching {
	rx_inners inners;
	rx_inner *inner; /* the newest, while it runs */
	size_t index;
	bool active, done;
} rx_switching;

void rx__switching_next(rx_stage *self, const void *item);
void rx__switching_complete(rx_stage *self);
void rx__switching_inner_complete(rx_stage *self, rx_inner *inner);

/* The operations of such a stage, but for its name and what it adds. */
#define RX__SWITCHING                                                                                                  \
	.flags = RX__SUBSCRIBES | RX__UNPAUSABLE, .next = rx__switching_next, .complete = rx__switching_complete,      \
	.inner_complete = rx__switching_inner_complete

#endif
