#include "observables/core/relay.h"

struct catch_error {
	const rx_catcher *catcher;
	void *ctx;
};

/* What an inner run is, by its slot. */
enum { SOURCE, HANDLED };

static int catch_error_start(rx_stage *self)
{
	rx__relay(self, rx_observable_ref(self->node->upstream), NULL, SOURCE);
	return 0;
}

/* Trying again is subscribing to the source once more, not to a catch_error within this one: so it can go on for ever. */
static void catch_error_inner_error(rx_stage *self, rx_inner *inner, const rx_error *error)
{
	const struct catch_error *params = RX__PARAMS(self);
	rx_observable *caught = (rx_observable *)self->node;
	if (inner->slot == HANDLED) {
		rx__error(self, error);
		return;
	}
	rx_observable *handled = params->catcher->call(error, caught, params->ctx);
	if (handled != caught) {
		rx__relay(self, handled ? handled : rx__no_memory(), params->catcher->out, HANDLED);
		return;
	}
	rx__relay(self, rx_observable_ref(caught->upstream), NULL, SOURCE);
	rx_observable_unref(caught);
}

static void catch_error_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static const rx_stage_ops catch_error_ops = {.name = "catch_error",
                                             .state_size = sizeof(rx_relay),
                                             .flags = RX__HEAD | RX__SUBSCRIBES,
                                             .start = catch_error_start,
                                             .clear = rx__relay_clear,
                                             .inner_error = catch_error_inner_error,
                                             .inner_complete = catch_error_inner_complete};

rx_operator *rx_catch_error_fn(const rx_catcher *catcher, void *ctx)
{
	return rx__operator(&catch_error_ops, catcher->out, NULL, catcher->name, &(struct catch_error){catcher, ctx},
	                    sizeof(struct catch_error));
}
