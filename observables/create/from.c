/*
 * Items from an array, owned by the recipe or borrowed from the caller. Emitted as one span: they lie packed already.
 */
#include "observables/core/stage.h"

struct from {
	const rx_type *type;
	const char *items;
	size_t count;
	bool owned;
};

struct state {
	size_t done;
	bool paused, running;
};

static void from_run(rx_stage *self)
{
	const struct from *from = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->running = true;
	while (state->done < from->count && rx__open(self) && !state->paused) {
		const size_t left = from->count - state->done, count = left < RX__SPAN ? left : RX__SPAN;
		const char *first = from->items + state->done * from->type->size;
		state->done += count;
		rx__emit_span(self, first, count);
	}
	state->running = false;
	if (rx__open(self) && !state->paused)
		rx__complete(self);
}

static int from_start(rx_stage *self)
{
	from_run(self);
	return 0;
}

static int from_pause(rx_stage *self)
{
	((struct state *)RX__STATE(self))->paused = true;
	return 0;
}

static void from_resume(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->paused = false;
	if (!state->running)
		from_run(self);
}

static void drop_items(const rx_type *type, char *items, size_t count)
{
	for (size_t i = 0; type->drop && i < count; i++)
		type->drop(items + i * type->size);
	rx_free(items);
}

static void from_drop(void *params)
{
	const struct from *from = params;
	if (from->owned)
		drop_items(from->type, (char *)from->items, from->count);
}

static const rx_stage_ops from_ops = {.name = "from",
                                      .state_size = sizeof(struct state),
                                      .start = from_start,
                                      .pause = from_pause,
                                      .resume = from_resume,
                                      .drop = from_drop};

rx_observable *rx_from_span(const rx_type *type, const void *items, size_t count)
{
	return rx__source(&from_ops, type, &(struct from){type, items, count, false}, sizeof(struct from));
}

rx_observable *rx_from(const rx_type *type, const void *items, size_t count)
{
	char *copies = rx_alloc(count * type->size + 1);
	if (!copies)
		return rx__no_memory();
	for (size_t i = 0; i < count; i++) {
		const size_t offset = i * type->size;
		const int code = rx_type_copy(type, copies + offset, (const char *)items + offset);
		if (code < 0) {
			drop_items(type, copies, i);
			return rx__mistake(code, "cannot copy item %zu of type %s", i, type->name);
		}
	}
	return rx__source(&from_ops, type, &(struct from){type, copies, count, true}, sizeof(struct from));
}
