/*
 * Subscribing to the same source again, perhaps not at once: what repeat and retry have in common.
 */
#ifndef RX_CORE_AGAIN_H
#define RX_CORE_AGAIN_H

#include "observables/core/relay.h"

typedef struct rx_again {
	rx_relay relay;
	rx_stage_timer timer;
	size_t count; /* runs that have ended, or re-tries */
} rx_again;

/* What an inner run is, by its slot. */
enum { RX__AGAIN_SOURCE, RX__AGAIN_NOTIFIER };

/* Subscribe to the upstream, after what runs has been stopped. */
void rx__again(rx_stage *self);
/* The same after a time; RX_NOW: as soon as the scheduler comes to it. */
void rx__again_after(rx_stage *self, rx_nsec delay);
/* The same when @p notifier (consumed) emits; when it completes before, so does the stage. */
void rx__again_when(rx_stage *self, rx_observable *notifier);
/* The stage's `stop`; its `clear` is rx__relay_clear(). */
void rx__again_stop(rx_stage *self);

static inline bool rx__again_is_source(const rx_inner *inner)
{
	return inner->slot == RX__AGAIN_SOURCE;
}

/* The notifier has emitted. */
void rx__again_notified(rx_stage *self, rx_inner *notifier);

#endif
