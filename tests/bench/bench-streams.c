/*
 * What an item, a delivery and a subscription cost.
 */
#include <clusterfy/rx.h>

#include <stdio.h>

#include "tests/bench/bench.h"
#include "tests/bench/floor.h"

static int64_t items(void)
{
	return bench_short ? 1000000 : 10000000;
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

static int64_t sum_of(rx_observable *source)
{
	int64_t sum = 0;
	rx_subscribe(source, &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	return sum;
}

/* ---- The main chain --------------------------------------------------------------------------------------------------- */

RX_MAP(triple, int64_t, int64_t, n, 3 * n)
RX_FILTER(is_even, int64_t, n, n % 2 == 0)
RX_REDUCE(plus, int64_t, int64_t, total, n, total + n)

static double kernels(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items()), rx_map(triple), rx_filter(is_even), rx_take(SIZE_MAX),
	                         rx_reduce(plus, int64_t, 0))));
	return (double)items();
}

static double spans_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_spans(items()));
	return (double)items();
}

static int triple_function(const int64_t *n, int64_t *out, void *ctx)
{
	(void)ctx;
	*out = 3 * *n;
	return 0;
}
RX_MAPPER(triple_function, int64_t, int64_t);

static int is_even_function(const int64_t *n, void *ctx)
{
	(void)ctx;
	return *n % 2 == 0;
}
RX_PREDICATE(is_even_function, int64_t);

static double functions(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items()), rx_map(triple_function), rx_filter(is_even_function),
	                         rx_take(SIZE_MAX))));
	return (double)items();
}

static double calls_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_calls(items()));
	return (double)items();
}

/* ---- Other chains ----------------------------------------------------------------------------------------------------- */

static int gather(int64_t *total, const int64_t *n, void *ctx)
{
	(void)ctx;
	*total += *n;
	return 0;
}
RX_REDUCER(gather, int64_t, int64_t);

static double scan_functions(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items()), rx_scan(gather, int64_t, 0), rx_reduce(gather, int64_t, 0))));
	return (double)items();
}

static double scan_kernels(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items()), rx_scan(plus, int64_t, 0), rx_reduce(plus, int64_t, 0))));
	return (double)items();
}

static double scan_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_scan(items()));
	return (double)items();
}

/* A chain of as many functions as @p ctx says. */
static double long_chain(void *ctx)
{
	rx_observable *chain = rx_range(0, items() / 10);
	for (int i = 0; i < *(const int *)ctx; i++)
		chain = rx_pipe(chain, rx_map(triple_function));
	bench_use(sum_of(chain));
	return (double)items() / 10;
}

static void bench_growth(void)
{
	for (int stages = 1; stages <= 32; stages *= 2) {
		char metric[48];
		snprintf(metric, sizeof metric, "%d stages, an item", stages);
		bench_compare("growth", metric, long_chain, &stages, NULL, NULL);
	}
}

static double debounced(void *ctx)
{
	(void)ctx;
	const int64_t count = items() / 10;
	rx_scheduler *scheduler = rx_virtual_create();
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_debounce_time(RX_MS(10))),
	             &(rx_observer){.scheduler = scheduler}, NULL);
	for (int64_t i = 0; i < count; i++)
		rx_subject_next(subject, &i);
	rx_subject_complete(subject);
	rx_subject_unref(subject);
	rx_virtual_destroy(scheduler);
	return (double)count;
}

static double buffered(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items() / 10), rx_buffer_count(100, 100), rx_count())));
	return (double)items() / 10;
}

static double replayed(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(
		rx_pipe(rx_range(0, items() / 10), rx_share_replay(&(rx_share_replay_options){.buffer_size = 1}))));
	return (double)items() / 10;
}

static double combined(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_combine_latest(rx_range(0, 1), rx_range(0, items() / 10)), rx_count())));
	return (double)items() / 10;
}

/* ---- Subjects ------------------------------------------------------------------------------------------------------------ */

#define LISTENERS 100

struct audience {
	rx_subject *subject;
	size_t count;
	int64_t sum;
	void (*listeners[LISTENERS])(const int64_t *item, void *ctx);
	void *contexts[LISTENERS];
};

static double deliver(void *ctx)
{
	struct audience *audience = ctx;
	const int64_t rounds = items() / 10 / (int64_t)audience->count;
	for (int64_t i = 0; i < rounds; i++)
		rx_subject_next(audience->subject, &i);
	bench_use(audience->sum);
	return (double)rounds * (double)audience->count;
}

