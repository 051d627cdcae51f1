/*
 * The storage's tree: contents, which are a value or a branch of named contents. Knows keys, but no paths.
 */
#ifndef CLUSTERFY_STORAGE_TREE_H
#define CLUSTERFY_STORAGE_TREE_H

#include <clusterfy/cluster/value.h>

#include "lib/value/seed.h"

struct node;

/* Named contents, in the order in which the names came. */
struct branch {
	struct node *first, *last;
	/* By hash; NULL while there are few, or no memory for more. */
	struct node **buckets;
	size_t bucket_count, count;
};

struct content {
	/* NULL for a branch */
	cy_value *leaf;
	struct branch branch;
};

struct node {
	struct node *previous, *next;
	struct node *chain; /* in its bucket */
	struct content content;
	uint64_t hash;
	size_t key_size;
	/* Otherwise the key is kept as it is encoded, and no path leads to it. */
	bool is_string;
	char key[];
};

/* The contents of @p value, of which nothing is kept that it shares with larger ones. @retval -ENOMEM */
int cy__content_create(struct content *content, cy_value *value, const struct seed *seed);
void cy__content_destroy(struct content *content);
/* As a value; without memory a mistake. */
cy_value *cy__content_value(const struct content *content);
/* The keys of a branch as an array; without memory a mistake. */
cy_value *cy__branch_keys(const struct branch *branch);

/* The node of a string key, or NULL. */
struct node *cy__branch_find(const struct branch *branch, const char *key, size_t size, uint64_t hash);
/* A new one, without contents, at the end; the key is not there yet. NULL without memory. */
struct node *cy__branch_add(struct branch *branch, const char *key, size_t size, bool is_string, uint64_t hash);
/* Take a node out and destroy it, contents included. */
void cy__branch_remove(struct branch *branch, struct node *node);

#endif
