#include <errno.h>

#include "tests/support/marbles.h"
#include "tests/support/notes.h"

/* A function that answers later, through a callback. */
struct question {
	void (*answer)(const int64_t *result, void *data);
	void *data;
};

static void answered(const int64_t *result, void *data)
{
	rx_callback_return(data, result);
}

static int ask(rx_callback *callback, void *ctx)
{
	struct question *question = ctx;
	note("asked");
	*question = (struct question){answered, callback};
	return 0;
}

TEST(the_answer_is_its_item)
{
	struct question question;
	rx_observable *asking = rx_bind_callback(&rx_type_int64_t, ask, &question);
	rx_subscribe(rx_observable_ref(asking), &noting, NULL);
	ck_assert_str_eq(notes(), "asked");
	rx_subscribe(rx_observable_ref(asking), &noting, NULL);
	question.answer(&(int64_t){42}, question.data);
	ck_assert_str_eq(notes(), "42, 42, complete, complete");
	rx_subscribe(asking, &noting, NULL);
	ck_assert_str_eq(notes(), "42, complete");
}

TEST(an_answer_after_unsubscribing_is_kept)
{
	struct question question;
	rx_subscription subscription;
	rx_observable *asking = rx_bind_callback(&rx_type_int64_t, ask, &question);
	rx_subscribe(rx_observable_ref(asking), &noting, &subscription);
	rx_unsubscribe(&subscription);
	question.answer(&(int64_t){7}, question.data);
	ck_assert_str_eq(notes(), "asked");
	rx_subscribe(asking, &noting, NULL);
	ck_assert_str_eq(notes(), "7, complete");
}

TEST(an_answer_may_outlive_the_observable)
{
	struct question question;
	rx_subscription subscription;
	rx_subscribe(rx_bind_callback(&rx_type_int64_t, ask, &question), &noting, &subscription);
	rx_unsubscribe(&subscription);
	question.answer(&(int64_t){7}, question.data);
	ck_assert_str_eq(notes(), "asked");
}

static int answer_at_once(rx_callback *callback, void *ctx)
{
	rx_callback_return(callback, &(int64_t){1});
	note("returned");
	return 0;
}

TEST(an_answer_within_the_call_comes_after_it)
{
	rx_subscribe(rx_bind_callback(&rx_type_int64_t, answer_at_once, NULL), &noting, NULL);
	ck_assert_str_eq(notes(), "returned, 1, complete");
}

static int refuse(rx_callback *callback, void *ctx)
{
	return -EBUSY;
}

static int answer_badly(rx_callback *callback, void *ctx)
{
	rx_callback_fail(callback, -EIO, "broken");
	return 0;
}

TEST(a_failure_is_an_error_for_everybody)
{
	rx_observable *refused = rx_bind_callback(&rx_type_int64_t, refuse, NULL);
	rx_subscribe(rx_observable_ref(refused), &noting, NULL);
	rx_subscribe(refused, &noting, NULL);
	rx_subscribe(rx_bind_callback(&rx_type_int64_t, answer_badly, NULL), &noting, NULL);
	ck_assert_str_eq(notes(), "error, error, error");
}

struct later {
	struct question question;
	rx_task task;
};

static int ask_later(rx_callback *callback, void *ctx)
{
	struct later *later = ctx;
	later->question = (struct question){answered, callback};
	rx_schedule(rx_scheduler_current(), &later->task, RX_MS(3));
	return 0;
}

static void answer_later(rx_task *task)
{
	struct later *later = (struct later *)((char *)task - offsetof(struct later, task));
	later->question.answer(&(int64_t){5}, later->question.data);
}

TEST(answers_when_it_is_answered)
{
	struct later later = {.task = {.run = answer_later}};
	rx_test *t = rx_test_create();
	rx_expect(t, rx_bind_callback(&rx_type_int64_t, ask_later, &later), NULL, "---(5|)", NUMBERS);
	EXPECT_MARBLES(t);
}
