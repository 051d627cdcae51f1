/*
 * Keys go as they came, at the path at which they were put, with all that was put there with them. Where others have put
 * something below such a path, what lies there is looked through, and only what belongs to who has gone is removed.
 */
#include "lib/storage/left.h"

#include <string.h>

/* All that was left, and who left the most of it. */
static size_t add_up(const struct forest *forest, struct owner **most)
{
	size_t sum = 0;
	*most = NULL;
	for (struct owner *owner = forest->owners; owner; owner = owner->next) {
		if (!owner->keys || !cy__account_is_closed(owner->account))
			continue;
		sum += owner->bytes;
		if (owner->newest && (!*most || owner->bytes > (*most)->bytes))
			*most = owner;
	}
	return sum;
}

/* Into the end of @p path, backwards. @returns where it begins; NULL if no path leads there */
static const char *path_of(const struct node *node, char path[CY_STORAGE_PATH + 1])
{
	char *at = path + CY_STORAGE_PATH;
	*at = '\0';
	for (; node; node = node->parent->node) {
		const size_t size = node->key_size;
		if (!node->is_string || !size || memchr(node->key, '.', size) || memchr(node->key, '\0', size) ||
		    (size_t)(at - path) < size + (*at != '\0'))
			return NULL;
		if (*at)
			*--at = '.';
		memcpy(at -= size, node->key, size);
	}
	return at;
}

static void remove_node(cy_storage *storage, struct node *node, size_t *removed)
{
	char text[CY_STORAGE_PATH + 1];
	const char *path = path_of(node, text);
	if (cy__node_remove(&storage->forest, node) < 0) {
		cy__owner_take_out(node); /* without memory it stays */
		return;
	}
	++*removed;
	cy__storage_announce(storage, path, NULL);
}

/* One that lies below a node that is shared, which has been looked at. */
static void remove_child(cy_storage *storage, struct node *node, size_t *removed)
{
	storage->forest.cursor = node->next;
	if (!node->owner || node->owner->origin != storage->leaving || node->is_put ||
	    !cy__content_is_there(&node->content))
		return;
	if (node->is_shared)
		cy__owner_put(node->owner, node);
	else
		remove_node(storage, node, removed);
}

static void remove_newest(cy_storage *storage, struct owner *owner, size_t *removed)
{
	struct node *node = owner->newest;
	if (!node->is_shared || !node->content.branch) {
		remove_node(storage, node, removed);
		return;
	}
	cy__owner_take_out(node);
	storage->leaving = owner->origin;
	storage->forest.cursor = node->content.branch->first;
}

bool cy__left_step(cy_storage *storage, size_t limit, size_t budget, size_t *removed)
{
	struct forest *forest = &storage->forest;
	for (; budget > 0; budget--) {
		/* What has been removed counts until it is destroyed. */
		if (cy__forest_clean(forest, 1) || forest->oldest)
			continue;
		struct owner *most;
		if (add_up(forest, &most) <= limit) {
			forest->cursor = NULL;
			return false;
		}
		if (forest->cursor)
			remove_child(storage, forest->cursor, removed);
		else if (most)
			remove_newest(storage, most, removed);
		else
			return false;
	}
	return true;
}
