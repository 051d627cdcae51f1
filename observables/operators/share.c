/*
 * One block is shared by the observable, the connection and a notifier that may be running; the observable's parameters
 * point to it. A connection and a notifier have blocks of their own, for a reset forgets them at once, and what they
 * are in the middle of goes on.
 */
#include "observables/operators/share.h"
#include "observables/subjects/subject.h"

struct share {
	uint32_t refs;
	rx_share_config config;
	rx_observable *source;
	rx_subject *subject; /* NULL: reset */
	struct connection *connection;
	struct notifier *notifier;
	size_t observers;
	bool connected; /* since the last reset; the connection may have ended */
	bool completed, failed;
	bool gone; /* nobody subscribes, and nobody can any more */
};

struct connection {
	rx_subscription subscription;
	struct share *share;
	rx_subject *subject;
};

struct notifier {
	rx_subscription subscription;
	struct share *share;
	void (*reset)(struct share *share);
};

static void share_unref(struct share *share)
{
	if (--share->refs)
		return;
	rx_subject_unref(share->subject);
	rx_observable_unref(share->source);
	rx_free(share);
}

/* ---- Resetting ------------------------------------------------------------------------------------------------- */

static void cancel_notifier(struct share *share)
{
	struct notifier *notifier = share->notifier;
	share->notifier = NULL;
	if (notifier)
		rx_unsubscribe(&notifier->subscription);
}

static void reset(struct share *share)
{
	cancel_notifier(share);
	rx_subject *subject = share->subject;
	share->subject = NULL;
	share->connection = NULL;
	share->connected = share->completed = share->failed = false;
	rx_subject_unref(subject);
}

static void reset_and_disconnect(struct share *share)
{
	cancel_notifier(share);
	struct connection *connection = share->connection;
	reset(share);
	if (connection)
		rx_unsubscribe(&connection->subscription);
}

static int notified(const void *item, void *ctx)
{
	(void)item;
	struct notifier *notifier = ctx;
	struct share *share = notifier->share;
	share->refs++;
	void (*const call)(struct share *) = notifier->reset;
	rx_unsubscribe(&notifier->subscription);
	call(share);
	share_unref(share);
	return 0;
}

static void notifier_drop(void *ctx)
{
	struct notifier *notifier = ctx;
	struct share *share = notifier->share;
	if (share->notifier == notifier)
		share->notifier = NULL;
	rx_free(notifier);
	share_unref(share);
}

/*
 * Call @p call at the first item of @p when, which is consumed. The function that made it may have let go of the last
 * reference: nobody would be left to cancel the notifier.
 */
static void reset_when(struct share *share, rx_observable *when, void (*call)(struct share *share))
{
	static const rx_consumer next = {.name = "notifier", .call = notified};
	cancel_notifier(share);
	if (share->gone) {
		rx_observable_unref(when);
		return;
	}
	struct notifier *notifier = rx_alloc_zero(sizeof *notifier);
	if (!notifier) {
		const rx_error *error = rx__error_from_code(-ENOMEM, NULL);
		rx__unhandled(error);
		rx_error_unref(error);
		rx_observable_unref(when);
		return;
	}
	share->refs++;
	share->notifier = notifier;
	notifier->share = share;
	notifier->reset = call;
	rx_subscribe(when ? when : rx__no_memory(),
	             &(rx_observer){.next = &next, .ctx = notifier, .drop = notifier_drop}, &notifier->subscription);
}

/* ---- The connection -------------------------------------------------------------------------------------------- */

static int connection_next(const void *item, void *ctx)
{
	rx_subject_next(((struct connection *)ctx)->subject, item);
	return 0;
}

static bool connection_span(const void *items, size_t count, void *ctx)
{
	return rx__subject_span(((struct connection *)ctx)->subject, items, count);
}

static void connection_error(const rx_error *error, void *ctx)
{
	const struct connection *connection = ctx;
	struct share *share = connection->share;
	const rx_share_options *options = &share->config.options;
	share->failed = true;
	cancel_notifier(share);
	if (share->gone)
		; /* nor is anybody left who owns the functions' context */
	else if (options->reset_on_error_when)
		reset_when(share, options->reset_on_error_when(error, options->ctx), reset);
	else if (options->reset_on_error != RX_RESET_NO)
		reset(share);
	rx_subject_error_with(connection->subject, error);
}

static void connection_complete(void *ctx)
{
	const struct connection *connection = ctx;
	struct share *share = connection->share;
	const rx_share_options *options = &share->config.options;
	share->completed = true;
	cancel_notifier(share);
	if (share->gone)
		; /* as above */
	else if (options->reset_on_complete_when)
		reset_when(share, options->reset_on_complete_when(options->ctx), reset);
	else if (options->reset_on_complete != RX_RESET_NO)
		reset(share);
	rx_subject_complete(connection->subject);
}

