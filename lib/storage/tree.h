/*
 * The storage's tree: contents, which are a value or a branch of named contents. Knows keys and origins, but no paths.
 *
 * What takes long is done in steps, each of which is given how much it may do: building contents aside, encoding them,
 * comparing them, and destroying them. Who encodes in steps sees one state, that of its beginning: as long as it is in the
 * list of readers, what is replaced or removed is kept as a version of its node.
 */
#ifndef CLUSTERFY_STORAGE_TREE_H
#define CLUSTERFY_STORAGE_TREE_H

#include <clusterfy/cluster/value.h>

#include "lib/ledger/ledger.h"
#include "lib/value/scan.h"
#include "lib/value/seed.h"

struct node;
struct branch;

/* An origin that has keys here; NULL stands for the primary, which is not counted. */
struct owner {
	struct owner *next;
	uint32_t origin;
	unsigned uses;        /* by operations that are under way */
	cy__account *account; /* what is charged; valid while there is any key of its own */
	size_t keys, bytes;
	struct node *newest; /* what it has put at paths, the newest first */
};

/* A leaf, or a branch; neither: nothing. */
struct content {
	cy_value *leaf;
	struct branch *branch;
};

/* Named contents, in the order in which the names came. */
struct branch {
	struct node *first, *last;
	struct node *node;   /* whose content it is; NULL: the tree's */
	size_t count;        /* of those that are there */
	uint64_t changed;    /* the version in which it, or anything below it, changed last */
	struct table *table; /* by hash; NULL while there are few, or no memory for it */
};

struct node {
	struct node *previous, *next;
	struct node *chain; /* in its bucket */
	struct branch *parent;
	struct content content;
	struct version *past; /* what was there before, for readers; the newest first */
	uint64_t since;       /* the version in which its content came */
	uint64_t hash;
	struct owner *owner;
	struct node *newer, *older; /* among those that its owner has put at paths */
	uint32_t key_size;
	bool is_string; /* otherwise the key is kept as it is encoded, and no path leads to it */
	bool is_put;    /* it is in its owner's list */
	bool is_shared; /* others have put something below it */
	char key[];
};

/* What was replaced or removed while somebody read. */
struct version {
	struct version *older, *newer; /* of its node */
	struct version *next;          /* in the order in which they were replaced */
	struct node *node;             /* NULL: the tree's content */
	struct content content;
	struct owner *owner;
	uint64_t since, until;
};

struct reader {
	struct reader *next;
	uint64_t version;
	size_t kept; /* by its fault, of what nobody is charged for */
	bool broken; /* that was too much, and what it reads may be gone */
};

/* What belongs to one tree and is not content. */
struct forest {
	struct seed seed;
	uint64_t version; /* of the tree: counts its changes */
	struct owner *owners;
	struct reader *readers;
	struct version *oldest, *newest;
	struct node *garbage; /* to be destroyed, by `next` */
	struct node *cursor;  /* of who goes through a branch; moves on when that node goes */
};

/* ---- Whose ------------------------------------------------------------------------------------------------------- */

/* The owner with this account, which is of its origin; NULL without memory, or without an account. */
struct owner *cy__owner_of(struct forest *forest, cy__account *account);
/* @retval -EDQUOT */
int cy__owner_charge(struct owner *owner, size_t keys, size_t bytes);
void cy__owner_discharge(struct forest *forest, struct owner *owner, size_t keys, size_t bytes);
/* What a key, and a content without what is below it, take; an estimate that is never below the truth. */
size_t cy__node_cost(size_t key_size);
size_t cy__content_cost(const struct content *content);
void cy__owner_put(struct owner *owner, struct node *node);
void cy__owner_take_out(struct node *node);

/* ---- Contents ---------------------------------------------------------------------------------------------------- */

static inline bool cy__content_is_there(const struct content *content)
{
	return content->leaf || content->branch;
}

