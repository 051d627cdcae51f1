/*
 * What streams cost: blocks of memory a subscription and an item, and stack. The counts are those of the hook.
 */
#include <clusterfy/rx.h>

#include "tests/support/memory.h"
#include "tests/support/stack.h"
#include "tests/support/test.h"

/* What a block costs once the pool is warm; under a sanitizer there is none. */
#ifdef TEST_SANITIZED
#define WARM 1
#else
#define WARM 0
#endif

RX_MAP(twice, int64_t, int64_t, n, 2 * n)
RX_FILTER(is_even, int64_t, n, n % 2 == 0)
RX_REDUCE(sum, int64_t, int64_t, total, n, total + n)

static int half(const int64_t *n, int64_t *out, void *ctx)
{
	*out = *n / 2;
	return 0;
}
RX_MAPPER(half, int64_t, int64_t);

static int is_positive(const int64_t *n, void *ctx)
{
	return *n > 0;
}
RX_PREDICATE(is_positive, int64_t);

static void look(const int64_t *n, void *ctx)
{
}
RX_CONSUMER(look, int64_t);

/* The allocations of a subscription to @p source, which is borrowed, from beginning to end. */
static size_t cost_of(rx_observable *source)
{
	rx_scheduler_current(); /* made on first use */
	const size_t before = memory_allocations();
	rx_subscription subscription;
	rx_subscribe(rx_observable_ref(source), &(rx_observer){.next = NULL}, &subscription);
	ck_assert(rx_is_closed(&subscription));
	return memory_allocations() - before;
}

TEST(a_chain_is_one_block)
{
	rx_observable *chain =
		rx_pipe(rx_range(0, 10), rx_filter(is_even), rx_map(twice), rx_tap(look), rx_scan(sum), rx_take(3));
	rx_trim();
	ck_assert_uint_eq(cost_of(chain), 1);
	ck_assert_uint_eq(cost_of(chain), WARM);
	rx_observable_unref(chain);
}

TEST(stages_that_give_one_for_one_allocate_nothing_an_item)
{
	rx_observable *kernels = rx_pipe(rx_range(0, MANY), rx_filter(is_even), rx_map(twice), rx_scan(sum));
	rx_observable *functions = rx_pipe(rx_range(0, MANY), rx_map(half), rx_filter(is_positive), rx_tap(look),
	                                   rx_skip(3), rx_distinct_until_changed(), rx_pairwise());
	rx_trim();
	ck_assert_uint_eq(cost_of(kernels), 1);
	rx_trim();
	ck_assert_uint_eq(cost_of(functions), 1);
	rx_observable_unref(kernels);
	rx_observable_unref(functions);
}

TEST(joined_items_allocate_nothing_where_they_own_nothing)
{
	rx_observable *latest = rx_combine_latest(rx_range(0, 1), rx_range(0, MANY));
	rx_observable *with = rx_pipe(rx_range(0, MANY), rx_with_latest_from(rx_range(0, 1)));
	rx_trim();
	ck_assert_uint_eq(cost_of(latest), 2 + WARM);
	rx_trim();
	ck_assert_uint_eq(cost_of(with), 2);
	rx_observable_unref(latest);
	rx_observable_unref(with);
}

static rx_observable *shared(const int64_t *n, void *ctx)
{
	return rx_observable_ref(ctx);
}
RX_PROJECTOR(shared, int64_t, int64_t);

TEST(an_inner_observable_is_one_block_that_the_next_one_uses_again)
{
	rx_observable *inner = rx_range(0, 2);
	rx_observable *chain = rx_pipe(rx_range(0, 1000), rx_concat_map(shared, inner));
	rx_trim();
	ck_assert_uint_eq(cost_of(chain), WARM ? 1001 : 2);
	rx_observable_unref(chain);
	rx_observable_unref(inner);
}

TEST(running_again_costs_a_block_that_is_used_again)
{
	rx_observable *repeated = rx_pipe(rx_range(0, 1), rx_repeat(1000));
	rx_trim();
	ck_assert_uint_eq(cost_of(repeated), WARM ? 1001 : 2);
	rx_observable_unref(repeated);
}

TEST(what_a_subscription_took_it_gives_back)
{
	rx_observable *inner = rx_never();
	rx_observable *chain = rx_pipe(rx_range(0, 10), rx_concat_map(shared, inner));
	rx_subscription subscription;
	rx_scheduler_current(); /* made on first use */
	rx_trim();
	const size_t before = memory_live();
	rx_subscribe(rx_observable_ref(chain), NULL, &subscription);
	ck_assert_uint_gt(memory_live(), before);
	rx_unsubscribe(&subscription);
	rx_trim();
	ck_assert_uint_eq(memory_live(), before);
	rx_observable_unref(chain);
	rx_observable_unref(inner);
}

static void ten_million_items(void)
{
	rx_observable *source = rx_range(0, 10 * MANY);
	rx_subscribe(rx_pipe(source, rx_filter(is_even), rx_map(twice), rx_scan(sum)), NULL, NULL);
}

static void ten_million_items_one_by_one(void)
{
	rx_observable *source = rx_range(0, 10 * MANY);
	rx_subscribe(rx_pipe(source, rx_filter(is_positive), rx_map(half), rx_tap(look)), NULL, NULL);
}

TEST(ten_million_items_pass_three_stages_on_a_small_stack)
{
	on_small_stack(ten_million_items);
	on_small_stack(ten_million_items_one_by_one);
}
