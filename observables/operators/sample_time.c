#include <clusterfy/rx/create.h>
#include <clusterfy/rx/filtering.h>

rx_operator *rx_sample_time_on(rx_nsec period, rx_scheduler *scheduler)
{
	return rx_sample(rx_interval_on(period, scheduler));
}
