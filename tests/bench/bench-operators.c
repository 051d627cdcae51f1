/*
 * What an item costs in operators that keep something: the latest, a buffer, groups, a timer, inner subscriptions.
 */
#include <clusterfy/rx.h>

#include <stdio.h>

#include "tests/bench/bench.h"
#include "tests/bench/chain.h"
#include "tests/bench/floor-operators.h"
#include "tests/bench/floor.h"

#define KEYS 1000
#define BUFFER 100

static int64_t count(void)
{
	return chain_items() / 10;
}

/* ---- combine_latest, group_by, buffer, share_replay, debounce_time ----------------------------------------------------- */

static double combined(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(rx_pipe(rx_combine_latest(rx_range(0, 1), rx_range(0, count())), rx_count())));
	return (double)count();
}

static double combined_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_combine(count()));
	return (double)count();
}

static int key_of(const int64_t *n, int64_t *key, void *ctx)
{
	(void)ctx;
	*key = *n % KEYS;
	return 0;
}
RX_MAPPER(key_of, int64_t, int64_t);

static rx_observable *items_of(const rx_group *group, void *ctx)
{
	(void)ctx;
	return rx_observable_ref(group->items);
}
RX_PROJECTOR(items_of, int64_t, rx_group);

static double grouped(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(rx_pipe(rx_range(0, count()), rx_group_by(key_of), rx_merge_map(items_of))));
	return (double)count();
}

static double grouped_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_group(count(), KEYS));
	return (double)count();
}

static double buffered(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(rx_pipe(rx_range(0, count()), rx_buffer_count(BUFFER, BUFFER), rx_count())));
	return (double)count();
}

static double buffered_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_buffer(count(), BUFFER));
	return (double)count();
}

RX_REDUCE(plus, int64_t, int64_t, total, n, total + n)

static double replayed(void *ctx)
{
	(void)ctx;
	bench_use(chain_sum(rx_pipe(rx_range(0, count()), rx_share_replay(&(rx_share_replay_options){.buffer_size = 1}),
	                            rx_reduce(plus, int64_t, 0))));
	return (double)count();
}

static double replayed_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_replay(count()));
	return (double)count();
}

static double debounced(void *ctx)
{
	(void)ctx;
	rx_scheduler *scheduler = rx_virtual_create();
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_debounce_time(RX_MS(10))),
	             &(rx_observer){.scheduler = scheduler}, NULL);
	for (int64_t i = 0; i < count(); i++)
		rx_subject_next(subject, &i);
	rx_subject_complete(subject);
	rx_subject_unref(subject);
	rx_virtual_destroy(scheduler);
	return (double)count();
}

static double debounced_floor(void *ctx)
{
	(void)ctx;
	bench_use(floor_debounce(count()));
	return (double)count();
}

static void bench_operators(void)
{
	bench_compare("operators", "combine_latest, an item", combined, NULL, combined_floor, NULL);
	bench_compare("operators", "group_by, 10^3 keys, an item", grouped, NULL, grouped_floor, NULL);
	bench_compare("operators", "buffer_count(100), an item", buffered, NULL, buffered_floor, NULL);
	bench_compare("operators", "share_replay, an item", replayed, NULL, replayed_floor, NULL);
	bench_compare("operators", "debounce_time in virtual time, an item", debounced, NULL, debounced_floor, NULL);
}

/* ---- Flattening --------------------------------------------------------------------------------------------------------- */

struct flattening {
	const char *name;
	rx_observable *(*flatten)(rx_observable *numbers);
	int64_t outer;
};

static double flattened(void *ctx)
{
	const struct flattening *flattening = ctx;
	bench_use(chain_sum(flattening->flatten(rx_range(0, flattening->outer))));
	return 3 * (double)flattening->outer;
}

static double flattened_floor(void *ctx)
{
	const struct flattening *flattening = ctx;
	bench_use(floor_flatten(flattening->outer));
	return 3 * (double)flattening->outer;
}

static void bench_flattening(int exponent, int64_t outer)
{
	struct flattening all[] = {
		{"merge_map", chain_merge_map, outer},
		{"concat_map", chain_concat_map, outer},
		{"switch_map", chain_switch_map, outer},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char metric[64];
		snprintf(metric, sizeof metric, "%s, 10^%d x 3, an inner item", all[i].name, exponent);
		bench_compare("flatten", metric, flattened, &all[i], flattened_floor, &all[i]);
	}
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv);
	bench_pin(0);
	if (bench_wanted("operators"))
		bench_operators();
	if (bench_wanted("flatten")) {
		bench_flattening(5, 100000);
		bench_flattening(6, 1000000);
	}
	rx_trim();
	return 0;
}
