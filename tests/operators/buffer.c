#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_buffer(three_parcels(NULL)))

#define LISTS                                                                                                          \
	RX_VALUES(rx_list, "abced", LIST(int64_t, 1, 2), LIST(int64_t, 3, 4), {0}, LIST(int64_t, 1), LIST(int64_t, 2))

static void between(const char *source, const char *notifier, const char *expected, const char *subscription,
                    const char *notifier_subscriptions)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, source, NUMBERS), *n = rx_cold(t, notifier, NULL);
	rx_expect(t, rx_pipe(a, rx_buffer(n)), subscription, expected, LISTS);
	rx_expect_subscriptions(t, n, notifier_subscriptions);
	EXPECT_MARBLES(t);
}

TEST(each_notification_ends_a_list)
{
	between("--1--2--3--4--|", "------x-----x-----", "------a-----b-(c|)", NULL, "^-------------!");
}

TEST(the_end_of_the_notifier_changes_nothing)
{
	between("--1--2--|", "---x|", "---e----(d|)", NULL, "^---!");
}

TEST(an_error_of_either_drops_the_list)
{
	between("--1--#", "---x-----", "---e-#", NULL, "^----!");
	between("--1--2--|", "---x--#", "---e--#", NULL, "^-----!");
}

TEST(the_source_is_subscribed_first)
{
	between("---1--2--|", "---x-----|", "---e-----(d|)", NULL, "^--------!");
}

TEST(stops_both_when_unsubscribed)
{
	between("--1--2--|", "---x-----|", "---e-    ", "^----!", "^----!");
}

TEST(a_silent_source_gives_empty_lists)
{
	between("-", "--x--x-", "--c--c-", NULL, "^");
}

static void strings(void)
{
	through_strings(rx_buffer(rx_never()));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
