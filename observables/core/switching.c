#include "observables/core/switching.h"

/*
 * The old one goes before `project` is called; what that stops, and `project`, may come back here, or end the stage. Until
 * the new one is there the old one counts as active, as in RxJS.
 */
void rx__switching_next(rx_stage *self, const void *item)
{
	const rx_projection *projection = RX__PARAMS(self);
	rx_switching *switching = RX__STATE(self);
	rx__stop_inner(switching->inner);
	if (!rx__open(self))
		return;
	rx_observable *source = projection->project(self, item, switching->index++);
	switching->active = true;
	rx__subscribe_inner(self, source, projection->out, 0, &switching->inner);
}

static void finish(rx_stage *self)
{
	const rx_switching *switching = RX__STATE(self);
	if (switching->done && !switching->active)
		rx__complete(self);
}

void rx__switching_complete(rx_stage *self)
{
	((rx_switching *)RX__STATE(self))->done = true;
	finish(self);
}

void rx__switching_inner_complete(rx_stage *self, rx_inner *inner)
{
	rx_switching *switching = RX__STATE(self);
	(void)inner;
	switching->active = false;
	finish(self);
}