static double deliver_floor(void *ctx)
{
	struct audience *audience = ctx;
	const int64_t rounds = items() / 10 / (int64_t)audience->count;
	for (int64_t i = 0; i < rounds; i++)
		floor_deliver(audience->listeners, audience->contexts, audience->count, &i);
	bench_use(audience->sum);
	return (double)rounds * (double)audience->count;
}

static void bench_subject(size_t count)
{
	struct audience audience = {.subject = rx_subject_create(&rx_type_int64_t), .count = count};
	rx_subscription subscriptions[LISTENERS];
	char metric[32];
	for (size_t i = 0; i < count; i++) {
		audience.listeners[i] = add;
		audience.contexts[i] = &audience.sum;
		rx_subscribe(rx_subject_observe(audience.subject), &(rx_observer){RX_NEXT(add), .ctx = &audience.sum},
		             &subscriptions[i]);
	}
	snprintf(metric, sizeof metric, "delivery to %zu", count);
	bench_compare("subject", metric, deliver, &audience, deliver_floor, &audience);
	for (size_t i = 0; i < count; i++)
		rx_unsubscribe(&subscriptions[i]);
	rx_subject_unref(audience.subject);
}

/* ---- Subscriptions ------------------------------------------------------------------------------------------------------- */

#define BLOCK 320

static double subscribe(void *ctx)
{
	const int64_t rounds = items() / 10;
	for (int64_t i = 0; i < rounds; i++) {
		rx_subscription subscription;
		rx_subscribe(rx_observable_ref(ctx), NULL, &subscription);
		rx_unsubscribe(&subscription);
	}
	return (double)rounds;
}

static double subscribe_floor(void *ctx)
{
	(void)ctx;
	const int64_t rounds = items() / 10;
	for (int64_t i = 0; i < rounds; i++)
		floor_block(BLOCK);
	return (double)rounds;
}

static rx_observable *three(const int64_t *n, void *ctx)
{
	(void)ctx;
	return rx_range(*n, 3);
}
RX_PROJECTOR(three, int64_t, int64_t);

static double merge_maps(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items() / 100), rx_merge_map(three))));
	return (double)(items() / 100 * 3);
}

static double concat_maps(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items() / 100), rx_concat_map(three))));
	return (double)(items() / 100 * 3);
}

static double switch_maps(void *ctx)
{
	(void)ctx;
	bench_use(sum_of(rx_pipe(rx_range(0, items() / 100), rx_switch_map(three))));
	return (double)(items() / 100 * 3);
}

static double flatten_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_flatten(items() / 100));
	return (double)(items() / 100 * 3);
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv);
	if (bench_wanted("chain")) {
		bench_compare("chain", "kernels, an item", kernels, NULL, spans_floor, NULL);
		bench_compare("chain", "functions, an item", functions, NULL, calls_floor, NULL);
	}
	if (bench_wanted("scan")) {
		bench_compare("scan", "scan and reduce, functions, an item", scan_functions, NULL, scan_floor, NULL);
		bench_compare("scan", "scan and reduce, kernels, an item", scan_kernels, NULL, scan_floor, NULL);
	}
	if (bench_wanted("growth"))
		bench_growth();
	if (bench_wanted("operators")) {
		bench_compare("operators", "debounce_time in virtual time, an item", debounced, NULL, NULL, NULL);
		bench_compare("operators", "buffer_count(100), an item", buffered, NULL, NULL, NULL);
		bench_compare("operators", "share_replay, an item", replayed, NULL, NULL, NULL);
		bench_compare("operators", "combine_latest, an item", combined, NULL, NULL, NULL);
	}
	if (bench_wanted("subject")) {
		bench_subject(1);
		bench_subject(10);
		bench_subject(LISTENERS);
	}
	if (bench_wanted("subscription")) {
		rx_observable *source = rx_pipe(rx_never(), rx_map(triple), rx_filter(is_even), rx_take(10));
		bench_compare("subscription", "subscribe and unsubscribe three stages", subscribe, source,
		              subscribe_floor, NULL);
		rx_observable_unref(source);
	}
	if (bench_wanted("flatten")) {
		bench_compare("flatten", "merge_map, an inner item", merge_maps, NULL, flatten_floor, NULL);
		bench_compare("flatten", "concat_map, an inner item", concat_maps, NULL, flatten_floor, NULL);
		bench_compare("flatten", "switch_map, an inner item", switch_maps, NULL, flatten_floor, NULL);
	}
	rx_trim();
	return 0;
}
