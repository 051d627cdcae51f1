#include "tests/support/contract.h"
#include "tests/support/inner.h"
#include "tests/support/notes.h"
#include "tests/support/stack.h"

CONTRACT(rx_concat_map(parcel_once))
CONTRACT(rx_concat_map(parcel_later))

TEST(runs_one_after_the_other)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--2--3--|", NULL), rx_cold(t, "--4--5|", NULL)};
	rx_observable *source = rx_cold(t, "-a---b-----|", NULL);
	rx_expect(t, rx_pipe(source, rx_concat_map(inner, inners)), NULL, "---1--2--3----4--5|", NULL);
	rx_expect_subscriptions(t, inners[0], "-^----------!");
	rx_expect_subscriptions(t, inners[1], "------------^-----!");
	EXPECT_MARBLES(t);
}

TEST(an_inner_error_ends_it)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--#", NULL), rx_cold(t, "--4--5|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b-----|", NULL), rx_concat_map(inner, inners)), NULL, "---1--#", NULL);
	rx_expect_subscriptions(t, inners[1], NULL);
	EXPECT_MARBLES(t);
}

TEST(one_that_never_completes_holds_the_rest)
{
	rx_test *t = rx_test_create();
	rx_observable *inners[] = {rx_cold(t, "--1--", NULL), rx_cold(t, "--4--5|", NULL)};
	rx_expect(t, rx_pipe(rx_cold(t, "-a-b-|", NULL), rx_concat_map(inner, inners)), NULL, "---1---", NULL);
	rx_expect_subscriptions(t, inners[1], NULL);
	EXPECT_MARBLES(t);
}

static rx_observable *once(const int64_t *n, void *ctx)
{
	return rx_range(*n, 1);
}
RX_PROJECTOR(once, int64_t, int64_t);

static void count(const int64_t *n, void *ctx)
{
	++*(int64_t *)ctx;
}
RX_CONSUMER(count, int64_t);

static void concat_many(void)
{
	int64_t seen = 0;
	rx_subscribe(rx_pipe(rx_range(0, MANY), rx_concat_map(once)), &(rx_observer){RX_NEXT(count), .ctx = &seen},
	             NULL);
	note("%d", seen == MANY);
}

TEST(synchronous_sources_on_a_small_stack)
{
	on_small_stack(concat_many);
	ck_assert_str_eq(notes(), "1");
}
