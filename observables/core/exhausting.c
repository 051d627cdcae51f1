#include "observables/core/exhausting.h"

void rx__exhausting_next(rx_stage *self, const void *item)
{
	const rx_projection *projection = RX__PARAMS(self);
	rx_exhausting *exhausting = RX__STATE(self);
	if (exhausting->active)
		return;
	exhausting->active = true;
	rx__subscribe_inner(self, projection->project(self, item, exhausting->index++), projection->out, 0, NULL);
}

void rx__exhausting_complete(rx_stage *self)
{
	rx_exhausting *exhausting = RX__STATE(self);
	exhausting->done = true;
	if (!exhausting->active)
		rx__complete(self);
}

void rx__exhausting_inner_complete(rx_stage *self, rx_inner *inner)
{
	rx_exhausting *exhausting = RX__STATE(self);
	(void)inner;
	exhausting->active = false;
	if (exhausting->done)
		rx__complete(self);
}
