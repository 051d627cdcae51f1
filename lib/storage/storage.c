/*
 * The storage's operations: paths, what is missing, and in which words that is said.
 *
 * Each operation that changes something first makes what it needs and then changes the tree, so that one which fails has
 * changed nothing.
 */
#include "lib/storage/storage.h"

#include <errno.h>
#include <string.h>

#include <clusterfy/rx/error.h>
#include <clusterfy/rx/subject.h>

#include "lib/storage/number.h"
#include "lib/storage/tree.h"
#include "lib/value/layout.h"
#include "lib/value/scan.h"

struct cy_storage {
	struct content *root; /* always &tree, a branch: what is const in a storage is not the tree */
	struct content tree;
	struct seed seed;
	uint64_t revision;
	rx_subject *changes; /* NULL: nobody has watched yet */
	bool telling;
	bool untold; /* there was no memory to keep a change for its turn */
	struct news *first, *last;
};

/* A change that was made while another one was being told. */
struct news {
	struct news *next;
	cy_change change;
};

cy_storage *cy_storage_create(void)
{
	cy_storage *storage = rx_alloc_zero(sizeof(*storage));

	if (!storage)
		return NULL;
	storage->root = &storage->tree;
	storage->seed = cy__seed_create();
	return storage;
}

void cy_storage_destroy(cy_storage *storage)
{
	if (!storage)
		return;
	if (storage->changes)
		rx_subject_complete(storage->changes);
	rx_subject_unref(storage->changes);
	cy__content_destroy(&storage->tree);
	rx_free(storage);
}

uint64_t cy_storage_revision(const cy_storage *storage)
{
	return storage->revision;
}

void cy__storage_set_revision(cy_storage *storage, uint64_t revision)
{
	storage->revision = revision;
}

/* ---- News --------------------------------------------------------------------------------------------------------- */

rx_observable *cy__storage_changes(cy_storage *storage)
{
	if (!storage->changes)
		storage->changes = rx_subject_create(&rx_type_cy_change);
	return rx_subject_observe(storage->changes);
}

static void keep_for_later(cy_storage *storage, const cy_change *change)
{
	struct news *news = rx_alloc(sizeof(*news));

	if (!news || rx_type_copy(&rx_type_cy_change, &news->change, change) < 0) {
		rx_free(news);
		storage->untold = true;
		return;
	}
	news->next = NULL;
	*(storage->last ? &storage->last->next : &storage->first) = news;
	storage->last = news;
}

static void tell_kept(cy_storage *storage)
{
	struct news *news = storage->first;

	storage->first = news->next;
	if (!storage->first)
		storage->last = NULL;
	rx_subject_next(storage->changes, &news->change);
	rx_type_drop(&rx_type_cy_change, &news->change);
	rx_free(news);
}

static void tell(cy_storage *storage, const cy_change *change)
{
	storage->telling = true;
	rx_subject_next(storage->changes, change);
	while (storage->first || storage->untold)
		if (storage->first) {
			tell_kept(storage);
		} else {
			storage->untold = false;
			rx_subject_next(storage->changes, &(cy_change){.revision = storage->revision});
		}
	storage->telling = false;
}

/* Whoever hears of it may change the storage again. */
static void announce(cy_storage *storage, const char *path, cy_value *value)
{
	const cy_change change = {.path = path, .value = value, .revision = ++storage->revision};

	if (!storage->changes)
		return;
	if (storage->telling)
		keep_for_later(storage, &change);
	else
		tell(storage, &change);
}

/* ---- Paths -------------------------------------------------------------------------------------------------------- */

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

/* An operation's failure, in words that begin with it and its path. */
RX_PRINTF(3, 4) static int refuse(const struct place *place, int code, const char *format, ...)
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

static int refuse_value(const struct place *place, const cy_value *value)
{
	int error = cy_value_error(value);

	return error < 0 ? refuse(place, error, "%s", cy_value_words(value)) : 0;
}

