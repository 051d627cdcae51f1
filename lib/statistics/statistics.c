/*
 * Statistics: a picture of the moment, in one block.
 */
#include <clusterfy/cluster/statistics.h>

#include <inttypes.h>

#include "lib/cluster/quota.h"
#include "lib/primary/succession.h"
#include "lib/primary/workers.h"
#include "lib/statistics/statistics.h"
#include "lib/statistics/usage.h"

/* ---- Taking a picture ---------------------------------------------------------------------------------------------------- */

static void count(const cy__peer *peer, cy_worker_statistics *into)
{
	cy__channel_counts counts = peer->past;
	cy__peer_count(peer, &counts);
	into->served = peer->served;
	into->frames_in = counts.frames_in;
	into->frames_out = counts.frames_out;
	into->bytes_in = counts.bytes_in;
	into->bytes_out = counts.bytes_out;
	into->refused = peer->gauge.refused;
	into->dropped = peer->gauge.dropped;
}

static void look(const cy__worker *worker, cy_worker_statistics *into)
{
	const cy__usage usage = worker->current.running ? cy__usage_of(worker->process.pid) : (cy__usage){0};
	into->pid = worker->current.running ? worker->process.pid : 0;
	into->memory = usage.memory;
	into->processor = usage.processor;
	into->calls = worker->peer.leg_count;
	if (worker->peer.channel)
		into->queued = cy__channel_pending(worker->peer.channel, &into->queued_frames);
	into->queued += worker->peer.outbox.bytes;
	into->queued_frames += worker->peer.outbox.count;
}

static void add(cy_worker_statistics *sum, const cy_worker_statistics *one)
{
	sum->restarts += one->restarts;
	sum->failed_starts += one->failed_starts;
	sum->memory += one->memory;
	sum->processor += one->processor;
	sum->calls += one->calls;
	sum->served += one->served;
	sum->frames_in += one->frames_in;
	sum->frames_out += one->frames_out;
	sum->bytes_in += one->bytes_in;
	sum->bytes_out += one->bytes_out;
	sum->queued += one->queued;
	sum->queued_frames += one->queued_frames;
	sum->refused += one->refused;
	sum->dropped += one->dropped;
}

/* Who takes another's place goes on from its restarts and failed starts: they are not to be counted twice. */
static cy_worker_statistics counted(const cy__worker *worker)
{
	const cy__supervisor *supervisor = &worker->supervisor;
	cy_worker_statistics counts = {
		.restarts = cy__succession_is_spare(worker) ? 0 : supervisor->restarts,
		.failed_starts = worker->replaced ? 0 : supervisor->failed_starts,
	};
	count(&worker->peer, &counts);
	add(&counts, &worker->earlier);
	return counts;
}

/* A spare adds to the worker whose place it had, or was to take. */
void cy__statistics_keep(const cy__worker *worker)
{
	cy__worker *heir = cy__workers_find(worker->cluster, worker->peer.id);
	const cy_worker_statistics counts = counted(worker);
	add(heir ? &heir->earlier : &worker->cluster->gone, &counts);
}

static void add_spares(const cy__worker *worker, cy_worker_statistics *into)
{
	for (const cy__worker *spare = worker->cluster->spares; spare; spare = spare->next_spare) {
		if (spare->peer.id != worker->peer.id)
			continue;
		const cy_worker_statistics counts = counted(spare);
		add(into, &counts);
	}
}

static cy_worker_statistics describe(const cy__worker *worker)
{
	const cy__supervisor *supervisor = &worker->supervisor;
	cy_worker_statistics described = {.id = worker->peer.id,
	                                  .name = worker->name,
	                                  .status = supervisor->status,
	                                  .sequel = supervisor->sequel,
	                                  .incarnation = supervisor->incarnation,
	                                  .restarts = supervisor->restarts,
	                                  .failed_starts = supervisor->failed_starts};
	count(&worker->peer, &described);
	add(&described, &worker->earlier);
	add_spares(worker, &described);
	look(worker, &described);
	cy__quota_look(worker->peer.account, &described.held, &described.limits, &described.refusals);
	return described;
}

/* The workers, and behind them their names. */
static cy_worker_statistics *create(const cy_statistics *from)
{
	size_t names = 0;
	for (size_t i = 0; i < from->count; i++)
		names += from->workers[i].name ? strlen(from->workers[i].name) + 1 : 0;
	cy_worker_statistics *workers = rx_alloc(from->count * sizeof *workers + names + 1);
	char *name = workers ? (char *)(workers + from->count) : NULL;
	for (size_t i = 0; workers && i < from->count; i++) {
		workers[i] = from->workers[i];
		if (!workers[i].name)
			continue;
		const size_t size = strlen(workers[i].name) + 1;
		workers[i].name = memcpy(name, workers[i].name, size);
		name += size;
	}
	return workers;
}

