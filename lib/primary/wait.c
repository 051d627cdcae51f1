/*
 * Waiting for a status: for this worker and this status only, and no longer than it can still come.
 */
#include <inttypes.h>

#include "lib/primary/group.h"
#include "lib/primary/route.h"
#include "lib/primary/workers.h"

/* ---- Can it still come? -------------------------------------------------------------------------------------------------- */

enum outlook {
	REACHED,
	MAY_COME,
	NEVER,
};

static bool runs_again(const cy__worker *worker)
{
	if (worker->member)
		return cy__group_brings_back(worker);
	return !worker->supervisor.asked && worker->supervisor.revive != CY_REVIVE_NEVER;
}

/* EXITED of one that revives has come; what it passed comes again only with another incarnation. */
static enum outlook outlook_of(const cy__worker *worker, cy_status wanted)
{
	const cy_status status = worker->supervisor.status;
	if (status == wanted)
		return REACHED;
	if (status == CY_EXITED)
		return cy__worker_lives(worker) ? MAY_COME : NEVER;
	if (wanted == CY_STOPPING || wanted == CY_EXITED)
		return MAY_COME;
	if (runs_again(worker))
		return MAY_COME;
	if (status == CY_STOPPING || wanted == CY_INITIALIZING)
		return NEVER;
	return wanted == CY_LOADED && status != CY_INITIALIZING ? NEVER : MAY_COME;
}

static int never(const cy_cluster *cluster, uint32_t id, const char *what)
{
	return rx_raise(-ESRCH, "%s can no longer be %s", cy_label_of(cluster, id), what);
}

/* ---- One status of one worker --------------------------------------------------------------------------------------------- */

struct recipe {
	cy_cluster *cluster;
	uint32_t to;
	char *name;
	cy_status status;
};

struct wait {
	cy_cluster *cluster;
	uint32_t id;
	cy_status status;
	rx_subscriber *subscriber;
	rx_subscription events;
};

static void reached(struct wait *wait)
{
	rx_subscriber *subscriber = wait->subscriber;
	const int status = wait->status;
	if (rx_next(subscriber, &status))
		rx_complete(subscriber);
}

static void failed(struct wait *wait)
{
	const int code = never(wait->cluster, wait->id, cy_status_name(wait->status));
	rx_fail(wait->subscriber, code, "%s", rx_words(code));
}

static void look(const cy_event *event, void *ctx)
{
	struct wait *wait = ctx;
	if (event->worker != wait->id || (event->type != CY_EVENT_STATUS && event->type != CY_EVENT_EXIT))
		return;
	const cy__worker *worker = cy__workers_find(wait->cluster, wait->id);
	if (worker && event->incarnation != worker->supervisor.incarnation)
		return; /* another process that has its id for a while */
	if (event->type == CY_EVENT_STATUS && event->status == wait->status)
		reached(wait);
	else if (!worker || outlook_of(worker, wait->status) == NEVER)
		failed(wait);
}
RX_CONSUMER(look, cy_event);

static void wait_failed(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct wait *)ctx)->subscriber, error);
}

static void wait_canceled(void *ctx)
{
	rx_fail(((struct wait *)ctx)->subscriber, -ECANCELED, "the cluster has ended");
}

static void stop_wait(void *ctx)
{
	struct wait *wait = ctx;
	rx_unsubscribe(&wait->events);
	rx_free(wait);
}

static int check_primary(const cy_cluster *cluster)
{
	return cluster->primary ? 0 : rx_raise(-EPERM, "waiting for workers is the primary's");
}

static int begin_wait(rx_subscriber *subscriber, void *ctx)
{
	const struct recipe *recipe = ctx;
	cy__worker *worker;
	int code = check_primary(recipe->cluster);
	if (code >= 0 && (recipe->status < CY_INITIALIZING || recipe->status > CY_EXITED))
		code = rx_raise(-EINVAL, "there is no status %d", (int)recipe->status);
	if (code >= 0)
		code = cy__route_worker(recipe->cluster, recipe->to, recipe->name, &worker);
	struct wait *wait = code < 0 ? NULL : rx_alloc_zero(sizeof *wait);
	if (!wait)
		return code < 0 ? code : -ENOMEM;
	*wait = (struct wait){
		.cluster = recipe->cluster, .id = worker->peer.id, .status = recipe->status, .subscriber = subscriber};
	code = rx_on_teardown(subscriber, stop_wait, wait);
	if (code < 0) {
		rx_free(wait);
		return code;
	}
	rx_subscribe(cy_events(recipe->cluster),
	             &(rx_observer){RX_NEXT(look), .error = wait_failed, .complete = wait_canceled, .ctx = wait,
	                            .scheduler = recipe->cluster->scheduler},
	             &wait->events);
	if (!rx_wanted(subscriber))
		return 0;
	switch (outlook_of(worker, recipe->status)) {
	case REACHED:
		reached(wait);
		break;
	case NEVER:
		failed(wait);
		break;
	case MAY_COME:
		break;
	}
	return 0;
}