/* The node of a string key, or NULL. */
struct node *cy__branch_find(const struct branch *branch, const char *key, size_t size, uint64_t hash);
/* A new one at the end, without contents, charged to @p owner; the key is not there yet. @retval -ENOMEM, -EDQUOT */
int cy__branch_add(struct branch *branch, const char *key, size_t size, bool is_string, uint64_t hash,
                   struct owner *owner, struct node **added);
/* An empty one; NULL without memory. */
struct branch *cy__branch_create(void);
/* Take one out again that has got no content. */
void cy__branch_forget(struct forest *forest, struct node *node);

/* Give @p node another content, which is @p owner's. @retval -ENOMEM, -EDQUOT: then nothing has changed */
int cy__node_replace(struct forest *forest, struct node *node, const struct content *content, struct owner *owner);
/* Take it out of the tree. @retval -ENOMEM */
int cy__node_remove(struct forest *forest, struct node *node);
/* The same for the tree's own content. */
int cy__tree_replace(struct forest *forest, struct content *tree, const struct content *content);
/* A content that never was in the tree, of @p owner's. */
void cy__content_discard(struct forest *forest, struct content *content, struct owner *owner);
/* Destroy @p budget of what is not needed any more. @returns whether there is more */
bool cy__forest_clean(struct forest *forest, size_t budget);
/* Nobody reads any more: destroy all that is left, and the owners. */
void cy__forest_finish(struct forest *forest);

/* ---- In steps ---------------------------------------------------------------------------------------------------- */

/* All steps: @retval 1  there is more to do; 0: it is done; -E… */

/* Building contents out of bytes. */
struct builder {
	struct forest *forest;
	struct owner *owner;
	struct content content; /* the result; until it is done only to be discarded */
	const unsigned char *at;
	struct content *target; /* of what is at `at` */
	/* An array is looked for the end of, and a large leaf copied, in pieces. */
	const unsigned char *end;
	uint64_t owed;
	cy_value *leaf;
	size_t copied;
	unsigned depth;
	struct {
		struct branch *branch;
		uint64_t left;
	} levels[CY_DEPTH];
};

/* @p value stays the caller's, and must be there until it is done. Its contents are charged to @p owner. */
void cy__builder_begin(struct builder *builder, struct forest *forest, cy_value *value, struct owner *owner);
/* @retval -ENOMEM, -EDQUOT */
int cy__builder_step(struct builder *builder, size_t budget);

/* Encoding, or counting the bytes of, contents as of one version: from the end to the beginning. */
struct encoder {
	struct content content;
	uint64_t version;
	bool keys; /* those of a branch, as an array */
	bool begun, writing;
	size_t limit; /* 0: none */
	size_t size;
	cy_value *value; /* the result */
	unsigned char *to;
	unsigned depth;
	struct {
		const struct node *node;
		size_t count;
	} levels[CY_DEPTH + 1];
};

void cy__encoder_begin(struct encoder *encoder, const struct content *content, uint64_t version, bool keys);
/* @retval -ENOMEM; -EMSGSIZE: it is larger than its limit */
int cy__encoder_step(struct encoder *encoder, size_t budget);
/* For one that is given up, or of which the result has been taken. */
void cy__encoder_finish(struct encoder *encoder);

/* Comparing contents with bytes. Nothing may change meanwhile. */
struct comparison {
	const struct seed *seed;
	const struct content *content;
	const unsigned char *at;
	cy__equality *leaf; /* being compared */
	bool equal;         /* the result */
	unsigned depth;
	struct {
		const struct branch *branch;
		uint64_t left;
	} levels[CY_DEPTH];
};

void cy__comparison_begin(struct comparison *comparison, const struct seed *seed, const struct content *content,
                          const cy_value *value);
/* @retval -ENOMEM */
int cy__comparison_step(struct comparison *comparison, size_t budget);
void cy__comparison_finish(struct comparison *comparison);

/* ---- Readers ------------------------------------------------------------------------------------------------------ */

void cy__reader_open(struct forest *forest, struct reader *reader);
void cy__reader_close(struct forest *forest, struct reader *reader);

#endif
