/*
 * A storage as its own files see it.
 */
#ifndef CLUSTERFY_STORAGE_INSIDE_H
#define CLUSTERFY_STORAGE_INSIDE_H

#include <clusterfy/rx/subject.h>

#include "lib/storage/storage.h"
#include "lib/storage/tree.h"

struct cy_storage {
	struct content *root; /* always &tree, a branch: what is const in a storage is not the tree */
	struct content tree;
	struct forest forest;
	struct owner *acting; /* whose the changes are that come now; NULL: the primary's */
	uint64_t revision;
	rx_subject *changes; /* NULL: nobody has watched yet */
	bool telling;
	bool untold; /* there was no memory to keep a change for its turn */
	struct news *first, *last;
	/* There is something to be destroyed, and somebody to do so in slices; NULL: it is done at once. */
	void (*unclean)(void *ctx);
	void *ctx;
	uint32_t leaving; /* whose keys are being removed one by one below a node that is shared */
};

/* Whoever hears of it may change the storage again. @p path NULL: something has changed that has no path. */
void cy__storage_announce(cy_storage *storage, const char *path, cy_value *value);
/* After a change: destroy what it has left over. */
void cy__storage_tidy(cy_storage *storage);

/* Where a path leads: the last branch, and the node in it, if there is one. */
struct place {
	const char *operation, *path;
	struct branch *parent;
	struct node *node;
	const char *key;
	size_t key_size;
	uint64_t hash;
	unsigned segments;
};

/* @retval as in clusterfy/cluster/storage.h */
int cy__place_find(const cy_storage *storage, struct place *place);
/* An operation's failure, in words that begin with it and its path. */
int cy__place_refuse(const struct place *place, int code, const char *format, ...) RX_PRINTF(3, 4);
int cy__place_refuse_value(const struct place *place, const cy_value *value);
/* What is at the place is no branch. */
int cy__place_refuse_leaf(const struct place *place);
/* Why it cannot be done, where the words are the ledger's or are none. */
int cy__place_refuse_code(const struct place *place, int code);

/*
 * Put @p content, which is the acting owner's and is taken over in any case, at the place; whoever watches hears of
 * @p value.
 */
int cy__place_put(cy_storage *storage, struct place *place, struct content *content, cy_value *value);
int cy__place_take_out(cy_storage *storage, const struct place *place);

#endif
