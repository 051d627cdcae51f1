#include "observables/core/stage.h"

static void timestamp_next(rx_stage *self, const void *item)
{
	rx_scheduler *const *scheduler = RX__PARAMS(self);
	const rx_timestamped timestamped = {
		.time = rx_now(*scheduler ? *scheduler : rx__scheduler(self)), .type = rx__in(self), .value = item};
	rx__emit(self, &timestamped);
}

static const rx_stage_ops timestamp_ops = {.name = "timestamp", .next = timestamp_next};

rx_operator *rx_timestamp_on(rx_scheduler *scheduler)
{
	return rx__operator(&timestamp_ops, NULL, &rx_type_rx_timestamped, NULL, &scheduler, sizeof(rx_scheduler *));
}

rx_operator *rx_timestamp(void)
{
	return rx_timestamp_on(NULL);
}
