#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_skip_last(2))

TEST(leaves_out_the_last_items)
{
	through(rx_skip_last(2), "--1--2--3--4--|",
	                         "--------1--2--|", .subscriptions = "^-------------!");
}

TEST(zero_skips_nothing)
{
	through(rx_skip_last(0), "--1--2--|",
	                         "--1--2--|");
}

TEST(skips_all_where_there_are_no_more)
{
	through(rx_skip_last(2), "--1--2--|",
	                         "--------|");
	through(rx_skip_last(3), "--1--2--|",
	                         "--------|");
	through(rx_skip_last(3), "-", "-");
}

TEST(passes_an_error)
{
	through(rx_skip_last(1), "--1--2--#",
	                         "-----1--#");
}

TEST(stops_when_unsubscribed)
{
	through(rx_skip_last(1), "--1--2--3--|",
	                         "-----1-    ", .subscription = "^------!", .subscriptions = "^------!");
}

struct again {
	rx_subject *subject;
	char seen[32];
};

static void echo(const int64_t *n, void *ctx)
{
	struct again *again = ctx;
	if (*n == 1)
		rx_subject_next(again->subject, &(int64_t){3});
	strcat(again->seen, (const char[]){(char)('0' + *n), 0});
}
RX_CONSUMER(echo, int64_t);

TEST(keeps_the_order_when_it_is_entered_again)
{
	struct again again = {rx_subject_create(&rx_type_int64_t), ""};
	rx_subscribe(rx_pipe(rx_subject_observe(again.subject), rx_skip_last(1)),
	             &(rx_observer){RX_NEXT(echo), .ctx = &again}, NULL);
	for (int64_t i = 1; i < 3; i++)
		rx_subject_next(again.subject, &i);
	rx_subject_next(again.subject, &(int64_t){4});
	ck_assert_str_eq(again.seen, "213");
	rx_subject_complete(again.subject);
	rx_subject_unref(again.subject);
}

static void strings(void)
{
	through_strings(rx_skip_last(2));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
