#include <clusterfy/rx.h>

#include <errno.h>
#include <string.h>

#include "tests/support/marbles.h"

struct log {
	char text[64];
};

static void say(struct log *log, const char *word)
{
	strcat(log->text, word);
}

static struct log *written; /* for callbacks whose context is something else */

static void teardown_1(void *ctx)
{
	say(ctx, "t1 ");
}

static void teardown_2(void *ctx)
{
	say(ctx, "t2 ");
}

static int one_two(rx_subscriber *subscriber, void *ctx)
{
	rx_on_teardown(subscriber, teardown_1, ctx);
	rx_next(subscriber, &(int64_t){1});
	rx_next(subscriber, &(int64_t){2});
	rx_complete(subscriber);
	rx_on_teardown(subscriber, teardown_2, ctx); /* after the end: at once */
	return 0;
}

static void item(const int64_t *n, void *ctx)
{
	say(ctx, *n == 1 ? "1 " : "2 ");
}
RX_CONSUMER(item, int64_t);

static void complete(void *ctx)
{
	say(ctx, "| ");
}

static void finalizer(void *ctx)
{
	say(ctx, "f ");
}

TEST(the_observer_hears_the_end_before_the_source_is_torn_down)
{
	struct log log = {""};
	rx_subscribe(rx_create(&rx_type_int64_t, one_two, &log, NULL),
	             &(rx_observer){RX_NEXT(item), .complete = complete, .ctx = &log}, NULL);
	ck_assert_str_eq(log.text, "1 2 | t1 t2 ");
}

static int keep(rx_subscriber *subscriber, void *ctx)
{
	*(rx_subscriber **)ctx = rx_subscriber_ref(subscriber);
	rx_on_teardown(subscriber, teardown_1, written);
	rx_on_teardown(subscriber, teardown_2, written);
	return 0;
}

TEST(tears_down_in_the_order_of_adding_then_runs_the_users_finalizers)
{
	struct log log = {""};
	rx_subscriber *subscriber;
	rx_subscription subscription;
	written = &log;
	rx_subscribe(rx_create(&rx_type_int64_t, keep, &subscriber, NULL), NULL, &subscription);
	ck_assert_int_eq(rx_add_finalizer(&subscription, finalizer, &log), 0);
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(log.text, "t1 t2 f ");
	rx_unsubscribe(&subscription);
	ck_assert_int_eq(rx_add_finalizer(&subscription, finalizer, &log), 0);
	ck_assert_str_eq(log.text, "t1 t2 f f ");
	rx_subscriber_unref(subscriber);
}

TEST(a_kept_subscriber_does_nothing_after_the_end)
{
	struct log log = {""};
	rx_subscriber *subscriber;
	rx_subscription subscription;
	written = &log;
	rx_subscribe(rx_create(&rx_type_int64_t, keep, &subscriber, NULL),
	             &(rx_observer){RX_NEXT(item), .complete = complete, .ctx = &log}, &subscription);
	ck_assert(rx_next(subscriber, &(int64_t){1}));
	rx_unsubscribe(&subscription);
	ck_assert(!rx_wanted(subscriber));
	ck_assert(!rx_next(subscriber, &(int64_t){2}));
	rx_complete(subscriber);
	rx_fail(subscriber, -EIO, "late");
	ck_assert_str_eq(log.text, "1 t1 t2 ");
	rx_subscriber_unref(subscriber);
}

static void count_dropped(const char *stage, const rx_error *error, void *ctx)
{
	(void)error;
	ck_assert_str_eq(stage, "create");
	++*(int *)ctx;
}

TEST(late_events_go_to_the_hook)
{
	struct log log = {""};
	rx_subscriber *subscriber;
	int dropped = 0;
	written = &log;
	rx_subscribe(rx_create(&rx_type_int64_t, keep, &subscriber, NULL), NULL, NULL);
	rx_complete(subscriber);
	rx_on_dropped(count_dropped, &dropped);
	rx_next(subscriber, &(int64_t){1});
	rx_complete(subscriber);
	rx_fail(subscriber, -EIO, "late");
	rx_on_dropped(NULL, NULL);
	ck_assert_int_eq(dropped, 3);
	rx_subscriber_unref(subscriber);
}

static int failing(rx_subscriber *subscriber, void *ctx)
{
	(void)subscriber, (void)ctx;
	return rx_raise(-EIO, "error");
}

TEST(a_negative_result_is_the_streams_error)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_create(&rx_type_char, failing, NULL, NULL), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}

static void drop(void *ctx)
{
	++*(int *)ctx;
}

TEST(releases_its_context_with_the_recipe)
{
	int dropped = 0;
	rx_observable *source = rx_create(&rx_type_char, failing, &dropped, drop);
	rx_observable_unref(rx_observable_ref(source));
	ck_assert_int_eq(dropped, 0);
	rx_observable_unref(source);
	ck_assert_int_eq(dropped, 1);
}

static void flow(bool resume, void *ctx)
{
	say(ctx, resume ? "go " : "stop ");
}

static int flowing(rx_subscriber *subscriber, void *ctx)
{
	rx_on_flow(subscriber, flow, ctx);
	return 0;
}

TEST(hears_of_pauses_if_it_wants_to)
{
	struct log log = {""};
	rx_subscription subscription;
	rx_subscribe(rx_create(&rx_type_int64_t, flowing, &log, NULL), NULL, &subscription);
	ck_assert_int_eq(rx_pause(&subscription), 0);
	rx_resume(&subscription);
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(log.text, "stop go ");
	ck_assert_int_eq(rx_pause(&subscription), -ENOTSUP);
}
