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
	rx_batch *batch = batches->spare ? take_spare(batches, size) : rx_alloc_zero(size);
	if (batch)
		batch->number = ++batches->number;
	return *end = batch;
}

/* The oldest whose number is at least @p number; NULL where there is none. */
static rx_batch *from(const rx_batches *batches, uint64_t number)
{
	rx_batch *batch = batches->first;
	while (batch && batch->number < number)
		batch = batch->next;
	return batch;
}

/*
 * A copy may come back here: any batch may close, that which the copy is for as well, and others open, which have not been
 * there for this item.
 */
static int push_copies(const rx_batches *batches, const rx_type *type, const void *item)
{
	const uint64_t newest = batches->number;
	void *copy = RX__STACK(type);
	for (rx_batch *batch = batches->first; batch && batch->number <= newest;) {
		const uint64_t number = batch->number, closed = batches->closed;
		int code = rx_type_copy(type, copy, item);
		if (code < 0)
			return code;
		if (batches->closed != closed)
			batch = from(batches, number);
		if (!batch || batch->number != number) {
			rx_type_drop(type, copy);
			batch = from(batches, number + 1); /* a drop may come back as well */
			continue;
		}
		code = rx__ring_push_copy(&batch->items, type, copy);
		if (code < 0) {
			rx_type_drop(type, copy);
			return code;
		}
		batch = batch->next;
	}
	return 0;
}

int rx__batches_push(rx_batches *batches, const rx_type *type, const void *item)
{
	if (type->copy)
		return push_copies(batches, type, item);
	int code = 0;
	for (rx_batch *batch = batches->first; batch && code == 0; batch = batch->next)
		code = rx__ring_push_copy(&batch->items, type, item);
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
	batches->closed++;
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
	*batches = (rx_batches){.number = batches->number, .closed = batches->closed + 1};
	while (next) {
		rx_batch *batch = next;
		next = batch->next;
		rx__ring_clear(&batch->items, type);
		rx_free(batch);
	}
}
