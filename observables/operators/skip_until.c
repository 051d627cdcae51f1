#include "observables/core/stage.h"

struct state {
	rx_inners inners;
	bool taking;
};

struct skip_until {
	rx_observable *notifier;
};

static int skip_until_start(rx_stage *self)
{
	const struct skip_until *params = RX__PARAMS(self);
	rx__subscribe_inner(self, rx_observable_ref(params->notifier), NULL, 0, NULL);
	return 0;
}

static void skip_until_next(rx_stage *self, const void *item)
{
	if (((const struct state *)RX__STATE(self))->taking)
		rx__emit(self, item);
}

static void skip_until_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	(void)item;
	rx__stop_inner(inner);
	((struct state *)RX__STATE(self))->taking = true;
}

static void skip_until_drop(void *params)
{
	rx_observable_unref(((struct skip_until *)params)->notifier);
}

static const rx_stage_ops skip_until_ops = {.name = "skip_until",
                                            .state_size = sizeof(struct state),
                                            .flags = RX__SUBSCRIBES | RX__STOP_FIRST,
                                            .start = skip_until_start,
                                            .next = skip_until_next,
                                            .inner_next = skip_until_inner_next,
                                            .drop = skip_until_drop};

rx_operator *rx_skip_until(rx_observable *notifier)
{
	notifier = rx__given(notifier);
	if (rx__is_mistake(notifier))
		return rx__operator_mistake(notifier);
	return rx__operator(&skip_until_ops, NULL, NULL, NULL, &(struct skip_until){notifier},
	                    sizeof(struct skip_until));
}
