/*
 * The storage's rules, one test for each sentence of its page.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <clusterfy/cluster/storage.h>

#include <errno.h>
#include <string.h>

#include "lib/storage/storage.h"
#include "tests/value/expect.h"

static cy_storage *storage;

static void create(void)
{
	storage = cy_storage_create();
	ck_assert_ptr_nonnull(storage);
}

static void destroy(void)
{
	cy_storage_destroy(storage);
}

#define STORAGE_TEST(name) TEST(name, .setup = create, .teardown = destroy)

static void expect_tree(const char *text)
{
	expect_text(cy_storage_snapshot(storage), text);
}

static void expect_at(const char *path, const char *text)
{
	cy_value *value;

	ck_assert_int_eq(cy_storage_retrieve(storage, path, &value), 1);
	expect_text(value, text);
}

static void save(const char *path, cy_value *value)
{
	ck_assert_int_eq(cy_storage_save(storage, path, value), 0);
}

static void expect_tree_unchanged(uint64_t revision, const char *text)
{
	ck_assert_uint_eq(cy_storage_revision(storage), revision);
	expect_tree(text);
}

STORAGE_TEST(a_new_one_is_empty)
{
	expect_tree("{}");
	ck_assert_uint_eq(cy_storage_revision(storage), 0);
}

STORAGE_TEST(what_is_saved_is_retrieved)
{
	save("n", cy_int(3));
	save("s", cy_string("x"));
	save("l", cy_array(cy_int(1), cy_map("a", cy_int(2))));
	expect_at("n", "3");
	expect_at("s", "\"x\"");
	expect_at("l", "[1, {\"a\": 2}]");
	expect_tree("{\"n\": 3, \"s\": \"x\", \"l\": [1, {\"a\": 2}]}");
}

STORAGE_TEST(a_saved_map_is_a_branch)
{
	save("test", cy_map("some", cy_int(1)));
	save("test.other", cy_string("x"));
	expect_at("test.some", "1");
	expect_at("test", "{\"some\": 1, \"other\": \"x\"}");
}

STORAGE_TEST(what_was_there_is_replaced_in_its_place)
{
	save("a", cy_int(1));
	save("b", cy_int(2));
	save("a", cy_map("x", cy_int(3)));
	expect_tree("{\"a\": {\"x\": 3}, \"b\": 2}");
	save("a", cy_nil());
	expect_tree("{\"a\": null, \"b\": 2}");
}

STORAGE_TEST(a_missing_leaf_is_told_apart_from_nil)
{
	cy_value *value = NULL;

	save("a", cy_map("nil", cy_nil()));
	expect_at("a.nil", "null");
	ck_assert_int_eq(cy_storage_retrieve(storage, "a.none", &value), 0);
	ck_assert_int_eq(cy_storage_retrieve(storage, "none", &value), 0);
	ck_assert_ptr_null(value);
}

/* Every operation on a path, given what they have to work with; its result. */
enum operation { SAVE, RETRIEVE, DELETE, KEYS, ADD, SET, OPERATIONS };
static const char *const operation_names[] = {"save", "retrieve", "delete", "keys", "add", "compare-and-set"};

static int operate(enum operation operation, const char *path)
{
	cy_value *out;

	switch (operation) {
	case SAVE:
		return cy_storage_save(storage, path, cy_int(1));
	case RETRIEVE:
		return cy_storage_retrieve(storage, path, &out);
	case DELETE:
		return cy_storage_delete(storage, path);
	case KEYS:
		return cy_storage_keys(storage, path, &out);
	case ADD:
		return cy_storage_add(storage, path, cy_int(1), NULL);
	default:
		return cy_storage_compare_and_set(storage, path, NULL, cy_int(1));
	}
}

static void every_operation_refuses(const char *path, int code, const char *words)
{
	char expected[256];
	uint64_t revision;

	save("map", cy_map("leaf", cy_int(5), "list", cy_array()));
	revision = cy_storage_revision(storage);
	for (enum operation i = 0; i < OPERATIONS; i++) {
		int result = operate(i, path);
		ck_assert_msg(result == code, "%s: %d", operation_names[i], result);
		snprintf(expected, sizeof(expected), "%s %s", operation_names[i], words);
		expect_words(code, expected);
	}
	expect_tree_unchanged(revision, "{\"map\": {\"leaf\": 5, \"list\": []}}");
}

