/* The order of an end's events across stages: who hears of it, then who is torn down, and in which order. */
#include <errno.h>

#include "tests/support/notes.h"

static void note_call(void *ctx)
{
	note("%s", (const char *)ctx);
}

static char added[] = "added", returned[] = "returned", upper[] = "upper", lower[] = "lower", user[] = "user",
	    last[] = "last";

/* A custom source that emits 1 and then does as it is told. */
enum way { COMPLETES, FAILS, GOES_ON };

static int start(rx_subscriber *subscriber, void *ctx)
{
	const enum way *way = ctx;
	rx_on_teardown(subscriber, note_call, added);
	rx_on_teardown(subscriber, note_call, returned);
	rx_next(subscriber, &(int64_t){1});
	if (*way == COMPLETES)
		rx_complete(subscriber);
	if (*way == FAILS)
		rx_fail(subscriber, -EIO, "broken");
	return 0;
}

static rx_observable *source(enum way way)
{
	static enum way said;
	said = way;
	return rx_create(&rx_type_int64_t, start, &said, NULL);
}

static rx_operator *finalizing(void *name)
{
	return rx_finalize(note_call, name);
}

TEST(completion_is_heard_then_the_source_is_torn_down_then_the_stages_downwards)
{
	rx_subscribe(rx_pipe(source(COMPLETES), finalizing(upper), finalizing(lower)), &noting, NULL);
	ck_assert_str_eq(notes(), "1, complete, added, returned, upper, lower");
}

TEST(so_is_an_error)
{
	rx_subscribe(rx_pipe(source(FAILS), finalizing(upper), finalizing(lower)), &noting, NULL);
	ck_assert_str_eq(notes(), "1, error, added, returned, upper, lower");
}

TEST(an_end_from_below_is_heard_before_the_source_is_torn_down)
{
	rx_subscribe(rx_pipe(source(GOES_ON), finalizing(upper), rx_take(1), finalizing(lower)), &noting, NULL);
	ck_assert_str_eq(notes(), "1, complete, added, returned, upper, lower");
}

TEST(unsubscribing_tears_down_the_source_then_the_stages_then_what_the_user_added)
{
	rx_subscription subscription;
	rx_subscribe(rx_pipe(source(GOES_ON), finalizing(upper), finalizing(lower)), &noting, &subscription);
	rx_add_finalizer(&subscription, note_call, user);
	rx_add_finalizer(&subscription, note_call, last);
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "1, added, returned, upper, lower, user, last");
}

static void meddle(void *ctx)
{
	rx_subscription *subscription = ctx;
	note("meddling");
	rx_unsubscribe(subscription);
	rx_add_finalizer(subscription, note_call, added);
}

TEST(each_finalizer_runs_once_whatever_the_others_do_and_what_is_added_meanwhile_runs_at_once)
{
	rx_subscription subscription;
	rx_subscribe(rx_never(), NULL, &subscription);
	rx_add_finalizer(&subscription, note_call, user);
	rx_add_finalizer(&subscription, meddle, &subscription);
	rx_add_finalizer(&subscription, note_call, last);
	rx_unsubscribe(&subscription);
	ck_assert_str_eq(notes(), "user, meddling, added, last");
}

/* A number whose copying ends the subscription that it is for. */
typedef struct leaving {
	int64_t number;
} leaving;
static rx_subscription *left;

static int leaving_copy(void *to, const void *from)
{
	if (left)
		rx_unsubscribe(left);
	*(leaving *)to = *(const leaving *)from;
	return 0;
}
RX_TYPE(leaving, .copy = leaving_copy);

static rx_observable *duration_of(const leaving *item, void *ctx)
{
	note("asked for %d", (int)item->number);
	return rx_never();
}
RX_PROJECTOR(duration_of, int64_t, leaving);

TEST(a_function_is_not_called_for_an_item_whose_copying_has_ended_the_stream)
{
	const rx_throttle_options trailing = {.no_leading = true, .trailing = true};
	rx_operator *operators[] = {rx_audit(duration_of), rx_debounce(duration_of), rx_delay_when(duration_of),
	                            rx_throttle(duration_of, NULL, &trailing)};
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		rx_subject *subject = rx_subject_create(&rx_type_leaving);
		rx_subscription subscription;
		rx_subscribe(rx_pipe(rx_subject_observe(subject), operators[i]), NULL, &subscription);
		left = &subscription;
		rx_subject_next(subject, &(leaving){1});
		left = NULL;
		ck_assert_str_eq(notes(), "");
		rx_subject_unref(subject);
	}
}
