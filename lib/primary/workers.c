#include "lib/primary/workers.h"

#include <signal.h>
#include <inttypes.h>
#include <sys/wait.h>

#include "lib/listen/allowed.h"
#include "lib/message/message.h"
#include "lib/primary/group.h"
#include "lib/primary/route.h"
#include "lib/primary/succession.h"
#include "lib/statistics/statistics.h"

#define NAME_MAX_BYTES 255

/* ---- The list: in the order of ids ------------------------------------------------------------------------------- */

static size_t place(const cy_cluster *cluster, uint32_t id)
{
	size_t low = 0, high = cluster->worker_count;
	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (cluster->workers[middle]->peer.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

cy__worker *cy__workers_find(const cy_cluster *cluster, uint32_t id)
{
	const size_t at = place(cluster, id);
	return at < cluster->worker_count && cluster->workers[at]->peer.id == id ? cluster->workers[at] : NULL;
}

cy__worker *cy__workers_after(const cy_cluster *cluster, uint32_t id)
{
	const size_t at = place(cluster, id + 1);
	return at < cluster->worker_count ? cluster->workers[at] : NULL;
}

cy__worker *cy__workers_named(const cy_cluster *cluster, const char *name)
{
	for (size_t i = 0; i < cluster->worker_count; i++) {
		cy__worker *worker = cluster->workers[i];
		if (worker->name && cy__worker_lives(worker) && strcmp(worker->name, name) == 0)
			return worker;
	}
	return NULL;
}

static int append(cy_cluster *cluster, cy__worker *worker)
{
	if (cluster->worker_count == cluster->worker_room) {
		const size_t room = cluster->worker_room ? 2 * cluster->worker_room : 8;
		cy__worker **workers = rx_realloc(cluster->workers, room * sizeof *workers);
		if (!workers)
			return -ENOMEM;
		cluster->workers = workers;
		cluster->worker_room = room;
	}
	cluster->workers[cluster->worker_count++] = worker;
	return 0;
}

static void take_out(cy__worker *worker)
{
	cy_cluster *cluster = worker->cluster;
	const size_t at = place(cluster, worker->peer.id);
	if (at == cluster->worker_count || cluster->workers[at] != worker)
		return;
	cluster->worker_count--;
	memmove(cluster->workers + at, cluster->workers + at + 1,
	        (cluster->worker_count - at) * sizeof *cluster->workers);
}

static void bury(cy_cluster *cluster)
{
	for (cy__worker *worker; (worker = cluster->buried);) {
		cluster->buried = worker->buried;
		cy__worker_destroy(worker);
	}
}

/* Its calls are still being ended. */
static bool is_to_wait(const cy__worker *worker)
{
	return worker->peer.losing.turns;
}

static void burial(rx_task *task)
{
	cy_cluster *cluster = CY__CONTAINER(task, cy_cluster, burial);
	cy__worker *waiting = NULL;
	for (cy__worker *worker; (worker = cluster->buried);) {
		cluster->buried = worker->buried;
		if (!is_to_wait(worker)) {
			cy__worker_destroy(worker);
			continue;
		}
		worker->buried = waiting;
		waiting = worker;
	}
	cluster->buried = waiting;
	if (waiting)
		rx_schedule(cluster->scheduler, &cluster->burial, 0);
}

void cy__workers_forget(cy__worker *worker)
{
	cy_cluster *cluster = worker->cluster;
	if (cy__workers_find(cluster, worker->peer.id) != worker)
		return;
	if (worker->member)
		cy__group_lost(worker);
	take_out(worker);
	cy__workers_bury(worker);
}

void cy__workers_bury(cy__worker *worker)
{
	cy_cluster *cluster = worker->cluster;
	cy__statistics_keep(worker);
	worker->buried = cluster->buried;
	cluster->buried = worker;
	cluster->burial.run = burial;
	rx_schedule(cluster->scheduler, &cluster->burial, 0);
}

bool cy__workers_live(const cy_cluster *cluster)
{
	for (size_t i = 0; i < cluster->worker_count; i++)
		if (cluster->workers[i]->current.running || cy__worker_lives(cluster->workers[i]))
			return true;
	return cy__spares_run(cluster);
}

static void kill_and_reap(cy__worker *worker)
{
	const pid_t pid = worker->process.pid;
	if (!cy__worker_has_process(worker))
		return;
	rx_unsubscribe(&worker->current.child);
	cy__process_signal_group(&worker->process, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	cy__process_reaped(&worker->process);
	worker->current.running = false;
}

void cy__workers_finish(cy_cluster *cluster)
{
	for (size_t i = 0; i < cluster->worker_count; i++)
		kill_and_reap(cluster->workers[i]);
	for (cy__worker *worker = cluster->spares; worker; worker = worker->next_spare)
		kill_and_reap(worker);
	for (cy__worker *worker; (worker = cluster->spares);) {
		cluster->spares = worker->next_spare;
		cy__worker_destroy(worker);
	}
	while (cluster->worker_count)
		cy__worker_destroy(cluster->workers[--cluster->worker_count]);
	rx_cancel(&cluster->burial);
	bury(cluster);
	rx_free(cluster->workers);
}

/* ---- Forking ------------------------------------------------------------------------------------------------------ */

static int check_name(const cy_cluster *cluster, const char *name)
{
	if (!name)
		return 0;
	if (!*name || strlen(name) > NAME_MAX_BYTES)
		return rx_raise(-EINVAL, "a worker's name has 1 to %d bytes", NAME_MAX_BYTES);
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return rx_raise(-EINVAL, "a worker's name has no control characters");
	cy_value *text = cy_string(name);
	const int code = cy_value_error(text);
	cy_value_unref(text);
	if (code < 0)
		return rx_raise(code == -EILSEQ ? -EINVAL : code, "a worker's name is UTF-8");
	if (cy__workers_named(cluster, name))
		return rx_raise(-EEXIST, "there is a living worker \"%s\"", name);
	return 0;
}

static int check_primary(const cy_cluster *cluster, const char *what)
{
	return cluster->primary ? 0 : rx_raise(-EPERM, "%s: this process is not the primary", what);
}

static int allow(cy__worker *worker, const char *const *list)
{
	worker->options.listen = NULL;
	if (!list)
		return 0;
	const int code = cy__allowed_create(list, &worker->allowed);
	if (code >= 0)
		worker->options.listen = cy__allowed_list(worker->allowed);
	return code;
}

static int fill(cy__worker *worker, const char *name, const cy_worker_options *options)
{
	worker->options = *options;
	worker->peer.account = cy__ledger_open(worker->cluster->ledger, worker->peer.id);
	if (!worker->peer.account)
		return -ENOMEM;
	cy__account_limit(worker->peer.account, &options->quota);
	worker->name = name ? cy__strdup(name) : NULL;
	if (name && !worker->name)
		return -ENOMEM;
	if (options->metadata && cy_value_error(options->metadata) < 0)
		return rx_raise(cy_value_error(options->metadata), "metadata: %s", cy_value_words(options->metadata));
	int code = options->policy && options->revive && options->revive != CY_REVIVE_DECIDE ? rx_plain(-EINVAL) : 0;
	if (code >= 0)
		code = cy__supervisor_init(&worker->supervisor, options->policy ? CY_REVIVE_DECIDE : options->revive,
		                           &options->revival);
	if (code < 0)
		return rx_raise(code, code == -EINVAL ? "the revival's options make no sense" : "no memory");
	code = cy__pulse_init(worker);
	if (code >= 0)
		code = cy__recycle_init(worker);
	if (code < 0)
		return code;
	code = allow(worker, options->listen);
	if (code < 0)
		return code;
	code = cy__process_copy_init(&worker->copy, &options->process);
	return code < 0 ? rx_raise(code, "the process's options: %s", strerror(-code)) : 0;
}

int cy__workers_create(cy_cluster *cluster, const char *name, const cy_worker_options *options, cy__worker **created)
{
	int code = check_name(cluster, name);
	if (code >= 0 && cluster->next_id >= CY__ID_MAX)
		code = rx_raise(-EOVERFLOW, "fork: all ids have been used");
	cy__worker *worker = code >= 0 ? rx_alloc_zero(sizeof *worker) : NULL;
	if (!worker) {
		cy_value_unref(options->metadata);
		return code < 0 ? code : -ENOMEM;
	}
	cy__worker_init(worker, cluster, ++cluster->next_id);
	code = fill(worker, name, options);
	if (code >= 0)
		code = append(cluster, worker);
	if (code < 0)
		cy__worker_destroy(worker);
	else
		*created = worker;
	return code;
}

int cy__workers_copy(const cy__worker *worker, cy__worker **copied)
{
	cy__worker *copy = rx_alloc_zero(sizeof *copy);
	if (!copy)
		return -ENOMEM;
	cy_worker_options options = worker->options;
	options.process = worker->copy.options;
	options.metadata = options.metadata ? cy_value_ref(options.metadata) : NULL;
	cy__worker_init(copy, worker->cluster, worker->peer.id);
	const int code = fill(copy, worker->name, &options);
	if (code < 0)
		cy__worker_destroy(copy);
	else
		*copied = copy;
	return code;
}

void cy__workers_replace(cy__worker *worker, cy__worker *heir)
{
	cy_cluster *cluster = worker->cluster;
	const size_t at = place(cluster, worker->peer.id);
	if (at < cluster->worker_count && cluster->workers[at] == worker)
		cluster->workers[at] = heir;
}

int64_t cy_fork(cy_cluster *cluster, const char *name, const cy_worker_options *options)
{
	static const cy_worker_options defaults;
	cy__worker *worker;
	if (!options)
		options = &defaults;
	int code = check_primary(cluster, "fork");
	if (code >= 0 && cluster->stage != CY__RUNNING)
		code = rx_raise(-ESHUTDOWN, "fork: the cluster is stopping");
	if (code < 0) {
		cy_value_unref(options->metadata);
		return code;
	}
	code = cy__workers_create(cluster, name, options, &worker);
	if (code < 0)
		return code;
	const uint32_t id = worker->peer.id;
	code = cy__policy_begin(worker);
	if (code >= 0)
		code = cy__worker_start(worker);
	if (code < 0) {
		take_out(worker);
		cy__worker_destroy(worker);
		return code;
	}
	cy__emit(cluster, (cy_event){.type = CY_EVENT_STATUS,
	                             .worker = id,
	                             .origin = cluster->id,
	                             .sender = cluster->id,
	                             .incarnation = 1,
	                             .status = CY_INITIALIZING});
	return id;
}

int cy_restart(cy_cluster *cluster, uint32_t id)
{
	int code = check_primary(cluster, "restart");
	if (code < 0)
		return code;
	cy__worker *worker = cy__workers_find(cluster, id);
	if (!worker)
		return rx_raise(-ENOENT, "restart: there is no worker %" PRIu32 " that has failed", id);
	if (cluster->stage != CY__RUNNING)
		return rx_raise(-ESHUTDOWN, "restart: the cluster is stopping");
	if (cy__worker_lives(worker))
		return rx_raise(-EBUSY, "restart: %s lives", cy_label_of(cluster, id));
	if (worker->member)
		return rx_raise(-EBUSY, "restart: %s belongs to a group", cy_label_of(cluster, id));
	if (worker->name && cy__workers_named(cluster, worker->name))
		return rx_raise(-EEXIST, "restart: another worker is called \"%s\" by now", worker->name);
	code = cy__policy_begin(worker);
	return code < 0 ? code : cy__worker_again(worker);
}

int cy_decide(cy_cluster *cluster, uint32_t id, cy_sequel sequel, rx_nsec delay)
{
	int code = check_primary(cluster, "decide");
	if (code < 0)
		return code;
	cy__worker *worker = cy__workers_find(cluster, id);
	if (!worker)
		return rx_raise(-ENOENT, "decide: there is no worker %" PRIu32, id);
	code = cy__worker_decide(worker, sequel, delay);
	if (code == -EALREADY)
		rx_raise(code, "decide: nothing is undecided about %s", cy_label_of(cluster, id));
	else if (code < 0)
		rx_raise(code, "decide: that is no decision");
	return code;
}

/* ---- One of them -------------------------------------------------------------------------------------------------- */

int cy_kill(cy_cluster *cluster, cy_target target, int signal)
{
	cy__worker *worker;
	int code = check_primary(cluster, "kill");
	if (code >= 0)
		code = cy__route_worker(cluster, target.to, target.name, &worker);
	if (code < 0)
		return code;
	if (!cy__worker_has_process(worker))
		return rx_raise(-ESRCH, "kill: %s has no process now", cy_label_of(cluster, worker->peer.id));
	code = cy__process_signal(&worker->process, signal);
	return code < 0 ? rx_raise(code, "kill: signal %d to %s: %s", signal, cy_label_of(cluster, worker->peer.id),
	                           strerror(-code))
	                : 0;
}

int cy_disconnect(cy_cluster *cluster, cy_target target)
{
	cy__worker *worker;
	if (!cluster->primary) {
		if (!cy__is_own(cluster, &target) && (target.to != CY__TO_PRIMARY || target.name))
			return rx_raise(-EPERM, "disconnect: this process is not the primary");
		cy__peer_leave(&cluster->peer);
		return 0;
	}
	const int code = cy__route_worker(cluster, target.to, target.name, &worker);
	if (code < 0)
		return code;
	if (!worker->current.running) {
		cy__worker_stop(worker, RX_NEVER, 0);
		return 0;
	}
	cy__worker_ask(worker, CY__TO_PRIMARY, cluster->options.shutdown_timeout);
	cy__peer_leave(&worker->peer);
	return 0;
}

static cy_status status_of(const cy_cluster *cluster, const cy_target *target, int *code)
{
	cy__worker *worker;
	if (!cluster->primary && target->to == cluster->id)
		return cluster->status;
	*code = cy__route_worker(cluster, target->to, target->name, &worker);
	if (*code >= 0)
		return worker->supervisor.status;
	if (!target->name && target->to && target->to <= cluster->next_id)
		*code = 0; /* it was, and is gone */
	return CY_EXITED;
}

int cy_status_of(const cy_cluster *cluster, cy_target target)
{
	int code = 0;
	const cy_status status = status_of(cluster, &target, &code);
	return code < 0 ? code : (int)status;
}

const char *cy_status_name(cy_status status)
{
	static const char *const names[] = {
		[CY_INITIALIZING] = "INITIALIZING", [CY_LOADED] = "LOADED",     [CY_IDLE] = "IDLE",
		[CY_PROCESSING] = "PROCESSING",     [CY_STOPPING] = "STOPPING", [CY_EXITED] = "EXITED",
	};
	return (size_t)status < sizeof names / sizeof *names && names[status] ? names[status] : "UNKNOWN";
}
