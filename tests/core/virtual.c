#include <clusterfy/rx/scheduler.h>

#include <stdio.h>

#include "tests/support/memory.h"
#include "tests/support/test.h"

static char order[64];
static size_t length;

struct named {
	rx_task task;
	char name;
};

static void say(rx_task *task)
{
	order[length++] = ((struct named *)task)->name;
	order[length] = '\0';
}

TEST(runs_in_order_of_time_then_of_scheduling)
{
	rx_scheduler *time = rx_virtual_create();
	struct named a = {{say}, 'a'}, b = {{say}, 'b'}, c = {{say}, 'c'}, d = {{say}, 'd'};
	rx_schedule(time, &c.task, RX_MS(2));
	rx_schedule(time, &a.task, RX_MS(1));
	rx_schedule(time, &b.task, RX_MS(1));
	rx_schedule(time, &d.task, RX_MS(2));
	ck_assert_uint_eq(rx_virtual_run(time, RX_MS(1)), 2);
	ck_assert_str_eq(order, "ab");
	ck_assert_int_eq(rx_now(time), RX_MS(1));
	ck_assert_uint_eq(rx_virtual_run(time, RX_NEVER), 2);
	ck_assert_str_eq(order, "abcd");
	rx_virtual_destroy(time);
}

TEST(a_task_can_be_forgotten_and_moved)
{
	rx_scheduler *time = rx_virtual_create();
	struct named a = {{say}, 'a'}, b = {{say}, 'b'}, c = {{say}, 'c'};
	rx_schedule(time, &a.task, RX_MS(1));
	rx_schedule(time, &b.task, RX_MS(2));
	rx_schedule(time, &c.task, RX_MS(3));
	rx_cancel(&b.task);
	rx_cancel(&b.task);
	rx_schedule(time, &a.task, RX_MS(5));
	rx_virtual_run(time, RX_NEVER);
	ck_assert_str_eq(order, "ca");
	ck_assert_int_eq(rx_now(time), RX_MS(5));
	rx_virtual_destroy(time);
}

TEST(scheduling_never_asks_for_memory)
{
	rx_scheduler *time = rx_virtual_create();
	struct named tasks[100] = {0};
	memory_fail_after(0);
	for (int i = 0; i < 100; i++) {
		tasks[i] = (struct named){{say}, 'x'};
		rx_schedule(time, &tasks[i].task, RX_MS(i % 7));
	}
	memory_recover();
	for (int i = 0; i < 100; i += 2)
		rx_cancel(&tasks[i].task);
	ck_assert_uint_eq(rx_virtual_run(time, RX_NEVER), 50);
	rx_virtual_destroy(time);
}

/* Against the plainest thing that could be right: look through all of them. */
TEST(comes_out_in_order_whatever_goes_in)
{
	enum { COUNT = 300 };
	static struct named tasks[COUNT];
	rx_scheduler *time = rx_virtual_create();
	uint32_t random = 12345;
	for (int round = 0; round < 2000; round++) {
		random = random * 1664525 + 1013904223;
		struct named *named = &tasks[random / 7 % COUNT];
		named->task.run = say;
		named->name = '.';
		if (random >> 28 < 5)
			rx_cancel(&named->task);
		else
			rx_schedule(time, &named->task, (rx_nsec)(random >> 12 & 1023));
		if (round % 50 == 49) {
			rx_nsec least = RX_NEVER;
			for (int i = 0; i < COUNT; i++)
				if (tasks[i].task.scheduler && tasks[i].task.due < least)
					least = tasks[i].task.due;
			length = 0;
			if (least != RX_NEVER && least > rx_now(time))
				ck_assert_uint_eq(rx_virtual_run(time, least - 1), 0);
			if (least != RX_NEVER)
				ck_assert_uint_ge(rx_virtual_run(time, least), 1);
		}
	}
	rx_virtual_destroy(time);
}
