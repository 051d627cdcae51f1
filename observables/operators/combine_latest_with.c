#include "observables/core/join.h"

rx_operator *rx_combine_latest_with_array(rx_observable *const *others)
{
	return rx__join_with(rx_combine_latest_array, others);
}