STORAGE_TEST(a_missing_parent_is_an_error_with_the_path_as_far_as_it_got)
{
	every_operation_refuses("none.x", -ENOENT, "\"none.x\": there is no \"none\"");
}

STORAGE_TEST(a_missing_parent_further_down)
{
	every_operation_refuses("map.b.c.d", -ENOENT, "\"map.b.c.d\": there is no \"map.b\"");
}

STORAGE_TEST(a_parent_that_is_no_map)
{
	every_operation_refuses("map.leaf.x", -ENOTDIR, "\"map.leaf.x\": \"map.leaf\" is no map but int");
}

STORAGE_TEST(an_array_is_no_map)
{
	every_operation_refuses("map.list.0", -ENOTDIR, "\"map.list.0\": \"map.list\" is no map but array");
}

STORAGE_TEST(the_empty_path)
{
	every_operation_refuses("", -EINVAL, "\"\": the path is empty");
}

STORAGE_TEST(empty_segments)
{
	every_operation_refuses("map..leaf", -EINVAL, "\"map..leaf\": a segment is empty, after \"map.\"");
	every_operation_refuses(".", -EINVAL, "\".\": a segment is empty, after \"\"");
	every_operation_refuses(".map", -EINVAL, "\".map\": a segment is empty, after \"\"");
	every_operation_refuses("map.", -EINVAL, "\"map.\": a segment is empty, after \"map.\"");
	every_operation_refuses("nobody..x", -EINVAL, "\"nobody..x\": a segment is empty, after \"nobody.\"");
}

STORAGE_TEST(a_path_that_is_not_utf8)
{
	ck_assert_int_eq(cy_storage_save(storage, "a\xff", cy_nil()), -EILSEQ);
	ck_assert_int_eq(cy_storage_save(storage, "a\xed\xa0\x80", cy_nil()), -EILSEQ);
	save("\xc3\xa4", cy_int(1));
	expect_at("\xc3\xa4", "1");
}

STORAGE_TEST(no_path)
{
	cy_value *keys;

	ck_assert_int_eq(cy_storage_save(storage, NULL, cy_nil()), -EINVAL);
	expect_words(-EINVAL, "save: no path (NULL)");
	ck_assert_int_eq(cy_storage_retrieve(storage, NULL, &keys), -EINVAL);
	ck_assert_int_eq(cy_storage_keys(storage, NULL, &keys), 1);
	expect_text(keys, "[]");
}

STORAGE_TEST(the_longest_path)
{
	char path[CY_STORAGE_PATH + 2];

	memset(path, 'a', sizeof(path));
	path[CY_STORAGE_PATH + 1] = '\0';
	ck_assert_int_eq(cy_storage_save(storage, path, cy_nil()), -ENAMETOOLONG);
	path[CY_STORAGE_PATH] = '\0';
	save(path, cy_int(1));
	expect_at(path, "1");
}

/* "0.0.0...", of so many segments. */
static const char *deep(int segments)
{
	static char path[256];
	char *at = path;

	while (segments-- > 0) {
		*at++ = '0';
		*at++ = '.';
	}
	at[-1] = '\0';
	return path;
}

STORAGE_TEST(path_and_value_are_not_nested_too_deep_together)
{
	for (int i = 1; i < CY_DEPTH; i++)
		save(deep(i), cy_map());
	ck_assert_int_eq(cy_storage_save(storage, deep(CY_DEPTH), cy_map()), -ELOOP);
	expect_words(-ELOOP, "save \"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0\": path and value "
	                     "nested deeper than 32");
	ck_assert_int_eq(cy_storage_save(storage, "1", cy_array(cy_array())), 0);
	save(deep(CY_DEPTH), cy_int(7));
	ck_assert_int_eq(cy_storage_save(storage, deep(CY_DEPTH + 1), cy_int(7)), -ELOOP);
	expect_at(deep(CY_DEPTH), "7");
	cy_value *tree = cy_storage_snapshot(storage);
	size_t size;
	const void *bytes = cy_value_bytes(tree, &size);
	ck_assert_int_eq(cy_value_validate(bytes, size, NULL), 0);
	cy_value_unref(tree);
}

