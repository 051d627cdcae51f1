/*
 * What a process costs: its start, also from a primary that is large, its memory, its revival.
 *
 * The floor is a child that posix_spawn starts, with a libev loop and msgpack-c (floor-child.c). It is a program of its
 * own, so that the figures hold what the library adds to the size of one.
 */
#include <clusterfy/cluster.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/bench/bench.h"
#include "tests/bench/floor-children.h"

#define MOST 256
#define ROUNDS 31
#define GIB ((size_t)1 << 30)

static void finish(rx_observable *source)
{
	int nothing;
	const int code = rx_await_last(int, rx_pipe(source, rx_ignore_elements()), &nothing);
	if (code != -ENODATA)
		abort();
}

/* ---- Start ----------------------------------------------------------------------------------------------------------- */

static void start(cy_cluster *cluster, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cy_fork(cluster, NULL, NULL) < 0)
			abort();
	finish(cy_ready(cluster, NULL, 0));
}

static void end(cy_cluster *cluster)
{
	finish(cy_shutdown(cluster, cy_all(), 0));
}

/* Milliseconds from the first until all are ready. */
static double time_start(cy_cluster *cluster, size_t count)
{
	const double begin = bench_now();
	start(cluster, count);
	const double time = bench_now() - begin;
	end(cluster);
	return time / 1e6;
}

static double time_floor(size_t count)
{
	static struct floor_child children[MOST];
	const double begin = bench_now();
	floor_children_start(children, count);
	const double time = bench_now() - begin;
	floor_children_end(children, count);
	return time / 1e6;
}

/* @returns the library's median */
static double compare_start(cy_cluster *cluster, const char *metric, size_t count, size_t rounds)
{
	double ours[ROUNDS], theirs[ROUNDS];
	for (size_t i = 0; i < rounds; i++) {
		ours[i] = time_start(cluster, count);
		theirs[i] = time_floor(count);
	}
	const double median = bench_median(ours, rounds);
	bench_print("start", metric, median, "ms", bench_median(theirs, rounds));
	return median;
}

/* Milliseconds of all processors, of this process and those that it has waited for. */
static double processor_time(void)
{
	struct rusage own, children;
	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	const struct timeval times[] = {own.ru_utime, own.ru_stime, children.ru_utime, children.ru_stime};
	double sum = 0;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		sum += (double)times[i].tv_sec * 1e3 + (double)times[i].tv_usec / 1e3;
	return sum;
}

/* What the clock says is everybody's; this is theirs alone, also on a busy machine. Ends are included. */
static void compare_processor_time(cy_cluster *cluster, size_t count)
{
	double ours[ROUNDS], theirs[ROUNDS];
	const size_t rounds = bench_short ? 3 : ROUNDS;
	for (size_t i = 0; i < rounds; i++) {
		const double begin = processor_time();
		time_start(cluster, count);
		const double middle = processor_time();
		time_floor(count);
		ours[i] = (middle - begin) / (double)count;
		theirs[i] = (processor_time() - middle) / (double)count;
	}
	bench_print("start", "processor time of a start and an end", bench_median(ours, rounds), "ms",
	            bench_median(theirs, rounds));
}

static void bench_start(cy_cluster *cluster)
{
	for (size_t count = 4; count <= (bench_short ? 16 : MOST); count *= 4) {
		char metric[32];
		snprintf(metric, sizeof metric, "%zu workers ready", count);
		compare_start(cluster, metric, count, bench_short ? 3 : count > 64 ? 5 : count > 16 ? 11 : ROUNDS);
	}
	compare_processor_time(cluster, 16);
}

static void bench_large_primary(cy_cluster *cluster)
{
	char *held = malloc(GIB);
	if (!held) {
		bench_note("start", "no 1 GiB to hold: the start from a large primary is left out");
		return;
	}
	memset(held, 1, GIB);
	bench_use(held[GIB / 2]);
	compare_start(cluster, "1 worker ready, the primary holds 1 GiB", 1, bench_short ? 3 : ROUNDS);
	free(held);
}

