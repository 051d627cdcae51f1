/*
 * No worker outlives its primary by more than its shutdown timeout, not even one whose loop does not turn.
 */
#ifndef CLUSTERFY_LIB_WORKER_ORPHAN_H
#define CLUSTERFY_LIB_WORKER_ORPHAN_H

#include <clusterfy/rx/base.h>

/* From now on the primary's death arms a timer of @p timeout that kills. @retval -E… with words */
int cy__orphan_guard(rx_nsec timeout);
/* Arm the timer. Safe in a signal handler. */
void cy__orphan_arm(void);
/* This process leaves in order: no timer any more. */
void cy__orphan_release(void);

#endif
