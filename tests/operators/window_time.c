#include "tests/support/listener.h"
#include "tests/support/windows.h"
#include "tests/support/contract.h"

CONTRACT(rx_compose(rx_window_time(RX_MS(2), NULL), rx_merge_all(parcel)))

TEST(one_window_after_the_other)
{
	windows(rx_window_time(RX_MS(4), NULL), "--1--2---3-|", "a---b---c--|", "--1-|", "-2--|", "-3-|");
}

TEST(windows_may_overlap)
{
	windows(rx_window_time(RX_MS(5), &(rx_window_time_options){.interval = RX_MS(3)}), "-1-2-3-4-|", "a--b--c--|",
	        "-1-2-|", "2-3-4|", "-4-|");
}

TEST(there_may_be_gaps)
{
	windows(rx_window_time(RX_MS(2), &(rx_window_time_options){.interval = RX_MS(5)}), "-1-2--3--|", "a----b---|",
	        "-1|", "-3|");
}

TEST(a_window_may_fill_early)
{
	windows(rx_window_time(RX_MS(6), &(rx_window_time_options){.max_size = 2}), "-1-2-3------|", "a--b-----c--|",
	        "-1-(2|)", "--3---|", "---|");
}

TEST(ends_of_all_kinds)
{
	windows(rx_window_time(RX_MS(4), NULL), "|", "(a|)", "|");
	windows(rx_window_time(RX_MS(4), NULL), "#", "(a#)", "#");
	windows(rx_window_time(RX_NEVER, NULL), "-1-", "a", "-1-");
}

TEST(an_error_goes_to_the_windows_first)
{
	windows(rx_window_time(RX_MS(9), &(rx_window_time_options){.interval = RX_MS(3)}), "-1-2-#", "a--b-#", "-1-2-#",
	        "2-#");
}

TEST(stops_when_unsubscribed)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--1--2---3-|", NUMBERS);
	const char *const drawn[] = {"--1-|", "-2", NULL};
	windows_of(t, rx_pipe(source, rx_window_time(RX_MS(4), NULL)), "^-----!", "a---b---", drawn);
	rx_expect_subscriptions(t, source, "^-----!");
	EXPECT_MARBLES(t);
}

TEST(measures_with_the_scheduler_of_its_options)
{
	rx_scheduler *time = rx_virtual_create();
	rx_test *t = rx_test_create();
	const char *const drawn[] = {"-1-2-|", NULL};
	windows_of(t,
	           rx_pipe(rx_cold(t, "-1-2-|", NUMBERS),
	                   rx_window_time(RX_MS(2), &(rx_window_time_options){.scheduler = time})),
	           NULL, "a----|", drawn);
	EXPECT_MARBLES(t);
	rx_virtual_destroy(time);
}

static struct listener a = {.name = "A"};
static rx_subscription outer;

static void take_the_window(const rx_stream *window, void *ctx)
{
	say("W");
	listen_to(ctx, rx_observable_ref(*window));
}
RX_CONSUMER(take_the_window, rx_stream);

static void unsubscribe_outer(struct listener *self, int64_t n)
{
	rx_unsubscribe(&outer);
}

TEST(may_be_unsubscribed_inside_a_window)
{
	a.then = unsubscribe_outer;
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_time(RX_MS(4), &(rx_window_time_options){.max_size = 1})),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, &outer);
	ck_assert_heard("W A1");
	rx_unsubscribe(&a.subscription);
}

TEST(stops_inside_take)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_time(RX_MS(4), NULL), rx_take(1)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, NULL);
	ck_assert_heard("W");
	rx_unsubscribe(&a.subscription);
}

static void run(void)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_time(RX_MS(4), &(rx_window_time_options){.max_size = 1})),
	             &(rx_observer){.error = listener_error, .ctx = &a}, NULL);
	heard[0] = '\0';
}

TEST(without_memory_it_errors)
{
	without_memory(run);
}
