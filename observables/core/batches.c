#include "observables/core/batches.h"

/* The spare, as if it were new but for the room that it has. */
static rx_batch *take_spare(rx_batches *batches, size_t size)
{
	rx_batch *batch = batches->spare;
	const rx_ring room = batch->items;
	batches->spare = NULL;
	memset(batch, 0, size);
	batch->items = room;
	return batch;
}

void *rx__batches_open(rx_batches *batches, size_t size)
{
	rx_batch **end = &batches->first;
	while (*end)
		end = &(*end)->next;
	*end = batches->spare ? take_spare(batches, size) : rx_alloc_zero(size);
	return *end;
}

static bool is_filling(const rx_batches *batches, const rx_batch *batch)
{
	const rx_batch *other = batches->first;
	while (other && other != batch)
		other = other->next;
	return other;
}

/* A copy may come back here, so that the batch has gone which it is for: with it the others that stood there. */
static int push_copy_of(rx_batches *batches, rx_batch *batch, const rx_type *type, const void *item, bool *gone)
{
	void *copy = RX__STACK(type);
	int code = rx_type_copy(type, copy, item);
	if (code < 0)
		return code;
	*gone = !is_filling(batches, batch);
	code = *gone ? 0 : rx__ring_push_copy(&batch->items, type, copy);
	if (*gone || code < 0)
		rx_type_drop(type, copy);
	return code;
}

int rx__batches_push(rx_batches *batches, const rx_type *type, const void *item)
{
	int code = 0;
	bool gone = false;
	for (rx_batch *batch = batches->first; batch && code == 0 && !gone; batch = gone ? NULL : batch->next)
		code = type->copy ? push_copy_of(batches, batch, type, item, &gone)
		                  : rx__ring_push_copy(&batch->items, type, item);
	return code;
}

/* A room that grew large once is not held for ever. */
static bool is_worth_keeping(const rx_batch *batch, const rx_type *type)
{
	return !batch->items.capacity || batch->items.capacity * type->size <= RX__SPAN_BYTES;
}

void rx__batches_emit(rx_stage *self, rx_batches *batches, rx_batch *batch)
{
	const rx_type *type = rx__in(self);
	rx_batch **place = &batches->first;
	while (*place != batch)
		place = &(*place)->next;
	*place = batch->next;
	rx__emit(self, &(rx_list){type, batch->items.count, batch->items.items});
	rx__ring_empty(&batch->items, type);
	if (rx__open(self) && !batches->spare && is_worth_keeping(batch, type)) {
		batches->spare = batch;
		return;
	}
	rx_free(batch->items.items);
	rx_free(batch);
}

void rx__batches_clear(rx_batches *batches, const rx_type *type)
{
	rx_batch *next = batches->first;
	if (batches->spare)
		rx_free(batches->spare->items.items);
	rx_free(batches->spare);
	*batches = (rx_batches){0};
	while (next) {
		rx_batch *batch = next;
		next = batch->next;
		rx__ring_clear(&batch->items, type);
		rx_free(batch);
	}
}