static int check_path(struct place *place)
{
	size_t size = place->path ? strnlen(place->path, CY_STORAGE_PATH + 1) : 0;

	if (size == 0)
		return refuse(place, -EINVAL, place->path ? "the path is empty" : "no path (NULL)");
	if (size > CY_STORAGE_PATH)
		return refuse(place, -ENAMETOOLONG, "a path of more than %d bytes", CY_STORAGE_PATH);
	if (cy__utf8_end(place->path, size) < size)
		return refuse(place, -EILSEQ, "a path that is not UTF-8");
	for (const char *at = place->path;; at++) {
		size_t segment = strcspn(at, ".");
		if (segment == 0)
			return refuse(place, -EINVAL, "a segment is empty, after \"%.*s\"",
			              cy__shown(place->path, (size_t)(at - place->path)), place->path);
		place->segments++;
		at += segment;
		if (*at == '\0')
			break;
	}
	if (place->segments > CY_DEPTH)
		return refuse(place, -ELOOP, "%u segments, and nesting is at most %d", place->segments, CY_DEPTH);
	return 0;
}

/* Failures of the parent whose segment is the @p size bytes at @p at. */
static int refuse_parent(const struct place *place, const char *at, size_t size, const struct node *node)
{
	int shown = cy__shown(place->path, (size_t)(at - place->path) + size);

	if (!node)
		return refuse(place, -ENOENT, "there is no \"%.*s\"", shown, place->path);
	return refuse(place, -ENOTDIR, "\"%.*s\" is no map but %s", shown, place->path,
	              cy_type_name(cy_value_type(node->content.leaf)));
}

static int find(const cy_storage *storage, struct place *place)
{
	int error = check_path(place);
	const char *at = place->path;

	place->parent = &storage->root->branch;
	while (error == 0) {
		size_t size = strcspn(at, ".");
		place->key = at;
		place->key_size = size;
		place->hash = cy__seed_hash(&storage->seed, at, size);
		place->node = cy__branch_find(place->parent, at, size, place->hash);
		if (at[size] == '\0')
			break;
		if (!place->node || place->node->content.leaf)
			return refuse_parent(place, at, size, place->node);
		place->parent = &place->node->content.branch;
		at += size + 1;
	}
	return error;
}

/* ---- Changes ------------------------------------------------------------------------------------------------------ */

static int put(cy_storage *storage, struct place *place, cy_value *value)
{
	struct content content, old;

	if (place->segments + cy__value_depth(value) > CY_DEPTH)
		return refuse(place, -ELOOP, "path and value nested deeper than %d", CY_DEPTH);
	if (cy__content_create(&content, value, &storage->seed) < 0)
		return refuse(place, -ENOMEM, "no memory");
	if (!place->node)
		place->node = cy__branch_add(place->parent, place->key, place->key_size, true, place->hash);
	if (!place->node) {
		cy__content_destroy(&content);
		return refuse(place, -ENOMEM, "no memory");
	}
	old = place->node->content;
	place->node->content = content;
	cy__content_destroy(&old);
	announce(storage, place->path, value);
	return 0;
}

static void take_out(cy_storage *storage, const struct place *place)
{
	cy__branch_remove(place->parent, place->node);
	announce(storage, place->path, NULL);
}

static int load(cy_storage *storage, cy_value *map)
{
	struct place place = {.operation = "load"};
	struct content content;
	int error = refuse_value(&place, map);

	if (error < 0)
		return error;
	if (cy_value_type(map) != CY_MAP)
		return refuse(&place, -EINVAL, "a map expected, %s found", cy_type_name(cy_value_type(map)));
	if (cy__content_create(&content, map, &storage->seed) < 0)
		return refuse(&place, -ENOMEM, "no memory");
	cy__content_destroy(&storage->tree);
	storage->tree = content;
	announce(storage, "", map);
	return 0;
}

int cy_storage_load(cy_storage *storage, cy_value *map)
{
	int error = load(storage, map);

	cy_value_unref(map);
	return error;
}

int cy_storage_save(cy_storage *storage, const char *path, cy_value *value)
{
	struct place place = {.operation = "save", .path = path};
	int error = refuse_value(&place, value);

	if (error == 0)
		error = find(storage, &place);
	if (error == 0)
		error = put(storage, &place, value);
	cy_value_unref(value);
	return error;
}

