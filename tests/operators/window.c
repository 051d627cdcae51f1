#include "tests/support/listener.h"
#include "tests/support/windows.h"
#include "tests/support/contract.h"

CONTRACT(rx_compose(rx_window(beside(rx_interval(RX_MS(2)))), rx_merge_all(parcel)))

static void cut(const char *source, const char *boundaries, const char *expected, const char *const *drawn)
{
	rx_test *t = rx_test_create();
	windows_of(t, rx_pipe(rx_cold(t, source, NUMBERS), rx_window(rx_cold(t, boundaries, NULL))), NULL, expected,
	           drawn);
	EXPECT_MARBLES(t);
}
#define cut(source, boundaries, expected, ...)                                                                         \
	cut((source), (boundaries), (expected), (const char *const[]){__VA_ARGS__, NULL})

TEST(a_boundary_ends_one_window_and_begins_the_next)
{
	cut("--1--2--3--4--|", "------x-----x-----", "a-----b-----c-|", "--1--2|", "--3--4|", "--|");
}

TEST(the_end_of_the_boundaries_changes_nothing)
{
	cut("--1--2--|", "----x|", "a---b---|", "--1-|", "-2--|");
}

TEST(an_error_goes_to_the_window_first)
{
	cut("--1--#", "---x------", "a--b-#", "--1|", "--#");
	cut("--1--2--|", "---x#", "a--b#", "--1|", "-#");
}

TEST(ends_of_all_kinds)
{
	cut("|", "-", "(a|)", "|");
	cut("#", "-", "(a#)", "#");
	cut("-", "-", "a", "-");
}

TEST(the_source_is_subscribed_before_the_boundaries)
{
	rx_test *t = rx_test_create();
	rx_observable *boundaries = rx_cold(t, "--x", NULL);
	const char *const drawn[] = {"(12|)", NULL};
	windows_of(t, rx_pipe(rx_range(1, 2), rx_window(boundaries)), NULL, "(a|)", drawn);
	rx_expect_subscriptions(t, boundaries, NULL);
	EXPECT_MARBLES(t);
}

TEST(stops_both_when_unsubscribed)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--1--2--3--|", NUMBERS), *boundaries = rx_cold(t, "---x---x---", NULL);
	const char *const drawn[] = {"--1|", "--2", NULL};
	windows_of(t, rx_pipe(source, rx_window(boundaries)), "^-----!", "a--b---", drawn);
	rx_expect_subscriptions(t, source, "^-----!");
	rx_expect_subscriptions(t, boundaries, "^-----!");
	EXPECT_MARBLES(t);
}

static struct listener late = {.name = "L"};

static void keep(const rx_stream *window, void *ctx)
{
	rx_stream *kept = ctx;
	rx_observable_unref(*kept);
	*kept = rx_observable_ref(*window);
}
RX_CONSUMER(keep, rx_stream);

TEST(who_comes_to_it_after_the_end_hears_of_that)
{
	rx_stream kept = NULL;
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_window(rx_never())),
	             &(rx_observer){RX_NEXT(keep), .ctx = &kept}, &subscription);
	rx_unsubscribe(&subscription);
	listen_to(&late, kept);
	ck_assert_heard("L#-32");
	rx_subject_unref(subject);
}

static void take_the_window(const rx_stream *window, void *ctx)
{
	listen_to(ctx, rx_observable_ref(*window));
}
RX_CONSUMER(take_the_window, rx_stream);

static rx_subscription outer;

static void unsubscribe_outer(struct listener *self, int64_t n)
{
	rx_unsubscribe(&outer);
}

TEST(may_be_unsubscribed_inside_a_window)
{
	late.then = unsubscribe_outer;
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window(rx_never())),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &late}, &outer);
	ck_assert_heard("L1");
	rx_unsubscribe(&late.subscription);
}

static void run(void)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window(rx_never())),
	             &(rx_observer){RX_NEXT(take_the_window), .error = listener_error, .ctx = &late}, NULL);
	heard[0] = '\0';
}

TEST(without_memory_it_errors)
{
	without_memory(run);
}