static cy_turn turn_of(const cy__turn *turn)
{
	cy_turn taken = {.time = turn->time, .worker = turn->origin};
	memcpy(taken.what, turn->what, sizeof taken.what);
	return taken;
}

static void take_turns(const cy_cluster *cluster, cy_statistics *taken)
{
	cy__turn whole, of_others;
	cy__turns_longest(cluster->turns, &whole, &of_others);
	taken->longest_turn = turn_of(&whole);
	taken->longest_turn_of_others = turn_of(&of_others);
}

int cy_statistics_take(cy_cluster *cluster, cy_statistics *statistics)
{
	if (!cluster->primary)
		return rx_raise(-EPERM, "statistics: this process is not the primary");
	const size_t count = cluster->worker_count;
	cy_worker_statistics *borrowed = rx_alloc(count * sizeof *borrowed + 1);
	if (!borrowed)
		return -ENOMEM;
	cy_statistics taken = {.workers = borrowed, .count = count, .late = cluster->late, .sum = cluster->gone};
	for (size_t i = 0; i < count; i++) {
		borrowed[i] = describe(cluster->workers[i]);
		add(&taken.sum, &borrowed[i]);
		taken.online += cluster->workers[i]->peer.greeted;
	}
	take_turns(cluster, &taken);
	taken.workers = create(&taken);
	rx_free(borrowed);
	if (!taken.workers)
		return -ENOMEM;
	*statistics = taken;
	return 0;
}

void cy_statistics_finish(cy_statistics *statistics)
{
	rx_free(statistics->workers);
	statistics->workers = NULL;
	statistics->count = 0;
}

/* ---- As items ------------------------------------------------------------------------------------------------------------- */

static int statistics_copy(void *to, const void *from)
{
	cy_statistics copy = *(const cy_statistics *)from;
	copy.workers = create(&copy);
	if (!copy.workers)
		return -ENOMEM;
	*(cy_statistics *)to = copy;
	return 0;
}

static void statistics_drop(void *value)
{
	cy_statistics_finish(value);
}

const rx_type rx_type_cy_statistics = {
	.name = "cy_statistics", .size = sizeof(cy_statistics), .copy = statistics_copy, .drop = statistics_drop};

static int take(const int64_t *number, cy_statistics *statistics, void *ctx)
{
	(void)number;
	return cy_statistics_take(ctx, statistics);
}
RX_MAPPER(take, cy_statistics, int64_t);

rx_observable *cy_statistics_every(cy_cluster *cluster, rx_nsec interval)
{
	return rx_pipe(rx_timer_with(&(rx_timer_options){.period = interval}), rx_map(take, cluster));
}

/* ---- As a table ------------------------------------------------------------------------------------------------------------ */

static const char *state_of(const cy_worker_statistics *worker)
{
	if (worker->status != CY_EXITED)
		return cy_status_name(worker->status);
	return worker->sequel == CY_REVIVES ? "REVIVES" : worker->sequel == CY_FAILED ? "FAILED" : "EXITED";
}

static void print_head(FILE *stream)
{
	fprintf(stream, "%4s %-14s %7s  %-12s %8s %5s %7s %9s %8s\n", "id", "name", "pid", "status", "restarts",
	        "calls", "served", "memory", "time");
}

static void print_row(const cy_worker_statistics *worker, FILE *stream)
{
	fprintf(stream, "%4" PRIu32 " %-14s %7ld  %-12s %8" PRIu32 " %5zu %7" PRIu64 " %6.1f MB %6.1f s\n", worker->id,
	        worker->name ? worker->name : "-", (long)worker->pid, state_of(worker), worker->restarts, worker->calls,
	        worker->served, (double)worker->memory / 1e6, (double)worker->processor / 1e9);
}

static int print_storage(cy_cluster *cluster, FILE *stream)
{
	cy_value *tree = cy_storage_snapshot(cluster->storage);
	int code = cy_value_error(tree);
	cy_iterator at;
	if (code >= 0) {
		fprintf(stream, "Storage:%s\n", cy_value_count(tree) ? "" : " empty");
		CY_EACH(&at, tree)
		{
			const char *key;
			if (cy_get_string(at.key, NULL, &key) < 0)
				key = "?";
			fprintf(stream, "  %s = ", key);
			code = cy_value_print(at.value, stream);
			fputc('\n', stream);
		}
	}
	cy_value_unref(tree);
	return code;
}

int cy_statistics_print(cy_cluster *cluster, FILE *stream, bool storage)
{
	cy_statistics statistics;
	int code = cy_statistics_take(cluster, &statistics);
	if (code < 0)
		return code;
	print_head(stream);
	for (size_t i = 0; i < statistics.count; i++)
		print_row(&statistics.workers[i], stream);
	fprintf(stream, "Running workers: %zu\n", statistics.online);
	cy_statistics_finish(&statistics);
	if (storage)
		code = print_storage(cluster, stream);
	return code < 0 ? code : ferror(stream) ? rx_raise(-EIO, "statistics: the stream failed") : 0;
}
