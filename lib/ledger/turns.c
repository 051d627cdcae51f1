#include "lib/ledger/turns.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

enum { SLICE = 100 * 1000, TURN = 1000 * 1000 };

/* The work of one origin. */
struct lane {
	struct lane *next;
	uint32_t origin;
	cy__work *first, *last;
};

struct cy__turns {
	rx_scheduler *scheduler;
	rx_task task;
	struct lane *first, *last; /* in the order in which they are served */
	struct lane *serving;      /* out of the list meanwhile */
	rx_nsec slice_end;
};

static rx_nsec clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * RX_S(1) + now.tv_nsec;
}

bool cy__turns_is_over(const cy__turns *turns)
{
	return clock_now() >= turns->slice_end;
}

static void append_lane(cy__turns *turns, struct lane *lane)
{
	lane->next = NULL;
	*(turns->last ? &turns->last->next : &turns->first) = lane;
	turns->last = lane;
}

static struct lane *take_lane(cy__turns *turns)
{
	struct lane *lane = turns->first;
	turns->first = lane->next;
	if (!turns->first)
		turns->last = NULL;
	return lane;
}

static struct lane *find_lane(const cy__turns *turns, uint32_t origin)
{
	if (turns->serving && turns->serving->origin == origin)
		return turns->serving;
	struct lane *lane = turns->first;
	while (lane && lane->origin != origin)
		lane = lane->next;
	return lane;
}

static void unlink_work(struct lane *lane, cy__work *work)
{
	*(work->previous ? &work->previous->next : &lane->first) = work->next;
	*(work->next ? &work->next->previous : &lane->last) = work->previous;
	work->next = work->previous = NULL;
	work->turns = NULL;
}

static void link_work(struct lane *lane, cy__work *work)
{
	work->previous = lane->last;
	work->next = NULL;
	*(lane->last ? &lane->last->next : &lane->first) = work;
	lane->last = work;
}

/* One slice of one origin's. */
static void serve(cy__turns *turns, struct lane *lane)
{
	turns->slice_end = clock_now() + SLICE;
	while (lane->first && !cy__turns_is_over(turns)) {
		cy__work *work = lane->first;
		unlink_work(lane, work);
		if (!work->step(work))
			continue;
		work->turns = turns;
		work->next = lane->first;
		work->previous = NULL;
		*(lane->first ? &lane->first->previous : &lane->last) = work;
		lane->first = work;
		break; /* its slice is over */
	}
}

static void take_turn(rx_task *task)
{
	cy__turns *turns = (cy__turns *)((char *)task - offsetof(cy__turns, task));
	const rx_nsec end = clock_now() + TURN;
	while (turns->first && clock_now() < end) {
		struct lane *lane = turns->serving = take_lane(turns);
		serve(turns, lane);
		turns->serving = NULL;
		if (lane->first)
			append_lane(turns, lane);
		else
			rx_free(lane);
	}
	turns->slice_end = 0;
	if (turns->first)
		rx_schedule(turns->scheduler, &turns->task, 0);
}

cy__turns *cy__turns_create(rx_scheduler *scheduler)
{
	cy__turns *turns = rx_alloc_zero(sizeof *turns);
	if (turns)
		*turns = (cy__turns){.scheduler = scheduler, .task = {.run = take_turn}};
	return turns;
}

void cy__turns_destroy(cy__turns *turns)
{
	if (!turns)
		return;
	rx_cancel(&turns->task);
	while (turns->first) {
		struct lane *lane = take_lane(turns);
		while (lane->first)
			unlink_work(lane, lane->first);
		rx_free(lane);
	}
	rx_free(turns);
}

bool cy__turns_has(const cy__turns *turns, uint32_t origin)
{
	return find_lane(turns, origin) != NULL;
}

int cy__turns_add(cy__turns *turns, cy__work *work)
{
	struct lane *lane = find_lane(turns, work->origin);
	if (!lane) {
		lane = rx_alloc_zero(sizeof *lane);
		if (!lane)
			return -ENOMEM;
		lane->origin = work->origin;
		append_lane(turns, lane);
	}
	work->turns = turns;
	link_work(lane, work);
	if (!turns->task.scheduler)
		rx_schedule(turns->scheduler, &turns->task, 0);
	return 0;
}

void cy__turns_remove(cy__work *work)
{
	if (work->turns)
		unlink_work(find_lane(work->turns, work->origin), work);
}
