#include <clusterfy/rx/create.h>

rx_observable *rx_interval_on(rx_nsec period, rx_scheduler *scheduler)
{
	const rx_nsec own = period > 0 ? period : RX_NOW;
	return rx_timer_with(&(rx_timer_options){.due = own, .period = own, .scheduler = scheduler});
}
