/*
 * Turns of the loop, bounded in time: what others cause is done in slices, each short, the origins in turn.
 *
 *     turn of the loop ─┬─ slice of origin 3: reads its channel      100 us each, while others wait
 *                       ├─ slice of origin 7: goes on with a save
 *                       ├─ ...                                       1 ms altogether
 *                       └─ the program's own: timers, callbacks      not bounded here, but told apart
 *
 * An origin that has work gets a slice of some 100 us, and all of them together about a millisecond of a turn of the loop;
 * what is left goes on in the next one, so that timers, signals and whoever asks seldom are served in between. Where
 * nobody else waits, a slice is as long as what is left of that millisecond. Work of one origin is done in the order in
 * which it came, what has not been read from its channel yet included. Whoever works in a slice asks now and then whether
 * it is over. Who takes longer than its slice, while others wait, owes that time: it is served again when the others have
 * had as much, or when it is forgiven, a tenth of what passes. Where nobody else has had a slice for 10 ms there is nobody
 * to have it: then it is served although it owes, a slice in every second turn.
 *
 * A callback of the program's cannot be cut. The longest turn, in processor time of the loop's thread, is recorded with
 * what took most of it. The clock of processor time is a system call, and asked only after a turn that took long by the
 * other clock, and at the beginning of a turn at most once in half a millisecond: by so much may a figure be too high.
 */
#ifndef CLUSTERFY_LIB_LEDGER_TURNS_H
#define CLUSTERFY_LIB_LEDGER_TURNS_H

#include <clusterfy/rx/base.h>
#include <clusterfy/rx/scheduler.h>

typedef struct cy__turns cy__turns;
typedef struct cy__work cy__work;

/* Work that may take more than one slice; its owner's memory. */
struct cy__work {
	/*
	 * Do some of it, until cy__turns_is_over() says so. @returns whether there is more to do. It is out of the list when
	 * it returns false, and may have released the memory. Where it has been added again meanwhile, that stands.
	 */
	bool (*step)(cy__work *work);
	const char *what; /* static: for the record of the longest turn */
	uint32_t origin;
	cy__turns *turns; /* NULL: it does not wait */
	cy__work *next, *previous;
};

/* What a turn was spent on. */
typedef struct cy__turn {
	rx_nsec time;    /* of the processor */
	char what[64];   /* the piece that took longest: "call cy_storage_save", or "" for the program's own */
	uint32_t origin; /* whose piece it was */
} cy__turn;

/* A turn was longer than the limit. Called at the end of the turn: what is to be said is said in another. */
typedef void cy__turns_passed(void *ctx, const cy__turn *turn);

typedef struct cy__turns_options {
	rx_nsec slice, turn; /* 0: 100 us, 1 ms */
	rx_nsec limit;       /* as in cy__turns_record() */
	cy__turns_passed *passed;
	void *ctx;
	rx_nsec (*clock)(void);     /* NULL: CLOCK_MONOTONIC */
	rx_nsec (*processor)(void); /* NULL: CLOCK_THREAD_CPUTIME_ID */
} cy__turns_options;

/* NULL without memory. */
cy__turns *cy__turns_create(rx_scheduler *scheduler);
/* @p options are copied. Where the scheduler has no loop, a turn is what cy__turns_begin() and cy__turns_end() make one. */
cy__turns *cy__turns_create_with(rx_scheduler *scheduler, const cy__turns_options *options);
/* What waits is forgotten. NULL is accepted. */
void cy__turns_destroy(cy__turns *turns);

/*
 * Do it in slices of its origin's, from the next turn of the loop on. Its step, what and origin are set.
 * @retval -ENOMEM  it has to be done otherwise
 */
int cy__turns_add(cy__turns *turns, cy__work *work);
/* The same, before whatever of its origin's waits: for what goes on with work that is being done. */
int cy__turns_go_on(cy__turns *turns, cy__work *work);
/* Not any more. One that does not wait is left as it is. Not from inside of its own step. */
void cy__turns_remove(cy__work *work);
/* Whether any work of @p origin waits: what comes later must not overtake it. */
bool cy__turns_has(const cy__turns *turns, uint32_t origin);
/* Whether the present slice is over; outside of one: yes. Cheap: a clock that needs no system call. */
bool cy__turns_is_over(cy__turns *turns);

/* ---- Work that begins at once -------------------------------------------------------------------------------------- */

/*
 * Begin a slice for @p work now, if its origin may have one; else it waits, and its step is called later.
 * @returns what time it is; -1: it waits
 */
rx_nsec cy__turns_enter(cy__turns *turns, cy__work *work);
/* End that slice. */
void cy__turns_leave(cy__turns *turns);
/*
 * Within a slice: a piece of @p weight sixteenths of what may be done between two looks at the clock is done.
 * @returns whether it took longer than any other of this turn, and long enough to be worth cy__turns_name()
 */
bool cy__turns_pass(cy__turns *turns, unsigned weight);
/* What that piece was; copied. */
void cy__turns_name(cy__turns *turns, const char *what, const char *name, size_t name_size);
/* Whether a slice is under way: what is done now ends with it. */
bool cy__turns_are_inside(const cy__turns *turns);
/* Whether cy__turns_pass() has found the slice over: no look at the clock. */
bool cy__turns_are_over(const cy__turns *turns);

/* ---- The record ---------------------------------------------------------------------------------------------------- */

/* Keep it from now on; turns of more than @p limit (0: none) are told to @p passed. It costs two looks at the clock a turn. */
void cy__turns_record(cy__turns *turns, rx_nsec limit, cy__turns_passed *passed, void *ctx);
/* The longest turn so far, and the longest that others have caused of one. */
void cy__turns_longest(const cy__turns *turns, cy__turn *whole, cy__turn *of_others);
/* The bounds of a turn: called by the loop. */
void cy__turns_begin(cy__turns *turns);
void cy__turns_end(cy__turns *turns);

#endif
