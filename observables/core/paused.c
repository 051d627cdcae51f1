#include "observables/core/paused.h"

int rx__paused_begin(rx_stage *self)
{
	((rx_paused *)RX__STATE(self))->paused = true;
	return 0;
}

void rx__paused_end(rx_stage *self)
{
	((rx_paused *)RX__STATE(self))->paused = false;
}

void rx__paused_error(rx_stage *self, const rx_error *error, bool waits)
{
	if (waits)
		((rx_paused *)RX__STATE(self))->error = rx_error_ref(error);
	else
		rx__error(self, error);
}

void rx__paused_complete(rx_stage *self, bool waits)
{
	if (waits)
		((rx_paused *)RX__STATE(self))->completed = true;
	else
		rx__complete(self);
}

void rx__paused_finish(rx_stage *self)
{
	const rx_paused *state = RX__STATE(self);
	if (!rx__open(self))
		return;
	if (state->error)
		rx__error(self, state->error);
	else if (state->completed)
		rx__complete(self);
}

void rx__paused_stop(rx_stage *self)
{
	rx_paused *state = RX__STATE(self);
	rx_error_unref(state->error);
	state->error = NULL;
}