/* ---- Memory ---------------------------------------------------------------------------------------------------------- */

/* KiB of a process: what it shares with n others counts for an n-th. */
static double proportional_size(pid_t pid)
{
	char path[48], line[128];
	double size = 0;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "Pss:", 4) == 0)
			size = strtod(line + 4, NULL);
	if (file)
		fclose(file);
	return size;
}

static double median_size(cy_cluster *cluster, size_t count)
{
	double sizes[MOST];
	cy_statistics statistics;
	start(cluster, count);
	if (cy_statistics_take(cluster, &statistics) < 0)
		abort();
	for (size_t i = 0; i < count; i++)
		sizes[i] = proportional_size(statistics.workers[i].pid);
	cy_statistics_finish(&statistics);
	end(cluster);
	return bench_median(sizes, count);
}

static double median_floor_size(size_t count)
{
	struct floor_child children[MOST];
	double sizes[MOST];
	floor_children_start(children, count);
	for (size_t i = 0; i < count; i++)
		sizes[i] = proportional_size(children[i].pid);
	floor_children_end(children, count);
	return bench_median(sizes, count);
}

static void bench_memory(cy_cluster *cluster)
{
	for (size_t count = 4; count <= (bench_short ? 4 : 64); count *= 4) {
		char metric[48];
		snprintf(metric, sizeof metric, "an idle worker of %zu, PSS", count);
		bench_print("memory", metric, median_size(cluster, count), "KiB", median_floor_size(count));
	}
}

/* ---- Revival --------------------------------------------------------------------------------------------------------- */

struct life {
	double exited, ready;
};

static void note(const cy_event *event, void *ctx)
{
	struct life *life = ctx;
	if (event->type == CY_EVENT_EXIT)
		life->exited = bench_now();
	else if (event->type == CY_EVENT_READY)
		life->ready = bench_now();
}
RX_CONSUMER(note, cy_event);

static bool is_ready(const cy_event *event, void *ctx)
{
	(void)ctx;
	return event->type == CY_EVENT_READY;
}
RX_PREDICATE(is_ready, cy_event);

/* Each dies of a signal, and is ready again without a delay. */
static void bench_revival(cy_cluster *cluster)
{
	const cy_worker_options options = {.revive = CY_REVIVE_ALWAYS,
	                                   .revival = {.first = RX_NOW, .limit = CY_UNLIMITED}};
	const size_t rounds = bench_short ? 3 : ROUNDS;
	double from_kill[ROUNDS], from_exit[ROUNDS];
	const double one = compare_start(cluster, "1 worker ready", 1, rounds);
	cy_fork(cluster, "phoenix", &options);
	finish(cy_ready(cluster, NULL, 0));
	for (size_t i = 0; i < rounds; i++) {
		struct life life = {0};
		const double killed = bench_now();
		cy_kill(cluster, cy_named("phoenix"), SIGKILL);
		finish(rx_pipe(cy_events(cluster), rx_tap(note, &life), rx_filter(is_ready), rx_take(1)));
		from_kill[i] = (life.ready - killed) / 1e6;
		from_exit[i] = (life.ready - life.exited) / 1e6;
	}
	end(cluster);
	bench_print("revival", "from the exit event to ready, against one start", bench_median(from_exit, rounds), "ms",
	            one);
	bench_print("revival", "from the kill to ready, against one start", bench_median(from_kill, rounds), "ms", one);
}

static void run(cy_cluster *cluster)
{
	if (bench_wanted("start")) {
		bench_note("start", "not pinned: starts use every processor, and so does the floor");
		bench_start(cluster);
		bench_large_primary(cluster);
	}
	if (bench_wanted("memory"))
		bench_memory(cluster);
	if (bench_wanted("revival"))
		bench_revival(cluster);
}

int main(int argc, char **argv)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return EXIT_FAILURE;
	if (cy_is_primary(cluster)) {
		bench_begin(argc, argv);
		cy_start(cluster);
		run(cluster);
		cy_stop(cluster, 0);
	}
	return cy_run(cluster);
}
