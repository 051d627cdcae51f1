/*
 * What all sources on libev have in common.
 */
#ifndef RX_EVENTS_WATCH_H
#define RX_EVENTS_WATCH_H

#include "observables/core/loop.h"
#include "observables/core/stage.h"

/* The loop of the stage's subscription, into @p loop; -ENOTSUP. */
static inline int rx__watch_loop(const rx_stage *self, struct ev_loop **loop)
{
	rx_scheduler *scheduler = rx__scheduler(self);
	*loop = rx__loop_of(scheduler);
	return *loop ? 0 : rx_raise(-ENOTSUP, "the %s scheduler has no loop to watch with", scheduler->ops->name);
}

/* Emit an item that lies on the caller's stack, from outside of the run. */
static inline void rx__watch_emit(rx_stage *self, const void *item)
{
	rx__pin(self);
	rx__emit(self, item);
	rx__unpin(self);
}

/* The state of rx_readable() and rx_writable(), and what they do alike. */
struct rx_fd_watch {
	struct ev_loop *loop;
	ev_io watcher;
};
int rx__fd_start(rx_stage *self, int events);
void rx__fd_stop(rx_stage *self);
int rx__fd_pause(rx_stage *self);
void rx__fd_resume(rx_stage *self);

/* rx_child() without the help of the system: it looks now and then. */
rx_observable *rx__child_polled(int pid);

#endif
