#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_skip_while(parcel_odd))

RX_FILTER(below_3, int64_t, n, n < 3)

TEST(leaves_out_items_until_one_fails)
{
	through(rx_skip_while(below_3), "--1--2--3--4--1--|",
	                                "--------3--4--1--|", .subscriptions = "^----------------!");
}

TEST(skips_all_while_it_holds)
{
	through(rx_skip_while(below_3), "--1--2--|",
	                                "--------|");
	through(rx_skip_while(below_3), "--1--2--#",
	                                "--------#");
	through(rx_skip_while(below_3), "-", "-");
}

TEST(stops_when_unsubscribed)
{
	through(rx_skip_while(below_3), "--3--4--5--|",
	                                "--3--4-    ", .subscription = "^------!", .subscriptions = "^------!");
}

static int before(const int64_t *n, size_t index, void *ctx)
{
	const size_t *end = ctx;
	return *n == 9 ? -ERANGE : index < *end;
}
RX_PREDICATE_INDEXED(before, int64_t);

TEST(the_predicate_gets_index_and_context_and_is_not_asked_again)
{
	size_t end = 2;
	through(rx_skip_while(before, &end), "--1--2--3--9--|",
	                                     "--------3--9--|");
}

TEST(a_failing_predicate_is_an_error)
{
	size_t end = 2;
	through(rx_skip_while(before, &end), "--1--9--3--|",
	                                     "-----#", .error = -ERANGE, .subscriptions = "^----!");
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

TEST(passes_spans_once_it_is_open)
{
	int64_t sum = 0;
	rx_subscribe(rx_pipe(rx_range(1, 1000), rx_skip_while(below_3)), &(rx_observer){RX_NEXT(add), .ctx = &sum},
	             NULL);
	ck_assert_int_eq(sum, 500500 - 3);
}
