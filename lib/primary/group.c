/*
 * What happens to a member goes into the group's strategy at once; what follows is done in a turn of the loop's own, so
 * that no worker is started or stopped from within the end of another.
 */
#include "lib/primary/group.h"

#include "lib/primary/strategy.h"
#include "lib/primary/workers.h"
#include "lib/shutdown/shutdown.h"

struct cy__member {
	cy__group *group;
	cy__worker *worker; /* NULL: gone for good */
};

struct cy__group {
	cy__group *next;
	cy_cluster *cluster;
	char *name;
	cy__strategy strategy;
	cy__place *places;
	cy__member *members;
	size_t count;
	uint32_t cause; /* whose end the others are to be started for, or given up; 0: nobody's, or it was told */
	uint32_t last_cause;
	rx_nsec timeout; /* of each stop */
	int signal;      /* what it is stopped for, or 0 */
	rx_task turn;
};

static rx_nsec now(const cy__group *group)
{
	return rx_now(group->cluster->scheduler);
}

static cy__group *find(const cy_cluster *cluster, const char *name)
{
	cy__group *group = cluster->groups;
	while (group && (!name || strcmp(group->name, name) != 0))
		group = group->next;
	return group;
}

static size_t index_of(const cy__worker *worker)
{
	return (size_t)(worker->member - worker->member->group->members);
}

static void schedule(cy__group *group, rx_nsec delay)
{
	rx_schedule(group->cluster->scheduler, &group->turn, delay);
}

/* @p sequel: CY_REVIVES it starts some again, CY_FAILED, CY_GONE it was stopped; 0: all are ready. */
static void emit(cy__group *group, uint32_t cause, cy_sequel sequel)
{
	static const char *const words[] = {"all are ready", "some start again", "stopped", "ended too often"};
	cy__emit(group->cluster, (cy_event){.type = CY_EVENT_GROUP,
	                                    .worker = cause,
	                                    .code = sequel == CY_FAILED ? -ESRCH : 0,
	                                    .sequel = sequel,
	                                    .name = group->name,
	                                    .words = words[sequel]});
}

/* ---- What happens to its members ---------------------------------------------------------------------------------- */

static void let_go(cy__member *member)
{
	member->worker->member = NULL;
	member->worker = NULL;
}

void cy__group_judge(cy__worker *worker, cy__end *end)
{
	cy__group *group = worker->member->group;
	const size_t index = index_of(worker);
	const bool counted = group->strategy.goal == CY__UP && !group->places[index].falls;
	const bool regular = end->intended || end->reason == CY_ENDED_NORMAL;
	end->sequel = cy__strategy_ended(&group->strategy, index, regular, now(group),
	                                 cy__chance_bits(&group->cluster->chance));
	cy__supervisor_follow(&worker->supervisor, end->sequel);
	if (group->places[index].state == CY__OUT)
		let_go(&group->members[index]);
	if (counted && end->sequel != CY_GONE)
		group->cause = group->last_cause = worker->peer.id;
	schedule(group, 0);
}

void cy__group_member_ready(cy__worker *worker)
{
	cy__group *group = worker->member->group;
	cy__strategy_ready(&group->strategy, index_of(worker));
	schedule(group, 0);
}

void cy__group_lost(cy__worker *worker)
{
	cy__group *group = worker->member->group;
	cy__strategy_lost(&group->strategy, index_of(worker));
	let_go(worker->member);
	schedule(group, 0);
}

void cy__group_succeed(cy__worker *worker, cy__worker *heir)
{
	heir->member = worker->member;
	heir->member->worker = heir;
	worker->member = NULL;
}

bool cy__group_brings_back(const cy__worker *worker)
{
	const cy__group *group = worker->member->group;
	const cy__place *place = &group->places[index_of(worker)];
	return group->strategy.goal == CY__UP && place->revive != CY_REVIVE_NEVER &&
	       (place->falls || place->revive == CY_REVIVE_ALWAYS || !worker->supervisor.asked);
}

/* ---- Its turn ------------------------------------------------------------------------------------------------------ */

/* It was at rest, and another has taken its name meanwhile. */
static bool has_lost_its_name(const cy__worker *worker)
{
	return worker->name && !cy__worker_lives(worker) && cy__workers_named(worker->cluster, worker->name);
}

