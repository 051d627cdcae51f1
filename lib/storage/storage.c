/*
 * The storage's operations, each in one go.
 *
 * Each operation that changes something first makes what it needs and then changes the tree, so that one which fails has
 * changed nothing.
 */
#include "lib/storage/storage.h"

#include <errno.h>
#include <string.h>

#include <clusterfy/rx/error.h>
#include "lib/storage/inside.h"
#include "lib/storage/number.h"
#include "lib/storage/operation.h"
#include "lib/value/layout.h"
#include "lib/value/scan.h"

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
	storage->tree.branch = cy__branch_create();
	if (!storage->tree.branch) {
		rx_free(storage);
		return NULL;
	}
	storage->forest.seed = cy__seed_create();
	return storage;
}

void cy_storage_destroy(cy_storage *storage)
{
	if (!storage)
		return;
	if (storage->changes)
		rx_subject_complete(storage->changes);
	rx_subject_unref(storage->changes);
	cy__content_discard(&storage->forest, &storage->tree, NULL);
	cy__forest_finish(&storage->forest);
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

/* What little there is goes at once, so that it does not add up. */
enum { LITTLE = 256 };

void cy__storage_tidy(cy_storage *storage)
{
	if (storage->unclean && cy__forest_clean(&storage->forest, LITTLE))
		storage->unclean(storage->ctx);
	else if (!storage->unclean)
		while (cy__forest_clean(&storage->forest, SIZE_MAX))
			;
}

static void tell(cy_storage *storage, const cy_change *change)
{
	storage->telling = true;
	rx_wait_forbid(); /* whoever changes it is on the stack */
	rx_subject_next(storage->changes, change);
	while (storage->first || storage->untold)
		if (storage->first) {
			tell_kept(storage);
		} else {
			storage->untold = false;
			rx_subject_next(storage->changes, &(cy_change){.revision = storage->revision});
		}
	rx_wait_allow();
	storage->telling = false;
}

/* Whoever hears of it may change the storage again. */
void cy__storage_announce(cy_storage *storage, const char *path, cy_value *value)
{
	const cy_change change = {.path = path, .value = value, .revision = ++storage->revision};

	if (!storage->changes)
		return;
	/* What they change is theirs. */
	struct owner *acting = storage->acting;
	storage->acting = NULL;
	if (storage->telling)
		keep_for_later(storage, &change);
	else
		tell(storage, &change);
	storage->acting = acting;
}

/* ---- Changes ------------------------------------------------------------------------------------------------------ */

static int load(cy_storage *storage, cy_value *map)
{
	struct place place = {.operation = "load"};
	struct builder builder;
	int error = cy__place_refuse_value(&place, map);

	if (error < 0)
		return error;
	if (cy_value_type(map) != CY_MAP)
		return cy__place_refuse(&place, -EINVAL, "a map expected, %s found", cy_type_name(cy_value_type(map)));
	cy__builder_begin(&builder, &storage->forest, map, NULL);
	do {
		error = cy__builder_step(&builder, SIZE_MAX);
	} while (error > 0);
	if (error == 0)
		error = cy__tree_replace(&storage->forest, &storage->tree, &builder.content);
	if (error < 0) {
		cy__content_discard(&storage->forest, &builder.content, NULL);
		return cy__place_refuse_code(&place, error);
	}
	cy__storage_announce(storage, "", map);
	return 0;
}

int cy_storage_load(cy_storage *storage, cy_value *map)
{
	int error = load(storage, map);

	cy__storage_tidy(storage);
	cy_value_unref(map);
	return error;
}

/* All of it in one go. */
static int finish(cy__operation *operation, cy_value **result)
{
	int code;
	do {
		code = cy__operation_step(operation, SIZE_MAX);
	} while (code == CY__MORE);
	if (result && operation->result) {
		*result = operation->result;
		operation->result = NULL;
	}
	cy__operation_finish(operation);
	return code;
}

int cy_storage_save(cy_storage *storage, const char *path, cy_value *value)
{
	cy__operation operation;
	cy__operation_save(&operation, storage, path, value);
	const int code = finish(&operation, NULL);

	cy_value_unref(value);
	return code;
}

int cy_storage_delete(cy_storage *storage, const char *path)
{
	struct place place = {.operation = "delete", .path = path};
	int error = cy__place_find(storage, &place);

	if (error < 0 || !place.node)
		return error;
	error = cy__place_take_out(storage, &place);
	cy__storage_tidy(storage);
	return error < 0 ? error : 1;
}

/* The sum of what is at @p place and @p amount, to be released. */
static int add_up(const struct place *place, cy_value *amount, cy_value **sum)
{
	static const unsigned char zero_bytes[] = {0};
	static const cy_value zero = {.bytes = zero_bytes, .size = 1, .references = CY__IMMORTAL};
	const cy_value *current = place->node ? place->node->content.leaf : &zero;
	int error = current ? cy__number_add(current, amount, sum) : rx_plain(-EDOM);

	switch (error) {
	case -EDOM:
		return cy__place_refuse(place, error, "%s and %s cannot be added",
		                        current ? cy_type_name(cy_value_type(current)) : "map",
		                        cy_type_name(cy_value_type(amount)));
	case -ERANGE:
		return cy__place_refuse(place, error, "the sum does not fit an int");
	case -ENOMEM:
		return cy__place_refuse(place, error, "no memory");
	default:
		return error;
	}
}

/* The acting owner pays for it before. */
static int put_leaf(cy_storage *storage, struct place *place, cy_value *value)
{
	struct content content = {.leaf = value};
	const int error = cy__owner_charge(storage->acting, 0, cy__content_cost(&content));
	if (error < 0)
		return cy__place_refuse_code(place, error);
	cy_value_ref(value);
	return cy__place_put(storage, place, &content, value);
}

static int add(cy_storage *storage, struct place *place, cy_value *amount, cy_value **sum)
{
	cy_value *total = NULL;
	int error = cy__place_refuse_value(place, amount);

	if (error == 0)
		error = cy__place_find(storage, place);
	if (error == 0)
		error = add_up(place, amount, &total);
	if (error < 0)
		return error;
	error = put_leaf(storage, place, total);
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

	cy__storage_tidy(storage);
	cy_value_unref(amount);
	return error;
}

int cy_storage_compare_and_set(cy_storage *storage, const char *path, cy_value *expected, cy_value *value)
{
	cy__operation operation;
	cy__operation_compare_and_set(&operation, storage, path, expected, value);
	const int code = finish(&operation, NULL);

	cy_value_unref(expected);
	cy_value_unref(value);
	return code;
}

/* ---- Looking ------------------------------------------------------------------------------------------------------ */

static int look(const cy_storage *storage, const char *path, bool keys, cy_value **out)
{
	cy__operation operation;
	/* In one go nothing of the storage is touched. */
	cy__operation_retrieve(&operation, (cy_storage *)storage, path, keys);
	return finish(&operation, out);
}

int cy_storage_retrieve(const cy_storage *storage, const char *path, cy_value **out)
{
	struct place place = {.operation = "retrieve"};
	return path ? look(storage, path, false, out) : cy__place_refuse(&place, -EINVAL, "no path (NULL)");
}

int cy_storage_keys(const cy_storage *storage, const char *path, cy_value **out)
{
	return look(storage, path, true, out);
}

cy_value *cy_storage_snapshot(const cy_storage *storage)
{
	cy_value *snapshot = NULL;
	const int code = look(storage, NULL, false, &snapshot);
	return code < 0 ? cy__mistake(-ENOMEM, "no memory") : snapshot;
}
