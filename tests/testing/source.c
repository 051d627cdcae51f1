#include <errno.h>
#include <string.h>

#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

TEST(a_hot_source_is_shared_and_a_cold_one_begins_anew)
{
	rx_test *t = rx_test_create();
	rx_observable *hot = rx_hot(t, "--a--b--|", NULL), *cold = rx_cold(t, "--a--b--|", NULL);
	rx_expect(t, hot, "---^", "-----b--|", NULL);
	rx_expect(t, cold, "---^", "-----a--b--|", NULL);
	rx_expect(t, hot, NULL, "--a--b--|", NULL);
	rx_expect_subscriptions(t, hot, "^-------!", "---^----!");
	rx_expect_subscriptions(t, cold, "---^-------!");
	EXPECT_MARBLES(t);
}

TEST(who_subscribes_after_the_end_gets_the_end)
{
	rx_test *t = rx_test_create();
	rx_observable *completed = rx_hot(t, "-a|", NULL), *failed = rx_hot(t, "-a#", NULL);
	rx_expect(t, completed, "----^", "----|", NULL);
	rx_expect(t, failed, "----^", "----#", NULL);
	rx_expect_subscriptions(t, completed, "----(^!)");
	EXPECT_MARBLES(t);
}

TEST(what_subscribes_at_frame_0_comes_before_a_hot_item_of_frame_0)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_hot(t, "a-|", NULL), NULL, "a-|", NULL);
	EXPECT_MARBLES(t);
}

TEST(a_source_is_used_as_often_as_one_likes)
{
	rx_test *t = rx_test_create();
	rx_observable *cold = rx_cold(t, "-a-b|", NULL);
	for (int i = 0; i < 3; i++)
		rx_expect(t, rx_pipe(cold, rx_take(1)), NULL, "-(a|)", NULL);
	rx_expect_subscriptions(t, cold, "^!", "^!", "^!");
	EXPECT_MARBLES(t);
}

TEST(values_have_a_type)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "-a-b|", RX_VALUES(int64_t, "ab", 10, 20)), NULL, "-x-y|",
	          RX_VALUES(int64_t, "xy", 10, 20));
	rx_expect(t, rx_cold(t, "-a|", RX_VALUES(rx_string, "a", "words")), NULL, "-a|",
	          RX_VALUES(rx_string, "a", "words"));
	rx_expect(t, rx_hot(t, "-1-2|", NUMBERS), NULL, "-1-2|", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(messages_make_sources)
{
	rx_test *t = rx_test_create();
	const rx_error *own = rx_error_create(-EPIPE, "own");
	const rx_message items[] = {
		{2, .item = &(int){1}}, {5, .item = &(int){2}}, {7, RX_MESSAGE_ERROR, .error = own}};
	const rx_messages messages = {&rx_type_int, items, 3};
	rx_expect_messages(t, rx_cold_messages(t, &messages), NULL, &messages);
	rx_expect_messages(t, rx_hot_messages(t, &messages), NULL, &messages);
	rx_error_unref(own);
	EXPECT_MARBLES(t);
}

TEST(an_error_means_what_the_test_says)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "-#", NULL), NULL, "-#", NULL);
	rx_test_set_error(t, -EPIPE, "broken");
	rx_expect(t, rx_cold(t, "-#", NULL), NULL, "-#", NULL);
	rx_expect(t, rx_throw_error(-EPIPE, "broken"), NULL, "#", NULL);
	rx_test_set_error(t, -EPIPE, "");
	rx_expect(t, rx_throw_error(-EPIPE, "anyhow"), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}

/* Leaves when the one before it hears of the item. */
static void leave(const char *item, void *ctx)
{
	(void)item;
	rx_unsubscribe(ctx);
}
RX_CONSUMER(leave, char);

static void count(const char *item, void *ctx)
{
	(void)item;
	++*(int *)ctx;
}
RX_CONSUMER(count, char);

TEST(who_is_removed_during_an_item_does_not_get_it)
{
	rx_test *t = rx_test_create();
	rx_observable *hot = rx_hot(t, "-a-b-|", NULL);
	rx_subscription first, second, third;
	int seen = 0, later = 0;
	rx_subscribe(hot, &(rx_observer){RX_NEXT(leave), .ctx = &second}, &first);
	rx_subscribe(hot, &(rx_observer){RX_NEXT(count), .ctx = &seen}, &second);
	rx_subscribe(hot, &(rx_observer){RX_NEXT(count), .ctx = &later}, &third);
	rx_test_flush(t);
	ck_assert_int_eq(seen, 0);
	ck_assert_int_eq(later, 2);
	rx_test_destroy(t);
}

struct late {
	rx_observable *source;
	rx_subscription subscription;
	int seen;
};

static void join(const char *item, void *ctx)
{
	struct late *late = ctx;
	if (*item == 'a')
		rx_subscribe(late->source, &(rx_observer){RX_NEXT(count), .ctx = &late->seen}, &late->subscription);
}
RX_CONSUMER(join, char);

TEST(who_comes_during_an_item_misses_it)
{
	rx_test *t = rx_test_create();
	struct late late = {.source = rx_hot(t, "-a-b-|", NULL)};
	rx_subscribe(late.source, &(rx_observer){RX_NEXT(join), .ctx = &late}, NULL);
	rx_test_flush(t);
	ck_assert_int_eq(late.seen, 1);
	rx_test_destroy(t);
}
