/*
 * Pure kernels: a span gives what item after item gives, for any number of items and whatever a filter lets through.
 */
#include <clusterfy/rx.h>

#include "observables/core/stage.h"
#include "tests/support/test.h"

#define MOST 700

typedef struct pair {
	int64_t a, b;
} pair;
RX_TYPE(pair);

RX_FILTER(odd_sum, int64_t, n, (n ^ n >> 1 ^ n >> 2 ^ n >> 5) & 1)
RX_FILTER(odd_sum_small, int32_t, n, (n ^ n >> 1 ^ n >> 2 ^ n >> 5) & 1)
RX_FILTER(odd_sum_pair, pair, n, odd_sum(n.b))
RX_FILTER(all, int64_t, n, (n | 1) % 2 != 0)
RX_FILTER(none, int64_t, n, (n | 1) % 2 == 0)
RX_MAP(as_pair, pair, int64_t, n, ((pair){-n, n}))
RX_REDUCE(total, int64_t, int64_t, sum, n, sum + n)

/* What @p filter lets through of @p items, at once and one by one. */
static void compare(const rx_predicate *filter, const void *items, size_t count)
{
	const size_t size = filter->in->size;
	char *at_once = rx_alloc(count * size + 1), *out = at_once;
	const size_t kept = filter->span(items, count, at_once);
	for (size_t i = 0; i < count; i++) {
		const char *item = (const char *)items + i * size;
		if (!filter->call(item, i, NULL))
			continue;
		ck_assert_mem_eq(out, item, size);
		out += size;
	}
	ck_assert_uint_eq(kept, (size_t)(out - at_once) / size);
	rx_free(at_once);
}

TEST(a_filter_of_a_span_keeps_what_it_keeps_one_by_one)
{
	int64_t numbers[MOST];
	int32_t small[MOST];
	pair pairs[MOST];
	for (int i = 0; i < MOST; i++) {
		numbers[i] = (int64_t)i * 2654435761 >> 3;
		small[i] = (int32_t)numbers[i];
		pairs[i] = (pair){-i, numbers[i]};
	}
	for (size_t count = 0; count <= MOST; count++) {
		compare(&odd_sum_rx_predicate, numbers, count);
		compare(&all_rx_predicate, numbers, count);
		compare(&none_rx_predicate, numbers, count);
		compare(&odd_sum_small_rx_predicate, small, count);
		compare(&odd_sum_pair_rx_predicate, pairs, count);
	}
}

static void add_pair(const pair *item, void *ctx)
{
	ck_assert_int_eq(item->a, -item->b);
	*(int64_t *)ctx += item->b;
}
RX_CONSUMER(add_pair, pair);

TEST(items_of_any_size_pass_kernels_and_none_is_lost)
{
	int64_t sum = 0, expected = 0;
	for (int64_t n = 0; n < 5000; n++)
		expected += odd_sum(n) ? n : 0;
	rx_subscribe(rx_pipe(rx_range(0, 5000), rx_map(as_pair), rx_filter(odd_sum_pair)),
	             &(rx_observer){RX_NEXT(add_pair), .ctx = &sum}, NULL);
	ck_assert_int_eq(sum, expected);
}

typedef struct big {
	char bytes[20000];
} big;
RX_TYPE(big);
RX_MAP(as_big, big, int64_t, n, ((big){{(char)n}}))
RX_FILTER(odd_big, big, n, n.bytes[0] & 1)
RX_MAP(first_byte, int64_t, big, n, n.bytes[0])

static void keep(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx = *n;
}
RX_CONSUMER(keep, int64_t);

TEST(an_item_larger_than_a_span_may_be_passes_alone)
{
	int64_t sum = 0;
	rx_subscribe(rx_pipe(rx_range(0, 10), rx_map(as_big), rx_filter(odd_big), rx_map(first_byte),
	                     rx_reduce(total, int64_t, 0)),
	             &(rx_observer){RX_NEXT(keep), .ctx = &sum}, NULL);
	ck_assert_int_eq(sum, 1 + 3 + 5 + 7 + 9);
}

/* One by one they would give the same, and cost three times as much: only the recipe tells. */
TEST(a_chain_of_kernels_is_not_run_one_by_one)
{
	rx_observable *chain = rx_pipe(rx_range(0, MOST), rx_filter(all), rx_take(MOST), rx_scan(total, int64_t, 0));
	for (const rx_observable *node = chain; node; node = node->upstream) {
		ck_assert(node->spans);
		ck_assert_ptr_null(node->loop);
	}
	rx_observable_unref(chain);
}
