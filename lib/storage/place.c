/*
 * Paths: where they lead, what is missing, and in which words that is said; and changing what is there.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/storage/inside.h"

RX_PRINTF(3, 4) int cy__place_refuse(const struct place *place, int code, const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (!place->path)
		return rx_raise(code, "%s: %s", place->operation, words);
	return rx_raise(code, "%s \"%.*s\": %s", place->operation, cy__shown(place->path, strlen(place->path)),
	                place->path, words);
}

int cy__place_refuse_value(const struct place *place, const cy_value *value)
{
	int error = cy_value_error(value);

	return error < 0 ? cy__place_refuse(place, error, "%s", cy_value_words(value)) : 0;
}

int cy__place_refuse_code(const struct place *place, int code)
{
	if (code == -EDQUOT) {
		char words[160];
		snprintf(words, sizeof words, "%s", rx_words(code));
		return cy__place_refuse(place, code, "%s", words);
	}
	if (code == -EMSGSIZE)
		return cy__place_refuse(place, code, "it is larger than a frame may be");
	return cy__place_refuse(place, code, "no memory");
}

static int check_path(struct place *place)
{
	size_t size = place->path ? strnlen(place->path, CY_STORAGE_PATH + 1) : 0;

	place->segments = 0;
	if (size == 0)
		return cy__place_refuse(place, -EINVAL, place->path ? "the path is empty" : "no path (NULL)");
	if (size > CY_STORAGE_PATH)
		return cy__place_refuse(place, -ENAMETOOLONG, "a path of more than %d bytes", CY_STORAGE_PATH);
	if (cy__utf8_end(place->path, size) < size)
		return cy__place_refuse(place, -EILSEQ, "a path that is not UTF-8");
	for (const char *at = place->path;; at++) {
		size_t segment = strcspn(at, ".");
		if (segment == 0)
			return cy__place_refuse(place, -EINVAL, "a segment is empty, after \"%.*s\"",
			                        cy__shown(place->path, (size_t)(at - place->path)), place->path);
		place->segments++;
		at += segment;
		if (*at == '\0')
			break;
	}
	if (place->segments > CY_DEPTH)
		return cy__place_refuse(place, -ELOOP, "%u segments, and nesting is at most %d", place->segments,
		                        CY_DEPTH);
	return 0;
}

static int refuse_parent(const struct place *place, const char *at, size_t size, const struct node *node)
{
	int shown = cy__shown(place->path, (size_t)(at - place->path) + size);

	if (!node)
		return cy__place_refuse(place, -ENOENT, "there is no \"%.*s\"", shown, place->path);
	return cy__place_refuse(place, -ENOTDIR, "\"%.*s\" is no map but %s", shown, place->path,
	                        cy_type_name(cy_value_type(node->content.leaf)));
}

int cy__place_refuse_leaf(const struct place *place)
{
	return refuse_parent(place, place->key, place->key_size, place->node);
}

int cy__place_find(const cy_storage *storage, struct place *place)
{
	int error = check_path(place);
	const char *at = place->path;

	place->parent = storage->root->branch;
	while (error == 0) {
		size_t size = strcspn(at, ".");
		place->key = at;
		place->key_size = size;
		place->hash = cy__seed_hash(&storage->forest.seed, at, size);
		place->node = cy__branch_find(place->parent, at, size, place->hash);
		if (at[size] == '\0')
			break;
		if (!place->node || place->node->content.leaf)
			return refuse_parent(place, at, size, place->node);
		place->parent = place->node->content.branch;
		at += size + 1;
	}
	return error;
}

/* Others' keys below what an owner has put must not go when the owner's go. */
static void share(const struct place *place, const struct owner *owner)
{
	for (const struct branch *branch = place->parent; branch->node; branch = branch->node->parent)
		if (branch->node->owner != owner)
			branch->node->is_shared = true;
}

int cy__place_put(cy_storage *storage, struct place *place, struct content *content, cy_value *value)
{
	struct forest *forest = &storage->forest;
	struct owner *owner = storage->acting;
	const bool fresh = !place->node;
	int error = 0;

	if (fresh)
		error = cy__branch_add(place->parent, place->key, place->key_size, true, place->hash, owner,
		                       &place->node);
	if (error == 0)
		error = cy__node_replace(forest, place->node, content, owner);
	if (error < 0) {
		error = cy__place_refuse_code(place, error);
		if (fresh && place->node)
			cy__branch_forget(forest, place->node);
		cy__content_discard(forest, content, owner);
		return error;
	}
	share(place, owner);
	cy__storage_announce(storage, place->path, value);
	return 0;
}

int cy__place_take_out(cy_storage *storage, const struct place *place)
{
	const int error = cy__node_remove(&storage->forest, place->node);
	if (error < 0)
		return cy__place_refuse_code(place, error);
	cy__storage_announce(storage, place->path, NULL);
	return 0;
}
