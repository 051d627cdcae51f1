/*
 * Taking a worker's pulse: the heartbeat of heartbeat.h, with a clock, a channel and signals.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_PULSE_H
#define CLUSTERFY_LIB_PRIMARY_PULSE_H

#include <clusterfy/rx/scheduler.h>

#include "lib/primary/heartbeat.h"

typedef struct cy__pulse {
	cy__heartbeat heartbeat;
	rx_task look;
	uint64_t bytes; /* that had come when it was last asked */
	uint64_t asked; /* how often it was */
} cy__pulse;

typedef struct cy__worker cy__worker;

/* @retval -EINVAL with words */
int cy__pulse_init(cy__worker *worker);
/* It is ready: from now on its loop has to turn, until it is asked to stop or loses its channel. */
void cy__pulse_start(cy__worker *worker);
/* Its process has ended, or it has. */
void cy__pulse_ended(cy__worker *worker);

#endif
