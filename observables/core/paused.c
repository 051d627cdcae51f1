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
	rx_paused *state = RX__STATE(self);
	const rx_error *error = state->error;
	state->error = NULL; /* whoever hears of it may stop the stage */
	if (!rx__open(self))
		rx_error_unref(error);
	else if (error)
		rx__error_owned(self, error);
	else if (state->completed)
		rx__complete(self);
}

void rx__paused_clear(rx_stage *self)
{
	rx_paused *state = RX__STATE(self);
	rx_error_unref(state->error);
	state->error = NULL;
}
