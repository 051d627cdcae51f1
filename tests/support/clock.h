/*
 * The clocks as a test sets them: everything in this process that asks for the time gets it shifted.
 */
#ifndef CLUSTERFY_TEST_CLOCK_H
#define CLUSTERFY_TEST_CLOCK_H

#include <clusterfy/rx/scheduler.h>

/* The wall clock, by whole seconds. 0: as it is. */
void clock_shift(rx_nsec by);
/* So much has passed, by every clock: as for a process that was stopped meanwhile. */
void clock_pass(rx_nsec time);

#endif
