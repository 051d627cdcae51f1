/*
 * Operations in steps, beside others that happen between them; the tree's tables; and whose the keys are.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/storage/left.h"
#include "lib/storage/operation.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

static void save(cy_storage *storage, const char *path, int64_t n)
{
	ck_assert_int_eq(cy_storage_save(storage, path, cy_int(n)), 0);
}

static void save_key(cy_storage *storage, int key, int64_t n)
{
	char path[32];
	snprintf(path, sizeof path, "a.k%d", key);
	save(storage, path, n);
}

static cy_storage *filled(int keys)
{
	cy_storage *storage = cy_storage_create();
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_map()), 0);
	for (int i = 0; i < keys; i++)
		save_key(storage, i, i);
	return storage;
}

static cy_value *retrieve(const cy_storage *storage, const char *path)
{
	cy_value *value = NULL;
	ck_assert_int_eq(cy_storage_retrieve(storage, path, &value), 1);
	return value;
}

static uint32_t state;

static int draw(int below)
{
	state = state * 1664525u + 1013904223u;
	return (int)((state >> 8) % (uint32_t)below);
}

/* Something is changed: a key is saved, added, removed or becomes a map; or all of it is. */
static void change(cy_storage *storage, int keys)
{
	char path[32];
	const int key = draw(keys);
	snprintf(path, sizeof path, "a.k%d", key);
	switch (draw(8)) {
	case 0:
		ck_assert_int_ge(cy_storage_delete(storage, path), 0);
		break;
	case 1:
		ck_assert_int_eq(cy_storage_save(storage, path, cy_map("x", cy_int(key), "y", cy_map())), 0);
		break;
	case 2:
		snprintf(path, sizeof path, "a.k%d.x", key);
		cy_storage_save(storage, path, cy_int(draw(100)));
		break;
	case 3:
		save_key(storage, keys + draw(keys), 1);
		break;
	case 4:
		if (draw(10) == 0)
			ck_assert_int_eq(cy_storage_save(storage, "a", cy_map("k1", cy_int(1))), 0);
		break;
	default:
		save_key(storage, key, draw(1000));
	}
}

static void expect_same(cy_value *value, cy_value *expected)
{
	ck_assert(cy_value_equal(value, expected));
	size_t size, other;
	const void *bytes = cy_value_bytes(value, &size), *others = cy_value_bytes(expected, &other);
	ck_assert_uint_eq(size, other);
	ck_assert_int_eq(memcmp(bytes, others, size), 0);
}

TEST(what_is_read_in_steps_is_what_was_there_at_the_beginning, .from = 0, .to = 20)
{
	state = (uint32_t)_i + 1;
	cy_storage *storage = filled(100);
	for (int round = 0; round < 20; round++) {
		cy__operation operation;
		cy_value *expected = retrieve(storage, "a");
		cy__operation_retrieve(&operation, storage, "a", false);
		int code;
		while ((code = cy__operation_step(&operation, (size_t)draw(40) + 1)) == CY__MORE)
			for (int i = draw(5); i > 0; i--)
				change(storage, 100);
		ck_assert_int_eq(code, 1);
		expect_same(operation.result, expected);
		cy__operation_finish(&operation);
		cy_value_unref(expected);
	}
	cy_storage_destroy(storage);
}

TEST(several_who_read_in_steps_see_each_their_own_state)
{
	enum { READERS = 5 };
	state = 7;
	cy_storage *storage = filled(60);
	cy__operation operations[READERS];
	cy_value *expected[READERS];
	bool done[READERS] = {false};
	for (int i = 0; i < READERS; i++) {
		expected[i] = cy_storage_snapshot(storage);
		cy__operation_retrieve(&operations[i], storage, NULL, false);
		ck_assert_int_eq(cy__operation_step(&operations[i], 1), CY__MORE);
		change(storage, 60);
	}
	for (int left = READERS; left > 0;) {
		const int i = draw(READERS);
		change(storage, 60);
		if (done[i] || cy__operation_step(&operations[i], 7) == CY__MORE)
			continue;
		expect_same(operations[i].result, expected[i]);
		cy__operation_finish(&operations[i]);
		cy_value_unref(expected[i]);
		done[i] = true;
		left--;
	}
	cy_storage_destroy(storage);
}

