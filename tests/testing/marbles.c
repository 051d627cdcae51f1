/*
 * How diagrams are read. Expected frames were taken from RxJS's TestScheduler.parseMarbles for the same text.
 */
#include <stdio.h>
#include <string.h>

#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

/* "a@2 |@5" */
static const char *text_of(const rx_messages *messages)
{
	static char text[256];
	int length = 0;
	text[0] = 0;
	for (size_t i = 0; i < messages->count; i++) {
		const rx_message *message = &messages->items[i];
		const char mark = message->kind == RX_MESSAGE_NEXT    ? *(const char *)message->item
		                  : message->kind == RX_MESSAGE_ERROR ? '#'
		                                                      : '|';
		length += snprintf(text + length, sizeof text - (size_t)length, "%s%c@%lld", i ? " " : "", mark,
		                   (long long)message->frame);
	}
	return text;
}

static void reads(rx_test *t, const char *marbles, const char *as)
{
	rx_recording *recording = rx_record(t, rx_cold(t, marbles, NULL), NULL);
	rx_test_flush(t);
	ck_assert_str_eq(text_of(rx_recorded(recording)), as);
	rx_test_destroy(t);
}

TEST(a_character_is_a_frame)
{
	reads(rx_test_create(), "--a-b--|", "a@2 b@4 |@7");
	reads(rx_test_create(), "-a-#", "a@1 #@3");
	reads(rx_test_create(), "----", "");
	reads(rx_test_create(), "", "");
}

TEST(spaces_are_nothing)
{
	reads(rx_test_create(), "  - -a  - b|", "a@2 b@4 |@5");
}

TEST(a_group_happens_in_its_first_frame_and_takes_all)
{
	reads(rx_test_create(), "-(ab)-c(d|)", "a@1 b@1 c@6 d@7 |@7");
}

TEST(time_progresses)
{
	reads(rx_test_create(), "a 9ms b 1s c 1m |", "a@0 b@10 c@1011 |@61012");
	reads(rx_test_create(), "1.5s a 0.5m |", "a@1500 |@31501");
	reads(rx_test_create(), "10ms -a", "a@11");
}

TEST(digits_without_a_unit_are_items)
{
	reads(rx_test_create(), "1-2 3-|", "1@0 2@2 3@3 |@5");
	reads(rx_test_create(), "a10ms |", "a@0 1@1 0@2 m@3 s@4 |@5");
	reads(rx_test_create(), "5ms", "5@0 m@1 s@2");
}

TEST(legacy_characters_are_ten_frames_and_spaces_too)
{
	reads(rx_test_create_legacy(), "--a- b|", "a@20 b@50 |@60");
	reads(rx_test_create_legacy(), "-(ab|)", "a@10 b@10 |@10");
}

TEST(legacy_ends_at_frame_750)
{
	rx_test *t = rx_test_create_legacy();
	const rx_message messages[] = {{750, .item = "a"}, {751, .item = "b"}};
	rx_recording *recording = rx_record(t, rx_cold_messages(t, &(rx_messages){&rx_type_char, messages, 2}), NULL);
	rx_test_flush(t);
	ck_assert_str_eq(text_of(rx_recorded(recording)), "a@750");
	rx_test_destroy(t);
}

TEST(a_hot_source_counts_from_its_caret)
{
	rx_test *t = rx_test_create();
	rx_recording *late = rx_record(t, rx_hot(t, "-a-^-b-|", NULL), NULL);
	rx_recording *spaced = rx_record(t, rx_hot(t, "  a-^-b-|", NULL), NULL);
	rx_test_flush(t);
	ck_assert_str_eq(text_of(rx_recorded(late)), "b@2 |@4");
	ck_assert_str_eq(text_of(rx_recorded(spaced)), "b@2 |@4");
	rx_test_destroy(t);
}

struct log {
	rx_test *test;
	char text[64];
};

