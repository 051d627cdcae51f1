/*
 * Letters: frames that wait in this process, in a lane. Of its own a letter does nothing; see message/outbox.h.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_LETTER_H
#define CLUSTERFY_LIB_MESSAGE_LETTER_H

#include "lib/cluster/cluster.h"

/* What it is, which says by what it is bounded. */
typedef enum cy__manner {
	CY__BOUNDED,     /* a call or a message: within its origin's part, or as its policy has it */
	CY__ITEM_OWN,    /* an item that this process makes: likewise */
	CY__ITEM_PASSED, /* an item that another process was granted to send: CY__OUTBOX_PAST times that */
	CY__FORCED,      /* never refused: the end of a reply that was accepted, and what is bounded otherwise */
} cy__manner;

struct cy__letter {
	cy__lane *lane;
	cy__letter *next, *previous;
	cy__letter *next_loose, *previous_loose;
	cy__leg *leg; /* the call that it is; NULL: it is none */
	cy__frame frame;
	cy__sending sending; /* of it release and owner, if the owner has the body; and ordered */
	cy__manner manner;
	bool loose;
	bool last; /* behind whatever waited before it, in any lane */
	uint64_t sequence;
	uint64_t key; /* of the name where the latest is kept; 0: it has none */
	size_t key_size;
	size_t size;
	size_t fd_count;
	int *fds;        /* duplicates */
	uint8_t bytes[]; /* the prefix, then the body if there is no owner */
};

/*
 * A copy of what is to be sent. Owner and body are taken over if there is a release. Descriptors are duplicated.
 * @retval -ENOMEM, -EMFILE…
 */
int cy__letter_create(const cy__frame *frame, const cy__sending *sending, cy__manner manner, cy__letter **created);
/* Its memory and descriptors, and its body unless somebody else has taken that over. */
void cy__letter_free(cy__letter *letter);

/* Whether a message with these flags gives way to later ones. */
bool cy__may_be_dropped(const cy__frame *frame);

/* Put it behind the others, or at the place of @p instead, which is taken out. */
void cy__lane_put(cy__lane *lane, cy__letter *letter, cy__letter *instead);
void cy__lane_take(cy__letter *letter);
/* The one of the same name and target that keeps the latest, or NULL. */
cy__letter *cy__lane_latest(const cy__lane *lane, const cy__letter *letter);

#endif
