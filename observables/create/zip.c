#include "observables/core/join.h"
#include "observables/core/ring.h"

#define ALIGN16(size) (((size) + 15) & ~(size_t)15)

/* What of a source waits for the others. */
struct line {
	rx_ring ring;
	bool done;
};

struct state {
	rx_inners inners;
	size_t empty; /* how many lines are */
	struct line lines[];
};

static size_t zip_extra(const rx_observable *node)
{
	return ((const rx_join *)node->params)->count * sizeof(struct line);
}

static int zip_start(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->empty = join->count;
	if (!join->count)
		rx__complete(self);
	for (size_t i = 0; i < join->count && rx__open(self); i++)
		rx__subscribe_inner(self, rx__join_source(join, i), NULL, i, NULL);
	return 0;
}

/* At @p room, which has rx__join_room() bytes. */
static inline void emit_at(rx_stage *self, void *room)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	const size_t size = ALIGN16(join->widest);
	const void **items = room;
	char *stack = (char *)ALIGN16((uintptr_t)(items + join->count));
	for (size_t i = 0; i < join->count; i++) {
		items[i] = stack + i * size;
		rx__ring_pop(&state->lines[i].ring, join->types[i], (void *)items[i]);
		if (!state->lines[i].ring.count)
			state->empty++;
	}
	rx__emit(self, &(rx_tuple){join->count, join->types, items});
	for (size_t i = 0; i < join->count; i++)
		rx_type_drop(join->types[i], (void *)items[i]);
}

static void emit_firsts(rx_stage *self)
{
	const size_t room = rx__join_room(RX__PARAMS(self));
	if (RX__LIKELY(room <= RX__SPAN_BYTES)) {
		void *stack = alloca(room);
		emit_at(self, stack);
		return;
	}
	void *heap = rx_alloc(room);
	if (!heap) {
		rx__fail(self, -ENOMEM);
		return;
	}
	emit_at(self, heap);
	rx_free(heap);
}

static bool one_has_run_dry(const rx_join *join, const struct state *state)
{
	for (size_t i = 0; i < join->count; i++)
		if (state->lines[i].done && !state->lines[i].ring.count)
			return true;
	return false;
}

static void zip_inner_next(rx_stage *self, rx_inner *inner, const void *item)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	rx_ring *ring = &state->lines[inner->slot].ring;
	const int code = rx__ring_push(ring, join->types[inner->slot], item);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	if (!rx__open(self))
		return;
	if (ring->count == 1)
		state->empty--;
	if (state->empty)
		return;
	emit_firsts(self);
	if (rx__open(self) && one_has_run_dry(join, state))
		rx__complete(self);
}

static void zip_inner_complete(rx_stage *self, rx_inner *inner)
{
	struct state *state = RX__STATE(self);
	struct line *line = &state->lines[inner->slot];
	line->done = true;
	if (!line->ring.count)
		rx__complete(self);
}

static void zip_clear(rx_stage *self)
{
	const rx_join *join = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	for (size_t i = 0; i < join->count; i++)
		if (join->types[i])
			rx__ring_clear(&state->lines[i].ring, join->types[i]);
}

static const rx_stage_ops zip_ops = {.name = "zip",
                                     .state_size = sizeof(struct state),
                                     .flags = RX__SUBSCRIBES,
                                     .extra = zip_extra,
                                     .drop = rx__join_drop,
                                     .start = zip_start,
                                     .clear = zip_clear,
                                     .inner_next = zip_inner_next,
                                     .inner_complete = zip_inner_complete};

rx_observable *rx_zip_array(rx_observable *const *sources)
{
	return rx__join(&zip_ops, &rx_type_rx_tuple, sources);
}
