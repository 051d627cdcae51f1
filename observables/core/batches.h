/*
 * The lists that a stage is filling, oldest first: what buffer_count, buffer_time and buffer_toggle share. An operator's own
 * struct may begin with an rx_batch.
 */
#ifndef RX_CORE_BATCHES_H
#define RX_CORE_BATCHES_H

#include "observables/core/ring.h"

typedef struct rx_batch {
	struct rx_batch *next;
	uint64_t number; /* in the order of opening, from 1 */
	rx_ring items;
} rx_batch;

typedef struct rx_batches {
	rx_batch *first;
	rx_batch *spare; /* one that was emitted, empty, with its room for items; or NULL */
	uint64_t number; /* of the newest */
	uint64_t closed; /* how many have been taken out */
} rx_batches;

/* A new one of @p size bytes, zero, at the end; NULL without memory. */
void *rx__batches_open(rx_batches *batches, size_t size);
/* Append a copy of @p item to each that is open, and still is when the copy is there; negative on failure. */
int rx__batches_push(rx_batches *batches, const rx_type *type, const void *item);
/* Take one out, emit its items as an rx_list, and free it, or keep it for the next that is opened. */
void rx__batches_emit(rx_stage *self, rx_batches *batches, rx_batch *batch);
/* Free all. */
void rx__batches_clear(rx_batches *batches, const rx_type *type);

#endif