int cy_storage_delete(cy_storage *storage, const char *path)
{
	struct place place = {.operation = "delete", .path = path};
	int error = find(storage, &place);

	if (error < 0 || !place.node)
		return error;
	take_out(storage, &place);
	return 1;
}

/* The sum of what is at @p place and @p amount, to be released. */
static int add_up(const struct place *place, cy_value *amount, cy_value **sum)
{
	static const unsigned char zero_bytes[] = {0};
	static const cy_value zero = {.bytes = zero_bytes, .size = 1, .references = CY__IMMORTAL};
	const cy_value *current = place->node ? place->node->content.leaf : &zero;
	int error = current ? cy__number_add(current, amount, sum) : -EDOM;

	switch (error) {
	case -EDOM:
		return refuse(place, error, "%s and %s cannot be added",
		              current ? cy_type_name(cy_value_type(current)) : "map",
		              cy_type_name(cy_value_type(amount)));
	case -ERANGE:
		return refuse(place, error, "the sum does not fit an int");
	case -ENOMEM:
		return refuse(place, error, "no memory");
	default:
		return error;
	}
}

static int add(cy_storage *storage, struct place *place, cy_value *amount, cy_value **sum)
{
	cy_value *total = NULL;
	int error = refuse_value(place, amount);

	if (error == 0)
		error = find(storage, place);
	if (error == 0)
		error = add_up(place, amount, &total);
	if (error < 0)
		return error;
	error = put(storage, place, total);
	if (error == 0 && sum)
		*sum = total;
	else
		cy_value_unref(total);
	return error;
}

int cy_storage_add(cy_storage *storage, const char *path, cy_value *amount, cy_value **sum)
{
	struct place place = {.operation = "add", .path = path};
	int error = add(storage, &place, amount, sum);

	cy_value_unref(amount);
	return error;
}

/* Whether @p expected is there; NULL: whether nothing is. */
static int is_there(const struct place *place, const cy_value *expected)
{
	if (!expected || !place->node)
		return !expected && !place->node;
	cy_value *current = cy__content_value(&place->node->content);
	int result = refuse_value(place, current);
	if (result == 0)
		result = cy_value_equal(current, expected);
	cy_value_unref(current);
	return result;
}

static int compare_and_set(cy_storage *storage, struct place *place, cy_value *expected, cy_value *value)
{
	int result = expected ? refuse_value(place, expected) : 0;

	if (result == 0 && value)
		result = refuse_value(place, value);
	if (result == 0)
		result = find(storage, place);
	if (result == 0)
		result = is_there(place, expected);
	if (result != 1)
		return result;
	if (value)
		result = put(storage, place, value);
	else if (place->node)
		take_out(storage, place);
	return result < 0 ? result : 1;
}

int cy_storage_compare_and_set(cy_storage *storage, const char *path, cy_value *expected, cy_value *value)
{
	struct place place = {.operation = "compare-and-set", .path = path};
	int result = compare_and_set(storage, &place, expected, value);

	cy_value_unref(expected);
	cy_value_unref(value);
	return result;
}

/* ---- Looking ------------------------------------------------------------------------------------------------------ */

/* Hand out what has been made, or say why it has not. */
static int hand_out(const struct place *place, cy_value *value, cy_value **out)
{
	int error = refuse_value(place, value);

	if (error < 0)
		return error;
	*out = value;
	return 1;
}

int cy_storage_retrieve(const cy_storage *storage, const char *path, cy_value **out)
{
	struct place place = {.operation = "retrieve", .path = path};
	int error = find(storage, &place);

	if (error < 0 || !place.node)
		return error;
	return hand_out(&place, cy__content_value(&place.node->content), out);
}

int cy_storage_keys(const cy_storage *storage, const char *path, cy_value **out)
{
	struct place place = {.operation = "keys", .path = path};

	if (!path)
		return hand_out(&place, cy__branch_keys(&storage->root->branch), out);
	int error = find(storage, &place);
	if (error < 0 || !place.node)
		return error;
	if (place.node->content.leaf)
		return refuse_parent(&place, place.key, place.key_size, place.node);
	return hand_out(&place, cy__branch_keys(&place.node->content.branch), out);
}

cy_value *cy_storage_snapshot(const cy_storage *storage)
{
	return cy__content_value(storage->root);
}
