#include "observables/core/stage.h"

struct take_until {
	rx_observable *notifier;
};

static int take_until_start(rx_stage *self)
{
	const struct take_until *params = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(params->notifier), NULL, 0, NULL);
	return 0;
}

static void take_until_next(rx_stage *self, const void *item)
{
	rx__emit(self, item);
}

static void take_until_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)inner, (void)item;
	rx__complete(self);
}

static void take_until_drop(void *params)
{
	rx_observable_unref(((struct take_until *)params)->notifier);
}

static const rx_stage_ops take_until_ops = {.name = "take_until",
                                            .state_size = sizeof(rx_inners),
                                            .flags = RX__SUBSCRIBES | RX__STOP_FIRST,
                                            .start = take_until_start,
                                            .next = take_until_next,
                                            .inner_next = take_until_inner_next,
                                            .drop = take_until_drop};

rx_operator *rx_take_until(rx_observable *notifier)
{
	notifier = rx__given(notifier);
	if (rx__is_mistake(notifier))
		return rx__operator_mistake(notifier);
	return rx__operator(&take_until_ops, NULL, NULL, NULL, &(struct take_until){notifier},
	                    sizeof(struct take_until));
}
