#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_end_with(parcel, {6, NULL}, {7, NULL}))

TEST(emits_items_after_those_of_the_source)
{
	through(rx_end_with(int64_t, 8, 9), "--1--2--|",
	                                    "--1--2--(89|)", .subscriptions = "^-------!");
}

TEST(also_where_there_were_none)
{
	through(rx_end_with(int64_t, 8), "|", "(8|)");
	through(rx_end_with_items(&rx_type_int64_t, NULL, 0), "--1--|",
	                                                      "--1--|");
}

TEST(an_error_is_the_end)
{
	through(rx_end_with(int64_t, 8), "--1--#",
	                                 "--1--#");
	through(rx_end_with(int64_t, 8), "-", "-");
}

TEST(the_downstream_may_have_enough)
{
	through(rx_compose(rx_end_with(int64_t, 8, 9), rx_take(2)), "--1--|",
	                                                            "--1--(8|)");
}

static char calls[16];

static void gone(void *ctx)
{
	strcat(calls, "x");
}

static void see(const int64_t *n, void *ctx)
{
	strcat(calls, (const char[]){(char)('0' + *n), 0});
}
RX_CONSUMER(see, int64_t);

TEST(the_source_is_gone_before_they_come)
{
	rx_subscribe(rx_pipe(rx_range(1, 2), rx_finalize(gone, NULL), rx_end_with(int64_t, 8)),
	             &(rx_observer){RX_NEXT(see)}, NULL);
	ck_assert_str_eq(calls, "12x8");
}

static void strings(void)
{
	through_strings(rx_end_with(rx_string, "four"));
}

TEST(keeps_copies_and_drops_them)
{
	strings();
	without_memory(strings);
}
