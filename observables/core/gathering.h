/*
 * Wait for all of the observables that a source emits, then join them: combine_latest_all and zip_all.
 */
#ifndef RX_CORE_GATHERING_H
#define RX_CORE_GATHERING_H

#include "observables/core/ring.h"

/* The parameters. */
typedef struct rx_gathering {
	rx_observable *(*join)(rx_observable *const *sources);
} rx_gathering;

typedef struct rx_gathered {
	rx_inners inners;
	rx_ring streams;
} rx_gathered;

void rx__gathering_next(rx_stage *self, const void *item);
void rx__gathering_complete(rx_stage *self);
void rx__gathering_clear(rx_stage *self);
void rx__gathering_inner_complete(rx_stage *self, rx_inner *inner);

/* The operations of such a stage, but for its name. */
#define RX__GATHERING                                                                                                  \
	.state_size = sizeof(rx_gathered), .flags = RX__SUBSCRIBES | RX__UNPAUSABLE, .next = rx__gathering_next,       \
	.complete = rx__gathering_complete, .clear = rx__gathering_clear,                                              \
	.inner_complete = rx__gathering_inner_complete

/* An operator of @p ops, from streams to tuples. */
rx_operator *rx__gathering(const rx_stage_ops *ops, rx_observable *(*join)(rx_observable *const *sources));

#endif
