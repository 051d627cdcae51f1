#include <errno.h>
#include <string.h>

#include <clusterfy/rx.h>

#include "tests/support/marbles.h"
#include "tests/support/memory.h"

TEST(the_scheduler_is_virtual_until_the_end)
{
	rx_scheduler *mine = rx_virtual_create();
	rx_scheduler *before = rx_scheduler_set_current(mine);
	rx_test *t = rx_test_create();
	ck_assert_ptr_eq(rx_scheduler_current(), rx_test_scheduler(t));
	rx_test_destroy(t);
	ck_assert_ptr_eq(rx_scheduler_current(), mine);
	rx_scheduler_set_current(before);
	rx_virtual_destroy(mine);
}

TEST(nothing_expected_is_nothing_unmet)
{
	rx_test *t = rx_test_create();
	ck_assert_uint_eq(rx_test_flush(t), 0);
	ck_assert_str_eq(rx_test_message(t), "");
	rx_test_destroy(t);
	rx_test_destroy(NULL);
}

static size_t unmet(const char *source, const char *expected)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, source, NULL), NULL, expected, NULL);
	const size_t count = rx_test_flush(t);
	ck_assert_uint_eq(*rx_test_message(t) != 0, count);
	rx_test_destroy(t);
	return count;
}

TEST(every_difference_is_seen)
{
	ck_assert_uint_eq(unmet("--a-|", "--a-|"), 0);
	ck_assert_uint_eq(unmet("--a-|", "--b-|"), 1);
	ck_assert_uint_eq(unmet("--a-|", "-a--|"), 1);
	ck_assert_uint_eq(unmet("--a-|", "--a-#"), 1);
	ck_assert_uint_eq(unmet("--a-|", "--a--"), 1);
	ck_assert_uint_eq(unmet("--a--", "--a-|"), 1);
	ck_assert_uint_eq(unmet("--a-|", "--a|"), 1);
	ck_assert_uint_eq(unmet("--(ab)|", "--(ba)|"), 1);
}

TEST(types_differ)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "-a", RX_VALUES(int32_t, "a", 1)), NULL, "-a", RX_VALUES(uint32_t, "a", 1));
	ck_assert_uint_eq(rx_test_flush(t), 1);
	rx_test_destroy(t);
}

TEST(errors_differ_by_code_and_words)
{
	rx_test *t = rx_test_create();
	rx_test_set_error(t, -EPIPE, "words");
	rx_expect(t, rx_throw_error(-EPIPE, "other words"), NULL, "#", NULL);
	rx_expect(t, rx_throw_error(-EIO, "words"), NULL, "#", NULL);
	ck_assert_uint_eq(rx_test_flush(t), 2);
	rx_test_destroy(t);
}

TEST(subscriptions_differ)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a|", NULL), *unused = rx_cold(t, "-a|", NULL);
	rx_expect(t, source, NULL, "-a|", NULL);
	rx_expect_subscriptions(t, source, "^-!");
	rx_expect_subscriptions(t, source, "^--!");
	rx_expect_subscriptions(t, source, NULL);
	rx_expect_subscriptions(t, unused, NULL);
	rx_expect_subscription_logs(t, source, &(rx_subscription_log){0, 2}, 1);
	rx_expect_subscription_logs(t, unused, NULL, 0);
	ck_assert_uint_eq(rx_test_flush(t), 2);
	rx_test_destroy(t);
}

TEST(subscriptions_of_what_is_no_source_are_a_mismatch)
{
	rx_test *t = rx_test_create();
	rx_observable *never = rx_never();
	rx_expect_subscriptions(t, never, "^");
	ck_assert_uint_eq(rx_test_flush(t), 1);
	size_t count;
	ck_assert_ptr_null(rx_subscription_logs(t, never, &count));
	rx_observable_unref(never);
	rx_test_destroy(t);
}

TEST(two_observables_do_the_same)
{
	rx_test *t = rx_test_create();
	rx_observable *a = rx_cold(t, "-a-b|", NULL), *b = rx_cold(t, "-a-c|", NULL);
	rx_expect_equal(t, a, NULL, a);
	rx_expect_equal(t, a, "^--!", b);
	rx_expect_equal(t, a, NULL, b);
	ck_assert_uint_eq(rx_test_flush(t), 1);
	rx_test_destroy(t);
}

