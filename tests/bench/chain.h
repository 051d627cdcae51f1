/*
 * The chains that are both timed and counted in instructions, and what several benchmarks of streams share.
 */
#ifndef CLUSTERFY_BENCH_CHAIN_H
#define CLUSTERFY_BENCH_CHAIN_H

#include <clusterfy/rx.h>

/* How many items a chain is measured with. */
int64_t chain_items(void);
/* Subscribe to numbers (int64_t) and add them up, in an ordinary function. */
int64_t chain_sum(rx_observable *source);

/* map, filter, take, reduce; the functions are kernels. */
rx_observable *chain_of_kernels(rx_observable *numbers);
/* map, filter, take; ordinary functions. */
rx_observable *chain_of_functions(rx_observable *numbers);
/* So many maps with an ordinary function. */
rx_observable *chain_of_maps(rx_observable *numbers, int stages);
/* map, filter and take of a source that never emits: what it is to be subscribed to. */
rx_observable *chain_of_three(void);
/* From each number three. */
rx_observable *chain_merge_map(rx_observable *numbers);
rx_observable *chain_concat_map(rx_observable *numbers);
rx_observable *chain_switch_map(rx_observable *numbers);

#endif
