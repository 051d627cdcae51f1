/*
 * What the four kinds of subjects share: a list of links, walked by cursors.
 *
 * A link is the state of a source stage, so subscribing allocates nothing beyond the run, and leaving is unlinking.
 * Each link has a number, given in the order of subscription; what `next` delivers to are the links that were there
 * when it began, which are those below the number that the subject had reached. A delivery may remove any link, its own
 * and the following one included: the walks under way are cursors on the C stack, and who leaves looks at them. So a
 * delivery takes no references: a link that leaves while it is delivered to pins its run for the cursor, and a subject
 * that nobody holds any more is released by the last of its deliveries.
 */
#ifndef RX_SUBJECTS_SUBJECT_H
#define RX_SUBJECTS_SUBJECT_H

#include <clusterfy/rx/subject.h>

#include "observables/core/stage.h"

typedef struct rx_link {
	struct rx_link *previous, *next;
	uint64_t number; /* 0: not in the list */
} rx_link;

typedef struct rx_cursor {
	struct rx_cursor *outer;
	rx_link *link; /* whose turn it is */
	bool left;     /* it has left the list meanwhile, and its run is pinned */
	rx_link *next; /* if so: whose turn it is then */
} rx_cursor;

/* The stage in `observe` is a source whose `start` and `stop` know the kind. */
typedef struct rx_subject_kind {
	rx_stage_ops source;
	size_t state_size;
	void (*next)(rx_subject *subject, const void *item); /* not called after the end; NULL: rx__subject_deliver() */
	bool (*keep)(rx_subject *subject, const void *items, size_t count); /* for rx__subject_span(), which see */
	void (*complete)(rx_subject *subject);                              /* NULL: rx__subject_complete() */
	const void *(*value)(const rx_subject *subject);                    /* NULL: it has none */
	void (*drop)(rx_subject *subject); /* release the kind's state; NULL: nothing to do */
} rx_subject_kind;

struct rx_subject {
	uint32_t refs; /* 0: static */
	bool stopped;
	bool closed; /* by rx_subject_unsubscribe() */
	const rx_type *type;
	const rx_subject_kind *kind;
	const rx_error *error; /* why it ended, if it was that */
	rx_link *first, *last;
	rx_cursor *cursors;
	rx_observable *observable; /* what was given out to observe it, as long as somebody has it; not held */
	uint64_t number;           /* of the newest link */
	size_t observers;
	_Alignas(16) unsigned char state[];
};

/* A subject of a kind, its state zero; NULL without memory. */
rx_subject *rx__subject_create(const rx_subject_kind *kind, const rx_type *type, size_t extra);
/* What stands in for one that could not be made: it has ended, and who subscribes gets the error. Never released. */
rx_subject *rx__subject_no_memory(void);

/* The subject of a source's stage. */
static inline rx_subject *rx__subject_of(const rx_stage *self)
{
	return *(rx_subject *const *)RX__PARAMS(self);
}

/* Enter the list, unless the subject has ended, or the stage. */
void rx__subject_enter(rx_stage *self);
/* End the stage as the subject has ended; nothing happens if it has not. */
void rx__subject_end_stage(rx_stage *self);
/* A kind's `source.stop`: leave the list. */
void rx__subject_stop(rx_stage *self);
/* Release what a recipe holds of the subject. */
void rx__subject_release(void *params);
/* Deliver to those who are there now. */
void rx__subject_deliver(rx_subject *subject, const void *item);
/*
 * Take several items at once, where nobody could tell: whoever listens is alone, and absorbs them. False where that is not
 * so, and nothing has happened. A kind with a `next` has a `keep` that keeps what is to be kept, or says that it cannot.
 */
bool rx__subject_span(rx_subject *subject, const void *items, size_t count);
void rx__subject_complete(rx_subject *subject);
/* End with a negative code, when an item could not be kept. */
void rx__subject_fail(rx_subject *subject, int code);

/*
 * The subject that a user's connector makes (NULL: a plain one) for items of a type. Never NULL; one of another type is
 * replaced by one that has ended with an error.
 */
rx_subject *rx__subject_connector(rx_connector connector, const rx_type *type, void *ctx);

/* rx_replay_create() on a given clock. */
rx_subject *rx__replay_create(const rx_type *type, size_t size, rx_nsec window, rx_scheduler *scheduler);

#endif
