#include "observables/core/join.h"

rx_operator *rx_zip_with_array(rx_observable *const *others)
{
	return rx__join_with(rx_zip_array, others);
}
