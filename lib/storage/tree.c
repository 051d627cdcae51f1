/*
 * The tree. A branch is a list in the order of insertion, with a hash table beside it once it has more than a few keys.
 * The table only ever makes look-ups faster: where there is no memory for one, or for a larger one, chains grow longer
 * and nothing fails. Recursion is as deep as the tree, and that is at most CY_DEPTH.
 */
#include "lib/storage/tree.h"

#include <errno.h>
#include <string.h>

#include "lib/value/encode.h"
#include "lib/value/layout.h"
#include "lib/value/scan.h"

#define FEW 8

static void link_bucket(struct branch *branch, struct node *node)
{
	struct node **bucket = &branch->buckets[node->hash & (branch->bucket_count - 1)];

	node->chain = *bucket;
	*bucket = node;
}

static void unlink_bucket(struct branch *branch, struct node *node)
{
	struct node **at = &branch->buckets[node->hash & (branch->bucket_count - 1)];

	while (*at != node)
		at = &(*at)->chain;
	*at = node->chain;
}

static void grow(struct branch *branch)
{
	size_t count = branch->bucket_count ? 2 * branch->bucket_count : (size_t)(4 * FEW);
	struct node **buckets = rx_alloc_zero(count * sizeof(struct node *));

	if (!buckets)
		return;
	rx_free(branch->buckets);
	branch->buckets = buckets;
	branch->bucket_count = count;
	for (struct node *node = branch->first; node; node = node->next)
		link_bucket(branch, node);
}

static bool has_key(const struct node *node, const char *key, size_t size, uint64_t hash)
{
	return node->hash == hash && node->key_size == size && node->is_string && memcmp(node->key, key, size) == 0;
}

struct node *cy__branch_find(const struct branch *branch, const char *key, size_t size, uint64_t hash)
{
	struct node *node;

	if (branch->buckets)
		for (node = branch->buckets[hash & (branch->bucket_count - 1)]; node; node = node->chain) {
			if (has_key(node, key, size, hash))
				return node;
		}
	else
		for (node = branch->first; node; node = node->next)
			if (has_key(node, key, size, hash))
				return node;
	return NULL;
}

struct node *cy__branch_add(struct branch *branch, const char *key, size_t size, bool is_string, uint64_t hash)
{
	struct node *node = rx_alloc_zero(sizeof(*node) + size);

	if (!node)
		return NULL;
	memcpy(node->key, key, size);
	node->key_size = size;
	node->is_string = is_string;
	node->hash = hash;
	node->previous = branch->last;
	*(branch->last ? &branch->last->next : &branch->first) = node;
	branch->last = node;
	if (branch->buckets)
		link_bucket(branch, node);
	if (++branch->count > branch->bucket_count && branch->count > FEW)
		grow(branch);
	return node;
}

void cy__branch_remove(struct branch *branch, struct node *node)
{
	if (branch->buckets)
		unlink_bucket(branch, node);
	*(node->previous ? &node->previous->next : &branch->first) = node->next;
	*(node->next ? &node->next->previous : &branch->last) = node->previous;
	branch->count--;
	cy__content_destroy(&node->content);
	rx_free(node);
}

void cy__content_destroy(struct content *content)
{
	for (struct node *node = content->branch.first, *next; node; node = next) {
		next = node->next;
		cy__content_destroy(&node->content);
		rx_free(node);
	}
	rx_free(content->branch.buckets);
	cy_value_unref(content->leaf);
	*content = (struct content){.leaf = NULL};
}

static int create(struct content *content, const unsigned char *at, const struct seed *seed);

/* One pair of a map. */
static int create_child(struct branch *branch, const unsigned char *at, const struct seed *seed)
{
	struct cy__head head = cy__head_at(at);
	bool is_string = head.type == CY_STRING;
	const unsigned char *value = at + head.size + head.payload, *key = is_string ? at + head.size : at;
	size_t size = (size_t)(value - key);
	struct node *node = cy__branch_add(branch, (const char *)key, size, is_string, cy__seed_hash(seed, key, size));

	return node ? create(&node->content, value, seed) : -ENOMEM;
}

static int create_branch(struct branch *branch, const unsigned char *at, const struct seed *seed)
{
	struct cy__head head = cy__head_at(at);

	at += head.size;
	for (uint64_t left = head.children; left > 0; left -= 2) {
		int error = create_child(branch, at, seed);
		if (error < 0)
			return error;
		at = cy__skip(cy__skip(at));
	}
	return 0;
}

/* What fails half-way leaves contents that can be destroyed. */
static int create(struct content *content, const unsigned char *at, const struct seed *seed)
{
	if (cy__head_at(at).type == CY_MAP)
		return create_branch(&content->branch, at, seed);
	content->leaf = cy__value_copy(at);
	return content->leaf ? 0 : -ENOMEM;
}

int cy__content_create(struct content *content, cy_value *value, const struct seed *seed)
{
	*content = (struct content){.leaf = NULL};
	if (cy_value_type(value) != CY_MAP && value == &value->root->value) {
		content->leaf = cy_value_ref(value);
		return 0;
	}
	int error = create(content, value->bytes, seed);
	if (error < 0)
		cy__content_destroy(content);
	return error;
}

static size_t key_size(const struct node *node)
{
	return node->key_size + (node->is_string ? cy__encode_string(node->key_size).size : 0);
}

static unsigned char *write_bytes(unsigned char *to, const void *bytes, size_t size)
{
	memcpy(to, bytes, size);
	return to + size;
}

static unsigned char *write_head(unsigned char *to, struct cy__encoded head)
{
	return write_bytes(to, head.bytes, head.size);
}

static unsigned char *write_key(unsigned char *to, const struct node *node)
{
	if (node->is_string)
		to = write_head(to, cy__encode_string(node->key_size));
	return write_bytes(to, node->key, node->key_size);
}

static size_t content_size(const struct content *content)
{
	if (content->leaf)
		return content->leaf->size;
	size_t size = cy__encode_map(content->branch.count).size;
	for (const struct node *node = content->branch.first; node; node = node->next)
		size += key_size(node) + content_size(&node->content);
	return size;
}

static unsigned char *write_content(unsigned char *to, const struct content *content)
{
	if (content->leaf)
		return write_bytes(to, content->leaf->bytes, content->leaf->size);
	to = write_head(to, cy__encode_map(content->branch.count));
	for (const struct node *node = content->branch.first; node; node = node->next) {
		to = write_key(to, node);
		to = write_content(to, &node->content);
	}
	return to;
}

cy_value *cy__content_value(const struct content *content)
{
	if (content->leaf)
		return cy_value_ref(content->leaf);
	cy_value *value = cy__value_allocate(content_size(content));
	if (!value)
		return cy__mistake(-ENOMEM, "no memory");
	write_content(cy__value_room(value), content);
	return value;
}

cy_value *cy__branch_keys(const struct branch *branch)
{
	struct cy__encoded head = cy__encode_array(branch->count);
	size_t size = head.size;

	for (const struct node *node = branch->first; node; node = node->next)
		size += key_size(node);
	cy_value *value = cy__value_allocate(size);
	if (!value)
		return cy__mistake(-ENOMEM, "no memory");
	unsigned char *to = write_head(cy__value_room(value), head);
	for (const struct node *node = branch->first; node; node = node->next)
		to = write_key(to, node);
	return value;
}
