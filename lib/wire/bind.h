/*
 * A channel on a loop: what its descriptor, the clock and the end of a turn tell it, through the streams layer.
 */
#ifndef CLUSTERFY_LIB_WIRE_BIND_H
#define CLUSTERFY_LIB_WIRE_BIND_H

#include <clusterfy/rx.h>

#include "lib/wire/channel.h"

typedef struct cy__binding cy__binding;

/* Who says when a channel may be read: what comes over several has to share a turn of the loop. */
typedef struct cy__gate {
	/* Whether it may be read now: what time it is; -1: later, when it calls cy__binding_read(). */
	rx_nsec (*enter)(cy__binding *binding);
	/* It has been read. The binding may be unbound by now. */
	void (*leave)(cy__binding *binding);
	/* Frames that have been read wait for another turn: call cy__binding_read() in it. @retval -ENOMEM */
	int (*put_off)(cy__binding *binding);
} cy__gate;

/* One channel's; the caller's memory, which must not move. Zero is unbound. */
struct cy__binding {
	cy__channel *channel;
	const cy__gate *gate; /* NULL: it is read whenever something has come */
	rx_scheduler *scheduler;
	rx_scheduler *asap;
	rx_subscription readable, writable;
	rx_task flush; /* at the end of the turn in which something was queued */
	rx_task turn;  /* frames that have been read wait for it */
	rx_task deadline;
	rx_task retry; /* the kernel has refused to take more, and does not say until when */
	rx_task look;  /* keeps the loop from sleeping */
	rx_nsec poll;  /* so long after something was sent or has come */
	rx_nsec alive; /* when that was */
};

/* Bind @p channel to the loop of @p scheduler, whose asap scheduler is @p asap. */
void cy__bind(cy__binding *binding, cy__channel *channel, rx_scheduler *scheduler, rx_scheduler *asap);
/* From now on @p gate, which outlives the binding, says when it is read. */
void cy__binding_guard(cy__binding *binding, const cy__gate *gate);
/* Something may have come: read it when the gate lets it, which may be now. */
void cy__binding_take(cy__binding *binding);
/* Read it now: for the gate. */
void cy__binding_read(cy__binding *binding);
/* Let the loop look for more for so long before it sleeps. */
void cy__binding_poll(cy__binding *binding, rx_nsec poll);
/* Before the channel is destroyed, or when it has ended; again does nothing. */
void cy__unbind(cy__binding *binding);
/* What is read later because of a delay is read now: the faults are others. */
void cy__binding_hasten(cy__binding *binding);
/* Something was queued: to be called for the channel's `queued`. */
void cy__binding_queued(cy__binding *binding);

#endif
