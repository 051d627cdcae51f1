/* What max and min share: the best item so far, by a comparator or by the order of the type. */
#ifndef RX_CORE_EXTREME_H
#define RX_CORE_EXTREME_H

#include "observables/core/slot.h"

typedef struct rx_extreme {
	const rx_comparator *comparator; /* NULL: the type's order */
	void *ctx;
	int sign; /* 1: the greatest, -1: the least */
} rx_extreme;

/* The operations but for the name; the parameters are an rx_extreme. */
int rx__extreme_start(rx_stage *self);
void rx__extreme_next(rx_stage *self, const void *item);
void rx__extreme_complete(rx_stage *self);
void rx__extreme_clear(rx_stage *self);

#endif