TEST(a_test_may_be_flushed_again)
{
	rx_test *t = rx_test_create();
	rx_observable *cold = rx_cold(t, "-a|", NULL);
	rx_expect(t, cold, NULL, "-b|", NULL);
	ck_assert_uint_eq(rx_test_flush(t), 1);
	ck_assert_uint_eq(rx_test_flush(t), 0);
	rx_recording *later = rx_record(t, cold, NULL);
	ck_assert_uint_eq(rx_test_flush(t), 0);
	ck_assert_uint_eq(rx_recorded(later)->count, 2);
	ck_assert_int_eq(rx_recorded(later)->items[0].frame, 3);
	rx_test_destroy(t);
}

TEST(what_still_runs_is_unsubscribed_at_the_end)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "-a-", NULL), NULL, "-a-", NULL);
	EXPECT_MARBLES(t);
}

/* ---- Observables as items -------------------------------------------------------------------------------------- */

TEST(observables_as_items_are_drawn_as_cold_sources)
{
	rx_test *t = rx_test_create();
	rx_observable *x = rx_cold(t, "-a-|", NULL), *y = rx_cold(t, "--b#", NULL);
	rx_expect(t, rx_cold(t, "x--y|", RX_VALUES(rx_stream, "xy", x, y)), NULL, "p--q|",
	          RX_VALUES(rx_stream, "pq", rx_cold(t, "-a-|", NULL), rx_cold(t, "--b#", NULL)));
	EXPECT_MARBLES(t);
}

TEST(observables_as_items_differ_by_what_they_emit)
{
	rx_test *t = rx_test_create();
	rx_observable *x = rx_cold(t, "-a-|", NULL), *late = rx_cold(t, "--a|", NULL);
	rx_expect(t, rx_cold(t, "x-|", RX_VALUES(rx_stream, "x", x)), NULL, "x-|", RX_VALUES(rx_stream, "x", late));
	ck_assert_uint_eq(rx_test_flush(t), 1);
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), "x = --a|"));
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), "= -a-|"));
	rx_test_destroy(t);
}

typedef struct keyed {
	int key;
	rx_observable *items;
} keyed;
RX_TYPE(keyed);

static rx_observable *items_of(const void *item)
{
	return ((const keyed *)item)->items;
}

TEST(a_type_may_hold_an_observable)
{
	rx_test *t = rx_test_create();
	rx_test_streams(t, &rx_type_keyed, items_of);
	rx_observable *x = rx_cold(t, "-a-|", NULL);
	rx_expect(t, rx_cold(t, "k--|", RX_VALUES(keyed, "k", {1, x})), NULL, "x--|", RX_VALUES(rx_stream, "x", x));
	EXPECT_MARBLES(t);
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

static size_t whole_test(void)
{
	rx_test *t = rx_test_create();
	if (!t)
		return 1;
	rx_observable *x = rx_cold(t, "-a|", NULL), *hot = rx_hot(t, "-x-|", RX_VALUES(rx_stream, "x", x));
	rx_expect(t, hot, NULL, "-x-|", RX_VALUES(rx_stream, "x", x));
	rx_expect(t, rx_cold(t, "-a|", RX_VALUES(rx_string, "a", "words")), NULL, "-a|",
	          RX_VALUES(rx_string, "a", "words"));
	rx_expect_subscriptions(t, hot, "^--!");
	const size_t count = rx_test_flush(t);
	rx_test_destroy(t);
	return count;
}

TEST(a_test_without_memory_is_a_mismatch)
{
	for (size_t n = 0;; n++) {
		memory_fail_once_after(n);
		const size_t count = whole_test();
		const size_t refused = memory_refused();
		memory_recover();
		if (!refused)
			break;
		ck_assert_msg(count > 0, "allocation %zu", n);
	}
	ck_assert_uint_eq(whole_test(), 0);
}
