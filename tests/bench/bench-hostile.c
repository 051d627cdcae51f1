/*
 * What a call between two honest workers costs beside one that means harm: p50 and p99 beside each flood there is
 * (tests/faults/flood.h), and beside a process that only spins, which is what a busy machine costs anyhow.
 */
#include <clusterfy/cluster.h>

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/faults/flood.h"

/* What a turn may cost whoever waits. */
#define BUDGET_US 1000.0

enum { CALLS_MAX = 200000, VICTIMS = 2 };

struct latency {
	double p50, p99; /* microseconds */
};

static const char *scratch;

/* ---- The honest ---------------------------------------------------------------------------------------------------------- */

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

static rx_observable *later(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_pipe(cy_answer(cy_value_ref(request->arguments)), rx_delay(RX_MS(10)));
}

static rx_observable *never(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return rx_never();
}

static int numbered(const int64_t *n, cy_body *body, void *ctx)
{
	(void)ctx;
	*body = cy_int(*n);
	return 0;
}
RX_MAPPER(numbered, cy_body, int64_t);

static rx_observable *many(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t count = 0;
	cy_get_int(request->arguments, "2", &count);
	return rx_pipe(rx_range(0, (size_t)count), rx_map(numbered));
}

/* One call after another for as long as the primary wants to know. */
struct meter {
	cy_cluster *cluster;
	rx_subscription asking;
	double times[CALLS_MAX], began;
	size_t count, failed;
	bool on;
};
static struct meter meter;

static void ask(void);

static void answered(void *ctx)
{
	(void)ctx;
	if (meter.count < CALLS_MAX)
		meter.times[meter.count++] = bench_now() - meter.began;
	ask();
}

static void failed(const rx_error *error, void *ctx)
{
	if (meter.failed++ == 0)
		fprintf(stderr, "bench-hostile: an honest call has failed: %s\n", error->message);
	answered(ctx);
}

/* In a turn of the loop's own, so that calls never nest. */
static void ask_now(rx_task *task)
{
	(void)task;
	if (!meter.on)
		return;
	meter.began = bench_now();
	rx_subscribe(rx_pipe(cy_call(meter.cluster, cy_named("two"), "echo", NULL), rx_ignore_elements()),
	             &(rx_observer){.error = failed, .complete = answered}, &meter.asking);
}

static void ask(void)
{
	static rx_task next = {.run = ask_now};
	rx_schedule(rx_scheduler_current(), &next, 0);
}

static rx_observable *begin_meter(const cy_request *request, void *ctx)
{
	(void)ctx;
	meter.cluster = request->cluster;
	meter.count = meter.failed = 0;
	meter.on = true;
	ask();
	return NULL;
}

/* [p50, p99, failed], and of the one that is under way what it has taken so far. */
static rx_observable *end_meter(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	meter.on = false;
	if (meter.count == 0)
		meter.times[meter.count++] = bench_now() - meter.began;
	const double p50 = bench_median(meter.times, meter.count);
	const double p99 = meter.times[(meter.count - 1) * 99 / 100];
	return cy_answer(cy_array(cy_double(p50), cy_double(p99), cy_uint(meter.failed)));
}

static void serve(cy_cluster *cluster)
{
	static const cy_command commands[] = {
		{.name = "echo", .run = echo},        {.name = "later", .run = later},
		{.name = "never", .run = never},      {.name = "many", .run = many},
		{.name = "relay", .run = echo},       {.name = "begin", .run = begin_meter},
		{.name = "measure", .run = end_meter}};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
}

/* ---- The primary --------------------------------------------------------------------------------------------------------- */

static int finish(rx_observable *source)
{
	int nothing;
	const int code = rx_await_last(int, rx_pipe(source, rx_ignore_elements()), &nothing);
	return code == -ENODATA ? 0 : code;
}

static void pass(rx_nsec time)
{
	int64_t n;
	(void)!rx_await_first(int64_t, rx_timer(time), &n);
}

static rx_nsec patience(void)
{
	return bench_short ? RX_MS(40) : RX_MS(500);
}

