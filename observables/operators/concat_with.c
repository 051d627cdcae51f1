#include "observables/core/join.h"

rx_operator *rx_concat_with_array(rx_observable *const *others)
{
	return rx__join_with(rx_concat_array, others);
}