static int wait_subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin_wait(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_recipe(void *ctx)
{
	struct recipe *recipe = ctx;
	rx_free(recipe->name);
	rx_free(recipe);
}

rx_observable *cy_wait_status(cy_cluster *cluster, cy_target worker, cy_status status)
{
	struct recipe *recipe = rx_alloc_zero(sizeof *recipe);
	char *name = worker.name ? cy__strdup(worker.name) : NULL;
	if (!recipe || (worker.name && !name)) {
		rx_free(recipe);
		rx_free(name);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	*recipe = (struct recipe){.cluster = cluster, .to = worker.to, .name = name, .status = status};
	return rx_create(&rx_type_int, wait_subscribe, recipe, drop_recipe);
}

/* ---- Readiness of many ------------------------------------------------------------------------------------------------------ */

struct ready_recipe {
	cy_cluster *cluster;
	bool all;
	size_t count;
	uint32_t ids[];
};

struct ready {
	cy_cluster *cluster;
	rx_subscriber *subscriber;
	rx_subscription events;
	size_t count;
	uint32_t ids[];
};

static enum outlook ready_outlook(const cy__worker *worker)
{
	if (worker->supervisor.status == CY_IDLE || worker->supervisor.status == CY_PROCESSING)
		return REACHED;
	return outlook_of(worker, CY_IDLE);
}

/* 1: all are ready; 0: not yet; below 0: one will never be. */
static int judge(const struct ready *ready)
{
	size_t reached_count = 0;
	for (size_t i = 0; i < ready->count; i++) {
		const cy__worker *worker = cy__workers_find(ready->cluster, ready->ids[i]);
		const enum outlook outlook = worker ? ready_outlook(worker) : NEVER;
		if (outlook == NEVER)
			return never(ready->cluster, ready->ids[i], "ready");
		reached_count += outlook == REACHED;
	}
	return reached_count == ready->count;
}

static void conclude(struct ready *ready)
{
	const int code = judge(ready);
	if (code < 0)
		rx_fail(ready->subscriber, code, "%s", rx_words(code));
	else if (code > 0)
		rx_complete(ready->subscriber);
}

static void look_at_all(const cy_event *event, void *ctx)
{
	if (event->type == CY_EVENT_STATUS || event->type == CY_EVENT_EXIT)
		conclude(ctx);
}
RX_CONSUMER(look_at_all, cy_event);

static void ready_failed(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct ready *)ctx)->subscriber, error);
}

static void ready_canceled(void *ctx)
{
	rx_fail(((struct ready *)ctx)->subscriber, -ECANCELED, "the cluster has ended");
}

static void stop_ready(void *ctx)
{
	struct ready *ready = ctx;
	rx_unsubscribe(&ready->events);
	rx_free(ready);
}

static int choose(struct ready *ready, const struct ready_recipe *recipe)
{
	const cy_cluster *cluster = recipe->cluster;
	for (size_t i = 0; !recipe->all && i < recipe->count; i++) {
		if (!cy__workers_find(cluster, recipe->ids[i]))
			return rx_raise(-ENOENT, "there is no worker %" PRIu32, recipe->ids[i]);
		ready->ids[ready->count++] = recipe->ids[i];
	}
	for (size_t i = 0; recipe->all && i < cluster->worker_count; i++)
		if (cy__worker_lives(cluster->workers[i]))
			ready->ids[ready->count++] = cluster->workers[i]->peer.id;
	return 0;
}

static int begin_ready(rx_subscriber *subscriber, void *ctx)
{
	const struct ready_recipe *recipe = ctx;
	const size_t room = recipe->all ? recipe->cluster->worker_count : recipe->count;
	int code = check_primary(recipe->cluster);
	struct ready *ready = code < 0 ? NULL : rx_alloc_zero(sizeof *ready + (room + 1) * sizeof *ready->ids);
	if (!ready)
		return code < 0 ? code : -ENOMEM;
	ready->cluster = recipe->cluster;
	ready->subscriber = subscriber;
	code = choose(ready, recipe);
	if (code >= 0)
		code = rx_on_teardown(subscriber, stop_ready, ready);
	if (code < 0) {
		rx_free(ready);
		return code;
	}
	rx_subscribe(cy_events(recipe->cluster),
	             &(rx_observer){RX_NEXT(look_at_all), .error = ready_failed, .complete = ready_canceled,
	                            .ctx = ready, .scheduler = recipe->cluster->scheduler},
	             &ready->events);
	if (rx_wanted(subscriber))
		conclude(ready);
	return 0;
}

static int ready_subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin_ready(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_ready(void *ctx)
{
	rx_free(ctx);
}

rx_observable *cy_ready(cy_cluster *cluster, const uint32_t *ids, size_t count)
{
	struct ready_recipe *recipe = rx_alloc_zero(sizeof *recipe + (ids ? count : 0) * sizeof *ids + 1);
	if (!recipe)
		return rx_throw_error(-ENOMEM, "no memory");
	recipe->cluster = cluster;
	recipe->all = !ids;
	recipe->count = ids ? count : 0;
	if (recipe->count)
		memcpy(recipe->ids, ids, count * sizeof *ids);
	return rx_create(NULL, ready_subscribe, recipe, drop_ready);
}
