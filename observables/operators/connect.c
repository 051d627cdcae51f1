#include <clusterfy/rx/multicasting.h>

#include "observables/subjects/subject.h"

struct connect {
	rx_observable *(*selector)(rx_observable *shared, void *ctx);
	rx_connector connector;
	void *ctx;
};

struct state {
	rx_inners inners;
	rx_subject *subject;
};

static rx_subject *subject_of(const rx_stage *self)
{
	return ((const struct state *)RX__STATE(self))->subject;
}

/* The result is subscribed here, and after it, if it still wants something, the source. */
static int connect_start(rx_stage *self)
{
	const struct connect *connect = RX__PARAMS(self);
	struct state *state = RX__STATE(self);
	state->subject = rx__subject_connector(connect->connector, rx__in(self), connect->ctx);
	if (!rx__open(self))
		return 0;
	rx__subscribe_inner(self, connect->selector(rx_subject_observe(state->subject), connect->ctx), self->node->type,
	                    0, NULL);
	return 0;
}

static void connect_next(rx_stage *self, const void *item)
{
	rx_subject_next(subject_of(self), item);
}

static void connect_error(rx_stage *self, const rx_error *error)
{
	rx_subject_error_with(subject_of(self), error);
}

static void connect_complete(rx_stage *self)
{
	rx_subject_complete(subject_of(self));
}

static void connect_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void connect_clear(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	rx_subject *subject = state->subject;
	state->subject = NULL;
	rx_subject_unref(subject);
}

static const rx_stage_ops connect_ops = {.name = "connect",
                                         .state_size = sizeof(struct state),
                                         .flags = RX__SUBSCRIBES | RX__UNPAUSABLE,
                                         .start = connect_start,
                                         .clear = connect_clear,
                                         .next = connect_next,
                                         .error = connect_error,
                                         .complete = connect_complete,
                                         .inner_complete = connect_inner_complete};

rx_operator *rx_connect(const rx_type *out, rx_observable *(*selector)(rx_observable *shared, void *ctx),
                        rx_connector connector, void *ctx)
{
	const struct connect connect = {selector, connector, ctx};
	return rx__operator(&connect_ops, NULL, out, NULL, (void *)&connect, sizeof connect);
}
