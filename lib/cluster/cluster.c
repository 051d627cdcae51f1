/*
 * The handle: joining, running, leaving, and who this process is.
 */
#include "lib/cluster/cluster.h"
#include "lib/cluster/quota.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/command/serve.h"
#include "lib/descriptor/descriptor.h"
#include "lib/message/message.h"
#include "lib/primary/group.h"
#include "lib/primary/guardian.h"
#include "lib/primary/route.h"
#include "lib/primary/spawn.h"
#include "lib/primary/workers.h"
#include "lib/shutdown/shutdown.h"
#include "lib/statistics/statistics.h"
#include "lib/storage/fanout.h"
#include "lib/storage/keeper.h"
#include "lib/storage/mirror.h"
#include "lib/worker/join.h"
#include "lib/worker/orphan.h"
#include "lib/worker/status.h"

/* A name, and an id in brackets. */
#define LABEL_SIZE 288

static cy_cluster *current;

char *cy__strdup(const char *text)
{
	const size_t size = strlen(text) + 1;
	char *copy = rx_alloc(size);
	return copy ? memcpy(copy, text, size) : NULL;
}

/* ---- Who is who ------------------------------------------------------------------------------------------------------ */

static const char *name_of(const cy_cluster *cluster, uint32_t id)
{
	if (id == cluster->id)
		return cluster->name;
	const cy__worker *worker = cluster->primary ? cy__workers_find(cluster, id) : NULL;
	return worker ? worker->name : NULL;
}

const char *cy__label(const cy_cluster *cluster, uint32_t id, char *text, size_t size)
{
	const char *name = id ? name_of(cluster, id) : NULL;
	if (!id)
		snprintf(text, size, "Primary");
	else if (name)
		snprintf(text, size, "%s (%" PRIu32 ")", name, id);
	else
		snprintf(text, size, "%" PRIu32, id);
	return text;
}

const char *cy_label_of(const cy_cluster *cluster, uint32_t id)
{
	static _Thread_local char text[LABEL_SIZE];
	return cy__label(cluster, id, text, sizeof text);
}

/* Made when somebody asks: a worker that is not asked starts faster without snprintf's pages. */
const char *cy_label(const cy_cluster *cluster)
{
	if (!*cluster->label)
		cy__label(cluster, cluster->id, cluster->label, LABEL_SIZE);
	return cluster->label;
}

cy_cluster *cy_current(void)
{
	return current;
}

bool cy_is_primary(const cy_cluster *cluster)
{
	return cluster->primary;
}

uint32_t cy_id(const cy_cluster *cluster)
{
	return cluster->id;
}

const char *cy_name(const cy_cluster *cluster)
{
	return cluster->name;
}

uint32_t cy_incarnation(const cy_cluster *cluster)
{
	return cluster->incarnation;
}

cy_value *cy_metadata(const cy_cluster *cluster)
{
	return cluster->metadata;
}

bool cy_stopping(const cy_cluster *cluster)
{
	return cluster->stage != CY__RUNNING;
}

/* ---- Joining --------------------------------------------------------------------------------------------------------- */

/* More than any memory holds: sizes of it can be added, and multiplied by what a queue has parts. */
static size_t bounded(size_t size)
{
	return size < SIZE_MAX / 256 ? size : SIZE_MAX / 256;
}

static void fill_in(cy_options *options)
{
	if (!options->shutdown_timeout)
		options->shutdown_timeout = RX_S(2);
	if (options->shutdown_timeout == RX_NOW)
		options->shutdown_timeout = 0;
	if (!options->kill_after)
		options->kill_after = RX_MS(500);
	if (options->kill_after == RX_NOW)
		options->kill_after = 0;
	if (!options->turn_limit)
		options->turn_limit = RX_MS(20);
	if (!options->queue_bytes)
		options->queue_bytes = (size_t)8 << 20;
	if (!options->queue_frames)
		options->queue_frames = 65536;
	if (!options->storage_left)
		options->storage_left = (size_t)256 << 20;
	options->queue_bytes = bounded(options->queue_bytes);
	options->queue_frames = bounded(options->queue_frames);
}

