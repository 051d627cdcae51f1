#include <clusterfy/rx.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"
#include "tests/support/ending.h"

CONTRACT(rx_audit(parcel_ticks))

static rx_observable *same(const char *item, void *ctx)
{
	(void)item;
	return ctx;
}
RX_PROJECTOR(same, char, char);

TEST(emits_the_newest_when_the_window_ends)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b-c-----d-|", NULL), *window = rx_cold(t, "---x", NULL);
	rx_expect(t, rx_pipe(source, rx_audit(same, window)), NULL, "----b---c-----(d|)", NULL);
	rx_expect_subscriptions(t, source, "^------------!");
	rx_expect_subscriptions(t, window, "-^--!", "-----^--!", "-----------^--!");
	EXPECT_MARBLES(t);
}

TEST(a_window_without_an_item_emits_nothing)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-a-b-c-----d-|", NULL), rx_audit(same, rx_cold(t, "---|", NULL))), NULL,
	          "--------------|", NULL);
	EXPECT_MARBLES(t);
}

TEST(completion_waits_for_the_window)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-a-b|", NULL), rx_audit(same, rx_cold(t, "------|", NULL))), NULL, "-------|",
	          NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "-a-b|", NULL), rx_audit(same, rx_cold(t, "------x", NULL))), NULL,
	          "-------(b|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(errors_pass_from_both)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_hot(t, "-a-#", NULL), rx_audit(same, rx_cold(t, "----x", NULL))), NULL, "---#", NULL);
	rx_expect(t, rx_pipe(rx_hot(t, "-a-----|", NULL), rx_audit(same, rx_cold(t, "--#", NULL))), NULL, "---#", NULL);
	EXPECT_MARBLES(t);
}

static int64_t projected;

/* What fails at once. */
static rx_observable *fails(const int64_t *item, void *ctx)
{
	projected++;
	return rx_throw_error(-EIO, "at once");
}
RX_PROJECTOR(fails, int64_t, int64_t);

TEST(a_callback_for_an_error_that_pushes_into_the_source_starts_nothing)
{
	rx_subject *source = rx_subject_create(&rx_type_int64_t);
	struct ending ending = {.into = source, .times = 3};
	rx_subscription subscription;
	end_with_pushes(&ending, rx_pipe(rx_subject_observe(source), rx_audit(fails)), &subscription);
	rx_subject_next(source, &(int64_t){1});
	ck_assert_int_eq(ending.ends, 1);
	ck_assert_int_eq(projected, 1);
	ck_assert_uint_eq(rx_subject_observers(source), 0);
	rx_subject_unref(source);
}
