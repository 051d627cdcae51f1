/*
 * Turns of the loop, bounded in time: what others cause is done in slices, each short, the origins in turn.
 *
 * An origin that has work gets a slice of some 100 us, and all of them together about a millisecond of a turn of the loop;
 * what is left goes on in the next one, so that timers, signals and whoever asks seldom are served in between. Whoever
 * works in a slice asks now and then whether it is over. Work of one origin is done in the order in which it came.
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
	 * it returns false, and may have released the memory.
	 */
	bool (*step)(cy__work *work);
	const char *what; /* static: for the record of the longest turn */
	uint32_t origin;
	cy__turns *turns; /* NULL: it does not wait */
	cy__work *next, *previous;
};

cy__turns *cy__turns_create(rx_scheduler *scheduler);
void cy__turns_destroy(cy__turns *turns);

/*
 * Do it in slices of its origin's, from the next turn of the loop on. Its step, what and origin are set.
 * @retval -ENOMEM  it has to be done otherwise
 */
int cy__turns_add(cy__turns *turns, cy__work *work);
/* Not any more. One that does not wait is left as it is. Not from inside of its own step. */
void cy__turns_remove(cy__work *work);
/* Whether any work of @p origin waits: what comes later must not overtake it. */
bool cy__turns_has(const cy__turns *turns, uint32_t origin);
/* Whether the present slice is over. Cheap: a clock that needs no system call. */
bool cy__turns_is_over(const cy__turns *turns);

#endif