static void bring_back(cy__worker *worker)
{
	if (!has_lost_its_name(worker)) {
		cy__worker_follow(worker, CY_REVIVES);
		return;
	}
	cy__trouble(worker->cluster, worker->peer.id, -EEXIST, "%s stays away: another worker is called so by now",
	            cy_label_of(worker->cluster, worker->peer.id));
	if (worker->member)
		cy__workers_forget(worker);
}

/* Of those that have no process: what follows, as the strategy has it by now. */
static void settle(cy__group *group, size_t index)
{
	cy__worker *worker = group->members[index].worker;
	if (!worker || worker->current.running)
		return;
	if (group->strategy.goal == CY__STOPPED && cy__worker_lives(worker))
		cy__worker_stop(worker, RX_NOW, 0);
	else if (group->strategy.goal == CY__STOPPED)
		cy__workers_forget(worker);
	else if (group->places[index].state != CY__DOWN)
		return;
	else if (group->strategy.goal == CY__GIVEN_UP)
		cy__worker_follow(worker, CY_FAILED);
	else if (worker->supervisor.sequel != CY_REVIVES)
		bring_back(worker);
}

static void free_group(cy__group *group)
{
	rx_cancel(&group->turn);
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].worker)
			let_go(&group->members[i]);
	cy__strategy_finish(&group->strategy);
	rx_free(group->name);
	rx_free(group->places);
	rx_free(group->members);
	rx_free(group);
}

static void take_out(cy__group *group)
{
	cy__group **link = &group->cluster->groups;
	while (*link != group)
		link = &(*link)->next;
	*link = group->next;
}

/* All of them are down. One that was stopped is gone, and its name is free. */
static void conclude(cy__group *group)
{
	const bool stopped = group->strategy.goal == CY__STOPPED;
	if (stopped)
		take_out(group);
	emit(group, stopped ? 0 : group->cause, stopped ? CY_GONE : CY_FAILED);
	group->cause = 0;
	if (!stopped)
		return;
	cy_cluster *cluster = group->cluster;
	free_group(group);
	cy__stop_progress(cluster);
}

static void announce_restart(cy__group *group)
{
	const uint32_t cause = group->cause;
	if (!cause || group->strategy.goal != CY__UP)
		return;
	group->cause = 0;
	emit(group, cause, CY_REVIVES);
}

/* Unless the group is stopped, it is for the sake of the one that has ended wrongly. */
static void stop(const cy__group *group, cy__worker *worker)
{
	if (group->strategy.goal != CY__STOPPED && worker->current.running)
		cy__worker_ask_as(worker, CY_ENDED_WITH_GROUP, group->last_cause, group->timeout);
	cy__worker_stop(worker, group->timeout, group->signal);
}

static void take_turn(rx_task *task)
{
	cy__group *group = CY__CONTAINER(task, cy__group, turn);
	cy__step step;
	size_t index;
	announce_restart(group);
	for (size_t i = 0; i < group->count; i++)
		settle(group, i);
	while ((step = cy__strategy_next(&group->strategy, now(group), &index))) {
		cy__worker *worker = group->members[index].worker;
		if (step == CY__STEP_START)
			cy__worker_again(worker);
		else if (step == CY__STEP_STOP)
			stop(group, worker);
		else if (step == CY__STEP_READY)
			emit(group, 0, 0);
		else
			break;
	}
	const rx_nsec due = cy__strategy_due(&group->strategy, now(group));
	if (step == CY__STEP_OVER)
		conclude(group);
	else if (due != RX_NEVER && !group->turn.scheduler)
		schedule(group, due - now(group));
}

/* ---- All groups ---------------------------------------------------------------------------------------------------- */

/* All of its members have the same time from now on, though some of them are told later. */
static void stop_within(cy__group *group, rx_nsec timeout, int signal)
{
	group->timeout = timeout;
	group->signal = signal;
	cy__strategy_stop(&group->strategy);
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].worker)
			cy__worker_limit(group->members[i].worker, timeout);
	schedule(group, 0);
}

void cy__groups_stop(cy_cluster *cluster, rx_nsec timeout, int signal)
{
	for (cy__group *group = cluster->groups; group; group = group->next)
		stop_within(group, timeout, signal);
}

void cy__groups_finish(cy_cluster *cluster)
{
	for (cy__group *group; (group = cluster->groups);) {
		cluster->groups = group->next;
		free_group(group);
	}
}

/* ---- Starting one --------------------------------------------------------------------------------------------------- */

