#include "observables/core/stage.h"

static void materialize_next(rx_stage *self, const void *item)
{
	rx__emit(self, &(rx_notification){.kind = RX_NOTIFICATION_NEXT, .type = rx__in(self), .value = item});
}

static void materialize_error(rx_stage *self, const rx_error *error)
{
	rx__emit(self, &(rx_notification){.kind = RX_NOTIFICATION_ERROR, .type = rx__in(self), .error = error});
	rx__complete(self);
}

static void materialize_complete(rx_stage *self)
{
	rx__emit(self, &(rx_notification){.kind = RX_NOTIFICATION_COMPLETE, .type = rx__in(self)});
	rx__complete(self);
}

static const rx_stage_ops materialize_ops = {
	.name = "materialize", .next = materialize_next, .error = materialize_error, .complete = materialize_complete};

rx_operator *rx_materialize(void)
{
	return rx__operator(&materialize_ops, NULL, &rx_type_rx_notification, NULL, NULL, 0);
}
