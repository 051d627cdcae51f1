/*
 * Replacing workers one after the other. What happens is seen in their events, like by anybody else.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/primary/succession.h"
#include "lib/primary/workers.h"

const rx_type rx_type_cy_replacement = {.name = "cy_replacement", .size = sizeof(cy_replacement)};

struct recipe {
	cy_cluster *cluster;
	char *group; /* NULL: not of a group */
	bool all;
	size_t count;
	uint32_t ids[];
};

struct reload {
	cy_cluster *cluster;
	rx_subscriber *subscriber;
	rx_subscription events;
	bool picky; /* one that has no process is an error; else it is passed over */
	bool replaced;
	uint32_t before, after; /* incarnations of the one that is under way */
	size_t at, count;
	uint32_t ids[];
};

static void fail(struct reload *reload, int code, const char *words)
{
	rx_fail(reload->subscriber, code, "reload: %s", words);
}

/* Of the first that has a process from here on; NULL: there is none left, or that was an error. */
static cy__worker *find_next(struct reload *reload)
{
	for (; reload->at < reload->count; reload->at++) {
		cy__worker *worker = cy__workers_find(reload->cluster, reload->ids[reload->at]);
		if (worker && (worker->current.running || reload->picky))
			return worker;
		if (reload->picky) {
			rx_fail(reload->subscriber, -ENOENT, "reload: there is no worker %" PRIu32,
			        reload->ids[reload->at]);
			return NULL;
		}
	}
	rx_complete(reload->subscriber);
	return NULL;
}

/* One that is being replaced anyway will do. */
static void begin_next(struct reload *reload)
{
	cy__worker *worker = find_next(reload);
	if (!worker)
		return;
	reload->replaced = false;
	reload->before = worker->supervisor.incarnation;
	reload->after = cy__succession_next(worker);
	const int code = cy__succession_begin(worker);
	if (code < 0 && code != -EALREADY)
		fail(reload, code, rx_words(code));
}

static void failed(struct reload *reload, const cy_event *event)
{
	char words[512];
	snprintf(words, sizeof words, "%s: %s", cy_label_of(reload->cluster, event->worker),
	         event->words ? event->words : "it has ended");
	fail(reload, -ECHILD, words);
}

static void take_exit(struct reload *reload, const cy_event *event)
{
	const bool old = event->incarnation == reload->before;
	if (!reload->replaced && (old || event->incarnation == reload->after)) {
		failed(reload, event);
	} else if (old) {
		reload->at++;
		begin_next(reload);
	}
}

static void look(const cy_event *event, void *ctx)
{
	struct reload *reload = ctx;
	if (reload->at >= reload->count || event->worker != reload->ids[reload->at])
		return;
	if (event->type == CY_EVENT_EXIT) {
		take_exit(reload, event);
	} else if (event->type == CY_EVENT_READY && event->incarnation == reload->after) {
		reload->replaced = true;
		rx_next(reload->subscriber,
		        &(cy_replacement){.worker = event->worker, .incarnation = event->incarnation});
	}
}
RX_CONSUMER(look, cy_event);

static void cluster_ended(void *ctx)
{
	fail(ctx, -ECANCELED, "the cluster has ended");
}

static void events_failed(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct reload *)ctx)->subscriber, error);
}

static void stop_reload(void *ctx)
{
	struct reload *reload = ctx;
	rx_unsubscribe(&reload->events);
	rx_free(reload);
}

static int choose(struct reload *reload, const struct recipe *recipe)
{
	const cy_cluster *cluster = recipe->cluster;
	int count = (int)recipe->count;
	if (recipe->group)
		count = cy_group_members(cluster, recipe->group, reload->ids, cluster->worker_count);
	else if (recipe->count)
		memcpy(reload->ids, recipe->ids, recipe->count * sizeof *reload->ids);
	for (size_t i = 0; recipe->all && i < cluster->worker_count; i++)
		reload->ids[count++] = cluster->workers[i]->peer.id;
	if (count >= 0)
		reload->count = (size_t)count;
	return count;
}

static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct recipe *recipe = ctx;
	cy_cluster *cluster = recipe->cluster;
	if (!cluster->primary)
		return rx_raise(-EPERM, "reload: this process is not the primary");
	const size_t room = recipe->count + cluster->worker_count;
	struct reload *reload = rx_alloc_zero(sizeof *reload + room * sizeof *reload->ids);
	if (!reload)
		return -ENOMEM;
	reload->cluster = cluster;
	reload->subscriber = subscriber;
	reload->picky = !recipe->all && !recipe->group;
	int code = choose(reload, recipe);
	if (code >= 0)
		code = rx_on_teardown(subscriber, stop_reload, reload);
	if (code < 0) {
		rx_free(reload);
		return code;
	}
	rx_subscribe(cy_events(cluster),
	             &(rx_observer){RX_NEXT(look), .error = events_failed, .complete = cluster_ended, .ctx = reload,
	                            .scheduler = cluster->scheduler},
	             &reload->events);
	if (rx_wanted(subscriber))
		begin_next(reload);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_recipe(void *ctx)
{
	struct recipe *recipe = ctx;
	rx_free(recipe->group);
	rx_free(recipe);
}

rx_observable *cy_reload(cy_cluster *cluster, const uint32_t *ids, size_t count)
{
	struct recipe *recipe = rx_alloc_zero(sizeof *recipe + (ids ? count : 0) * sizeof *ids);
	if (!recipe)
		return rx_throw_error(-ENOMEM, "no memory");
	recipe->cluster = cluster;
	recipe->all = !ids;
	recipe->count = ids ? count : 0;
	if (recipe->count)
		memcpy(recipe->ids, ids, count * sizeof *ids);
	return rx_create(&rx_type_cy_replacement, subscribe, recipe, drop_recipe);
}

rx_observable *cy_group_reload(cy_cluster *cluster, const char *name)
{
	struct recipe *recipe = rx_alloc_zero(sizeof *recipe);
	char *group = cy__strdup(name ? name : "");
	if (!recipe || !group) {
		rx_free(recipe);
		rx_free(group);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	recipe->cluster = cluster;
	recipe->group = group;
	return rx_create(&rx_type_cy_replacement, subscribe, recipe, drop_recipe);
}
