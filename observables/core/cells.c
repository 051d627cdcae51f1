#include "observables/core/cells.h"

#define ALIGN16(size) (((size) + 15) & ~(size_t)15)

static size_t stride(const rx_join *join)
{
	return sizeof(rx_slot) + ALIGN16(join->widest);
}

static rx_slot *slot(rx_cells *cells, const rx_join *join, size_t index)
{
	return (rx_slot *)((char *)(cells + 1) + index * stride(join));
}

size_t rx__cells_room(const rx_join *join)
{
	return join->count * stride(join);
}

void rx__cells_init(rx_cells *cells, const rx_join *join)
{
	cells->missing = join->count;
}

void rx__cells_clear(rx_cells *cells, const rx_join *join)
{
	for (size_t i = 0; i < join->count; i++)
		if (join->types[i])
			rx__slot_clear(slot(cells, join, i), join->types[i]);
}

/* A copy may come back here, and fill the cell that was empty: whether it is, is asked when the copy is there. */
static int put_copy(rx_cells *cells, rx_slot *cell, const rx_type *type, const void *item)
{
	void *copy = RX__STACK(type);
	const int code = rx_type_copy(type, copy, item);
	if (code < 0)
		return code;
	cells->missing -= !cell->full;
	rx__slot_keep(cell, type, copy);
	return 0;
}

int rx__cells_put(rx_cells *cells, const rx_join *join, size_t index, const void *item)
{
	const rx_type *type = join->types[index];
	rx_slot *cell = slot(cells, join, index);
	if (!join->plain)
		return put_copy(cells, cell, type, item);
	rx__slot_move(cell + 1, item, type->size);
	cells->missing -= !cell->full;
	cell->full = true;
	return 0;
}

bool rx__cells_has(rx_cells *cells, const rx_join *join, size_t index)
{
	return slot(cells, join, index)->full;
}

/* Numbers and their like are copied to the stack, and stay where they are as well: nothing has to come back. */
static void copy_all(rx_cells *cells, const rx_join *join, char *stack, const void **items)
{
	const char *from = (const char *)(slot(cells, join, 0) + 1);
	for (size_t i = 0; i < join->count; i++) {
		rx__slot_move(stack, from, join->types[i]->size);
		items[i] = stack;
		stack += ALIGN16(join->widest);
		from += stride(join);
	}
}

/* The first @p count slots get back what lies at @p stack. */
static void take_back(rx_cells *cells, const rx_join *join, size_t count, char *stack)
{
	for (size_t i = 0; i < count; i++)
		rx__slot_return(slot(cells, join, i), join->types[i], stack + i * ALIGN16(join->widest));
}

/* Lend all of them, at @p stack; on failure none. */
static int lend(rx_cells *cells, const rx_join *join, char *stack, const void **items)
{
	for (size_t i = 0; i < join->count; i++) {
		char *room = stack + i * ALIGN16(join->widest);
		const int code = rx__slot_lend(slot(cells, join, i), join->types[i], room);
		if (code < 0) {
			take_back(cells, join, i, stack);
			return code;
		}
		items[i] = room;
	}
	return 0;
}

/* At @p room, which has rx__join_room() bytes. */
static inline void emit_at(rx_stage *self, rx_cells *cells, const rx_join *join, const void *first, void *room)
{
	const size_t before = first ? 1 : 0, count = before + join->count;
	const void **items = room;
	const rx_type **all = (const rx_type **)(items + join->count + 1);
	const rx_type *const *types = join->types;
	char *stack = (char *)ALIGN16((uintptr_t)(all + join->count + 1));
	int code = 0;
	if (join->plain)
		copy_all(cells, join, stack, items + before);
	else
		code = lend(cells, join, stack, items + before);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	if (first) {
		all[0] = rx__in(self);
		memcpy(all + 1, join->types, join->count * sizeof *all);
		items[0] = first;
		types = all;
	}
	rx__emit(self, &(rx_tuple){count, types, items});
	if (!join->plain)
		take_back(cells, join, join->count, stack);
}

void rx__cells_emit(rx_stage *self, rx_cells *cells, const rx_join *join, const void *first)
{
	const size_t room = rx__join_room(join);
	if (RX__LIKELY(room <= RX__SPAN_BYTES)) {
		void *stack = alloca(room);
		emit_at(self, cells, join, first, stack);
		return;
	}
	void *heap = rx_alloc(room);
	if (!heap) {
		rx__fail(self, -ENOMEM);
		return;
	}
	emit_at(self, cells, join, first, heap);
	rx_free(heap);
}

size_t rx__assembly_extra(const rx_observable *node)
{
	return rx__cells_room(node->params);
}

int rx__assembly_start(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	rx_assembly *gathering = RX__STATE(self);
	gathering->active = join->count;
	rx__cells_init(&gathering->cells, join);
	if (!join->count)
		rx__complete(self);
	for (size_t i = 0; i < join->count && rx__open(self); i++)
		rx__subscribe_inner(self, rx__join_source(join, i), NULL, i, NULL);
	return 0;
}

void rx__assembly_clear(rx_stage *self)
{
	rx__cells_clear(&((rx_assembly *)RX__STATE(self))->cells, RX__PARAMS(self));
}
