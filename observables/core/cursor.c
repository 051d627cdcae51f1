#include "observables/core/cursor.h"

void rx__cursor_emit(rx_stage *self, const void *items, size_t count)
{
	rx_cursor *cursor = RX__STATE(self);
	rx_stage *down = self->downstream;
	if (rx__takes_spans(down)) {
		cursor->done += count;
		rx__emit_span(self, items, count);
		return;
	}
	const size_t size = self->node->type->size;
	for (const char *item = items; count && !cursor->paused; count--, item += size) {
		if (down->flags & RX__ENDED) {
			cursor->done += count;
			return;
		}
		cursor->done++;
		down->next(down, item);
	}
}

void rx__cursor_run(rx_stage *self, size_t total, void (*emit)(rx_stage *self, size_t first, size_t count))
{
	rx_cursor *cursor = RX__STATE(self);
	cursor->paused = false;
	if (cursor->running)
		return; /* resumed inside an item: the loop below sees it */
	cursor->running = true;
	while (cursor->done < total && rx__open(self) && !cursor->paused) {
		const size_t left = total - cursor->done, most = cursor->singly ? 1 : RX__SPAN;
		const size_t count = left < most ? left : most;
		emit(self, cursor->done, count);
	}
	cursor->running = false;
	if (rx__open(self) && cursor->done >= total)
		rx__complete(self); /* paused or not: an end is no item */
}

int rx__cursor_pause(rx_stage *self)
{
	rx_cursor *cursor = RX__STATE(self);
	cursor->paused = cursor->singly = true;
	return 0;
}
