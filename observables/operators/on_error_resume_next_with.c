#include "observables/core/join.h"

rx_operator *rx_on_error_resume_next_with_array(rx_observable *const *others)
{
	return rx__join_with(rx_on_error_resume_next_array, others);
}
