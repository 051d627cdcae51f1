/*
 * What a failure looks like.
 */
#include <errno.h>
#include <string.h>

#include <clusterfy/rx.h>

#include "tests/support/marbles.h"

static void draws(rx_test *t, const char *picture)
{
	ck_assert_uint_eq(rx_test_flush(t), 1);
	ck_assert_str_eq(rx_test_message(t), picture);
	rx_test_destroy(t);
}

TEST(expected_and_actual_stand_under_each_other)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "--a--b---|", NULL), NULL, "--a--c|", NULL);
	draws(t, "cold:\n"
	         "  expected  --a--c|\n"
	         "  actual    --a--b---|\n");
}

TEST(groups_keep_the_columns)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_cold(t, "-(ab)-----c|", NULL), rx_take(3)), NULL, "-a---b---(c|)", NULL);
	draws(t, "take:\n"
	         "  expected  -a---b---(c|)\n"
	         "  actual    -(ab)-----   (c|)\n");
}

TEST(values_are_explained)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "-a-b|", RX_VALUES(int64_t, "ab", 10, 30)), NULL, "-x-y|",
	          RX_VALUES(int64_t, "xy", 10, 20));
	draws(t, "cold:\n"
	         "  expected  -x-y|\n"
	         "  actual    -x-a|\n"
	         "    x = 10\n"
	         "    y = 20\n"
	         "    a = 30\n");
}

TEST(errors_are_explained)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_throw_error(-EPIPE, "broken"), NULL, "#", NULL);
	draws(t, "throw_error:\n"
	         "  expected  #\n"
	         "  actual    #\n"
	         "    expected # = error (-5)\n"
	         "    actual # = broken (-32)\n");
}

TEST(long_times_are_numbers)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_cold(t, "1s a 2m |", NULL), NULL, "1s b 2m |", NULL);
	draws(t, "cold:\n"
	         "  expected   1000ms b 120000ms |\n"
	         "  actual     1000ms a 120000ms |\n");
}

TEST(subscriptions_are_diagrams)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-a--|", NULL);
	rx_expect(t, source, "-^", "--a--|", NULL);
	rx_expect(t, source, "(^!)", "", NULL);
	rx_expect(t, source, "--^-!", "---a", NULL);
	rx_expect_subscriptions(t, source, NULL);
	draws(t, "subscriptions of cold:\n"
	         "  expected  none\n"
	         "  actual    (^!)\n"
	         "            -^---!\n"
	         "            --^-!\n");
}

TEST(legacy_diagrams_have_ten_frames_a_character)
{
	rx_test *t = rx_test_create_legacy();
	rx_expect(t, rx_cold(t, "--a--|", NULL), NULL, "--a---|", NULL);
	draws(t, "cold:\n"
	         "  expected  --a---|\n"
	         "  actual    --a--|\n");
}

typedef struct pair {
	int32_t a, b;
} pair;
RX_TYPE(pair);

TEST(other_types_are_bytes)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_never(), NULL, "p", RX_VALUES(pair, "p", {1, 2}));
	draws(t, "never:\n"
	         "  expected  p\n"
	         "  actual    \n"
	         "    p = pair 01 00 00 00 02 00 00 00\n");
}
