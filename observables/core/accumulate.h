/*
 * What scan and reduce share: a reducer, perhaps a seed, and the accumulator in a slot. Without a seed the first item
 * is the seed, and the reducer's index begins with 1.
 */
#ifndef RX_CORE_ACCUMULATE_H
#define RX_CORE_ACCUMULATE_H

#include "observables/core/parameters.h"
#include "observables/core/slot.h"

typedef struct rx_accumulation {
	const rx_reducer *reducer;
	void *ctx;
	rx_constants seed;
} rx_accumulation;

/* The state of such a stage; the room for the accumulator follows. */
typedef struct rx_accumulator {
	size_t index;
	rx_slot slot;
} rx_accumulator;

/* An operator of @p ops, whose parameters are an rx_accumulation; @p seed NULL: without. */
rx_operator *rx__accumulate_create(const rx_stage_ops *ops, const rx_reducer *reducer, void *ctx, const rx_type *type,
                                   const void *seed);
/* `drop`, `start` and `clear` of those operations. */
void rx__accumulate_drop(void *params);
int rx__accumulate_start(rx_stage *self);
void rx__accumulate_clear(rx_stage *self);
/* Its `step`. */
void rx__accumulate_step(const void *params, rx_step_kind kind, rx_step *step);
/* Take an item in, and emit the accumulator if @p emit. */
void rx__accumulate(rx_stage *self, const void *item, bool emit);

#endif
