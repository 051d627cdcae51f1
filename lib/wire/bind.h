/*
 * A channel on a loop: what its descriptor, the clock and the end of a turn tell it, through the streams layer.
 */
#ifndef CLUSTERFY_LIB_WIRE_BIND_H
#define CLUSTERFY_LIB_WIRE_BIND_H

#include <clusterfy/rx.h>

#include "lib/wire/channel.h"

/* One channel's; the caller's memory, which must not move. Zero is unbound. */
typedef struct cy__binding {
	cy__channel *channel;
	rx_scheduler *scheduler;
	rx_scheduler *asap;
	rx_subscription readable, writable;
	rx_task flush; /* at the end of the turn in which something was queued */
	rx_task turn;  /* frames that have been read wait for it */
	rx_task deadline;
} cy__binding;

/* Bind @p channel to the loop of @p scheduler, whose asap scheduler is @p asap. */
void cy__bind(cy__binding *binding, cy__channel *channel, rx_scheduler *scheduler, rx_scheduler *asap);
/* Before the channel is destroyed, or when it has ended; again does nothing. */
void cy__unbind(cy__binding *binding);
/* What is read later because of a delay is read now: the faults are others. */
void cy__binding_hasten(cy__binding *binding);
/* Something was queued: to be called for the channel's `queued`. */
void cy__binding_queued(cy__binding *binding);

#endif