static cy_value *numbered(size_t count, int64_t n)
{
	cy_pair *pairs = calloc(count, sizeof *pairs);
	char(*keys)[24] = calloc(count, sizeof *keys);
	for (size_t i = 0; i < count; i++) {
		snprintf(keys[i], sizeof keys[i], "k%zu", i);
		pairs[i] = (cy_pair){keys[i], cy_int(n)};
	}
	cy_value *map = cy_map_from(pairs, count);
	free(keys);
	free(pairs);
	return map;
}

TEST(what_is_saved_in_steps_is_there_whole_or_not_at_all)
{
	cy_storage *storage = filled(10);
	cy_value *before = cy_storage_snapshot(storage), *map = numbered(1000, 3);
	cy__operation operation;
	cy__operation_save(&operation, storage, "a", map);
	int code, steps = 0;
	while ((code = cy__operation_step(&operation, 16)) == CY__MORE) {
		cy_value *now = cy_storage_snapshot(storage);
		expect_same(now, before);
		cy_value_unref(now);
		steps++;
	}
	ck_assert_int_eq(code, 0);
	ck_assert_int_gt(steps, 100);
	cy__operation_finish(&operation);
	cy_value *now = retrieve(storage, "a");
	expect_same(now, map);
	cy_value_unref(now);
	cy_value_unref(map);
	cy_value_unref(before);
	cy_storage_destroy(storage);
}

TEST(a_save_that_is_given_up_half_way_leaves_nothing)
{
	cy_storage *storage = filled(10);
	cy_value *before = cy_storage_snapshot(storage), *map = numbered(1000, 3);
	const size_t live = memory_live();
	cy__operation operation;
	cy__operation_save(&operation, storage, "a", map);
	ck_assert_int_eq(cy__operation_step(&operation, 500), CY__MORE);
	cy__operation_finish(&operation);
	ck_assert_uint_eq(memory_live(), live);
	cy_value *now = cy_storage_snapshot(storage);
	expect_same(now, before);
	cy_value_unref(now);
	cy_value_unref(map);
	cy_value_unref(before);
	cy_storage_destroy(storage);
}

TEST(what_changes_while_it_is_compared_is_compared_anew)
{
	cy_storage *storage = cy_storage_create();
	cy_value *map = numbered(1000, 1);
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_value_ref(map)), 0);
	cy__operation operation;
	cy__operation_compare_and_set(&operation, storage, "a", map, NULL);
	ck_assert_int_eq(cy__operation_step(&operation, 1500), CY__MORE);
	save_key(storage, 3, 2);
	int code;
	while ((code = cy__operation_step(&operation, 100)) == CY__MORE)
		;
	ck_assert_int_eq(code, 0);
	cy__operation_finish(&operation);
	cy_value *now = NULL;
	ck_assert_int_eq(cy_storage_retrieve(storage, "a", &now), 1);
	cy_value_unref(now);
	cy_value_unref(map);
	cy_storage_destroy(storage);
}

TEST(what_changes_again_and_again_is_not_compared_for_ever)
{
	cy_storage *storage = cy_storage_create();
	cy_value *map = numbered(1000, 1);
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_value_ref(map)), 0);
	cy__operation operation;
	cy__operation_compare_and_set(&operation, storage, "a", map, NULL);
	int code;
	for (int i = 0; (code = cy__operation_step(&operation, 100)) == CY__MORE; i++)
		save_key(storage, 3, 1);
	ck_assert_int_eq(code, -EAGAIN);
	cy__operation_finish(&operation);
	cy_value_unref(map);
	cy_storage_destroy(storage);
}

TEST(comparing_takes_no_memory_and_sets_nothing_aside)
{
	cy_storage *storage = filled(2000);
	const size_t before = memory_allocations();
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "a", cy_value_ref(cy_nil()), NULL), 0);
	/* the nil alone */
	ck_assert_uint_le(memory_allocations() - before, 1);
	cy_storage_destroy(storage);
}

