/*
 * When a worker's process is to be replaced by a fresh one.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_RECYCLE_H
#define CLUSTERFY_LIB_PRIMARY_RECYCLE_H

#include <clusterfy/cluster/process.h>
#include <clusterfy/rx/scheduler.h>

typedef struct cy__worker cy__worker;

typedef struct cy__recycle {
	cy_recycle options; /* every default filled in */
	/* Of this process, lowered by chance. Zero: none, but of the age RX_NEVER. */
	size_t memory;
	rx_nsec old;    /* from when on it is */
	uint64_t calls; /* until it has served enough */
	bool due;
	rx_task look;
} cy__recycle;

/* Pure. @retval -EINVAL a jitter above 1, a negative time other than RX_NOW */
int cy__recycle_fill_in(const cy_recycle *options, cy_recycle *filled);
/* Pure: @p limit, lowered by a share of up to @p jitter; at least 1. @p random: any 32 random bits. */
uint64_t cy__recycle_lower(uint64_t limit, double jitter, uint32_t random);

/* @retval -EINVAL with words */
int cy__recycle_init(cy__worker *worker);
/* It is ready: its age begins. */
void cy__recycle_start(cy__worker *worker);
void cy__recycle_stop(cy__worker *worker);
/* It has answered a call. */
void cy__recycle_served(cy__worker *worker);
/* The process that was to take its place has ended: later, another. */
void cy__recycle_retry(cy__worker *worker);

#endif
