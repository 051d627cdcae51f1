#include "observables/core/batches.h"

void *rx__batches_open(rx_batches *batches, size_t size)
{
	rx_batch **end = &batches->first;
	while (*end)
		end = &(*end)->next;
	*end = rx_alloc_zero(size);
	return *end;
}

int rx__batches_push(rx_batches *batches, const rx_type *type, const void *item)
{
	int code = 0;
	for (rx_batch *batch = batches->first; batch && code == 0; batch = batch->next)
		code = rx__ring_push(&batch->items, type, item);
	return code;
}

void rx__batches_emit(rx_stage *self, rx_batches *batches, rx_batch *batch)
{
	rx_batch **place = &batches->first;
	while (*place != batch)
		place = &(*place)->next;
	*place = batch->next;
	rx_ring items = batch->items;
	rx_free(batch);
	rx__ring_emit_list(self, &items, rx__in(self));
}

void rx__batches_clear(rx_batches *batches, const rx_type *type)
{
	rx_batch *next = batches->first;
	batches->first = NULL;
	while (next) {
		rx_batch *batch = next;
		next = batch->next;
		rx__ring_clear(&batch->items, type);
		rx_free(batch);
	}
}
