#include "observables/core/join.h"

static rx_observable *merge_all_at_once(rx_observable *const *sources)
{
	return rx_merge_array(sources, 0);
}

rx_operator *rx_merge_with_array(rx_observable *const *others)
{
	return rx__join_with(merge_all_at_once, others);
}
