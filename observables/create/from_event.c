#include "observables/core/stage.h"

struct from_event {
	int (*add)(rx_subscriber *handler, void *ctx);
	void (*remove)(rx_subscriber *handler, void *ctx);
	void *ctx;
};

static int from_event_start(rx_stage *self)
{
	const struct from_event *params = RX__PARAMS(self);
	bool *added = RX__STATE(self);
	const int code = params->add(self, params->ctx);
	if (code < 0)
		return code;
	if (rx__open(self))
		*added = true;
	else if (params->remove)
		params->remove(self, params->ctx);
	return 0;
}

static void from_event_stop(rx_stage *self)
{
	const struct from_event *params = RX__PARAMS(self);
	const bool *added = RX__STATE(self);
	if (*added && params->remove)
		params->remove(self, params->ctx);
}

static const rx_stage_ops from_event_ops = {
	.name = "from_event", .state_size = sizeof(bool), .start = from_event_start, .stop = from_event_stop};

rx_observable *rx_from_event(const rx_type *type, int (*add)(rx_subscriber *handler, void *ctx),
                             void (*remove)(rx_subscriber *handler, void *ctx), void *ctx)
{
	return rx__source(&from_event_ops, type, &(struct from_event){add, remove, ctx}, sizeof(struct from_event));
}
