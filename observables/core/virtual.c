/*
 * Virtual time: it stands still until it is told to move, and then jumps from task to task.
 */
#include "observables/core/queue.h"
#include "observables/core/stage.h"
#include "observables/core/virtual.h"

struct virtual_time {
	rx_scheduler scheduler;
	rx_queue queue;
	rx_nsec now;
	unsigned depth; /* of tasks that are being run */
};

static struct virtual_time *of(rx_scheduler *scheduler)
{
	return (struct virtual_time *)scheduler;
}

static rx_nsec virtual_now(rx_scheduler *scheduler)
{
	return of(scheduler)->now;
}

static void virtual_schedule(rx_scheduler *scheduler, rx_task *task, rx_nsec delay)
{
	struct virtual_time *time = of(scheduler);
	task->due = delay < RX_NEVER - time->now ? time->now + delay : RX_NEVER;
	rx__queue_insert(&time->queue, task);
}

static void virtual_cancel(rx_scheduler *scheduler, rx_task *task)
{
	rx__queue_remove(&of(scheduler)->queue, task);
}

/* Run the first task that is due by @p until, if there is one. */
static bool run_first(struct virtual_time *time, rx_nsec until)
{
	rx_task *task = time->queue.first;
	if (!task || task->due > until || task->due == RX_NEVER)
		return false;
	rx__queue_remove(&time->queue, task);
	task->scheduler = NULL;
	time->now = task->due;
	time->depth++;
	task->run(task);
	time->depth--;
	return true;
}

static int virtual_wait(rx_scheduler *scheduler, const bool *done)
{
	struct virtual_time *time = of(scheduler);
	if (time->depth > 0)
		return rx_raise(-EDEADLK, "nothing can be awaited inside a task of virtual time");
	while (!*done)
		if (!run_first(time, RX_NEVER))
			return rx_raise(-EDEADLK, "virtual time has nothing left to wait for");
	return 0;
}

static bool virtual_inside(rx_scheduler *scheduler)
{
	return of(scheduler)->depth > 0;
}

static const rx_scheduler_ops virtual_ops = {.name = "virtual",
                                             .now = virtual_now,
                                             .schedule = virtual_schedule,
                                             .cancel = virtual_cancel,
                                             .wait = virtual_wait,
                                             .inside = virtual_inside};

void rx__virtual_at(rx_scheduler *scheduler, rx_task *task, rx_nsec due)
{
	rx_cancel(task);
	task->scheduler = scheduler;
	task->due = due;
	rx__queue_insert(&of(scheduler)->queue, task);
}

rx_scheduler *rx_virtual_create(void)
{
	struct virtual_time *time = rx_alloc_zero(sizeof *time);
	if (!time)
		return NULL;
	time->scheduler.ops = &virtual_ops;
	return &time->scheduler;
}

size_t rx_virtual_run(rx_scheduler *scheduler, rx_nsec until)
{
	struct virtual_time *time = of(scheduler);
	size_t count = 0;
	while (run_first(time, until))
		count++;
	if (until != RX_NEVER && time->now < until)
		time->now = until;
	return count;
}

void rx_virtual_destroy(rx_scheduler *scheduler)
{
	if (!scheduler)
		return;
	rx__queue_clear(&of(scheduler)->queue);
	rx_free(scheduler);
}