static void log_item(const char *item, void *ctx)
{
	struct log *log = ctx;
	const size_t length = strlen(log->text);
	snprintf(log->text + length, sizeof log->text - length, "%c@%lld ", *item, (long long)rx_test_frame(log->test));
}
RX_CONSUMER(log_item, char);

TEST(what_is_before_the_caret_reaches_who_is_there_already)
{
	rx_test *t = rx_test_create();
	struct log log = {t, ""};
	rx_subscription subscription;
	rx_subscribe(rx_hot(t, "a-b^-c|", NULL), &(rx_observer){RX_NEXT(log_item), .ctx = &log}, &subscription);
	rx_test_flush(t);
	ck_assert_str_eq(log.text, "a@-3 b@-1 c@2 ");
	rx_test_destroy(t);
}

static void is_refused(const char *marbles, bool hot, const char *why)
{
	rx_test *t = rx_test_create();
	rx_recording *recording = rx_record(t, hot ? rx_hot(t, marbles, NULL) : rx_cold(t, marbles, NULL), NULL);
	ck_assert_uint_eq(rx_test_flush(t), 1);
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), why));
	ck_assert_str_eq(text_of(rx_recorded(recording)), "#@0");
	rx_test_destroy(t);
}

TEST(mistakes_are_mismatches)
{
	is_refused("--a!-|", false, "'!' stands in subscription marbles only");
	is_refused("--a!-|", true, "'!' stands in subscription marbles only");
	is_refused("--^a-|", false, "a cold source has no '^'");
	is_refused("a 99999999999999999999m |", false, "a diagram of more than 1099511627776 ms");
	is_refused("1099511627s 1099511627s |", true, "a diagram of more than 1099511627776 ms");
}

TEST(a_character_without_a_value_is_a_mismatch)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_never(), NULL, "-x", RX_VALUES(int, "ab", 1, 2));
	rx_expect(t, rx_never(), NULL, "-a", RX_VALUES(int, "abc", 1, 2));
	ck_assert_uint_eq(rx_test_flush(t), 2);
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), "-x: there is no value for 'x'"));
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), "-a: 2 values for the characters \"abc\""));
	rx_test_destroy(t);
}

TEST(a_duration_ends_at_its_bar)
{
	rx_test *t = rx_test_create(), *legacy = rx_test_create_legacy();
	ck_assert_int_eq(rx_test_time(t, "  ---|"), RX_MS(3));
	ck_assert_int_eq(rx_test_time(legacy, "---|"), RX_MS(30));
	rx_test_time(t, "---");
	ck_assert_uint_eq(rx_test_flush(t), 1);
	rx_test_destroy(legacy);
	rx_test_destroy(t);
}

static void subscribes(const char *subscription, const char *sees, int64_t from, int64_t to)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "a--b--c--|", NULL);
	rx_recording *recording = rx_record(t, source, subscription);
	rx_test_flush(t);
	size_t count;
	const rx_subscription_log *logs = rx_subscription_logs(t, source, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(logs[0].subscribed, from);
	ck_assert_int_eq(logs[0].unsubscribed, to);
	ck_assert_str_eq(text_of(rx_recorded(recording)), sees);
	rx_test_destroy(t);
}

TEST(subscription_marbles)
{
	subscribes(NULL, "a@0 b@3 c@6 |@9", 0, 9);
	subscribes("-^--!", "b@3", 1, 4);
	subscribes(" - ^ 2ms --!", "b@3", 1, 6);
	subscribes("--(^!)", "", 2, 2);
	subscribes("------!", "a@0 b@3", 0, 6);
}

TEST(subscription_marbles_that_are_none)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_never(), "-^-^", "", NULL);
	rx_expect(t, rx_never(), "-a", "", NULL);
	ck_assert_uint_eq(rx_test_flush(t), 2);
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), "a second '^'"));
	ck_assert_ptr_nonnull(strstr(rx_test_message(t), "not 'a'"));
	rx_test_destroy(t);
}