static struct latency measure(cy_cluster *cluster, const char *beside)
{
	struct latency latency = {0};
	uint64_t calls_failed = 0;
	cy_reply reply = {0};
	if (finish(cy_call(cluster, cy_named("one"), "begin", NULL)) < 0)
		abort();
	pass(patience());
	if (rx_await_first(cy_reply, cy_call(cluster, cy_named("one"), "measure", NULL), &reply) < 0 ||
	    cy_get_double(reply.value, "0", &latency.p50) < 0 || cy_get_double(reply.value, "1", &latency.p99) < 0 ||
	    cy_get_uint(reply.value, "2", &calls_failed) < 0)
		abort();
	rx_type_cy_reply.drop(&reply);
	latency.p50 /= 1e3;
	latency.p99 /= 1e3;
	if (calls_failed)
		bench_print("hostile", beside, (double)calls_failed, "honest calls failed", 0);
	return latency;
}

static struct latency beside(cy_cluster *cluster, const char *name)
{
	struct flood_arguments arguments;
	flood_arguments(&arguments, name, 1, 0, RX_S(5), VICTIMS, scratch);
	const int64_t id = cy_fork(cluster, "adversary",
	                           &(cy_worker_options){
					   .process = {.arguments = arguments.list, .output = {.kind = CY_STREAM_NULL}},
					   .revive = CY_REVIVE_ALWAYS,
					   .revival = {.first = RX_MS(5), .ceiling = RX_MS(20), .limit = CY_UNLIMITED},
				   });
	if (id < 0)
		abort();
	pass(RX_MS(bench_short ? 20 : 100));
	const struct latency latency = measure(cluster, name);
	(void)!finish(cy_shutdown(cluster, cy_worker((uint32_t)id), RX_NOW));
	cy_storage_load(cy_cluster_storage(cluster), cy_map());
	pass(RX_MS(10));
	return latency;
}

/* What only spins is a flood like any other, without the calls before it. */
static struct latency beside_spinning(cy_cluster *cluster)
{
	enum { ROUNDS = 5 };
	double p50[ROUNDS], p99[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		const struct latency latency = beside(cluster, "it_spins");
		p50[i] = latency.p50;
		p99[i] = latency.p99;
	}
	return (struct latency){bench_median(p50, ROUNDS), bench_median(p99, ROUNDS)};
}

static void run(cy_cluster *cluster)
{
	char metric[96];
	unsigned over = 0;
	cy_fork(cluster, "one", NULL);
	cy_fork(cluster, "two", NULL);
	if (finish(cy_ready(cluster, NULL, 0)) < 0)
		abort();
	const struct latency alone = measure(cluster, "alone");
	const struct latency spinning = beside_spinning(cluster);
	const double most = spinning.p99 + BUDGET_US < 5 * spinning.p99 ? spinning.p99 + BUDGET_US : 5 * spinning.p99;
	bench_print("hostile", "alone, p50", alone.p50, "us", 0);
	bench_print("hostile", "alone, p99", alone.p99, "us", 0);
	bench_print("hostile", "beside a process that spins, p50", spinning.p50, "us", alone.p50);
	bench_print("hostile", "beside a process that spins, p99", spinning.p99, "us", alone.p99);
	for (size_t i = 0; i < flood_count(); i++) {
		const char *name = flood_at(i)->name;
		const struct latency latency = beside(cluster, name);
		snprintf(metric, sizeof metric, "%s, p50", name);
		bench_print("hostile", metric, latency.p50, "us", spinning.p50);
		snprintf(metric, sizeof metric, "%s, p99", name);
		bench_print("hostile", metric, latency.p99, "us", spinning.p99);
		over += latency.p99 > most;
	}
	bench_print("hostile", "floods", (double)flood_count(), "floods", 0);
	bench_print("hostile", "floods whose p99 is over that of spinning and 1 ms, or 5 times", over, "floods", 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

int main(int argc, char **argv)
{
	char directory[] = "/tmp/hostile-XXXXXX";
	flood_play_if_asked(argc, argv);
	cy_cluster *cluster = cy_join(&(cy_options){.kill_after = RX_MS(10)});
	if (!cluster)
		return EXIT_FAILURE;
	serve(cluster);
	if (!cy_is_primary(cluster))
		return cy_run(cluster);
	bench_begin(argc, argv);
	cy_start(cluster);
	if (bench_wanted("hostile") && (scratch = mkdtemp(directory))) {
		run(cluster);
		nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	cy_stop(cluster, 0);
	return cy_run(cluster);
}
