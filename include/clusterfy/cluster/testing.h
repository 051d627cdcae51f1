/**
 * @file
 * Faults on purpose, for tests: what happens to a program when bytes come one by one, late, spoilt or not at all. Not part
 * of clusterfy/cluster.h.
 *
 *     cy_inject(cluster, cy_named("Paul"), &(cy_faults){.split = 1});              byte by byte
 *     cy_inject(cluster, cy_named("Paul"), &(cy_faults){.drop = 0.1, .seed = 7});  every tenth frame is lost
 *     cy_inject(cluster, cy_named("Paul"), NULL);                                  as it was
 */
#ifndef CLUSTERFY_CLUSTER_TESTING_H
#define CLUSTERFY_CLUSTER_TESTING_H

#include <clusterfy/cluster/worker.h>

RX_BEGIN_DECLS

/** What is wrong with a channel, seen from this process, both ways unless it says otherwise. Zero: nothing. */
typedef struct cy_faults {
	/** Of what is left to chance: with the same seed and the same bytes the same happens. 0: 1. */
	uint64_t seed;
	/** At most so many bytes by one read or write. */
	size_t split;
	/** What comes is read so much later. */
	rx_nsec delay;
	/** The probability that a frame is lost, of 0 to 1: any but the hello and the goodbye. */
	double drop;
	/** The probability that a byte is another one. There is no checksum: what the head does not give away may pass. */
	double corrupt;
	/** The channel ends after so many bytes. 0: it does not. */
	size_t close_after;
} cy_faults;

/**
 * From now on the channel to @p target has these faults, in place of those it had; until it ends, for a revived worker's
 * is a new one. In the primary @p target is a worker, which may still be starting; in a worker, cy_primary().
 *
 * @param faults  copied; NULL: none any more
 * @retval -ENOENT    nobody of that name or id; in a worker, anybody but the primary
 * @retval -ENOTCONN  it has no channel now
 * @retval -EINVAL    a probability that is none, a delay below zero
 * @retval -ENOMEM
 * Cost: without faults, a branch for each read, write and frame.
 */
RX_API int cy_inject(cy_cluster *cluster, cy_target target, const cy_faults *faults);

RX_END_DECLS
#endif
