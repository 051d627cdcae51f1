#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <clusterfy/rx.h>

#include <errno.h>
#include <string.h>

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(the_first_item)
{
	int64_t n = 0;
	ck_assert_int_eq(rx_await_first(int64_t, rx_range(5, 100), &n), 0);
	ck_assert_int_eq(n, 5);
}

TEST(the_last_item)
{
	int64_t n = 0;
	ck_assert_int_eq(rx_await_last(int64_t, rx_pipe(rx_range(0, 100), rx_filter(is_even)), &n), 0);
	ck_assert_int_eq(n, 98);
}

TEST(no_item_is_no_data)
{
	int64_t n = 7;
	ck_assert_int_eq(rx_await_first(int64_t, rx_empty(), &n), -ENODATA);
	ck_assert_int_eq(rx_await_last(int64_t, rx_empty(), &n), -ENODATA);
	ck_assert_int_eq(n, 7);
	ck_assert_str_eq(rx_words(-ENODATA), "the stream completed without an item");
}

TEST(a_default_takes_the_place_of_no_item)
{
	int64_t n = 0;
	ck_assert_int_eq(rx_await_first_or(int64_t, rx_empty(), &n, &(int64_t){3}), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(rx_await_last_or(int64_t, rx_empty(), &n, &(int64_t){4}), 0);
	ck_assert_int_eq(n, 4);
	ck_assert_int_eq(rx_await_last_or(int64_t, rx_range(1, 2), &n, &(int64_t){4}), 0);
	ck_assert_int_eq(n, 2);
}

TEST(an_error_comes_with_its_words)
{
	int64_t n = 7;
	ck_assert_int_eq(rx_await_first(int64_t, rx_throw_error(-EIO, "no %s", "luck"), &n), -EIO);
	ck_assert_str_eq(rx_words(-EIO), "no luck");
	ck_assert_int_eq(rx_await_first_or(int64_t, rx_throw_error(-EIO, "over"), &n, &(int64_t){3}), -EIO);
	ck_assert_int_eq(n, 7);
}

static int two_then_fail(rx_subscriber *subscriber, void *ctx)
{
	rx_next(subscriber, &(rx_string){"one"});
	rx_next(subscriber, &(rx_string){"two"});
	return rx_raise(-EIO, "over");
}

TEST(items_before_an_error_are_released)
{
	rx_string text = "untouched";
	ck_assert_int_eq(rx_await_last(rx_string, rx_create(&rx_type_rx_string, two_then_fail, NULL, NULL), &text),
	                 -EIO);
	ck_assert_str_eq(text, "untouched");
}

TEST(the_item_is_the_caller_s)
{
	rx_string text;
	ck_assert_int_eq(rx_await_last(rx_string, rx_of(rx_string, "one", "two"), &text), 0);
	ck_assert_str_eq(text, "two");
	rx_type_drop(&rx_type_rx_string, &text);
	ck_assert_int_eq(rx_await_first_or(rx_string, rx_empty(), &text, &(rx_string){"none"}), 0);
	ck_assert_str_eq(text, "none");
	rx_type_drop(&rx_type_rx_string, &text);
}

TEST(the_item_may_not_matter)
{
	ck_assert_int_eq(rx_await_first(rx_string, rx_of(rx_string, "one"), NULL), 0);
}

TEST(another_type_is_refused)
{
	int n = 7;
	ck_assert_int_eq(rx_await_first(int, rx_range(0, 1), &n), -EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "observer(await) takes int, but range before it gives int64_t");
	ck_assert_int_eq(n, 7);
}

/* A source that emits later: 1 after a turn of its scheduler, 2 after another, then completes. */
struct later {
	rx_task task;
	rx_subscriber *subscriber;
	int64_t n;
};

static void later_run(rx_task *task)
{
	struct later *later = (struct later *)task;
	later->n++;
	if (!rx_next(later->subscriber, &later->n))
		return;
	if (later->n < 2)
		rx_schedule(rx_subscriber_scheduler(later->subscriber), task, RX_MS(1));
	else
		rx_complete(later->subscriber);
}

static void later_stop(void *ctx)
{
	struct later *later = ctx;
	rx_cancel(&later->task);
}

static int later_start(rx_subscriber *subscriber, void *ctx)
{
	struct later *later = ctx;
	*later = (struct later){.task.run = later_run, .subscriber = subscriber};
	rx_schedule(rx_subscriber_scheduler(subscriber), &later->task, RX_MS(1));
	return rx_on_teardown(subscriber, later_stop, later);
}

static rx_observable *later_source(struct later *later)
{
	return rx_create(&rx_type_int64_t, later_start, later, NULL);
}

TEST(runs_the_loop)
{
	struct later later;
	int64_t n = 0;
	ck_assert_int_eq(rx_await_first(int64_t, later_source(&later), &n), 0);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(rx_await_last(int64_t, later_source(&later), &n), 0);
	ck_assert_int_eq(n, 2);
}

TEST(runs_virtual_time)
{
	struct later later;
	int64_t n = 0;
	rx_scheduler *time = rx_virtual_create();
	rx_scheduler_set_current(time);
	ck_assert_int_eq(rx_await_last(int64_t, later_source(&later), &n), 0);
	ck_assert_int_eq(n, 2);
	ck_assert_int_eq(rx_now(time), RX_MS(2));
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(time);
}

TEST(does_not_wait_for_what_cannot_come, .to = 2)
{
	int64_t n = 7;
	rx_scheduler *time = rx_virtual_create();
	rx_scheduler_set_current(_i ? time : NULL);
	ck_assert_int_eq(rx_await_first(int64_t, rx_never(), &n), -EDEADLK);
	ck_assert_int_eq(n, 7);
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(time);
}

static struct {
	rx_task task;
	bool subscribed;
	int code;
} inside;

static int note_subscription(rx_subscriber *subscriber, void *ctx)
{
	inside.subscribed = true;
	rx_next(subscriber, &(int64_t){1});
	return 0;
}

static void await_inside(rx_task *task)
{
	int64_t n;
	inside.code = rx_await_first(int64_t, rx_create(&rx_type_int64_t, note_subscription, NULL, NULL), &n);
}

TEST(is_refused_inside_a_callback, .to = 2)
{
	struct later later;
	rx_scheduler *time = rx_virtual_create();
	rx_scheduler_set_current(_i ? time : NULL);
	inside.task.run = await_inside;
	rx_schedule(rx_scheduler_current(), &inside.task, 0);
	ck_assert_int_eq(rx_await_first(int64_t, later_source(&later), NULL), 0);
	ck_assert_int_eq(inside.code, -EDEADLK);
	ck_assert(!inside.subscribed);
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(time);
}

static rx_nsec no_time(rx_scheduler *scheduler)
{
	return 0;
}

TEST(a_scheduler_that_cannot_wait)
{
	static const rx_scheduler_ops ops = {.name = "stopped", .now = no_time};
	rx_scheduler stopped = {&ops};
	rx_scheduler_set_current(&stopped);
	ck_assert_int_eq(rx_await_first(int64_t, rx_range(0, 1), NULL), -ENOTSUP);
	rx_scheduler_set_current(NULL);
}

TEST(without_memory_it_says_so)
{
	rx_string text = "untouched";
	rx_loop(NULL);
	rx_observable *source = rx_of(rx_string, "one");
	rx_trim();
	for (size_t n = 0; n < 2; n++) {
		memory_fail_after(n);
		const int code = rx_await_first(rx_string, rx_observable_ref(source), &text);
		memory_recover();
		rx_trim();
		ck_assert_int_eq(code, -ENOMEM);
		ck_assert_str_eq(text, "untouched");
	}
	rx_observable_unref(source);
}