TEST(maps_are_compared_in_any_order_and_by_what_their_keys_mean)
{
	static const unsigned char one[] = {0x82, 0x01, 0xa1, 'x', 0xa1, 'k', 0x92, 0x01, 0x82, 0x01, 0x02, 0x03, 0x04};
	static const unsigned char other[] = {0x82, 0xa1, 'k',  0x92, 0xcc, 0x01, 0x82, 0x03,
	                                      0x04, 0x01, 0x02, 0xcd, 0x00, 0x01, 0xa1, 'x'};
	cy_storage *storage = cy_storage_create();
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_value_from_bytes(one, sizeof one, NULL)), 0);
	ck_assert_int_eq(
		cy_storage_compare_and_set(storage, "a", cy_value_from_bytes(other, sizeof other, NULL), cy_int(1)), 1);
	cy_storage_destroy(storage);
}

TEST(a_branch_that_has_become_small_takes_little)
{
	cy_storage *storage = filled(0);
	const size_t empty = memory_bytes();
	for (int i = 0; i < 20000; i++)
		save_key(storage, i, 1);
	char path[32];
	for (int i = 0; i < 20000; i++) {
		snprintf(path, sizeof path, "a.k%d", i);
		ck_assert_int_eq(cy_storage_delete(storage, path), 1);
		if (i % 1000 == 0 && i < 19000) {
			cy_value *value = NULL;
			snprintf(path, sizeof path, "a.k%d", i + 999);
			ck_assert_int_eq(cy_storage_retrieve(storage, path, &value), 1);
			cy_value_unref(value);
		}
	}
	ck_assert_uint_le(memory_bytes(), empty + 1024);
	cy_storage_destroy(storage);
}

/* ---- Whose ------------------------------------------------------------------------------------------------------------ */

static size_t held(cy__ledger *ledger, uint32_t origin, cy__resource resource)
{
	const cy__account *account = cy__ledger_find(ledger, origin);
	return account ? cy__account_held(account, resource) : 0;
}

static void act(cy_storage *storage, cy__ledger *ledger, uint32_t origin)
{
	storage->acting = origin ? cy__owner_of(&storage->forest, cy__ledger_open(ledger, origin)) : NULL;
}

TEST(a_key_is_charged_to_who_wrote_it_last_and_to_nobody_when_it_is_gone)
{
	cy__ledger *ledger = cy__ledger_create(NULL, NULL, NULL);
	cy_storage *storage = cy_storage_create();
	act(storage, ledger, 1);
	ck_assert_int_eq(cy_storage_save(storage, "a", numbered(100, 1)), 0);
	ck_assert_uint_eq(held(ledger, 1, CY__KEYS), 101);
	ck_assert_uint_ge(held(ledger, 1, CY__STORED), 101 * sizeof(struct node));
	act(storage, ledger, 2);
	ck_assert_int_eq(cy_storage_save(storage, "a.k3", cy_int(7)), 0);
	ck_assert_uint_eq(held(ledger, 1, CY__KEYS), 100);
	ck_assert_uint_eq(held(ledger, 2, CY__KEYS), 1);
	act(storage, ledger, 0);
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_int(1)), 0);
	ck_assert_uint_eq(held(ledger, 1, CY__KEYS), 0);
	ck_assert_uint_eq(held(ledger, 1, CY__STORED), 0);
	ck_assert_uint_eq(held(ledger, 2, CY__KEYS), 0);
	ck_assert_uint_eq(held(ledger, 2, CY__STORED), 0);
	cy_storage_destroy(storage);
	cy__ledger_destroy(ledger);
}

TEST(what_is_charged_is_not_less_than_what_is_taken, .from = 0, .to = 3)
{
	cy__ledger *ledger = cy__ledger_create(NULL, NULL, NULL);
	cy_storage *storage = cy_storage_create();
	act(storage, ledger, 1);
	const size_t before = memory_bytes();
	char path[32];
	ck_assert_int_eq(cy_storage_save(storage, "a", cy_map()), 0);
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof path, "a.k%d", i);
		cy_value *value = _i == 0 ? cy_int(i) : _i == 1 ? cy_map("a", cy_map()) : cy_array(cy_int(1), cy_nil());
		ck_assert_int_eq(cy_storage_save(storage, path, value), 0);
	}
	ck_assert_uint_ge(held(ledger, 1, CY__STORED), memory_bytes() - before);
	act(storage, ledger, 0);
	cy_storage_destroy(storage);
	cy__ledger_destroy(ledger);
}

