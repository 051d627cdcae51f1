/*
 * Chance: one generator for each cluster, from which all jitter is drawn.
 *
 * The generator begins with a seed of the kernel's, so that no two primaries draw alike and none draws the same after a
 * restart; with a seed that was given (cy_options.seed) it repeats itself, for tests. Whoever sees its numbers can work out
 * the others, so no secret is drawn from it.
 */
#ifndef CLUSTERFY_LIB_CLUSTER_CHANCE_H
#define CLUSTERFY_LIB_CLUSTER_CHANCE_H

#include <stdint.h>

typedef struct cy__chance {
	uint64_t state[4];
} cy__chance;

/* @param seed  0: one of the kernel's */
void cy__chance_init(cy__chance *chance, uint64_t seed);
/* 64 random bits. */
uint64_t cy__chance_next(cy__chance *chance);
/* The best 32 of them: all values are equally likely. */
uint32_t cy__chance_bits(cy__chance *chance);

#endif