static void connection_drop(void *ctx)
{
	struct connection *connection = ctx;
	struct share *share = connection->share;
	if (share->connection == connection)
		share->connection = NULL;
	rx_subject_unref(connection->subject);
	rx_free(connection);
	share_unref(share);
}

static int connect(struct share *share, rx_subject *subject, rx_scheduler *scheduler)
{
	struct connection *connection = rx_alloc_zero(sizeof *connection);
	if (!connection)
		return -ENOMEM;
	share->refs++;
	share->connected = true;
	share->connection = connection;
	connection->share = share;
	connection->subject = rx_subject_ref(subject);
	const rx_consumer next = {.name = "share", .in = share->source->type, .call = connection_next};
	rx__subscribe_spans(rx_observable_ref(share->source),
	                    &(rx_observer){.next = &next,
	                                   .error = connection_error,
	                                   .complete = connection_complete,
	                                   .ctx = connection,
	                                   .drop = connection_drop,
	                                   .scheduler = scheduler},
	                    connection_span, &connection->subscription);
	return 0;
}

/* ---- The observable -------------------------------------------------------------------------------------------- */

struct state {
	rx_inners inners;
	bool counted;
};

static struct share *share_of(const rx_stage *self)
{
	return *(struct share *const *)RX__PARAMS(self);
}

static rx_subject *make_subject(const struct share *share, rx_scheduler *scheduler)
{
	const rx_share_config *config = &share->config;
	const rx_type *type = share->source->type;
	if (config->replays)
		return rx__replay_create(type, config->replay.buffer_size, config->replay.window,
		                         config->replay.scheduler ? config->replay.scheduler : scheduler);
	return rx__subject_connector(config->options.connector, type, config->options.ctx);
}

/* The connector may come back here, and then what that made is the subject. */
static rx_subject *subject_of(struct share *share, rx_scheduler *scheduler)
{
	if (share->subject)
		return share->subject;
	rx_subject *made = make_subject(share, scheduler);
	if (share->subject)
		rx_subject_unref(made);
	else
		share->subject = made;
	return share->subject;
}

static int share_start(rx_stage *self)
{
	struct share *share = share_of(self);
	((struct state *)RX__STATE(self))->counted = true;
	share->observers++;
	if (!share->failed && !share->completed)
		cancel_notifier(share);
	rx_subject *subject = rx_subject_ref(subject_of(share, rx__scheduler(self)));
	rx__subscribe_inner(self, rx_subject_observe(subject), share->source->type, 0, NULL);
	int code = 0;
	if (!share->connected && share->observers > 0)
		code = connect(share, subject, rx__scheduler(self));
	rx_subject_unref(subject);
	return code;
}

static void share_stop(rx_stage *self)
{
	struct share *share = share_of(self);
	const rx_share_options *options = &share->config.options;
	if (!((struct state *)RX__STATE(self))->counted || --share->observers || share->failed || share->completed)
		return;
	if (options->reset_on_ref_count_zero_when)
		reset_when(share, options->reset_on_ref_count_zero_when(options->ctx), reset_and_disconnect);
	else if (options->reset_on_ref_count_zero != RX_RESET_NO)
		reset_and_disconnect(share);
}

static void share_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void share_drop(void *params)
{
	struct share *share = *(struct share **)params;
	share->gone = true;
	reset_and_disconnect(share);
	share_unref(share);
}

static const rx_stage_ops share_ops = {.name = "share",
                                       .state_size = sizeof(struct state),
                                       .flags = RX__SUBSCRIBES,
                                       .drop = share_drop,
                                       .start = share_start,
                                       .stop = share_stop,
                                       .inner_complete = share_inner_complete};

static rx_observable *share_apply(rx_operator *op, rx_observable *source)
{
	struct share *share = rx_alloc_zero(sizeof *share);
	if (!share) {
		rx_observable_unref(source);
		return rx__no_memory();
	}
	share->refs = 1;
	share->config = *(const rx_share_config *)op->params;
	share->source = source;
	return rx__source(&share_ops, source->type, &share, sizeof(struct share *));
}

rx_operator *rx__share(const rx_share_config *config)
{
	return rx__operator_apply(share_apply, NULL, (void *)config, sizeof *config, NULL);
}

rx_operator *rx_share(const rx_share_options *options)
{
	rx_share_config config = {.options = {.connector = NULL}};
	if (options)
		config.options = *options;
	return rx__share(&config);
}
