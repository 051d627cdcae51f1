/*
 * Replies that wait: at the server for credit, at the caller for an observer that is paused. First in, first out; they
 * keep their descriptors open.
 */
#ifndef CLUSTERFY_LIB_COMMAND_HELD_H
#define CLUSTERFY_LIB_COMMAND_HELD_H

#include "lib/cluster/cluster.h"

typedef struct cy__held {
	struct cy__held *next;
	uint32_t from;
	cy_value *value;       /* owned; NULL: an error */
	const rx_error *error; /* owned */
	size_t size;           /* encoded */
	cy__fds fds;
	cy__account *account; /* charged with the descriptors; NULL: nobody's */
	size_t charged;
} cy__held;

/* Zero is empty. */
typedef struct cy__held_queue {
	cy__held *first, *last;
	size_t count, bytes;
} cy__held_queue;

/*
 * Append what @p what says: its value and error are consumed, its `fds` stay the caller's and are duplicated.
 * @retval -ENOMEM, -EMFILE, -EDQUOT  nothing was appended, and value and error have been released
 */
int cy__held_push(cy__held_queue *queue, const cy__held *what);
/* Take the first out; NULL: there is none. To be released by cy__held_free(). */
cy__held *cy__held_pop(cy__held_queue *queue);
/* And back again. */
void cy__held_put_back(cy__held_queue *queue, cy__held *held);
/* Closes the descriptors that nobody has claimed. NULL is accepted. */
void cy__held_free(cy__held *held);
void cy__held_clear(cy__held_queue *queue);

#endif
