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

static const rx_scheduler_ops virtual_ops = {
	.name = "virtual", .now = virtual_now, .schedule = virtual_schedule, .cancel = virtual_cancel};

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
	for (rx_task *task; (task = time->queue.first) && task->due <= until && task->due != RX_NEVER; count++) {
		rx__queue_remove(&time->queue, task);
		task->scheduler = NULL;
		time->now = task->due;
		task->run(task);
	}
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
