#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_buffer_when(three_parcels, NULL))

#define LISTS                                                                                                          \
	RX_VALUES(rx_list, "abced", LIST(int64_t, 1), LIST(int64_t, 2, 3), LIST(int64_t, 4), {0}, LIST(int64_t, 1, 2))

struct closings {
	rx_observable *each[4];
	int calls;
};

static rx_observable *next_closing(void *ctx)
{
	struct closings *closings = ctx;
	return closings->each[closings->calls++];
}

static void closed(const char *source, const char *const *closing, const char *expected, const char *subscription,
                   const char *subscriptions)
{
	rx_test *t = rx_test_create();
	struct closings closings = {{NULL}};
	for (int i = 0; i < 3 && closing[i]; i++)
		closings.each[i] = rx_cold(t, closing[i], NULL);
	rx_observable *a = rx_hot(t, source, NUMBERS);
	rx_expect(t, rx_pipe(a, rx_buffer_when(next_closing, &closings)), subscription, expected, LISTS);
	rx_expect_subscriptions(t, a, subscriptions);
	EXPECT_MARBLES(t);
}
#define CLOSINGS(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(each_list_ends_with_its_closing)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--1--2--3--4--|", NUMBERS), *closing = rx_cold(t, "-----x", NULL);
	struct closings closings = {{closing, closing, closing, closing}};
	rx_expect(t, rx_pipe(source, rx_buffer_when(next_closing, &closings)), NULL, "-----a----b---(c|)", LISTS);
	rx_expect_subscriptions(t, closing, "^----!", "-----^----!", "----------^---!");
	EXPECT_MARBLES(t);
}

TEST(a_closing_that_only_completes_ends_nothing)
{
	closed("--1--2--|", CLOSINGS("---|"), "--------(d|)", NULL, "^-------!");
}

TEST(an_error_of_either_drops_the_list)
{
	closed("--1--#", CLOSINGS("---x", "-"), "---a-#", NULL, "^----!");
	closed("--1--2--|", CLOSINGS("---x", "---#"), "---a--#", NULL, "^-----!");
}

TEST(stops_when_unsubscribed)
{
	closed("--1--2--|", CLOSINGS("---x", "-"), "---a-    ", "^----!", "^----!");
}

static rx_observable *fails(void *ctx)
{
	return rx_throw_error(-ERANGE, "no closing");
}

TEST(a_function_that_fails_is_an_error)
{
	through(rx_buffer_when(fails, NULL), "--1--|", "#", .to = LISTS, .error = -ERANGE);
}

static rx_observable *not_yet(void *ctx)
{
	return rx_never();
}

static void strings(void)
{
	through_strings(rx_buffer_when(not_yet, NULL));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
