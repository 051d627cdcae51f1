#include <errno.h>

#include "tests/support/marbles.h"
#include "tests/support/notes.h"

/* Something with one listener. */
struct button {
	rx_subscriber *handler;
	bool at_once;
};

static int add(rx_subscriber *handler, void *ctx)
{
	struct button *button = ctx;
	note("add");
	button->handler = handler;
	if (button->at_once)
		rx_next(handler, &(int64_t){0});
	return 0;
}

static void removed(rx_subscriber *handler, void *ctx)
{
	struct button *button = ctx;
	ck_assert_ptr_eq(button->handler, handler);
	note("remove");
	button->handler = NULL;
}

static void press(struct button *button, int64_t number)
{
	if (button->handler)
		rx_next(button->handler, &number);
}

TEST(listens_as_long_as_somebody_does)
{
	struct button button = {0};
	rx_subscription subscription;
	rx_observable *presses = rx_from_event(&rx_type_int64_t, add, removed, &button);
	rx_subscribe(presses, &noting, &subscription);
	press(&button, 1);
	press(&button, 2);
	rx_unsubscribe(&subscription);
	press(&button, 3);
	ck_assert_str_eq(notes(), "add, 1, 2, remove");
}

struct pressing {
	struct button button;
	rx_task task;
};

static void press_twice(rx_task *task)
{
	struct pressing *pressing = (struct pressing *)((char *)task - offsetof(struct pressing, task));
	press(&pressing->button, 1);
	press(&pressing->button, 2);
}

TEST(events_come_when_they_happen)
{
	struct pressing pressing = {.task = {.run = press_twice}};
	rx_test *t = rx_test_create();
	rx_schedule(rx_test_scheduler(t), &pressing.task, RX_MS(3));
	rx_expect(t, rx_from_event(&rx_type_int64_t, add, removed, &pressing.button), "^----!", "---(12)", NUMBERS);
	EXPECT_MARBLES(t);
	ck_assert_str_eq(notes(), "add, remove");
}

TEST(one_that_ends_within_its_registration_is_removed_after_it)
{
	struct button button = {.at_once = true};
	rx_subscribe(rx_pipe(rx_from_event(&rx_type_int64_t, add, removed, &button), rx_take(1)), &noting, NULL);
	ck_assert_str_eq(notes(), "add, 0, complete, remove");
}

static int refuse(rx_subscriber *handler, void *ctx)
{
	return -EBUSY;
}

TEST(a_failing_registration_is_an_error)
{
	rx_subscribe(rx_from_event(&rx_type_int64_t, refuse, removed, NULL), &noting, NULL);
	ck_assert_str_eq(notes(), "error");
}
