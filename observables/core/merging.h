/*
 * Several inner observables at once, up to a limit: merge_map and its like. Items beyond the limit wait as items; they
 * are projected when their turn comes. The stage's parameters begin with an rx_projection, its state with an
 * rx_merging.
 */
#ifndef RX_CORE_MERGING_H
#define RX_CORE_MERGING_H

#include "observables/core/projection.h"
#include "observables/core/ring.h"

typedef struct rx_merging {
	rx_inners inners;
	rx_ring waiting;
	size_t active, index;
	bool done, draining;
} rx_merging;

void rx__merging_next(rx_stage *self, const void *item);
void rx__merging_complete(rx_stage *self);
void rx__merging_inner_end(rx_stage *self, rx_inner *inner);
void rx__merging_clear(rx_stage *self);

/* The operations of such a stage, but for its name and what it adds. */
#define RX__MERGING                                                                                                    \
	.flags = RX__SUBSCRIBES | RX__UNPAUSABLE, .next = rx__merging_next, .complete = rx__merging_complete,          \
	.inner_end = rx__merging_inner_end, .clear = rx__merging_clear

#endif
