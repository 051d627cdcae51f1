/*
 * The subject and the connection are the observable's, not a subscription's: its parameters point to a block that the
 * connection holds as well.
 */
#include <clusterfy/rx/multicasting.h>

#include "observables/subjects/subject.h"

struct connectable {
	uint32_t refs;
	rx_connectable_options options;
	rx_observable *source;
	rx_subject *subject; /* NULL: not made yet */
	rx_subscription connection;
	bool connected;
	size_t connections; /* so far */
};

static struct connectable *connectable_of(const rx_observable *observable)
{
	return *(struct connectable *const *)observable->params;
}

static void connectable_unref(struct connectable *shared)
{
	if (--shared->refs)
		return;
	rx_subject_unref(shared->subject);
	rx_observable_unref(shared->source);
	rx_free(shared);
}

/* ---- The connection -------------------------------------------------------------------------------------------- */

static rx_subject *subject_of(struct connectable *shared)
{
	const rx_connectable_options *options = &shared->options;
	if (shared->subject)
		return shared->subject;
	rx_subject *made = rx__subject_connector(options->connector, shared->source->type, options->ctx);
	if (shared->subject)
		rx_subject_unref(made); /* the connector came back here */
	else
		shared->subject = made;
	return shared->subject;
}

static void disconnected(struct connectable *shared)
{
	shared->connected = false;
	if (shared->options.reset_on_disconnect == RX_RESET_NO)
		return;
	rx_subject *subject = shared->subject;
	shared->subject = NULL;
	rx_subject_unref(subject);
}

static int connection_next(const void *item, void *ctx)
{
	rx_subject_next(((struct connectable *)ctx)->subject, item);
	return 0;
}

/* The end of a connection, unless an observer has disconnected it, and perhaps connected again, when he heard of it. */
static void connection_ended(struct connectable *shared, size_t connection)
{
	if (shared->connected && shared->connections == connection)
		disconnected(shared);
}

static void connection_error(const rx_error *error, void *ctx)
{
	struct connectable *shared = ctx;
	const size_t connection = shared->connections;
	rx_subject_error_with(shared->subject, error);
	connection_ended(shared, connection);
}

static void connection_complete(void *ctx)
{
	struct connectable *shared = ctx;
	const size_t connection = shared->connections;
	rx_subject_complete(shared->subject);
	connection_ended(shared, connection);
}

static void connection_drop(void *ctx)
{
	connectable_unref(ctx);
}

/* ---- The observable -------------------------------------------------------------------------------------------- */

static int connectable_start(rx_stage *self)
{
	rx_subject *subject = subject_of(connectable_of(self->node));
	rx__subscribe_inner(self, rx_subject_observe(subject), self->node->type, 0, NULL);
	return 0;
}

static void connectable_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void disconnect(struct connectable *shared)
{
	if (!shared->connected)
		return;
	rx_unsubscribe(&shared->connection);
	disconnected(shared);
}

static void connectable_drop(void *params)
{
	struct connectable *shared = *(struct connectable **)params;
	disconnect(shared);
	connectable_unref(shared);
}

static const rx_stage_ops connectable_ops = {.name = "connectable",
                                             .state_size = sizeof(rx_inners),
                                             .flags = RX__SUBSCRIBES,
                                             .drop = connectable_drop,
                                             .start = connectable_start,
                                             .inner_complete = connectable_inner_complete};

rx_observable *rx_connectable(rx_observable *source, const rx_connectable_options *options)
{
	source = rx__given(source);
	if (rx__is_mistake(source))
		return source;
	struct connectable *shared = rx_alloc_zero(sizeof *shared);
	if (!shared) {
		rx_observable_unref(source);
		return rx__no_memory();
	}
	shared->refs = 1;
	shared->source = source;
	if (options)
		shared->options = *options;
	return rx__source(&connectable_ops, source->type, &shared, sizeof(struct connectable *));
}

static int refuse(const rx_observable *observable)
{
	char name[128] = "NULL";
	if (observable)
		rx__stage_name(observable, name, sizeof name);
	return rx_raise(-EINVAL, "%s is no connectable observable", name);
}

int rx_connectable_connect(rx_observable *observable)
{
	if (!observable || observable->ops != &connectable_ops)
		return refuse(observable);
	struct connectable *shared = connectable_of(observable);
	if (shared->connected)
		return 0;
	subject_of(shared);
	if (shared->connected)
		return 0; /* the connector did it */
	shared->connected = true;
	shared->connections++;
	shared->refs++;
	const rx_consumer next = {.name = "connectable", .in = shared->source->type, .call = connection_next};
	rx_subscribe(rx_observable_ref(shared->source),
	             &(rx_observer){.next = &next,
	                            .error = connection_error,
	                            .complete = connection_complete,
	                            .ctx = shared,
	                            .drop = connection_drop},
	             &shared->connection);
	return 0;
}

int rx_connectable_disconnect(rx_observable *observable)
{
	if (!observable || observable->ops != &connectable_ops)
		return refuse(observable);
	disconnect(connectable_of(observable));
	return 0;
}
