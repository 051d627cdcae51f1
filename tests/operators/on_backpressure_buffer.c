#include "tests/support/contract.h"
#include "tests/support/gated.h"
#include "tests/support/through.h"

CONTRACT(rx_on_backpressure_buffer(2))

static void count(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx = *(int64_t *)ctx * 10 + *n;
}
RX_CONSUMER(count, int64_t);

static int refuse(const int64_t *n, void *ctx)
{
	(void)n, (void)ctx;
	return -EDOM;
}
RX_INSPECTOR(refuse, int64_t);

/* What comes out when downstream does what @p gate draws. */
static void paused(rx_operator *op, const char *source, const char *gate, const char *expected)
{
	rx_test *t = rx_test_create();
	rx_expect(t, gated(rx_pipe(rx_cold(t, source, NUMBERS), op), rx_cold(t, gate, NULL)), NULL, expected, NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(passes_on_what_comes_where_nobody_pauses)
{
	through(rx_on_backpressure_buffer(1), "-1-2-(345|)", "-1-2-(345|)");
	through(rx_on_backpressure_buffer(1), "-1-2-#", "-1-2-#");
}

TEST(keeps_what_comes_meanwhile_in_order)
{
	paused(rx_on_backpressure_buffer(0), "-1-2-3-4-----5-|", "--p----r", "-1-----(234)-5-|");
}

TEST(several_pauses)
{
	paused(rx_on_backpressure_buffer(2), "-1-2-3-4-5-|", "--p-rp--r", "-1--23--45-|");
}

TEST(an_end_comes_behind_what_waits)
{
	paused(rx_on_backpressure_buffer(9), "-1-2-3|", "--p-------r", "-1--------(23|)");
	paused(rx_on_backpressure_buffer(9), "-1-2-3#", "--p-------r", "-1--------(23#)");
	paused(rx_on_backpressure_buffer(9), "-1---|", "--p-------r", "-1---|");
	paused(rx_on_backpressure_buffer(9), "-1---#", "--p-------r", "-1---#");
}

TEST(the_item_for_which_there_is_no_room_is_an_error_behind_those_that_wait)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-2-3-4-5-|", NUMBERS);
	rx_test_set_error(t, -EAGAIN, "");
	rx_expect(t, gated(rx_pipe(source, rx_on_backpressure_buffer(2)), rx_cold(t, "--p--------r", NULL)), NULL,
	          "-1---------(23#)", NUMBERS);
	rx_expect_subscriptions(t, source, "^------!");
	EXPECT_MARBLES(t);
}

TEST(drops_the_newest)
{
	int64_t dropped = 0;
	const rx_on_backpressure_buffer_options options = {
		.overflow = RX_OVERFLOW_DROP_NEWEST, RX_DROPPED(count), .ctx = &dropped};
	paused(rx_on_backpressure_buffer(2, &options), "-1-2-3-4-5-|", "--p--------r", "-1---------(23|)");
	ck_assert_int_eq(dropped, 45);
}

TEST(drops_the_oldest)
{
	int64_t dropped = 0;
	const rx_on_backpressure_buffer_options options = {
		.overflow = RX_OVERFLOW_DROP_OLDEST, RX_DROPPED(count), .ctx = &dropped};
	paused(rx_on_backpressure_buffer(2, &options), "-1-2-3-4-5-|", "--p--------r", "-1---------(45|)");
	ck_assert_int_eq(dropped, 23);
}

TEST(drops_without_telling)
{
	const rx_on_backpressure_buffer_options options = {.overflow = RX_OVERFLOW_DROP_OLDEST};
	paused(rx_on_backpressure_buffer(1, &options), "-1-2-3-4-5-|", "--p--------r", "-1---------(5|)");
}

TEST(a_function_that_fails_is_an_error, .from = RX_OVERFLOW_DROP_NEWEST, .to = RX_OVERFLOW_DROP_OLDEST + 1)
{
	rx_test *t = rx_test_create();
	const rx_on_backpressure_buffer_options options = {.overflow = (rx_overflow)_i, RX_DROPPED(refuse)};
	rx_test_set_error(t, -EDOM, "");
	rx_expect(t,
	          gated(rx_pipe(rx_cold(t, "-1-2-3-4-5-|", NUMBERS), rx_on_backpressure_buffer(1, &options)),
	                rx_cold(t, "--p--------r", NULL)),
	          NULL, "-1---#", NUMBERS);
	EXPECT_MARBLES(t);
}

TEST(a_pause_goes_no_further)
{
	rx_subscription subscription;
	int64_t seen = 0;
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_on_backpressure_buffer(0)),
	             &(rx_observer){RX_NEXT(count), .ctx = &seen}, &subscription);
	ck_assert_int_eq(rx_pause(&subscription), 0);
	for (int64_t n = 1; n <= 3; n++)
		rx_subject_next(subject, &n);
	ck_assert_int_eq(seen, 0);
	rx_resume(&subscription);
	ck_assert_int_eq(seen, 123);
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

