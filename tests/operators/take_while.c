#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_take_while(parcel_odd))

RX_FILTER(below_3, int64_t, n, n < 3)

static const rx_take_while_options inclusive = {.inclusive = true};

TEST(completes_at_the_first_that_fails)
{
	through(rx_take_while(below_3), "--1--2--3--4--|",
	                                "--1--2--|", .subscriptions = "^-------!");
}

TEST(inclusive_emits_the_one_that_ends_it)
{
	through(rx_take_while(below_3, NULL, &inclusive), "--1--2--3--4--|",
	                                                  "--1--2--(3|)");
}

TEST(takes_all_while_it_holds)
{
	through(rx_take_while(below_3), "--1--2--1--|",
	                                "--1--2--1--|");
	through(rx_take_while(below_3), "--1--2--#",
	                                "--1--2--#");
	through(rx_take_while(below_3), "-", "-");
	through(rx_take_while(below_3), "|", "|");
}

TEST(stops_when_unsubscribed)
{
	through(rx_take_while(below_3), "--1--2--3--|",
	                                "--1-       ", .subscription = "^---!", .subscriptions = "^---!");
}

static int at_most(const int64_t *n, size_t index, void *ctx)
{
	const size_t *limit = ctx;
	return *n == 9 ? -ERANGE : index < *limit;
}
RX_PREDICATE_INDEXED(at_most, int64_t);

TEST(the_predicate_gets_index_and_context)
{
	size_t limit = 3;
	through(rx_take_while(at_most, &limit), "--1--1--1--1--|",
	                                        "--1--1--1--|");
}

TEST(a_failing_predicate_is_an_error)
{
	size_t limit = 3;
	through(rx_take_while(at_most, &limit), "--1--9--1--|",
	                                        "--1--#", .error = -ERANGE, .subscriptions = "^----!");
	through(rx_take_while(at_most, &limit, &inclusive), "--1--9--1--|",
	                                                    "--1--#", .error = -ERANGE);
}

static void count(const int64_t *n, void *ctx)
{
	(void)n;
	++*(int *)ctx;
}
RX_CONSUMER(count, int64_t);

TEST(ends_a_synchronous_source_in_the_middle)
{
	int seen = 0;
	rx_subscribe(rx_pipe(rx_range(0, 100000), rx_take_while(below_3)), &(rx_observer){RX_NEXT(count), .ctx = &seen},
	             NULL);
	ck_assert_int_eq(seen, 3);
}