STORAGE_TEST(mistakes_as_values_keep_their_code_and_words)
{
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_string("\xff")), -EILSEQ);
	expect_words(-EILSEQ, "save \"a\": string: not UTF-8 from its byte 0 on");
	ck_assert_int_eq(cy_storage_save(storage, "a", NULL), -EINVAL);
	ck_assert_int_eq(cy_storage_add(storage, "a", cy_string("\xff"), NULL), -EILSEQ);
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_string("\xff"), cy_nil()), -EILSEQ);
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", NULL, cy_string("\xff")), -EILSEQ);
	ck_assert_int_eq(cy_storage_load(storage, cy_string("\xff")), -EILSEQ);
	expect_tree_unchanged(0, "{}");
}

STORAGE_TEST(deleting)
{
	save("a", cy_map("x", cy_map("y", cy_int(1)), "z", cy_int(2)));
	ck_assert_int_eq(cy_storage_delete(storage, "a.none"), 0);
	ck_assert_int_eq(cy_storage_delete(storage, "a.x"), 1);
	ck_assert_int_eq(cy_storage_delete(storage, "a.x"), 0);
	expect_tree("{\"a\": {\"z\": 2}}");
	ck_assert_int_eq(cy_storage_delete(storage, "a"), 1);
	expect_tree("{}");
}

STORAGE_TEST(keys_in_their_order)
{
	cy_value *keys = NULL;

	save("m", cy_map("b", cy_int(1), "a", cy_int(2)));
	save("m.c", cy_map());
	save("n", cy_int(1));
	ck_assert_int_eq(cy_storage_keys(storage, "m", &keys), 1);
	expect_text(keys, "[\"b\", \"a\", \"c\"]");
	ck_assert_int_eq(cy_storage_keys(storage, NULL, &keys), 1);
	expect_text(keys, "[\"m\", \"n\"]");
	ck_assert_int_eq(cy_storage_keys(storage, "m.none", &keys), 0);
	ck_assert_int_eq(cy_storage_keys(storage, "n", &keys), -ENOTDIR);
	expect_words(-ENOTDIR, "keys \"n\": \"n\" is no map but int");
}

STORAGE_TEST(keys_without_a_path_are_kept)
{
	static const unsigned char bytes[] = {0x83, 0x01, 0xa1, 'x', 0xa3, 'a', '.', 'b', 0x02, 0xa0, 0xc0};
	cy_value *keys, *value;

	save("m", cy_value_from_bytes(bytes, sizeof(bytes), NULL));
	save("m.1", cy_int(3));
	expect_at("m", "{1: \"x\", \"a.b\": 2, \"\": null, \"1\": 3}");
	ck_assert_int_eq(cy_storage_keys(storage, "m", &keys), 1);
	expect_text(keys, "[1, \"a.b\", \"\", \"1\"]");
	ck_assert_int_eq(cy_storage_retrieve(storage, "m.a.b", &value), -ENOENT);
}

STORAGE_TEST(adding)
{
	cy_value *sum;

	ck_assert_int_eq(cy_storage_add(storage, "n", cy_int(5), &sum), 0);
	expect_text(sum, "5");
	ck_assert_int_eq(cy_storage_add(storage, "n", cy_int(-7), &sum), 0);
	expect_text(sum, "-2");
	ck_assert_int_eq(cy_storage_add(storage, "n", cy_double(0.5), &sum), 0);
	expect_text(sum, "-1.5");
	ck_assert_int_eq(cy_storage_add(storage, "n", cy_int(1), NULL), 0);
	expect_at("n", "-0.5");
}

static int add_to(cy_value *number, cy_value *amount)
{
	save("n", number);
	return cy_storage_add(storage, "n", amount, NULL);
}

STORAGE_TEST(adding_ints_of_any_size)
{
	ck_assert_int_eq(add_to(cy_int(INT64_MAX), cy_int(1)), 0);
	expect_at("n", "9223372036854775808");
	ck_assert_int_eq(add_to(cy_uint(UINT64_MAX), cy_int(INT64_MIN)), 0);
	expect_at("n", "9223372036854775807");
	ck_assert_int_eq(add_to(cy_int(INT64_MIN), cy_uint(UINT64_MAX)), 0);
	expect_at("n", "9223372036854775807");
	ck_assert_int_eq(add_to(cy_int(5), cy_int(-5)), 0);
	expect_at("n", "0");
	ck_assert_int_eq(add_to(cy_int(INT64_MIN), cy_int(INT64_MAX)), 0);
	expect_at("n", "-1");
	ck_assert_int_eq(add_to(cy_int(INT64_MIN + 1), cy_int(-1)), 0);
	expect_at("n", "-9223372036854775808");
}

