/*
 * What a delivery costs, and what a subscription does: its beginning, its end among many others, its memory.
 */
#include <clusterfy/rx.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/chain.h"
#include "tests/bench/floor-links.h"
#include "tests/bench/floor.h"

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

/* ---- Deliveries ------------------------------------------------------------------------------------------------------- */

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
	const int64_t rounds = chain_items() / 10 / (int64_t)audience->count;
	for (int64_t i = 0; i < rounds; i++)
		rx_subject_next(audience->subject, &i);
	bench_use(audience->sum);
	return (double)rounds * (double)audience->count;
}

static double deliver_floor(void *ctx)
{
	struct audience *audience = ctx;
	const int64_t rounds = chain_items() / 10 / (int64_t)audience->count;
	for (int64_t i = 0; i < rounds; i++)
		floor_deliver(audience->listeners, audience->contexts, audience->count, &i);
	bench_use(audience->sum);
	return (double)rounds * (double)audience->count;
}

static void bench_deliveries(size_t count)
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

/* ---- Coming and going ------------------------------------------------------------------------------------------------- */

/* A run of three stages, as the library has it; and a stage of it in a block of its own. */
#define BLOCK 320
#define STAGES 4
#define STAGE 80

static double come_and_go(void *ctx)
{
	const int64_t rounds = chain_items() / 10;
	for (int64_t i = 0; i < rounds; i++) {
		rx_subscription subscription;
		rx_subscribe(rx_observable_ref(ctx), NULL, &subscription);
		rx_unsubscribe(&subscription);
	}
	return (double)rounds;
}

static double pool_floor(void *ctx)
{
	(void)ctx;
	const int64_t rounds = chain_items() / 10;
	for (int64_t i = 0; i < rounds; i++)
		floor_block(BLOCK);
	return (double)rounds;
}

static double malloc_floor(void *ctx)
{
	(void)ctx;
	const int64_t rounds = chain_items() / 10;
	for (int64_t i = 0; i < rounds; i++)
		floor_mallocs(STAGE, STAGES);
	return (double)rounds;
}

/* ---- Many that live ------------------------------------------------------------------------------------------------------ */

#define LIVE 100000

/* To a chain, or, where there is none, to a subject. */
struct crowd {
	rx_observable *chain;
	rx_subject *subject;
	size_t *order; /* in which they leave; NULL: as they came */
	rx_subscription *subscriptions;
	struct floor_link **links;
};

static void come(struct crowd *crowd)
{
	for (size_t i = 0; i < LIVE; i++)
		rx_subscribe(crowd->chain ? rx_observable_ref(crowd->chain) : rx_subject_observe(crowd->subject), NULL,
		             &crowd->subscriptions[i]);
}

static double go(struct crowd *crowd)
{
	const double begin = bench_processor_now();
	for (size_t i = 0; i < LIVE; i++)
		rx_unsubscribe(&crowd->subscriptions[crowd->order ? crowd->order[i] : i]);
	return (bench_processor_now() - begin) / LIVE;
}

static double leave(void *ctx)
{
	come(ctx);
	return go(ctx);
}

static double leave_floor(void *ctx)
{
	struct crowd *crowd = ctx;
	struct floor_link list = {&list, &list, NULL, NULL};
	for (size_t i = 0; i < LIVE; i++)
		crowd->links[i] = floor_link_add(&list);
	const double begin = bench_processor_now();
	for (size_t i = 0; i < LIVE; i++)
		floor_link_remove(crowd->links[crowd->order ? crowd->order[i] : i]);
	return (bench_processor_now() - begin) / LIVE;
}

/* Without the handles, which are the user's. */
static double live_bytes(void *ctx)
{
	rx_trim();
	const double before = bench_heap();
	come(ctx);
	const double bytes = (bench_heap() - before) / LIVE;
	go(ctx);
	return bytes;
}

static double live_bytes_floor(void *ctx)
{
	struct crowd *crowd = ctx;
	struct floor_link list = {&list, &list, NULL, NULL};
	const double before = bench_heap();
	for (size_t i = 0; i < LIVE; i++)
		crowd->links[i] = floor_link_add(&list);
	const double bytes = (bench_heap() - before) / LIVE;
	for (size_t i = 0; i < LIVE; i++)
		floor_link_remove(crowd->links[i]);
	return bytes;
}

static void bench_crowds(void)
{
	struct crowd crowd = {.subject = rx_subject_create(&rx_type_int64_t),
	                      .subscriptions = calloc(LIVE, sizeof *crowd.subscriptions),
	                      .links = calloc(LIVE, sizeof(struct floor_link *))};
	if (!crowd.subscriptions || !crowd.links)
		abort();
	bench_compare_figures("subscription", "one of 10^5 leaves a subject, in order", "ns", leave, &crowd,
	                      leave_floor, &crowd);
	crowd.order = bench_shuffled(LIVE);
	bench_compare_figures("subscription", "one of 10^5 leaves a subject, in random order", "ns", leave, &crowd,
	                      leave_floor, &crowd);
	bench_compare_figures("subscription", "memory of one to a subject", "bytes", live_bytes, &crowd,
	                      live_bytes_floor, &crowd);
	crowd.chain = chain_of_three();
	bench_compare_figures("subscription", "memory of one to three stages", "bytes", live_bytes, &crowd, NULL, NULL);
	rx_observable_unref(crowd.chain);
	rx_subject_unref(crowd.subject);
	free(crowd.order);
	free(crowd.subscriptions);
	free(crowd.links);
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv);
	bench_pin(0);
	if (bench_wanted("subject")) {
		bench_deliveries(1);
		bench_deliveries(10);
		bench_deliveries(LISTENERS);
	}
	if (bench_wanted("subscription")) {
		rx_observable *source = chain_of_three();
		bench_compare("subscription", "subscribe and unsubscribe three stages, one block of a pool",
		              come_and_go, source, pool_floor, NULL);
		bench_compare("subscription", "subscribe and unsubscribe three stages, malloc each", come_and_go,
		              source, malloc_floor, NULL);
		rx_observable_unref(source);
		bench_crowds();
	}
	rx_trim();
	return 0;
}
