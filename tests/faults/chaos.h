/*
 * The two halves of the chaos: tests/faults/chaos.c, tests/faults/worker.c.
 */
#ifndef CLUSTERFY_TEST_CHAOS_H
#define CLUSTERFY_TEST_CHAOS_H

#include "tests/faults/ledger.h"

#define CHAOS_WORKERS 8
extern const char *const chaos_names[CHAOS_WORKERS];

/* Find what will be this process's channel, for the lies to come; before cy_join(). */
void chaos_find_channel(void);
/* Be a worker until the end. @returns the exit status */
int chaos_worker(cy_cluster *cluster);

#endif