STORAGE_TEST(sums_that_do_not_fit_change_nothing)
{
	ck_assert_int_eq(add_to(cy_uint(UINT64_MAX), cy_int(1)), -ERANGE);
	expect_at("n", "18446744073709551615");
	expect_words(-ERANGE, "add \"n\": the sum does not fit an int");
	ck_assert_int_eq(add_to(cy_int(INT64_MIN), cy_int(-1)), -ERANGE);
	ck_assert_int_eq(add_to(cy_int(INT64_MIN), cy_int(INT64_MIN)), -ERANGE);
	expect_at("n", "-9223372036854775808");
}

STORAGE_TEST(only_numbers_are_added)
{
	ck_assert_int_eq(add_to(cy_string("5"), cy_int(1)), -EDOM);
	expect_words(-EDOM, "add \"n\": string and int cannot be added");
	ck_assert_int_eq(add_to(cy_map(), cy_int(1)), -EDOM);
	expect_words(-EDOM, "add \"n\": map and int cannot be added");
	ck_assert_int_eq(add_to(cy_int(1), cy_bool(true)), -EDOM);
	ck_assert_int_eq(cy_storage_add(storage, "new", cy_nil(), NULL), -EDOM);
	expect_tree("{\"n\": 1}");
}

STORAGE_TEST(comparing_and_setting)
{
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_nil(), cy_int(1)), 0);
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", NULL, cy_int(1)), 1);
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", NULL, cy_int(2)), 0);
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_int(2), cy_int(3)), 0);
	expect_at("a", "1");
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_int(1), cy_map("x", cy_int(1), "y", cy_int(2))),
	                 1);
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_map("y", cy_int(2), "x", cy_int(1)), NULL), 1);
	expect_tree_unchanged(3, "{}");
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", NULL, NULL), 1);
	expect_tree_unchanged(3, "{}");
}

STORAGE_TEST(loading)
{
	save("a", cy_int(1));
	ck_assert_int_eq(cy_storage_load(storage, cy_map("b", cy_map("c", cy_int(2)))), 0);
	expect_tree("{\"b\": {\"c\": 2}}");
	expect_at("b.c", "2");
	ck_assert_int_eq(cy_storage_load(storage, cy_int(1)), -EINVAL);
	expect_words(-EINVAL, "load: a map expected, int found");
	expect_tree("{\"b\": {\"c\": 2}}");
}

STORAGE_TEST(the_revision_counts_changes_only)
{
	cy_value *out;

	save("a", cy_int(1));
	save("a", cy_int(1));
	ck_assert_uint_eq(cy_storage_revision(storage), 2);
	cy_storage_delete(storage, "none");
	cy_storage_retrieve(storage, "none", &out);
	cy_storage_compare_and_set(storage, "a", cy_int(2), cy_int(3));
	cy_storage_save(storage, "x.y", cy_int(1));
	ck_assert_uint_eq(cy_storage_revision(storage), 2);
	cy_storage_delete(storage, "a");
	cy_storage_add(storage, "a", cy_int(1), NULL);
	cy_storage_load(storage, cy_map());
	ck_assert_uint_eq(cy_storage_revision(storage), 5);
}

STORAGE_TEST(retrieved_values_outlive_what_they_came_from)
{
	cy_value *leaf, *branch;

	save("a", cy_map("b", cy_string("x")));
	ck_assert_int_eq(cy_storage_retrieve(storage, "a.b", &leaf), 1);
	ck_assert_int_eq(cy_storage_retrieve(storage, "a", &branch), 1);
	ck_assert_int_eq(cy_storage_delete(storage, "a"), 1);
	expect_text(leaf, "\"x\"");
	expect_text(branch, "{\"b\": \"x\"}");
}

STORAGE_TEST(a_saved_part_does_not_hold_the_whole)
{
	size_t before = memory_bytes();
	static unsigned char large[100000];
	cy_value *whole = cy_array(cy_binary(large, sizeof(large)), cy_string("small")), *part;

	ck_assert_int_eq(cy_get_value(whole, "1", &part), 0);
	cy_value_unref(whole);
	save("a", part);
	ck_assert_uint_lt(memory_bytes() - before, 1000);
	expect_at("a", "\"small\"");
}

