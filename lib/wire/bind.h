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
	rx_task look;  /* keeps the loop from sleeping */
	rx_nsec poll;  /* so long after something was sent or has come */
	rx_nsec alive; /* when that was */
} cy__binding;

/* Bind @p channel to the loop of @p scheduler, whose asap scheduler is @p asap. */
void cy__bind(cy__binding *binding, cy__channel *channel, rx_scheduler *scheduler, rx_scheduler *asap);
/* Let the loop look for more for so long before it sleeps. */
void cy__binding_poll(cy__binding *binding, rx_nsec poll);
/* Before the channel is destroyed, or when it has ended; again does nothing. */
void cy__unbind(cy__binding *binding);
/* What is read later because of a delay is read now: the faults are others. */
void cy__binding_hasten(cy__binding *binding);
/* Something was queued: to be called for the channel's `queued`. */
void cy__binding_queued(cy__binding *binding);

#endif
