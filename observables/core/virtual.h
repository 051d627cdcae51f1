/*
 * What only tests may do with virtual time.
 */
#ifndef RX_CORE_VIRTUAL_H
#define RX_CORE_VIRTUAL_H

#include <clusterfy/rx/scheduler.h>

/* Run @p task (its `run` set) at an absolute time, which may lie in the past: time then goes back to it. */
void rx__virtual_at(rx_scheduler *scheduler, rx_task *task, rx_nsec due);

#endif
