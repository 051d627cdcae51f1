#include "observables/core/stage.h"

static void emit_value(rx_stage *self, const rx_notification *notification)
{
	const rx_type *type = self->node->type;
	const void *value = rx_notification_value(notification, type);
	if (value)
		rx__emit(self, value);
	else
		rx__fail(self, rx_raise(-EINVAL, "the notification holds %s, not %s",
		                        notification->type ? notification->type->name : "nothing", type->name));
}

static void dematerialize_next(rx_stage *self, const void *item)
{
	const rx_notification *notification = item;
	switch (notification->kind) {
	case RX_NOTIFICATION_NEXT:
		emit_value(self, notification);
		break;
	case RX_NOTIFICATION_ERROR:
		rx__error(self, notification->error);
		break;
	case RX_NOTIFICATION_COMPLETE:
		rx__complete(self);
		break;
	}
}

static const rx_stage_ops dematerialize_ops = {.name = "dematerialize", .next = dematerialize_next};

rx_operator *rx_dematerialize_to(const rx_type *type)
{
	return rx__operator(&dematerialize_ops, &rx_type_rx_notification, type, NULL, NULL, 0);
}