static int create_parts(cy_cluster *cluster)
{
	cluster->events = rx_subject_create(&rx_type_cy_event);
	cluster->output = rx_subject_create(&rx_type_cy_line);
	cluster->end = rx_replay_create(&rx_type_int, 1, RX_NEVER);
	cluster->flushing = rx_subject_create(&rx_type_cy_body);
	cluster->metadata = cy_nil();
	cluster->ledger = cy__ledger_create(&cluster->options.quota, cy__quota_met, cluster);
	cluster->turns = cy__turns_create(cluster->scheduler);
	cy__messages_init(cluster);
	if (!cluster->ledger || !cluster->turns || !cluster->scheduler->ops->wait ||
	    rx_subject_is_stopped(cluster->events) || rx_subject_is_stopped(cluster->output) ||
	    rx_subject_is_stopped(cluster->end) || rx_subject_is_stopped(cluster->flushing))
		return -ENOMEM; /* what stands for one without memory */
	return cy__builtin_register(cluster);
}

static int become_primary(cy_cluster *cluster)
{
	cluster->primary = true;
	cy__statistics_watch(cluster);
	cluster->storage = cy_storage_create();
	const int code = cluster->storage ? cy__keeper_start(cluster) : -ENOMEM;
	return code < 0 ? code : cy__guardian_open(cluster);
}

/* A descriptor says that this is a worker; one that cannot be right says that somebody has meddled with it. */
static int take_role(cy_cluster *cluster)
{
	const int fd = cy__inherited_channel();
	if (fd == -ENOENT)
		return become_primary(cluster);
	if (fd < 0)
		return rx_raise(fd, "join: the inherited channel is none: %s", strerror(-fd));
	cluster->status = CY_INITIALIZING;
	return cy__join_primary(cluster, fd);
}

static void wake(rx_task *task)
{
	(void)task; /* it waits for ever, so that the loop has something to wait for */
}

static int set_up(cy_cluster *cluster)
{
	int code = create_parts(cluster);
	if (code >= 0)
		code = take_role(cluster);
	if (code < 0)
		return code;
	cluster->label = rx_alloc_zero(LABEL_SIZE);
	if (!cluster->label)
		return -ENOMEM;
	cluster->own.id = cluster->id;
	cluster->alive.run = wake;
	rx_schedule(cluster->scheduler, &cluster->alive, RX_NEVER);
	current = cluster;
	if (!cluster->primary)
		cluster->status = CY_LOADED; /* which the hello has said */
	return cy__signals_start(cluster);
}

static void release(cy_cluster *cluster)
{
	cy__stop_finish(cluster);
	cy__groups_finish(cluster);
	cy__route_finish(cluster);
	cy__workers_finish(cluster);
	cy__guardian_close(cluster);
	if (!cluster->primary)
		cy__peer_finish(&cluster->peer);
	cy__serve_cancel_all(cluster);
	cy__messages_finish(cluster);
	cy__registry_finish(cluster);
	cy__table_finish(&cluster->calls);
	cy__mirrors_finish(cluster);
	cy__fanout_finish(cluster);
	cy__keeper_finish(cluster);
	cy_storage_destroy(cluster->storage);
	rx_cancel(&cluster->passing);
	cy__turns_destroy(cluster->turns);
	cy__ledger_destroy(cluster->ledger);
	rx_cancel(&cluster->quota_events.saying);
	cy__troubles_finish(cluster);
	rx_cancel(&cluster->alive);
	rx_cancel(&cluster->telling);
	rx_subject_unref(cluster->events);
	rx_subject_unref(cluster->output);
	rx_subject_unref(cluster->end);
	rx_subject_unref(cluster->flushing);
	cy_value_unref(cluster->metadata);
	rx_free(cluster->name);
	rx_free(cluster->label);
	rx_free(cluster);
}

/* There is no handle to ask what went wrong, so it is said. */
static void report(int code)
{
	rx_subscribe(rx_throw_error(code, "%s", rx_words(code)), NULL, NULL);
}

static int check_times(const cy_options *options)
{
	const struct {
		const char *name;
		rx_nsec time;
	} times[] = {{"shutdown_timeout", options->shutdown_timeout},
	             {"kill_after", options->kill_after},
	             {"call_timeout", options->call_timeout},
	             {"read_timeout", options->read_timeout},
	             {"poll", options->poll},
	             {"turn_limit", options->turn_limit}};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (times[i].time < 0 && times[i].time != RX_NOW)
			return rx_raise(-EINVAL, "join: %s is negative", times[i].name);
	return 0;
}

