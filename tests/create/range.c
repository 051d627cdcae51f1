#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

TEST(counts_from_its_start)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_range(3, 2), NULL, "(34|)", NUMBERS);
	rx_expect(t, rx_range(3, 0), NULL, "|", NULL);
	rx_expect(t, rx_range(3, -1), NULL, "|", NULL);
	EXPECT_MARBLES(t);
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}
RX_CONSUMER(add, int64_t);

TEST(counts_across_spans)
{
	int64_t sum = 0;
	rx_subscribe(rx_range(-500, 1001), &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	ck_assert_int_eq(sum, 0);
	rx_subscribe(rx_range(INT64_MAX, 2), &(rx_observer){RX_NEXT(add), .ctx = &sum}, NULL);
	ck_assert_int_eq(sum, -1); /* the largest and, after it, the smallest */
}

struct pausing {
	rx_subscription subscription;
	int64_t seen;
	bool complete;
};

static void pause_at_300(const int64_t *n, void *ctx)
{
	struct pausing *pausing = ctx;
	pausing->seen++;
	if (*n == 300)
		ck_assert_int_eq(rx_pause(&pausing->subscription), 0);
}
RX_CONSUMER(pause_at_300, int64_t);

static void completed(void *ctx)
{
	((struct pausing *)ctx)->complete = true;
}

TEST(pauses_behind_an_item_and_goes_on)
{
	struct pausing pausing = {0};
	rx_subscribe(rx_range(0, 1000), &(rx_observer){RX_NEXT(pause_at_300), .complete = completed, .ctx = &pausing},
	             &pausing.subscription);
	ck_assert_int_eq(pausing.seen, 301);
	ck_assert(!pausing.complete);
	rx_resume(&pausing.subscription);
	ck_assert_int_eq(pausing.seen, 1000);
	ck_assert(pausing.complete);
}

RX_MAP(same, int64_t, int64_t, n, n)

TEST(pauses_between_two_spans_where_they_are_taken)
{
	struct pausing pausing = {0};
	rx_subscribe(rx_pipe(rx_range(0, 1000), rx_map(same)),
	             &(rx_observer){RX_NEXT(pause_at_300), .complete = completed, .ctx = &pausing},
	             &pausing.subscription);
	ck_assert_int_ge(pausing.seen, 301);
	ck_assert_int_lt(pausing.seen, 1000);
	ck_assert(!pausing.complete);
	rx_resume(&pausing.subscription);
	ck_assert_int_eq(pausing.seen, 1000);
	ck_assert(pausing.complete);
}
