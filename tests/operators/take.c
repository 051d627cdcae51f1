#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_take(2))
CONTRACT(rx_take(0))

TEST(completes_after_its_count)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--a--b--c--|", NULL);
	rx_expect(t, rx_pipe(a, rx_take(2)), NULL, "--a--(b|)", NULL);
	rx_expect_subscriptions(t, a, "^----!");
	EXPECT_MARBLES(t);
}

TEST(zero_completes_on_subscription_and_subscribes_nothing)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "--a--|", NULL);
	rx_expect(t, rx_pipe(a, rx_take(0)), NULL, "|", NULL);
	rx_expect_subscriptions_array(t, a, (const char *const[]){NULL});
	EXPECT_MARBLES(t);
}

TEST(passes_on_an_earlier_end)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "--a--|", NULL), rx_take(2)), NULL, "--a--|", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "--a--#", NULL), rx_take(2)), NULL, "--a--#", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-----", NULL), rx_take(2)), NULL, "-----", NULL);
	EXPECT_MARBLES(t);
}

TEST(stops_a_synchronous_source)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_range(0, INT64_MAX), rx_take(3)), NULL, "(012|)", NUMBERS);
	EXPECT_MARBLES(t);
}

struct feeding {
	rx_subject *subject;
	int seen;
};

static void feed_back(const int64_t *n, void *ctx)
{
	struct feeding *feeding = ctx;
	feeding->seen++;
	if (*n < 9)
		rx_subject_next(feeding->subject, &(int64_t){*n + 1});
}
RX_CONSUMER(feed_back, int64_t);

TEST(what_an_item_makes_the_source_emit_counts)
{
	struct feeding feeding = {rx_subject_create(&rx_type_int64_t), 0};
	rx_subscribe(rx_pipe(rx_subject_observe(feeding.subject), rx_take(2)),
	             &(rx_observer){RX_NEXT(feed_back), .ctx = &feeding}, NULL);
	rx_subject_next(feeding.subject, &(int64_t){1});
	ck_assert_int_eq(feeding.seen, 2);
	ck_assert_uint_eq(rx_subject_observers(feeding.subject), 0);
	rx_subject_unref(feeding.subject);
}
