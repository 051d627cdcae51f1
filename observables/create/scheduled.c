#include "observables/core/stage.h"

rx_observable *rx_scheduled(rx_observable *source, rx_scheduler *scheduler)
{
	source = rx__apply(source, rx_subscribe_on(scheduler, 0));
	return rx__apply(source, rx_observe_on(scheduler, 0));
}
