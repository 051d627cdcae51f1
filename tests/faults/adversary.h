/*
 * A primary, seven honest workers and one that plays every flood there is: tests/faults/adversary.c is the primary,
 * tests/faults/honest.c what the seven do, tests/faults/flood.h the eighth.
 */
#ifndef CLUSTERFY_TEST_ADVERSARY_H
#define CLUSTERFY_TEST_ADVERSARY_H

#include "tests/faults/ledger.h"

#define HONEST_WORKERS 7
extern const char *const honest_names[HONEST_WORKERS];

/* What the honest have done, over all of their incarnations: in memory that they share with the primary. */
struct tally {
	uint64_t begun, answered, cancelled, items, messages, heard, saves, changes, listens;
	uint64_t explained; /* failures of calls to somebody who has died */
	uint64_t violations;
};

/* Count the library's memory from now on: before anything of it is taken. */
void adversary_count_memory(void);
/* What a turn of the primary may take, in processor time: past it the library says so as well. */
rx_nsec adversary_turn_limit(void);
/* The primary's part. @p name: of one flood, or "*" for all. @returns the exit status */
int adversary(cy_cluster *joined, const char *name, double seconds, uint64_t seed);

/* What an honest worker is started with. */
struct honest_arguments {
	char seed[24];
	const char *list[3];
};
/* A tally for each, in a file without a name. @returns its descriptor, which an honest worker has as this number */
enum { HONEST_TALLY = 9 };
void honest_arguments(struct honest_arguments *arguments, uint64_t seed);
bool is_honest(int argc, char **argv);
/* Be one, until the end. @returns the exit status */
int honest(cy_cluster *cluster, char **argv);

#endif