TEST(at_its_limit_an_origin_is_refused_in_words_and_nothing_has_changed)
{
	cy__ledger *ledger = cy__ledger_create(&(cy_quota){.keys = 50}, NULL, NULL);
	cy_storage *storage = cy_storage_create();
	act(storage, ledger, 9);
	ck_assert_int_eq(cy_storage_save(storage, "mine", numbered(30, 1)), 0);
	cy_value *before = cy_storage_snapshot(storage);
	ck_assert_int_eq(cy_storage_save(storage, "more", numbered(30, 1)), -EDQUOT);
	ck_assert_str_eq(rx_words(-EDQUOT), "save \"more\": worker 9 is at its limit of 50 keys");
	ck_assert_int_eq(cy_storage_compare_and_set(storage, "more", NULL, numbered(30, 1)), -EDQUOT);
	ck_assert_uint_eq(held(ledger, 9, CY__KEYS), 31);
	cy_value *after = cy_storage_snapshot(storage);
	expect_same(after, before);
	act(storage, ledger, 10);
	ck_assert_int_eq(cy_storage_save(storage, "other", numbered(30, 1)), 0);
	cy_value_unref(before);
	cy_value_unref(after);
	cy_storage_destroy(storage);
	cy__ledger_destroy(ledger);
}

static bool is_there(const cy_storage *storage, const char *path)
{
	cy_value *value = NULL;
	const int code = cy_storage_retrieve(storage, path, &value);
	cy_value_unref(value);
	return code == 1;
}

static size_t remove_left(cy_storage *storage, size_t limit)
{
	size_t removed = 0;
	while (cy__left_step(storage, limit, 3, &removed))
		;
	return removed;
}

TEST(of_what_was_left_the_newest_of_who_left_the_most_goes_until_the_rest_fits)
{
	cy__ledger *ledger = cy__ledger_create(NULL, NULL, NULL);
	cy_storage *storage = cy_storage_create();
	char path[32];
	act(storage, ledger, 1);
	ck_assert_int_eq(cy_storage_save(storage, "small", numbered(10, 1)), 0);
	act(storage, ledger, 2);
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof path, "much%d", i);
		ck_assert_int_eq(cy_storage_save(storage, path, numbered(100, 1)), 0);
	}
	act(storage, ledger, 3);
	ck_assert_int_eq(cy_storage_save(storage, "living", numbered(1000, 1)), 0);
	act(storage, ledger, 0);
	const size_t each = held(ledger, 2, CY__STORED) / 20, small = held(ledger, 1, CY__STORED);
	cy__account_close(cy__ledger_find(ledger, 1));
	cy__account_close(cy__ledger_find(ledger, 2));
	ck_assert_uint_eq(remove_left(storage, small + 20 * each + 1000), 0);
	ck_assert_uint_eq(remove_left(storage, small + 5 * each + each / 2), 15);
	ck_assert(is_there(storage, "small") && is_there(storage, "living"));
	ck_assert(is_there(storage, "much0") && is_there(storage, "much4") && !is_there(storage, "much5"));
	ck_assert_uint_eq(remove_left(storage, 0), 6);
	ck_assert(!is_there(storage, "small") && is_there(storage, "living"));
	ck_assert_ptr_null(cy__ledger_find(ledger, 2));
	cy_storage_destroy(storage);
	cy__ledger_destroy(ledger);
}

TEST(what_others_have_put_below_what_was_left_stays)
{
	cy__ledger *ledger = cy__ledger_create(NULL, NULL, NULL);
	cy_storage *storage = cy_storage_create();
	act(storage, ledger, 1);
	ck_assert_int_eq(cy_storage_save(storage, "left", cy_map("inner", numbered(50, 1), "other", cy_int(1))), 0);
	act(storage, ledger, 2);
	ck_assert_int_eq(cy_storage_save(storage, "left.inner.guest", cy_int(5)), 0);
	act(storage, ledger, 0);
	cy__account_close(cy__ledger_find(ledger, 1));
	remove_left(storage, 0);
	ck_assert(is_there(storage, "left.inner.guest"));
	ck_assert(!is_there(storage, "left.inner.k1") && !is_there(storage, "left.other"));
	cy_storage_destroy(storage);
	cy__ledger_destroy(ledger);
}
