/*
 * Operators of <clusterfy/rx/transformation.h>.
 */
#include "tests/conformance/operators.h"

#define PROJECTED(rx) rx(&replay_projector, FUNCTION(0))

OPERATOR(concatMap, PROJECTED(rx_concat_map_fn))
OPERATOR(expand, rx_expand_fn(&replay_projector, FUNCTION(0), LIMIT(1)))
OPERATOR(map, rx_map_fn(&replay_mapper, FUNCTION(0)))
OPERATOR(mergeMap, rx_merge_map_fn(&replay_projector, FUNCTION(0), LIMIT(1)))
OPERATOR(pairwise, rx_compose(rx_pairwise(), from_pair()))
OPERATOR(scan, rx_scan_fn(&replay_reducer, FUNCTION(0), SEED_TYPE(1), SEED(1)))
OPERATOR(switchMap, PROJECTED(rx_switch_map_fn))

const struct operator_row transformation_rows[] = {
	ROW(concatMap), ROW(expand), ROW(map), ROW(mergeMap), ROW(pairwise), ROW(scan), ROW(switchMap), END_OF_ROWS,
};