static int check(const cy_cluster *cluster, const char *name, const cy_member *members, size_t count)
{
	if (!cluster->primary)
		return rx_raise(-EPERM, "group: this process is not the primary");
	if (cluster->stage != CY__RUNNING)
		return rx_raise(-ESHUTDOWN, "group: the cluster is stopping");
	if (!name || !*name || !members || !count)
		return rx_raise(-EINVAL, "a group has a name, and members");
	return find(cluster, name) ? rx_raise(-EEXIST, "there is a group \"%s\"", name) : 0;
}

static int create(cy_cluster *cluster, const char *name, size_t count, cy__group **created)
{
	cy__group *group = rx_alloc_zero(sizeof *group);
	if (!group)
		return -ENOMEM;
	*group = (cy__group){.cluster = cluster,
	                     .count = count,
	                     .timeout = cluster->options.shutdown_timeout,
	                     .turn = {.run = take_turn},
	                     .name = cy__strdup(name),
	                     .places = rx_alloc_zero(count * sizeof *group->places),
	                     .members = rx_alloc_zero(count * sizeof *group->members)};
	if (!group->name || !group->places || !group->members) {
		group->count = 0;
		free_group(group);
		return -ENOMEM;
	}
	*created = group;
	return 0;
}

/* A worker that awaits its turn; its policy is the group's affair. Consumes the metadata. */
static int add(cy__group *group, size_t index, const cy_member *member)
{
	cy_worker_options options = member->options;
	cy__worker *worker;
	options.revive = CY_REVIVE_NEVER;
	const int code = cy__workers_create(group->cluster, member->name, &options, &worker);
	if (code < 0)
		return code;
	group->places[index].revive = member->options.policy ? CY_REVIVE_DECIDE : member->options.revive;
	group->members[index] = (cy__member){group, worker};
	worker->member = &group->members[index];
	cy__supervisor_follow(&worker->supervisor, CY_REVIVES);
	return 0;
}

static int fill(cy__group *group, const cy_member *members, const cy_group_options *options)
{
	static const cy_group_options defaults;
	int code = 0;
	for (size_t i = 0; i < group->count; i++) {
		if (code < 0)
			cy_value_unref(members[i].options.metadata);
		else
			code = add(group, i, &members[i]);
	}
	if (code < 0)
		return code;
	code = cy__strategy_init(&group->strategy, options ? options : &defaults, group->places, group->count);
	return code < 0 ? rx_raise(code, "group \"%s\": an option makes no sense, or is not for groups", group->name)
	                : 0;
}

/* None of its members has been started. */
static void discard(cy__group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		cy__worker *worker = group->members[i].worker;
		if (!worker)
			continue;
		let_go(&group->members[i]);
		cy__workers_forget(worker);
	}
	free_group(group);
}

int cy_group_start(cy_cluster *cluster, const char *name, const cy_member *members, size_t count,
                   const cy_group_options *options)
{
	cy__group *group;
	int code = check(cluster, name, members, count);
	if (code >= 0)
		code = create(cluster, name, count, &group);
	if (code < 0) {
		for (size_t i = 0; members && i < count; i++)
			cy_value_unref(members[i].options.metadata);
		return code;
	}
	code = fill(group, members, options);
	if (code < 0) {
		discard(group);
		return code;
	}
	group->next = cluster->groups;
	cluster->groups = group;
	schedule(group, 0);
	return 0;
}

/* ---- One of them ------------------------------------------------------------------------------------------------------ */

static int find_or_refuse(const cy_cluster *cluster, const char *name, cy__group **group)
{
	*group = find(cluster, name);
	return *group ? 0 : rx_raise(-ENOENT, "there is no group \"%s\"", name ? name : "");
}

int cy_group_restart(cy_cluster *cluster, const char *name)
{
	cy__group *group;
	int code = find_or_refuse(cluster, name, &group);
	if (code < 0)
		return code;
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].worker && has_lost_its_name(group->members[i].worker))
			return rx_raise(-EEXIST, "group \"%s\": another worker is called \"%s\" by now", name,
			                group->members[i].worker->name);
	code = cy__strategy_again(&group->strategy);
	if (code < 0)
		return rx_raise(code, "group \"%s\" has not failed", name);
	schedule(group, 0);
	return 0;
}

