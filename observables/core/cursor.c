#include "observables/core/cursor.h"

void rx__cursor_run(rx_stage *self, size_t total, void (*emit)(rx_stage *self, size_t first, size_t count))
{
	rx_cursor *cursor = RX__STATE(self);
	cursor->paused = false;
	if (cursor->running)
		return; /* resumed inside an item: the loop below sees it */
	cursor->running = true;
	while (cursor->done < total && rx__open(self) && !cursor->paused) {
		const size_t left = total - cursor->done, count = left < RX__SPAN ? left : RX__SPAN;
		const size_t first = cursor->done;
		cursor->done += count;
		emit(self, first, count);
	}
	cursor->running = false;
	if (rx__open(self) && !cursor->paused)
		rx__complete(self);
}

int rx__cursor_pause(rx_stage *self)
{
	((rx_cursor *)RX__STATE(self))->paused = true;
	return 0;
}
