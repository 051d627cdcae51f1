/*
 * Stages that a pause from below reaches and that do not pass it up. One whose items wait holds the source's end back,
 * too, until it has let go of them.
 */
#ifndef RX_CORE_PAUSED_H
#define RX_CORE_PAUSED_H

#include "observables/core/stage.h"

/* First in the state of such a stage. */
typedef struct rx_paused {
	const rx_error *error; /* what the stream ends with when nothing waits any more; owned */
	bool paused;
	bool busy; /* items that have waited are being emitted: what comes goes behind them */
	bool completed;
} rx_paused;

/* The stage's `pause`; and `resume` of one that holds nothing. */
int rx__paused_begin(rx_stage *self);
void rx__paused_end(rx_stage *self);
/* Its `error` and `complete`, where something may wait: @p waits. */
void rx__paused_error(rx_stage *self, const rx_error *error, bool waits);
void rx__paused_complete(rx_stage *self, bool waits);
/* Nothing waits any more: the end that was held back, if there is one. */
void rx__paused_finish(rx_stage *self);
/* Its `clear`, or called by it. */
void rx__paused_clear(rx_stage *self);

#endif