/* Inside a callback who called back is on the stack, and may be what would end; and nothing can be awaited there. */
static int check_place(rx_scheduler *scheduler, const char *what)
{
	if (rx_can_wait(scheduler) && rx_can_wait(NULL) && rx_can_wait(rx_trampoline()))
		return 0;
	return rx_raise(-EDEADLK, "%s: not inside a callback", what);
}

static int check_first(void)
{
	const int code = current ? check_place(current->scheduler, "join") : 0;
	return current && code >= 0 ? rx_raise(-EALREADY, "join: this process has joined") : code;
}

cy_cluster *cy_join(const cy_options *options)
{
	int code = check_first();
	if (code >= 0 && options)
		code = check_times(options);
	cy_cluster *cluster = code < 0 ? NULL : rx_alloc_zero(sizeof *cluster);
	if (!cluster) {
		report(code < 0 ? code : -ENOMEM);
		return NULL;
	}
	if (options)
		cluster->options = *options;
	fill_in(&cluster->options);
	const unsigned held = cy__fd_hold_standard(); /* libev opens descriptors, too */
	cy__chance_init(&cluster->chance, cluster->options.seed);
	cluster->scheduler = rx_loop(cluster->options.loop);
	cluster->asap = rx_asap(cluster->options.loop);
	code = check_place(cluster->scheduler, "join");
	if (code >= 0)
		code = set_up(cluster);
	cy__fd_release_standard(held);
	if (code >= 0)
		return cluster;
	report(code);
	current = NULL;
	release(cluster);
	return NULL;
}

/* ---- Running --------------------------------------------------------------------------------------------------------- */

void cy_start(cy_cluster *cluster)
{
	if (cluster->started)
		return;
	cluster->started = true;
	if (!cluster->primary && !cluster->status_set && cluster->stage == CY__RUNNING)
		cy__status_change(cluster, CY_IDLE);
}

void cy__conclude(cy_cluster *cluster)
{
	cy__troubles_tell(cluster);
	rx_subject_next(cluster->end, &cluster->exit_status);
	rx_subject_complete(cluster->end);
	rx_subject_complete(cluster->output);
	rx_subject_complete(cluster->events);
}

/* What it calls back cannot leave it once more. */
static int leave(cy_cluster *cluster)
{
	const int status = cluster->exit_status;
	rx_wait_forbid();
	if (cluster->stage != CY__ENDED) {
		cluster->stage = CY__ENDED;
		cy__conclude(cluster);
	}
	if (!cluster->primary)
		cy__orphan_release();
	release(cluster);
	current = NULL;
	rx_wait_allow();
	return status;
}

int cy_leave(cy_cluster *cluster)
{
	const int code = check_place(cluster->scheduler, "leave");
	return code < 0 ? code : leave(cluster);
}

int cy_run(cy_cluster *cluster)
{
	const int misplaced = check_place(cluster->scheduler, "run");
	int status;
	if (misplaced < 0)
		return misplaced;
	cy_start(cluster);
	rx_scheduler *before = rx_scheduler_set_current(cluster->scheduler);
	const int code = rx_await_first(int, rx_subject_observe(cluster->end), &status);
	rx_scheduler_set_current(before);
	if (code < 0) {
		report(code);
		cluster->exit_status = EXIT_FAILURE;
	}
	return leave(cluster);
}

int cy_poll(cy_cluster *cluster)
{
	return rx_loop_poll(cluster->options.loop);
}

/* ---- Targets ---------------------------------------------------------------------------------------------------------- */

cy_target cy_primary(void)
{
	return (cy_target){.to = CY__TO_PRIMARY};
}

cy_target cy_self(const cy_cluster *cluster)
{
	return (cy_target){.to = cluster->id};
}

cy_target cy_worker(uint32_t id)
{
	return (cy_target){.to = id ? id : CY__TO_UNKNOWN}; /* 0 is no worker's */
}

cy_target cy_named(const char *name)
{
	return (cy_target){.to = CY__TO_UNKNOWN, .name = name ? name : ""};
}

cy_target cy_worker_named(uint32_t id, const char *name)
{
	return (cy_target){.to = id ? id : CY__TO_UNKNOWN - 1, .name = name ? name : ""};
}

cy_target cy_all(void)
{
	return (cy_target){.to = CY__TO_ALL};
}

cy_target cy_others(void)
{
	return (cy_target){.to = CY__TO_OTHERS};
}

cy_target cy_any(void)
{
	return (cy_target){.to = CY__TO_ANY};
}
