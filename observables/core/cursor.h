/*
 * Sources that have all their items at hand: range, from. Where the next stage takes spans they are emitted in spans, and
 * the first pause is seen between two of them; from then on, and elsewhere, a pause is seen behind each item. Resuming
 * goes on behind the last one. The stage's state is an rx_cursor.
 */
#ifndef RX_CORE_CURSOR_H
#define RX_CORE_CURSOR_H

#include "observables/core/stage.h"

typedef struct rx_cursor {
	size_t done; /* items that have been emitted */
	bool paused, running;
	bool singly; /* it has been paused, and may be again */
} rx_cursor;

/*
 * Emit what is left of @p total items, then complete: `start`, and `resume`. @p emit calls rx__cursor_emit() with @p count
 * of them from number @p first, at most RX__SPAN.
 */
void rx__cursor_run(rx_stage *self, size_t total, void (*emit)(rx_stage *self, size_t first, size_t count));
/* Hand on the next @p count items, or as many as there are before a pause. */
void rx__cursor_emit(rx_stage *self, const void *items, size_t count);
/* The stage's `pause`. */
int rx__cursor_pause(rx_stage *self);

#endif
