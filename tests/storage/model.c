/*
 * Random operations on a storage and on a model of it that cannot be wrong, because it is nothing but one value that is
 * copied for every change.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <clusterfy/cluster/storage.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t random_state;

static unsigned pick(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % below;
}

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
enum { NAMES = sizeof(names) / sizeof(*names) };

/* A path of up to three segments; now and then a wrong one. */
static const char *any_path(void)
{
	static char path[64];
	unsigned segments = 1 + pick(3);

	if (pick(50) == 0)
		return pick(2) ? "" : "a..b";
	for (unsigned i = 0, size = 0; i < segments; i++)
		size += (unsigned)snprintf(path + size, sizeof(path) - size, "%s%s", i ? "." : "",
		                           names[pick(i ? 3 : NAMES)]);
	return path;
}

static cy_value *any_value(int depth)
{
	switch (pick(depth ? 6 : 4)) {
	case 0:
		return cy_int(pick(1000));
	case 1:
		return cy_string(names[pick(NAMES)]);
	case 2:
		return cy_nil();
	case 3:
		return cy_array(cy_int(pick(9)), cy_map("x", cy_nil()));
	case 4:
		return cy_map();
	default:
		return cy_map(names[pick(2)], any_value(depth - 1), names[2], any_value(depth - 1));
	}
}

/* The model's map with @p key replaced, appended or (value NULL) left out. The value is consumed. */
static cy_value *with(const cy_value *map, const char *key, cy_value *value)
{
	cy_pair pairs[NAMES + 1];
	size_t count = 0;
	cy_iterator it;
	const char *name;

	CY_EACH(&it, map)
	{
		ck_assert_int_eq(cy_get_string(it.key, NULL, &name), 0);
		bool same = strcmp(name, key) == 0;
		if (same && !value)
			continue;
		pairs[count++] = (cy_pair){name, same ? value : cy_value_ref(it.value)};
		if (same)
			value = NULL;
		if (same)
			key = "";
	}
	if (value)
		pairs[count++] = (cy_pair){key, value};
	return cy_map_from(pairs, count);
}

/* The same at a path whose parents are there. */
static cy_value *with_path(const cy_value *map, const char *path, cy_value *value)
{
	const char *dot = strchr(path, '.');
	char key[8] = "";
	cy_value *child, *changed;

	if (!dot)
		return with(map, path, value);
	memcpy(key, path, (size_t)(dot - path));
	ck_assert_int_eq(cy_get_value(map, key, &child), 0);
	changed = with_path(child, dot + 1, value);
	cy_value_unref(child);
	return with(map, key, changed);
}

/* What the rules say of a path: 1, 0 or the error. */
static int judge(const cy_value *model, const char *path)
{
	char parent[64];
	cy_type type;

	if (!*path || strstr(path, ".."))
		return -EINVAL;
	for (const char *dot = strchr(path, '.'); dot; dot = strchr(dot + 1, '.')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(dot - path), path);
		if (cy_get_type(model, parent, &type) < 0)
			return -ENOENT;
		if (type != CY_MAP)
			return -ENOTDIR;
	}
	return cy_has(model, path);
}

static void replace(cy_value **model, const char *path, cy_value *value)
{
	cy_value *changed = with_path(*model, path, value);

	cy_value_unref(*model);
	*model = changed;
}

static void check_save(cy_storage *storage, cy_value **model, const char *path, int judged)
{
	cy_value *value = any_value(2);
	int result = cy_storage_save(storage, path, cy_value_ref(value));

	ck_assert_int_eq(result, judged < 0 ? judged : 0);
	if (result == 0)
		replace(model, path, value);
	else
		cy_value_unref(value);
}

static void check_retrieve(const cy_storage *storage, const cy_value *model, const char *path, int judged)
{
	cy_value *there = NULL, *expected = NULL;

	ck_assert_int_eq(cy_storage_retrieve(storage, path, &there), judged);
	if (judged == 1) {
		ck_assert_int_eq(cy_get_value(model, path, &expected), 0);
		ck_assert(cy_value_equal(there, expected));
	}
	cy_value_unref(there);
	cy_value_unref(expected);
}

static void check_delete(cy_storage *storage, cy_value **model, const char *path, int judged)
{
	ck_assert_int_eq(cy_storage_delete(storage, path), judged);
	if (judged == 1)
		replace(model, path, NULL);
}

static void check_add(cy_storage *storage, cy_value **model, const char *path, int judged)
{
	int64_t before = 0, amount = pick(100), after;
	bool number = judged == 0 || (judged == 1 && cy_get_int(*model, path, &before) == 0);
	cy_value *sum = NULL;
	int result = cy_storage_add(storage, path, cy_int(amount), &sum);

	ck_assert_int_eq(result, judged < 0 ? judged : number ? 0 : -EDOM);
	if (result < 0)
		return;
	ck_assert_int_eq(cy_get_int(sum, NULL, &after), 0);
	ck_assert_int_eq(after, before + amount);
	replace(model, path, sum);
}

static void check_set(cy_storage *storage, cy_value **model, const char *path, int judged)
{
	cy_value *expected = NULL, *value = pick(4) ? any_value(1) : NULL;
	bool right = pick(2);
	int result;

	if (judged == 1 && right)
		ck_assert_int_eq(cy_get_value(*model, path, &expected), 0);
	else if (!right)
		expected = cy_string("never saved");
	else
		right = judged == 0;
	result = cy_storage_compare_and_set(storage, path, expected, cy_value_ref(value));
	ck_assert_int_eq(result, judged < 0 ? judged : right);
	if (result == 1 && (value || judged == 1))
		replace(model, path, value);
	else
		cy_value_unref(value);
}

static void step(cy_storage *storage, cy_value **model)
{
	const char *path = any_path();
	int judged = judge(*model, path);

	switch (pick(5)) {
	case 0:
		check_save(storage, model, path, judged);
		break;
	case 1:
		check_retrieve(storage, *model, path, judged);
		break;
	case 2:
		check_delete(storage, model, path, judged);
		break;
	case 3:
		check_add(storage, model, path, judged);
		break;
	default:
		check_set(storage, model, path, judged);
	}
}

TEST(agrees_with_the_model, .from = 1, .to = 9)
{
	cy_storage *storage = cy_storage_create();
	cy_value *model = cy_map();

	random_state = (uint64_t)_i * 0x9e3779b97f4a7c15;
	for (int i = 0; i < 2000; i++) {
		step(storage, &model);
		cy_value *tree = cy_storage_snapshot(storage);
		size_t size, model_size;
		const void *bytes = cy_value_bytes(tree, &size), *model_bytes = cy_value_bytes(model, &model_size);
		/* byte for byte: the order of keys as well */
		ck_assert_uint_eq(size, model_size);
		ck_assert_mem_eq(bytes, model_bytes, size);
		cy_value_unref(tree);
	}
	cy_value_unref(model);
	cy_storage_destroy(storage);
}