int cy_group_members(const cy_cluster *cluster, const char *name, uint32_t *ids, size_t room)
{
	cy__group *group;
	const int code = find_or_refuse(cluster, name, &group);
	int count = 0;
	for (size_t i = 0; code >= 0 && i < group->count; i++) {
		if (!group->members[i].worker)
			continue;
		if ((size_t)count < room)
			ids[count] = group->members[i].worker->peer.id;
		count++;
	}
	return code < 0 ? code : count;
}

/* ---- Waiting for one --------------------------------------------------------------------------------------------------- */

struct watch {
	cy_cluster *cluster;
	char *name;
	rx_nsec timeout;
	bool stop; /* until it has been stopped, which it is for it; else until it is ready */
	rx_subscriber *subscriber;
	rx_subscription events;
};

static void look(const cy_event *event, void *ctx)
{
	struct watch *watch = ctx;
	if (event->type != CY_EVENT_GROUP || strcmp(event->name, watch->name) != 0 || event->sequel == CY_REVIVES)
		return;
	if (event->sequel == (watch->stop ? CY_GONE : 0))
		rx_complete(watch->subscriber);
	else if (!watch->stop)
		rx_fail(watch->subscriber, -ESRCH, "group \"%s\": %s", watch->name, event->words);
}
RX_CONSUMER(look, cy_event);

static void cluster_ended(void *ctx)
{
	struct watch *watch = ctx;
	rx_fail(watch->subscriber, -ECANCELED, "the cluster has ended");
}

static void free_watch(void *ctx)
{
	struct watch *watch = ctx;
	rx_free(watch->name);
	rx_free(watch);
}

static void events_failed(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct watch *)ctx)->subscriber, error);
}

static void stop_watch(void *ctx)
{
	struct watch *watch = ctx;
	rx_unsubscribe(&watch->events);
	free_watch(watch);
}

static struct watch *copy_watch(const struct watch *from)
{
	struct watch *copy = rx_alloc_zero(sizeof *copy);
	char *name = cy__strdup(from->name);
	if (!copy || !name) {
		rx_free(copy);
		rx_free(name);
		return NULL;
	}
	*copy = *from;
	copy->name = name;
	return copy;
}

/* What it waits for may be so already. */
static void begin_watch(const struct watch *watch, cy__group *group)
{
	if (watch->stop) {
		group->timeout = watch->timeout;
		cy__strategy_stop(&group->strategy);
		schedule(group, 0);
	} else if (group->strategy.goal == CY__UP && group->strategy.announced) {
		rx_complete(watch->subscriber);
	} else if (group->strategy.goal != CY__UP) {
		rx_fail(watch->subscriber, -ESRCH, "group \"%s\" has failed, or is being stopped", group->name);
	}
}

static int begin_watching(rx_subscriber *subscriber, void *ctx)
{
	cy__group *group;
	const struct watch *recipe = ctx;
	int code = find_or_refuse(recipe->cluster, recipe->name, &group);
	struct watch *watch = code < 0 ? NULL : copy_watch(recipe);
	if (!watch)
		return code < 0 ? code : -ENOMEM;
	watch->subscriber = subscriber;
	code = rx_on_teardown(subscriber, stop_watch, watch);
	if (code < 0) {
		free_watch(watch);
		return code;
	}
	rx_subscribe(cy_events(watch->cluster),
	             &(rx_observer){RX_NEXT(look), .error = events_failed, .complete = cluster_ended, .ctx = watch,
	                            .scheduler = watch->cluster->scheduler},
	             &watch->events);
	if (rx_wanted(subscriber))
		begin_watch(watch, group);
	return 0;
}

static int watch_subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin_watching(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static rx_observable *observe(const struct watch *watch)
{
	struct watch *recipe = copy_watch(watch);
	return recipe ? rx_create(NULL, watch_subscribe, recipe, free_watch) : rx_throw_error(-ENOMEM, "no memory");
}

rx_observable *cy_group_ready(cy_cluster *cluster, const char *name)
{
	return observe(&(struct watch){.cluster = cluster, .name = (char *)(name ? name : "")});
}

rx_observable *cy_group_stop(cy_cluster *cluster, const char *name, rx_nsec timeout)
{
	return observe(&(struct watch){.cluster = cluster,
	                               .name = (char *)(name ? name : ""),
	                               .timeout = timeout ? timeout : cluster->options.shutdown_timeout,
	                               .stop = true});
}
