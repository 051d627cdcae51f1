/*
 * Statistics: a picture of the moment, in one block.
 */
#include <clusterfy/cluster/statistics.h>

#include <inttypes.h>

#include "lib/primary/workers.h"

/* ---- Taking a picture ---------------------------------------------------------------------------------------------------- */

static void describe(const cy__worker *worker, cy_worker_statistics *into)
{
	const cy__supervisor *supervisor = &worker->supervisor;
	cy__channel_counts counts = {0};
	*into = (cy_worker_statistics){.id = worker->peer.id,
	                               .name = worker->name,
	                               .pid = worker->running ? worker->process.pid : 0,
	                               .status = supervisor->status,
	                               .sequel = supervisor->sequel,
	                               .incarnation = supervisor->incarnation,
	                               .restarts = supervisor->restarts,
	                               .calls = worker->peer.leg_count + worker->waiting_count};
	if (!worker->peer.channel)
		return;
	cy__channel_count(worker->peer.channel, &counts);
	into->frames_in = counts.frames_in;
	into->frames_out = counts.frames_out;
	into->bytes_in = counts.bytes_in;
	into->bytes_out = counts.bytes_out;
	into->queued = cy__channel_pending(worker->peer.channel, NULL);
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

int cy_statistics_take(cy_cluster *cluster, cy_statistics *statistics)
{
	if (!cluster->primary)
		return rx_raise(-EPERM, "statistics: this process is not the primary");
	const size_t count = cluster->worker_count;
	cy_worker_statistics *borrowed = rx_alloc(count * sizeof *borrowed + 1);
	if (!borrowed)
		return -ENOMEM;
	cy_statistics taken = {.workers = borrowed, .count = count, .late = cluster->late};
	for (size_t i = 0; i < count; i++) {
		describe(cluster->workers[i], &borrowed[i]);
		taken.online += cluster->workers[i]->peer.greeted;
	}
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

static void print_row(const cy_worker_statistics *worker, FILE *stream)
{
	fprintf(stream, "%6" PRIu32 "  %-20s  %8ld  %-12s  %11" PRIu32 "  %8" PRIu32 "  %5zu\n", worker->id,
	        worker->name ? worker->name : "-", (long)worker->pid, state_of(worker), worker->incarnation,
	        worker->restarts, worker->calls);
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
	fprintf(stream, "%6s  %-20s  %8s  %-12s  %11s  %8s  %5s\n", "id", "name", "pid", "status", "incarnation",
	        "restarts", "calls");
	for (size_t i = 0; i < statistics.count; i++)
		print_row(&statistics.workers[i], stream);
	fprintf(stream, "Running workers: %zu\n", statistics.online);
	cy_statistics_finish(&statistics);
	if (storage)
		code = print_storage(cluster, stream);
	return code < 0 ? code : ferror(stream) ? rx_raise(-EIO, "statistics: the stream failed") : 0;
}
