/*
 * The wall clock as a test sets it: everything in this process that asks for the time of day gets it shifted. The
 * monotonic clock is as it is.
 */
#ifndef CLUSTERFY_TEST_CLOCK_H
#define CLUSTERFY_TEST_CLOCK_H

#include <clusterfy/rx/scheduler.h>

/* Whole seconds. 0: as it is. */
void clock_shift(rx_nsec by);

#endif
