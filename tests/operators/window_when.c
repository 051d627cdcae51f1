#include "tests/support/listener.h"
#include "tests/support/windows.h"
#include "tests/support/contract.h"

static rx_observable *next_tick(void *ctx)
{
	(void)ctx;
	return beside(rx_timer(RX_MS(2)));
}

CONTRACT(rx_compose(rx_window_when(next_tick, NULL), rx_merge_all(parcel)))

/* One after the other; a missing one fails. */
struct closings {
	rx_observable *closings[3];
	size_t asked;
};

static rx_observable *next_closing(void *ctx)
{
	struct closings *closings = ctx;
	rx_observable *closing = closings->closings[closings->asked++];
	return closing ? rx_observable_ref(closing) : rx_throw_error(-EIO, "error");
}

static void when_through(const char *source, const char *const *closing, const char *expected, const char *const *drawn)
{
	rx_test *t = rx_test_create();
	struct closings closings = {0};
	for (size_t i = 0; i < 3 && closing[i]; i++)
		closings.closings[i] = rx_cold(t, closing[i], NULL);
	windows_of(t, rx_pipe(rx_cold(t, source, NUMBERS), rx_window_when(next_closing, &closings)), NULL, expected,
	           drawn);
	EXPECT_MARBLES(t);
}
#define CLOSINGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define when(source, closing, expected, ...)                                                                           \
	when_through((source), closing, (expected), (const char *const[]){__VA_ARGS__, NULL})

TEST(an_item_of_the_closing_ends_the_window_and_begins_the_next)
{
	when("--1--2--3--4--|", CLOSINGS("-----c", "-----c", "-----c"), "a----b----c---|", "--1--|", "2--3-|", "-4--|");
}

TEST(so_does_its_completion)
{
	when("--1--2--|", CLOSINGS("----|", "-"), "a---b---|", "--1-|", "-2--|");
}

TEST(an_error_goes_to_the_window_first)
{
	when("--1--#", CLOSINGS("---c", "-"), "a--b-#", "--1|", "--#");
	when("--1--2-|", CLOSINGS("---c", "-#"), "a--b#", "--1|", "-#");
}

TEST(so_does_that_of_the_function)
{
	when("--1--2-|", CLOSINGS("---c"), "a--(b#)", "--1|", "#");
}

TEST(ends_of_all_kinds)
{
	when("|", CLOSINGS("-"), "(a|)", "|");
	when("#", CLOSINGS("-"), "(a#)", "#");
	when("-", CLOSINGS("-"), "a", "-");
}

TEST(stops_all_when_unsubscribed)
{
	rx_test *t = rx_test_create();
	struct closings closings = {{rx_cold(t, "---c", NULL), rx_cold(t, "-----c", NULL)}};
	rx_observable *source = rx_cold(t, "--1--2--3--|", NUMBERS);
	const char *const drawn[] = {"--1|", "--2", NULL};
	windows_of(t, rx_pipe(source, rx_window_when(next_closing, &closings)), "^-----!", "a--b---", drawn);
	rx_expect_subscriptions(t, source, "^-----!");
	rx_expect_subscriptions(t, closings.closings[0], "^--!");
	rx_expect_subscriptions(t, closings.closings[1], "---^--!");
	EXPECT_MARBLES(t);
}

static struct listener a = {.name = "A"};
static rx_subscription outer;

static void take_the_window(const rx_stream *window, void *ctx)
{
	say("W");
	listen_to(ctx, rx_observable_ref(*window));
}
RX_CONSUMER(take_the_window, rx_stream);

static void unsubscribe_outer(struct listener *self)
{
	rx_unsubscribe(&outer);
}

TEST(may_be_unsubscribed_at_the_end_of_a_window)
{
	rx_subject *closing = rx_subject_create(&rx_type_int);
	struct closings closings = {{rx_subject_observe(closing)}};
	a.at_end = unsubscribe_outer;
	rx_subscribe(rx_pipe(rx_never(), rx_window_when(next_closing, &closings)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, &outer);
	rx_subject_next(closing, &(int){1});
	ck_assert_heard("W A|");
	rx_observable_unref(closings.closings[0]);
	rx_subject_unref(closing);
}

TEST(stops_inside_take)
{
	struct closings closings = {{NULL}};
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_when(next_closing, &closings), rx_take(1)),
	             &(rx_observer){RX_NEXT(take_the_window), .ctx = &a}, NULL);
	ck_assert_heard("W");
	ck_assert_uint_eq(closings.asked, 0);
	rx_unsubscribe(&a.subscription);
}

static void run(void)
{
	struct closings closings = {{rx_never()}};
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_window_when(next_closing, &closings)),
	             &(rx_observer){.error = listener_error, .ctx = &a}, NULL);
	heard[0] = '\0';
	rx_observable_unref(closings.closings[0]);
}

TEST(without_memory_it_errors)
{
	without_memory(run);
}
