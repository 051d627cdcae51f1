/*
 * Letters: messages that wait in this process, in a list with a bound.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_LETTERS_H
#define CLUSTERFY_LIB_MESSAGE_LETTERS_H

#include "lib/cluster/cluster.h"

struct cy__letter {
	cy__letter *next;
	uint16_t flags;
	uint32_t from, to;
	cy_value *body; /* [name or nil, message's name, value] */
	size_t size;
	size_t fd_count;
	int fds[]; /* duplicates, to be closed */
};

/* What may wait. */
typedef struct cy__letters_bound {
	size_t frames, bytes; /* one letter may wait alone, whatever its size */
	bool passed;          /* the queue before this list is full, so that this one counts as full, too */
} cy__letters_bound;

/*
 * Let a message wait, by the policy in its flags; what is dropped for it is told to the list's `dropped`.
 * @retval 0        it waits, or was dropped itself, as its policy has it
 * @retval -EAGAIN  no room, and its policy is to be refused
 * @retval -ENOMEM, -EMFILE…
 */
int cy__letters_add(cy__letters *letters, const cy__post *post, const cy__letters_bound *bound);
/* Take the first out; it is the caller's. NULL: there is none. */
cy__letter *cy__letters_take(cy__letters *letters);
/* NULL is accepted. */
void cy__letter_free(cy__letter *letter);
void cy__letters_clear(cy__letters *letters);
/* Whether a message of this policy, and so of these flags, gives way to later ones. */
bool cy__may_be_dropped(uint16_t flags);
/* Whether @p later takes the place of @p earlier where the latest is kept: bodies of messages. */
bool cy__is_same_message(const cy_value *earlier, const cy_value *later);

#endif
