#include "observables/core/projection.h"

static rx_observable *project_item(rx_stage *self, const void *item, size_t index)
{
	const rx_projection *projection = RX__PARAMS(self);
	return projection->projector->call(item, index, projection->ctx);
}

static rx_observable *project_stream(rx_stage *self, const void *item, size_t index)
{
	(void)index;
	rx_observable *stream = *(const rx_stream *)item;
	return stream ? rx_observable_ref(stream) : rx__no_inner(self);
}

rx_operator *rx__projecting(const rx_stage_ops *ops, const rx_projector *projector, void *ctx, size_t limit)
{
	rx_projection projection = {.project = project_item,
	                            .in = projector->in,
	                            .out = projector->out,
	                            .projector = projector,
	                            .ctx = ctx,
	                            .limit = limit ? limit : SIZE_MAX};
	return rx__operator(ops, projector->in, projector->out, projector->name, &projection, sizeof projection);
}

rx_operator *rx__flattening(const rx_stage_ops *ops, const rx_type *type, size_t limit)
{
	rx_projection projection = {
		.project = project_stream, .in = &rx_type_rx_stream, .out = type, .limit = limit ? limit : SIZE_MAX};
	return rx__operator(ops, projection.in, type, NULL, &projection, sizeof projection);
}
