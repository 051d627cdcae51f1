/*
 * Items from an array, owned by the recipe or borrowed from the caller. Emitted as one span: they lie packed already.
 */
#include "observables/core/cursor.h"

struct from {
	const rx_type *type;
	const char *items; /* NULL: they lie behind this */
	size_t count;
	bool owned;
};

/* Few items lie in the recipe's own block: a handler that answers with one value makes a recipe for each answer. */
struct few {
	struct from from;
	_Alignas(16) char items[64];
};

static const char *items_of(const struct from *from)
{
	return from->items ? from->items : ((const struct few *)from)->items;
}

static void from_emit(rx_stage *self, size_t first, size_t count)
{
	const struct from *from = RX__PARAMS(self);
	rx__cursor_emit(self, items_of(from) + first * from->type->size, count);
}

static void from_run(rx_stage *self)
{
	rx__cursor_run(self, ((const struct from *)RX__PARAMS(self))->count, from_emit);
}

static int from_start(rx_stage *self)
{
	from_run(self);
	return 0;
}

static void drop_items(const rx_type *type, char *items, size_t count)
{
	for (size_t i = 0; type->drop && i < count; i++)
		type->drop(items + i * type->size);
}

static void from_drop(void *params)
{
	const struct from *from = params;
	if (!from->owned)
		return;
	drop_items(from->type, (char *)items_of(from), from->count);
	rx_free((char *)from->items);
}

static const rx_stage_ops from_ops = {.name = "from",
                                      .state_size = sizeof(rx_cursor),
                                      .flags = RX__SPANS,
                                      .start = from_start,
                                      .pause = rx__cursor_pause,
                                      .resume = from_run,
                                      .drop = from_drop};

rx_observable *rx_from_span(const rx_type *type, const void *items, size_t count)
{
	return rx__source(&from_ops, type, &(struct from){type, items, count, false}, sizeof(struct from));
}

rx_observable *rx_from(const rx_type *type, const void *items, size_t count)
{
	const size_t size = count * type->size;
	struct few few = {.from = {type, NULL, count, true}};
	const bool fits = size <= sizeof few.items;
	char *copies = fits ? few.items : rx_alloc(size);
	if (!copies)
		return rx__no_memory();
	for (size_t i = 0; i < count; i++) {
		const size_t offset = i * type->size;
		const int code = rx_type_copy(type, copies + offset, (const char *)items + offset);
		if (code < 0) {
			drop_items(type, copies, i);
			rx_free(fits ? NULL : copies);
			return rx__mistake(code, "cannot copy item %zu of type %s", i, type->name);
		}
	}
	few.from.items = fits ? NULL : copies;
	return rx__source(&from_ops, type, &few, fits ? sizeof few : sizeof few.from);
}
