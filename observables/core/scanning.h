/*
 * Inner observables that carry an accumulator on: merge_scan and switch_scan. Each item they emit becomes the
 * accumulator that the next projection gets. The slot with it ends the stage's state.
 */
#ifndef RX_CORE_SCANNING_H
#define RX_CORE_SCANNING_H

#include "observables/core/parameters.h"
#include "observables/core/projection.h"
#include "observables/core/slot.h"

/* The parameters. */
typedef struct rx_scanning {
	rx_projection projection;
	const rx_stream_reducer *reducer;
	rx_constants seed;
} rx_scanning;

/* An operator of @p ops; @p seed, of @p type, is copied. @p limit 0: as many inner observables as come. */
rx_operator *rx__scanning(const rx_stage_ops *ops, const rx_stream_reducer *reducer, void *ctx, const rx_type *type,
                          const void *seed, size_t limit);
int rx__scanning_start(rx_stage *self);
void rx__scanning_clear(rx_stage *self);
void rx__scanning_inner_next(rx_stage *self, rx_inner *inner, const void *item);
void rx__scanning_drop(void *params);

#endif
