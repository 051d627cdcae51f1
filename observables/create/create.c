/*
 * rx_create: a source made of a user's function. The subscriber it gets is the source's stage itself; to keep it past
 * its end is to keep the run's block.
 */
#include "observables/core/stage.h"

struct create {
	int (*subscribe)(rx_subscriber *subscriber, void *ctx);
	void *ctx;
	void (*drop)(void *ctx);
};

struct state {
	struct rx_finalizer first, *teardown; /* most have one */
	void (*flow)(bool resume, void *ctx);
	void *flow_ctx;
};

static int create_start(rx_stage *self)
{
	const struct create *create = RX__PARAMS(self);
	return create->subscribe(self, create->ctx);
}

static void create_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	void (*call)(void *ctx) = state->first.call;
	state->first.call = NULL;
	if (call)
		call(state->first.ctx);
	while (state->teardown) {
		struct rx_finalizer *finalizer = state->teardown;
		state->teardown = finalizer->next;
		finalizer->call(finalizer->ctx);
		rx_free(finalizer);
	}
}

static int create_pause(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	if (!state->flow)
		return -ENOTSUP;
	state->flow(false, state->flow_ctx);
	return 0;
}

static void create_resume(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	if (state->flow)
		state->flow(true, state->flow_ctx);
}

static void create_drop(void *params)
{
	const struct create *create = params;
	if (create->drop)
		create->drop(create->ctx);
}

static const rx_stage_ops create_ops = {.name = "create",
                                        .state_size = sizeof(struct state),
                                        .start = create_start,
                                        .stop = create_stop,
                                        .drop = create_drop,
                                        .pause = create_pause,
                                        .resume = create_resume};

rx_observable *rx_create(const rx_type *type, int (*subscribe)(rx_subscriber *subscriber, void *ctx), void *ctx,
                         void (*drop)(void *ctx))
{
	return rx__source(&create_ops, type, &(struct create){subscribe, ctx, drop}, sizeof(struct create));
}

bool rx_next(rx_subscriber *self, const void *item)
{
	if (!rx__open(self)) {
		rx__dropped(self->node, NULL);
		return false;
	}
	rx__pin(self);
	rx__emit(self, item);
	const bool wanted = rx__open(self);
	rx__unpin(self);
	return wanted;
}

void rx_fail_with(rx_subscriber *self, const rx_error *error)
{
	if (!rx__open(self)) {
		rx__dropped(self->node, error);
		return;
	}
	rx__pin(self);
	rx__error(self, error);
	rx__unpin(self);
}

void rx_fail(rx_subscriber *self, int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const rx_error *error = rx__error_create(code, format, arguments);
	va_end(arguments);
	rx_fail_with(self, error);
	rx_error_unref(error);
}

void rx_complete(rx_subscriber *self)
{
	if (!rx__open(self)) {
		rx__dropped(self->node, NULL);
		return;
	}
	rx__pin(self);
	rx__complete(self);
	rx__unpin(self);
}

bool rx_wanted(const rx_subscriber *self)
{
	return rx__open(self);
}

int rx_on_teardown(rx_subscriber *self, void (*teardown)(void *ctx), void *ctx)
{
	struct state *state = RX__STATE(self);
	if (!rx__open(self)) {
		teardown(ctx);
		return 0;
	}
	if (state->first.call)
		return rx__finalizer_append(&state->teardown, teardown, ctx);
	state->first = (struct rx_finalizer){.call = teardown, .ctx = ctx};
	return 0;
}

void rx_on_flow(rx_subscriber *self, void (*flow)(bool resume, void *ctx), void *ctx)
{
	struct state *state = RX__STATE(self);
	state->flow = flow;
	state->flow_ctx = ctx;
}

rx_scheduler *rx_subscriber_scheduler(const rx_subscriber *self)
{
	return rx__scheduler(self);
}

rx_subscriber *rx_subscriber_ref(rx_subscriber *self)
{
	if (self)
		rx__pin(self);
	return self;
}

void rx_subscriber_unref(rx_subscriber *self)
{
	if (self)
		rx__unpin(self);
}
