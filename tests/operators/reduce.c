#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_reduce(parcel_newest))
CONTRACT(rx_reduce(parcel_newest, parcel, parcel_seven))

RX_REDUCE(sum, int64_t, int64_t, total, n, total + n)

TEST(emits_the_result_at_the_end)
{
	through(rx_reduce(sum), "--1--2--3--|",
	                        "-----------(6|)", .subscriptions = "^----------!");
}

TEST(a_seed_is_where_it_begins)
{
	through(rx_reduce(sum, int64_t, 1), "--1--2--3--|",
	                                    "-----------(7|)");
}

TEST(of_nothing_it_is_the_seed)
{
	through(rx_reduce(sum, int64_t, 5), "--|",
	                                    "--(5|)");
	through(rx_reduce(sum), "--|",
	                        "--|");
}

TEST(emits_nothing_before_an_error)
{
	through(rx_reduce(sum), "--1--2--#",
	                        "--------#");
	through(rx_reduce(sum, int64_t, 0), "-", "-");
}

TEST(stops_when_unsubscribed)
{
	through(rx_reduce(sum), "--1--2--|",
	                        "-----   ", .subscription = "^----!", .subscriptions = "^----!");
}

static int strict(int64_t *acc, const int64_t *n, size_t index, void *ctx)
{
	const int64_t *limit = ctx;
	*acc += *n * (int64_t)index;
	return *acc > *limit ? -ERANGE : 0;
}
RX_REDUCER_INDEXED(strict, int64_t, int64_t);

TEST(the_function_gets_index_and_context_and_may_fail)
{
	int64_t limit = 5;
	through(rx_reduce(strict, int64_t, 0, &limit), "-1-2-1-|",
	                                               "-------(4|)");
	through(rx_reduce(strict, &limit), "-1-2-1-|",
	                                   "-------(5|)");
	through(rx_reduce(strict, int64_t, 0, &limit), "-1-2-2-|",
	                                               "-----#", .error = -ERANGE, .subscriptions = "^----!");
}

static void keep(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx = *n;
}
RX_CONSUMER(keep, int64_t);

TEST(a_kernel_folds_spans)
{
	int64_t total = 0;
	rx_subscribe(rx_pipe(rx_range(1, 1000), rx_reduce(sum)), &(rx_observer){RX_NEXT(keep), .ctx = &total}, NULL);
	ck_assert_int_eq(total, 500500);
}

static int longest(rx_string *acc, const rx_string *text, void *ctx)
{
	rx_string copy;
	if (strlen(*text) <= strlen(*acc))
		return 0;
	const int code = rx_type_copy(&rx_type_rx_string, &copy, text);
	if (code < 0)
		return code;
	rx_type_drop(&rx_type_rx_string, acc);
	*acc = copy;
	return 0;
}
RX_REDUCER(longest, rx_string, rx_string);

static void strings(void)
{
	through_strings(rx_reduce(longest));
	through_strings(rx_reduce(longest, rx_string, ""));
	through_strings(rx_compose(rx_start_with(rx_string, "x"), rx_reduce(longest), rx_take(0)));
}

TEST(an_accumulator_that_owns_something_is_dropped)
{
	strings();
	without_memory(strings);
}
