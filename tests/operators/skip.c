#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_skip(2))

TEST(leaves_out_the_first_items)
{
	through(rx_skip(2), "--1--2--3--4--|",
	                    "--------3--4--|", .subscriptions = "^-------------!");
}

TEST(skips_all_where_there_are_no_more)
{
	through(rx_skip(4), "--1--2--3--4--|",
	                    "--------------|");
	through(rx_skip(5), "--1--2--3--4--|",
	                    "--------------|");
}

TEST(zero_skips_nothing)
{
	through(rx_skip(0), "--1--2--|",
	                    "--1--2--|");
}

TEST(passes_an_error_while_it_skips)
{
	through(rx_skip(3), "--1--2--#",
	                    "--------#");
}

TEST(counts_from_the_subscription_to_a_hot_source)
{
	through(rx_skip(1), "--1--^-2--3--4--|",
	                         "-----3--4--|");
}

TEST(stops_when_unsubscribed)
{
	through(rx_skip(1), "--1--2--3--|",
	                    "-----2-    ", .subscription = "^------!", .subscriptions = "^------!");
}

TEST(is_empty_where_its_source_is)
{
	through(rx_skip(3), "|", "|");
	through(rx_skip(3), "#", "#");
	through(rx_skip(3), "-", "-");
}

static void collect(const int64_t *n, void *ctx)
{
	int64_t *sum = ctx;
	*sum = *sum * 10 + *n % 1000;
}
RX_CONSUMER(collect, int64_t);

TEST(skips_across_spans)
{
	int64_t seen = 0;
	rx_subscribe(rx_pipe(rx_range(0, 1004), rx_skip(1001)), &(rx_observer){RX_NEXT(collect), .ctx = &seen}, NULL);
	ck_assert_int_eq(seen, 123);
}