STORAGE_TEST(many_keys)
{
	char path[32];
	int64_t number;
	cy_value *value;

	save("m", cy_map());
	for (int i = 0; i < 2000; i++) {
		snprintf(path, sizeof(path), "m.%d", i);
		save(path, cy_int(i));
	}
	for (int i = 0; i < 2000; i += 2) {
		snprintf(path, sizeof(path), "m.%d", i);
		ck_assert_int_eq(cy_storage_delete(storage, path), 1);
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(path, sizeof(path), "m.%d", i);
		ck_assert_int_eq(cy_storage_retrieve(storage, path, &value), i % 2);
		if (i % 2 == 0)
			continue;
		ck_assert_int_eq(cy_get_int(value, NULL, &number), 0);
		ck_assert_int_eq(number, i);
		cy_value_unref(value);
	}
}

/* Allocations are the measure: of a save into a tree of any size there are as many. */
STORAGE_TEST(a_save_costs_what_it_changes)
{
	char path[32];
	size_t costs[2];

	for (int round = 0; round < 2; round++) {
		size_t before = memory_allocations();
		save("n", cy_int(round));
		costs[round] = memory_allocations() - before - (round == 0);
		save("m", cy_map());
		for (int i = 0; i < 5000; i++) {
			snprintf(path, sizeof(path), "m.%d", i);
			save(path, cy_int(i));
		}
	}
	ck_assert_uint_eq(costs[0], costs[1]);
	ck_assert_uint_le(costs[1], 1);
}

TEST(destroying_nothing)
{
	cy_storage_destroy(NULL);
}

/* One of everything; the first failure, or 0. */
static int do_all(cy_storage *tree)
{
	cy_value *out = NULL;
	int error = cy_storage_save(tree, "a", cy_map("x", cy_int(1), "y", cy_map("z", cy_string("text"))));

	if (error >= 0)
		error = cy_storage_add(tree, "a.x", cy_double(1), &out);
	cy_value_unref(out);
	out = NULL;
	if (error >= 0)
		error = cy_storage_compare_and_set(tree, "a.y", cy_map("z", cy_string("text")), cy_array(cy_int(1)));
	if (error >= 0)
		error = cy_storage_keys(tree, "a", &out);
	cy_value_unref(out);
	out = NULL;
	if (error >= 0)
		error = cy_storage_retrieve(tree, "a", &out);
	cy_value_unref(out);
	if (error >= 0)
		error = cy_storage_delete(tree, "a.x");
	return error;
}

STORAGE_TEST(without_memory_each_operation_changes_all_or_nothing)
{
	static const char *const states[] = {
		"{\"keep\": {\"k\": 0}}",
		"{\"keep\": {\"k\": 0}, \"a\": {\"x\": 1, \"y\": {\"z\": \"text\"}}}",
		"{\"keep\": {\"k\": 0}, \"a\": {\"x\": 2.0, \"y\": {\"z\": \"text\"}}}",
		"{\"keep\": {\"k\": 0}, \"a\": {\"x\": 2.0, \"y\": [1]}}",
		"{\"keep\": {\"k\": 0}, \"a\": {\"y\": [1]}}",
	};
	size_t refused = 1;

	for (size_t n = 0; refused; n++) {
		ck_assert_int_eq(cy_storage_load(storage, cy_map("keep", cy_map("k", cy_int(0)))), 0);
		uint64_t revision = cy_storage_revision(storage);
		memory_fail_once_after(n);
		int error = do_all(storage);
		refused = memory_refused();
		memory_recover();
		ck_assert_int_eq(error, refused ? -ENOMEM : 1);
		expect_tree(states[cy_storage_revision(storage) - revision]);
		ck_assert_int_ge(do_all(storage), 0);
		expect_tree(states[4]);
		ck_assert_uint_lt(n, 200);
	}
}

STORAGE_TEST(without_memory_for_a_table_the_keys_are_still_found)
{
	char path[8];

	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "%d", i);
		/* An int, its content, its node; and then the table. */
		cy_value *value = cy_int(i);
		memory_fail_after(1);
		int error = cy_storage_save(storage, path, value);
		memory_recover();
		ck_assert_int_eq(error, 0);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "%d", i);
		ck_assert_int_eq(cy_storage_delete(storage, path), 1);
	}
}

TEST(without_memory_there_is_no_storage)
{
	memory_fail_after(0);
	ck_assert_ptr_null(cy_storage_create());
	memory_recover();
}
