#include <clusterfy/rx.h>

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static char order[64];

struct named {
	rx_task task;
	const char *name;
	rx_scheduler *scheduler;
	struct named *then;
};

/* In order of the calls: what it schedules within itself is seen to come later, or at once. */
static void say(rx_task *task)
{
	struct named *named = (struct named *)task;
	strcat(order, named->name);
	if (named->then)
		rx_schedule(named->scheduler, &named->then->task, 0);
	strcat(order, ";");
}

static bool wait_over(void)
{
	return strchr(order, 'z') != NULL;
}

static void turn_until_over(void)
{
	while (!wait_over())
		ck_assert_int_eq(rx_loop_poll(NULL), 0);
}

TEST(the_trampoline_runs_at_once_and_what_is_nested_afterwards)
{
	struct named b = {{say}, "b", NULL, NULL}, a = {{say}, "a", rx_trampoline(), &b};
	rx_schedule(rx_trampoline(), &a.task, 0);
	ck_assert_str_eq(order, "a;b;");
}

TEST(the_trampoline_hands_a_delay_to_the_loop)
{
	struct named z = {{say}, "z", NULL, NULL};
	rx_schedule(rx_trampoline(), &z.task, RX_US(100));
	ck_assert_str_eq(order, "");
	turn_until_over();
	rx_schedule(rx_trampoline(), &z.task, RX_S(100));
	rx_cancel(&z.task);
}

TEST(asap_comes_before_the_loop_sleeps_and_before_timers)
{
	rx_scheduler *asap = rx_asap(NULL);
	struct named z = {{say}, "z", NULL, NULL}, b = {{say}, "b", NULL, NULL}, a = {{say}, "a", asap, &b};
	rx_schedule(rx_loop(NULL), &z.task, 0);
	rx_schedule(asap, &a.task, 0);
	ck_assert_str_eq(order, "");
	turn_until_over();
	ck_assert_str_eq(order, "a;b;z;");
}

TEST(asap_forgets_what_is_cancelled)
{
	struct named a = {{say}, "a", NULL, NULL}, z = {{say}, "z", NULL, NULL};
	rx_schedule(rx_asap(NULL), &a.task, 0);
	rx_schedule(rx_asap(NULL), &z.task, 0);
	rx_cancel(&a.task);
	turn_until_over();
	ck_assert_str_eq(order, "z;");
	rx_schedule(rx_asap(NULL), &a.task, RX_S(100));
	rx_cancel(&a.task);
}

static int polled = 1;

static void poll_inside(rx_task *task)
{
	(void)task;
	polled = rx_loop_poll(NULL);
	strcat(order, "z");
}

TEST(a_loop_is_not_turned_inside_its_own_callback)
{
	rx_task task = {.run = poll_inside};
	rx_schedule(rx_loop(NULL), &task, 0);
	turn_until_over();
	ck_assert_int_lt(polled, 0);
}

TEST(a_task_that_waits_for_ever_keeps_the_loop_alive)
{
	struct named for_ever = {{say}, "never", NULL, NULL}, z = {{say}, "z", NULL, NULL};
	rx_schedule(rx_loop(NULL), &for_ever.task, RX_NEVER);
	rx_schedule(rx_loop(NULL), &z.task, RX_US(10));
	turn_until_over();
	ck_assert_str_eq(order, "z;");
	ck_assert(ev_run(ev_default_loop(0), EVRUN_NOWAIT)); /* something is active */
	rx_cancel(&for_ever.task);
	ck_assert(!ev_run(ev_default_loop(0), EVRUN_NOWAIT));
}

static rx_turn_watch *others[2];

/* Whoever is told of the turn's end first lets the others go, and their memory. */
static void let_others_go(rx_turn_watch *watch)
{
	strcat(order, "z");
	for (size_t i = 0; i < 2; i++) {
		rx_loop_unwatch(others[i]);
		free(others[i]);
	}
	rx_loop_unwatch(watch);
}

static void complain(rx_turn_watch *watch)
{
	(void)watch;
	strcat(order, "!");
}

TEST(who_is_told_of_a_turn_may_let_go_of_those_who_are_next)
{
	rx_turn_watch first = {.ended = let_others_go};
	for (size_t i = 0; i < 2; i++) {
		others[i] = calloc(1, sizeof *others[i]);
		ck_assert_ptr_nonnull(others[i]);
		others[i]->ended = complain;
		ck_assert_int_eq(rx_loop_watch(rx_loop(NULL), others[i]), 0);
	}
	ck_assert_int_eq(rx_loop_watch(rx_loop(NULL), &first), 0);
	turn_until_over();
	ck_assert_int_eq(rx_loop_poll(NULL), 0);
	ck_assert_str_eq(order, "z");
}
