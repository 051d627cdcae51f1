#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/contract.h"
#include "tests/support/marbles.h"

CONTRACT(rx_observe_on(NULL, RX_MS(2)))

TEST(moves_everything)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "-a-b-#", NULL);
	rx_expect(t, rx_pipe(source, rx_observe_on(rx_test_scheduler(t), RX_MS(2))), NULL, "---a-b-#", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-a|", NULL), rx_observe_on(NULL, RX_MS(2))), NULL, "---a|", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

TEST(without_a_delay_it_is_another_turn)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_of(char, 'a', 'b'), rx_observe_on(rx_test_scheduler(t), 0)), NULL, "(ab|)", NULL);
	EXPECT_MARBLES(t);
}

TEST(runs_on_the_scheduler_it_is_given)
{
	rx_test *t = rx_test_create();
	rx_scheduler *other = rx_virtual_create();
	rx_recording *recording = rx_record(t, rx_pipe(rx_of(char, 'a', 'b'), rx_observe_on(other, 0)), NULL);
	rx_test_flush(t);
	ck_assert_uint_eq(rx_recorded(recording)->count, 0);
	rx_virtual_run(other, RX_NEVER);
	ck_assert_uint_eq(rx_recorded(recording)->count, 3);
	rx_test_destroy(t);
	rx_virtual_destroy(other);
}

TEST(unsubscribing_forgets_what_waits)
{
	rx_test *t = rx_test_create();
	const rx_values *words = RX_VALUES(rx_string, "ab", "one", "two");
	rx_expect(t, rx_pipe(rx_cold(t, "-ab#", words), rx_observe_on(NULL, RX_MS(3))), "^---!", "----", NULL);
	rx_expect(t, rx_pipe(rx_cold(t, "-ab#", words), rx_observe_on(NULL, RX_MS(3))), "^----!", "----a", words);
	EXPECT_MARBLES(t);
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
	rx_scheduler *time = rx_virtual_create();
	rx_subject *source = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(source), rx_tap_with(&(rx_tap_observer){.complete = fail_at_the_end}),
	                     rx_observe_on(time, RX_MS(1)), rx_tap_with(&(rx_tap_observer){.error = leave_and_read})),
	             NULL, &hearing.subscription);
	rx_subject_complete(source);
	rx_subject_unref(source);
	rx_virtual_run(time, RX_MS(5));
	rx_virtual_destroy(time);
	ck_assert_str_eq(hearing.message, "it has waited");
}
