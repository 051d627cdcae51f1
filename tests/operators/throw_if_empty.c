#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_throw_if_empty(NULL, NULL))

TEST(is_an_error_where_nothing_came)
{
	through(rx_throw_if_empty(NULL, NULL), "-----|",
	                                       "-----#", .error = -ENODATA, .subscriptions = "^----!");
}

TEST(passes_what_comes)
{
	through(rx_throw_if_empty(NULL, NULL), "--1--2--|",
	                                       "--1--2--|");
	through(rx_throw_if_empty(NULL, NULL), "--#", "--#");
	through(rx_throw_if_empty(NULL, NULL), "-", "-");
}

static int too_late(void *ctx)
{
	return rx_raise(-ETIMEDOUT, "no %s in time", (const char *)ctx);
}

static void message(const rx_error *error, void *ctx)
{
	snprintf(ctx, 100, "%s: %s", error->stage, error->message);
}

TEST(a_function_says_which)
{
	char item[] = "click", words[100];
	rx_subscribe(rx_pipe(rx_empty(), rx_throw_if_empty(too_late, item)),
	             &(rx_observer){.error = message, .ctx = words}, NULL);
	ck_assert_str_eq(words, "throw_if_empty: no click in time");
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_throw_if_empty(too_late, item)),
	             &(rx_observer){.error = message, .ctx = words}, NULL);
}
