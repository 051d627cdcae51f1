#include "lib/shutdown/shutdown.h"

#include <signal.h>

#include "lib/command/serve.h"
#include "lib/primary/group.h"
#include "lib/primary/route.h"
#include "lib/primary/succession.h"
#include "lib/primary/workers.h"
#include "lib/worker/status.h"

/* ---- The stages ------------------------------------------------------------------------------------------------------ */

static void end(cy_cluster *cluster)
{
	cluster->stage = CY__ENDED;
	rx_cancel(&cluster->deadline);
	cy__conclude(cluster);
}

/* What was sent arrives: the primary reads it all, closes, and the end of the channel is the end (worker/join.c). */
static void flush(cy_cluster *cluster)
{
	cluster->stage = CY__FLUSHING;
	if (!cluster->primary && cluster->peer.channel) {
		rx_subject_complete(cluster->flushing); /* the reply to cy_shutdown */
		cy__peer_leave(&cluster->peer);
	}
	if (cluster->primary || !cluster->peer.channel)
		end(cluster);
}

static void clean(cy_cluster *cluster)
{
	cluster->stage = CY__CLEANING;
	cy__methods_run(cluster, cluster->signal, flush);
}

static bool may_clean(const cy_cluster *cluster)
{
	return cluster->primary ? !cluster->groups && !cy__workers_live(cluster)
	                        : !cluster->busy && cy__serving(cluster) == 0;
}

void cy__stop_progress(cy_cluster *cluster)
{
	if (cluster->stage == CY__STOPPING && !cluster->holding && may_clean(cluster))
		clean(cluster);
	else if (cluster->stage == CY__FLUSHING && !cluster->primary && !cluster->peer.channel)
		end(cluster);
}

/* Whatever still runs has had its time. */
static void overdue(rx_task *task)
{
	cy_cluster *cluster = CY__CONTAINER(task, cy_cluster, deadline);
	cy__trouble(cluster, cluster->id, -ETIMEDOUT, "%s did not stop in time", cy_label(cluster));
	cy__stop_force(cluster, cluster->exit_status);
}

/* ---- Beginning -------------------------------------------------------------------------------------------------------- */

static void stop_workers(cy_cluster *cluster, rx_nsec timeout, int signal)
{
	cy__worker *worker = cy__workers_after(cluster, 0);
	cy__spares_stop(cluster, timeout, signal);
	cy__groups_stop(cluster, timeout, signal);
	for (uint32_t id; worker && (id = worker->peer.id); worker = cy__workers_after(cluster, id))
		if (!worker->member)
			cy__worker_stop(worker, timeout, signal);
}

/* In the primary its workers have their time, then its own methods have theirs. */
static rx_nsec time_to_stop(const cy_cluster *cluster)
{
	const rx_nsec timeout = cluster->options.shutdown_timeout, more = cluster->options.kill_after;
	if (timeout >= RX_NEVER / 4 || more >= RX_NEVER / 4)
		return RX_NEVER;
	return cluster->primary ? 2 * (timeout + more) : timeout + more;
}

/* Stopping goes on in a turn of its own: who asked for it, in a callback, has returned by then. */
static void nudge(rx_task *task)
{
	cy__stop_progress(CY__CONTAINER(task, cy_cluster, nudge));
}

void cy__stop_begin(cy_cluster *cluster, int signal)
{
	if (cluster->stage != CY__RUNNING)
		return;
	cluster->stage = CY__STOPPING;
	cluster->signal = signal;
	cluster->deadline.run = overdue;
	rx_schedule(cluster->scheduler, &cluster->deadline, time_to_stop(cluster));
	cluster->holding = true; /* it is stopping only when everybody knows */
	if (cluster->primary) {
		stop_workers(cluster, cluster->options.shutdown_timeout, signal);
	} else {
		cy__signals_let_go(cluster); /* from here on a SIGTERM ends it */
		cy__status_change(cluster, CY_STOPPING);
	}
	cluster->holding = false;
	cluster->nudge.run = nudge;
	rx_schedule(cluster->scheduler, &cluster->nudge, 0);
}

void cy__stop_force(cy_cluster *cluster, int status)
{
	cluster->exit_status = status;
	if (cluster->stage == CY__ENDED)
		return;
	cy__worker *worker = cluster->primary ? cy__workers_after(cluster, 0) : NULL;
	cy__spares_force(cluster);
	for (uint32_t id; worker && (id = worker->peer.id); worker = cy__workers_after(cluster, id))
		cy__worker_force(worker);
	end(cluster);
}

void cy_stop(cy_cluster *cluster, int status)
{
	if (cluster->stage != CY__RUNNING)
		return;
	cluster->exit_status = status;
	cy__stop_begin(cluster, 0);
}

