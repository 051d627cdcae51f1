#include "observables/core/join.h"

rx_operator *rx_race_with_array(rx_observable *const *others)
{
	return rx__join_with(rx_race_array, others);
}
