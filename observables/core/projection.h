/*
 * What the operators have in common that make an observable of each item: merge_map, switch_map, exhaust_map, and
 * their forms for streams of streams. The parameters of each begin with an rx_projection.
 */
#ifndef RX_CORE_PROJECTION_H
#define RX_CORE_PROJECTION_H

#include "observables/core/stage.h"

typedef struct rx_projection {
	/* An observable of `out`, to be subscribed next. */
	rx_observable *(*project)(rx_stage *self, const void *item, size_t index);
	const rx_type *in, *out;
	const rx_projector *projector; /* NULL where the items are observables */
	void *ctx;
	size_t limit; /* how many run at once */
} rx_projection;

/* An operator for a projector of the user's. @p limit 0: as many as come. */
rx_operator *rx__projecting(const rx_stage_ops *ops, const rx_projector *projector, void *ctx, size_t limit);
/* An operator for a stream of streams of @p type. */
rx_operator *rx__flattening(const rx_stage_ops *ops, const rx_type *type, size_t limit);

#endif