void cy__stop_finish(cy_cluster *cluster)
{
	rx_cancel(&cluster->deadline);
	rx_cancel(&cluster->nudge);
	cy__signals_stop(cluster);
	cy__methods_finish(cluster);
}

/* ---- Stopping workers ------------------------------------------------------------------------------------------------ */

struct shutdown {
	cy_cluster *cluster;
	uint32_t to;
	char *name;
	rx_nsec timeout;
};

/* One subscription: which of them have not been reaped. */
struct waiting {
	rx_subscriber *subscriber;
	rx_subscription events;
	size_t count;
	uint32_t ids[];
};

static void take_exit(const cy_event *event, void *ctx)
{
	struct waiting *waiting = ctx;
	if (event->sequel == CY_REPLACED)
		return; /* it lives on */
	for (size_t i = 0; i < waiting->count; i++) {
		if (waiting->ids[i] != event->worker)
			continue;
		waiting->ids[i] = waiting->ids[--waiting->count];
		rx_subscriber *subscriber = waiting->subscriber; /* which may end within the next call */
		const bool last = waiting->count == 0;
		if (rx_next(subscriber, event) && last)
			rx_complete(subscriber);
		return;
	}
}
RX_CONSUMER(take_exit, cy_event);

static void waiting_failed(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct waiting *)ctx)->subscriber, error);
}

static void waiting_canceled(void *ctx)
{
	rx_fail(((struct waiting *)ctx)->subscriber, -ECANCELED, "the cluster has ended");
}

static void stop_waiting(void *ctx)
{
	struct waiting *waiting = ctx;
	rx_unsubscribe(&waiting->events);
	rx_free(waiting);
}

static void add_waiting(struct waiting *waiting, const cy__worker *worker)
{
	if (worker->current.running)
		waiting->ids[waiting->count++] = worker->peer.id;
}

static int choose(struct waiting *waiting, const struct shutdown *shutdown, cy__worker **one)
{
	const cy_cluster *cluster = shutdown->cluster;
	*one = NULL;
	if (shutdown->to == CY__TO_ALL || shutdown->to == CY__TO_OTHERS) {
		for (size_t i = 0; i < cluster->worker_count; i++)
			add_waiting(waiting, cluster->workers[i]);
		return 0;
	}
	const int code = shutdown->to == CY__TO_ANY
	                         ? ((*one = cy__route_any(cluster)) ? 0 : rx_raise(-ENOENT, "there is no worker"))
	                         : cy__route_worker(cluster, shutdown->to, shutdown->name, one);
	if (code >= 0)
		add_waiting(waiting, *one);
	return code;
}

static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct shutdown *shutdown = ctx;
	cy_cluster *cluster = shutdown->cluster;
	cy__worker *one;
	if (!cluster->primary)
		return rx_raise(-EPERM, "shutdown: this process is not the primary");
	struct waiting *waiting = rx_alloc_zero(sizeof *waiting + (cluster->worker_count + 1) * sizeof *waiting->ids);
	if (!waiting)
		return -ENOMEM;
	waiting->subscriber = subscriber;
	int code = choose(waiting, shutdown, &one);
	if (code >= 0)
		code = rx_on_teardown(subscriber, stop_waiting, waiting);
	if (code < 0) {
		rx_free(waiting);
		return code;
	}
	const bool nobody = waiting->count == 0;
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT),
	             &(rx_observer){RX_NEXT(take_exit), .error = waiting_failed, .complete = waiting_canceled,
	                            .ctx = waiting, .scheduler = cluster->scheduler},
	             &waiting->events);
	if (!rx_wanted(subscriber))
		return 0;
	if (one)
		cy__worker_stop(one, shutdown->timeout, 0);
	else
		stop_workers(cluster, shutdown->timeout, 0);
	if (nobody)
		rx_complete(subscriber);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_shutdown(void *ctx)
{
	struct shutdown *shutdown = ctx;
	rx_free(shutdown->name);
	rx_free(shutdown);
}

rx_observable *cy_shutdown(cy_cluster *cluster, cy_target workers, rx_nsec timeout)
{
	struct shutdown *shutdown = rx_alloc_zero(sizeof *shutdown);
	char *name = workers.name ? cy__strdup(workers.name) : NULL;
	if (!shutdown || (workers.name && !name)) {
		rx_free(shutdown);
		rx_free(name);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	*shutdown = (struct shutdown){.cluster = cluster,
	                              .to = workers.to,
	                              .name = name,
	                              .timeout = timeout ? timeout : cluster->options.shutdown_timeout};
	return rx_create(&rx_type_cy_event, subscribe, shutdown, drop_shutdown);
}