/* ---- Inside an item ------------------------------------------------------------------------------------------------ */

struct stepping {
	rx_subscription subscription;
	rx_subject *subject;
	int64_t seen;
	bool complete;
};

/* One item at a time; and the first of them brings a further one. */
static void step(const int64_t *n, void *ctx)
{
	struct stepping *stepping = ctx;
	const int64_t nine = 9;
	count(n, &stepping->seen);
	rx_pause(&stepping->subscription);
	if (*n == 1)
		rx_subject_next(stepping->subject, &nine);
}
RX_CONSUMER(step, int64_t);

static void stepped(void *ctx)
{
	((struct stepping *)ctx)->complete = true;
}

TEST(pausing_inside_an_item_is_heard_at_once)
{
	struct stepping stepping = {.subject = rx_subject_create(&rx_type_int64_t)};
	rx_subscribe(rx_pipe(rx_subject_observe(stepping.subject), rx_on_backpressure_buffer(0)),
	             &(rx_observer){RX_NEXT(step), .complete = stepped, .ctx = &stepping}, &stepping.subscription);
	for (int64_t n = 1; n <= 3; n++)
		rx_subject_next(stepping.subject, &n);
	rx_subject_complete(stepping.subject);
	rx_subject_unref(stepping.subject);
	static const int64_t steps[] = {1, 19, 192, 1923};
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(stepping.seen, steps[i]);
		ck_assert(stepping.complete == (i == 3));
		rx_resume(&stepping.subscription);
	}
}

static void leave(const int64_t *n, void *ctx)
{
	(void)n;
	rx_unsubscribe(ctx);
}
RX_CONSUMER(leave, int64_t);

TEST(leaving_inside_an_item_leaves_nothing)
{
	rx_subscription subscription;
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_on_backpressure_buffer(0)),
	             &(rx_observer){RX_NEXT(leave), .ctx = &subscription}, &subscription);
	rx_pause(&subscription);
	for (int64_t n = 1; n <= 3; n++)
		rx_subject_next(subject, &n);
	rx_resume(&subscription);
	ck_assert(rx_is_closed(&subscription));
	rx_subject_unref(subject);
}

static void keep_strings(void)
{
	rx_subscription subscription;
	rx_subject *subject = rx_subject_create(&rx_type_rx_string);
	if (!subject)
		return;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_on_backpressure_buffer(0)),
	             &(rx_observer){.error = ignore_error}, &subscription);
	rx_pause(&subscription);
	for (int i = 0; i < 9; i++)
		rx_subject_next(subject, &(rx_string){"text"});
	rx_unsubscribe(&subscription);
	rx_subject_unref(subject);
}

TEST(memory_that_runs_out_is_an_error)
{
	without_memory(keep_strings);
}

static struct {
	rx_subscription subscription;
	char message[32];
} hearing;

/* Who hears of an error may leave, and read on. */
static int leave_and_read(const rx_error *error, void *ctx)
{
	rx_unsubscribe(&hearing.subscription);
	snprintf(hearing.message, sizeof hearing.message, "%s", error->message);
	return 0;
}

/* The error is nobody else's. */
static int fail_at_the_end(void *ctx)
{
	return rx_raise(-EIO, "it has waited");
}

TEST(an_error_that_has_waited_outlives_whoever_leaves_at_it)
{
	rx_subject *source = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(source), rx_tap_with(&(rx_tap_observer){.complete = fail_at_the_end}),
	                     rx_on_backpressure_buffer(2), rx_tap_with(&(rx_tap_observer){.error = leave_and_read})),
	             NULL, &hearing.subscription);
	ck_assert_int_eq(rx_pause(&hearing.subscription), 0);
	rx_subject_next(source, &(int64_t){1});
	rx_subject_complete(source);
	rx_subject_unref(source);
	rx_resume(&hearing.subscription);
	ck_assert_str_eq(hearing.message, "it has waited");
}
