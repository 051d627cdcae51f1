/*
 * The libev loop behind a scheduler, for the sources under observables/events.
 */
#ifndef RX_CORE_LOOP_H
#define RX_CORE_LOOP_H

#include <ev.h>

#include <clusterfy/rx/scheduler.h>

/* The loop of a scheduler; NULL when it has none (virtual time). */
struct ev_loop *rx__loop_of(rx_scheduler *scheduler);

#endif
