#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_finalize(do_nothing, NULL))

static char calls[16];

static void note(void *ctx)
{
	strcat(calls, ctx);
}

/* The function and what it notes. */
#define NOTE(text)                                                                                                     \
	note, (char[])                                                                                                 \
	{                                                                                                              \
		text                                                                                                   \
	}

TEST(passes_everything)
{
	through(rx_finalize(NOTE("f")), "--1--2--3--|",
	                                "--1--2--3--|");
	ck_assert_str_eq(calls, "f");
}

TEST(is_called_after_an_error)
{
	through(rx_finalize(NOTE("f")), "--1--#",
	                                "--1--#");
	ck_assert_str_eq(calls, "f");
}

TEST(is_called_when_unsubscribed)
{
	through(rx_finalize(NOTE("f")), "--1--2--|",
	                                "--1-     ", .subscription = "^---!", .subscriptions = "^---!");
	ck_assert_str_eq(calls, "f");
}

static void complete(void *ctx)
{
	strcat(calls, "|");
}

TEST(several_run_from_the_source_downwards_after_the_end)
{
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_finalize(NOTE("1")), rx_finalize(NOTE("2")), rx_finalize(NOTE("3"))),
	             &(rx_observer){.complete = complete}, NULL);
	ck_assert_str_eq(calls, "|123");
}

TEST(several_run_from_the_source_downwards_when_unsubscribed)
{
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_never(), rx_finalize(NOTE("1")), rx_finalize(NOTE("2"))), NULL, &subscription);
	ck_assert_str_eq(calls, "");
	rx_add_finalizer(&subscription, NOTE("u"));
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(calls, "12u");
}

TEST(the_upper_one_runs_when_the_lower_part_ends_it)
{
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_finalize(NOTE("1")), rx_take(1), rx_finalize(NOTE("2"))),
	             &(rx_observer){.complete = complete}, NULL);
	ck_assert_str_eq(calls, "|12");
}
