#include "observables/core/stage.h"

struct map {
	const rx_mapper *mapper;
	void *ctx;
};

static void map_next(rx_stage *self, const void *item)
{
	const struct map *map = RX__PARAMS(self);
	const rx_type *type = self->node->type;
	void *out = RX__STACK(type);
	const int code = map->mapper->call(item, rx__number(self), out, map->ctx);
	if (code < 0) {
		rx__fail(self, code);
		return;
	}
	rx__emit(self, out);
	rx_type_drop(type, out);
}

static void map_span(rx_stage *self, const void *items, size_t count)
{
	const rx_mapper *mapper = ((const struct map *)RX__PARAMS(self))->mapper;
	const char *item = items;
	if (!mapper->span) {
		for (; count-- && rx__open(self); item += mapper->in->size)
			map_next(self, item);
		return;
	}
	const size_t room = rx__span_room(mapper->out);
	char *out = RX__STACK_SPAN(mapper->out, room);
	while (count && rx__open(self)) {
		const size_t part = count < room ? count : room;
		mapper->span(item, part, out);
		rx__emit_span(self, out, part);
		item += part * mapper->in->size;
		count -= part;
	}
}

static void map_step(const void *params, rx_step *step)
{
	const struct map *map = params;
	*step = (rx_step){RX__MAPS, .kernel = map->mapper->span, .map = map->mapper->call, .ctx = map->ctx};
}

static size_t map_extra(const rx_observable *node)
{
	return rx__number_room(((const struct map *)node->params)->mapper->span);
}

static const rx_stage_ops map_ops = {
	.name = "map", .extra = map_extra, .next = map_next, .span = map_span, .step = map_step};

rx_operator *rx_map_fn(const rx_mapper *mapper, void *ctx)
{
	return rx__operator(&map_ops, mapper->in, mapper->out, mapper->name, &(struct map){mapper, ctx},
	                    sizeof(struct map));
}
