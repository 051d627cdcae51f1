/*
 * What the storage costs a worker: reading and saving by a call, and reading out of a mirror. The worker measures, for it is
 * the one who waits; in a worker's handler nothing can be awaited, so the rounds follow one another as a stream.
 */
#include <clusterfy/cluster.h>

#include <errno.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/floor.h"

#define WORKERS 4

/* What a worker does again and again. */
enum { READ, SAVE, CALL };

struct rounds {
	cy_cluster *cluster;
	uint64_t what;
	size_t count, done;
	double begin, *times;
};

static rx_observable *begin_round(const int64_t *n, void *ctx)
{
	struct rounds *rounds = ctx;
	rounds->begin = bench_now();
	if (rounds->what == SAVE)
		return cy_save(rounds->cluster, "settings.limit", cy_int(*n));
	if (rounds->what == CALL)
		return rx_pipe(cy_call(rounds->cluster, cy_primary(), "answer", cy_int(*n)), cy_values());
	return cy_retrieve(rounds->cluster, "settings.limit");
}
RX_PROJECTOR(begin_round, cy_body, int64_t);

static rx_observable *end_round(void *ctx)
{
	struct rounds *rounds = ctx;
	rounds->times[rounds->done++] = bench_now() - rounds->begin;
	return rx_empty();
}

static rx_observable *one_round(const int64_t *n, void *ctx)
{
	return rx_concat(begin_round(n, ctx), rx_defer(&rx_type_cy_body, end_round, ctx));
}
RX_PROJECTOR(one_round, cy_body, int64_t);

static rx_observable *median(void *ctx)
{
	struct rounds *rounds = ctx;
	return cy_answer(cy_double(bench_median(rounds->times, rounds->done)));
}

static void free_rounds(void *ctx)
{
	struct rounds *rounds = ctx;
	free(rounds->times);
	free(rounds);
}

static rx_observable *answer(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

/* [what, rounds] */
static rx_observable *operate(const cy_request *request, void *ctx)
{
	(void)ctx;
	struct rounds *rounds = calloc(1, sizeof *rounds);
	rounds->cluster = request->cluster;
	uint64_t count;
	if (cy_unpack(request->arguments, "[U, U]", &rounds->what, &count) < 0) {
		free(rounds);
		return cy_refuse(-EINVAL, "operate takes [what, rounds]");
	}
	rounds->times = calloc(count, sizeof *rounds->times);
	rx_observable *all =
		rx_pipe(rx_range(0, (size_t)count), rx_concat_map(one_round, rounds), rx_ignore_elements());
	return rx_pipe(rx_concat(all, rx_defer(&rx_type_cy_body, median, rounds)),
	               rx_own(rx_take(1), rounds, free_rounds));
}

static void look(const cy_change *change, void *ctx)
{
	(void)change, (void)ctx;
}
RX_CONSUMER(look, cy_change);

static void nothing_failed(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx; /* the end */
}

/* Nanoseconds for one reading out of the copy. */
static int peek_often(const cy_change *change, cy_body *body, void *ctx)
{
	(void)change;
	const int count = 1000000;
	const double begin = bench_now();
	int64_t sum = 0;
	for (int i = 0; i < count; i++) {
		cy_value *value;
		int64_t n;
		if (cy_peek(ctx, "settings.limit", &value) != 1)
			abort();
		cy_get_int(value, NULL, &n);
		cy_value_unref(value);
		sum += n;
	}
	bench_use(sum);
	*body = cy_double((bench_now() - begin) / count);
	return 0;
}
RX_MAPPER(peek_often, cy_body, cy_change);

static rx_observable *peek(const cy_request *request, void *ctx)
{
	(void)ctx;
	rx_subscribe(cy_mirror(request->cluster, "settings"), &(rx_observer){RX_NEXT(look), .error = nothing_failed},
	             NULL);
	return rx_pipe(cy_mirror(request->cluster, "settings"), rx_take(1), rx_map(peek_often, request->cluster));
}

static double figure(cy_cluster *cluster, const char *command, cy_value *arguments)
{
	cy_reply reply;
	double value = 0;
	if (rx_await_first(cy_reply, cy_call(cluster, cy_named("one"), command, arguments), &reply) < 0)
		abort();
	cy_get_double(reply.value, NULL, &value);
	rx_type_drop(&rx_type_cy_reply, &reply);
	return value;
}

static cy_value *order(uint64_t what, unsigned rounds)
{
	return cy_array(cy_uint(what), cy_uint(rounds));
}

/* How many there are a second from all workers, each with one under way. */
static double rate(cy_cluster *cluster, uint64_t what, unsigned rounds)
{
	cy_reply last;
	const double begin = bench_now();
	if (rx_await_last(cy_reply, cy_call(cluster, cy_all(), "operate", order(what, rounds)), &last) < 0)
		abort();
	rx_type_drop(&rx_type_cy_reply, &last);
	return WORKERS * rounds * 1e9 / (bench_now() - begin);
}

static void run(cy_cluster *cluster)
{
	const unsigned rounds = bench_short ? 500 : 20000;
	cy_storage_init(cluster, cy_map("settings", cy_map("limit", cy_int(3))));
	cy_fork(cluster, "one", NULL);
	const double floor = floor_round_trip(64, (int)rounds) / 1e3;
	const double call = figure(cluster, "operate", order(CALL, rounds)) / 1e3;
	bench_print("storage", "call from a worker, p50", call, "us", floor);
	const double read = figure(cluster, "operate", order(READ, rounds)) / 1e3;
	bench_print("storage", "read from a worker, against a call, p50", read, "us", call);
	const double save = figure(cluster, "operate", order(SAVE, rounds)) / 1e3;
	bench_print("storage", "save from a worker, against a call, p50", save, "us", call);
	bench_print("storage", "read out of a mirror, against a call", figure(cluster, "peek", NULL), "ns", call * 1e3);
	for (int i = 1; i < WORKERS; i++)
		cy_fork(cluster, NULL, NULL);
	bench_print("storage", "saves from four workers, against calls", rate(cluster, SAVE, rounds / 2), "1/s",
	            rate(cluster, CALL, rounds / 2));
}

int main(int argc, char **argv)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return EXIT_FAILURE;
	cy_register(cluster, &(cy_command){.name = "operate", .run = operate});
	cy_register(cluster, &(cy_command){.name = "peek", .run = peek});
	bench_pin(cy_is_primary(cluster) ? 0 : 1);
	if (cy_is_primary(cluster)) {
		bench_begin(argc, argv);
		cy_register(cluster, &(cy_command){.name = "answer", .run = answer});
		cy_start(cluster);
		if (bench_wanted("storage"))
			run(cluster);
		cy_stop(cluster, 0);
	}
	return cy_run(cluster);
}
