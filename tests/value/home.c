#include "lib/value/home.h"
#include "lib/value/layout.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <errno.h>
#include <string.h>

enum { LARGE = 1000000 };

/* A block that is the binary value of so many bytes. */
static cy_value *take_filled(cy__home *home, size_t size, int byte)
{
	cy_value *block = cy__home_take(home, size + 5);
	unsigned char *room = cy__value_room(block);
	memcpy(room,
	       (unsigned char[]){0xc6, (unsigned char)(size >> 24), (unsigned char)(size >> 16),
	                         (unsigned char)(size >> 8), (unsigned char)size},
	       5);
	memset(room + 5, byte, size);
	return block;
}

TEST(what_has_come_back_is_used_again)
{
	cy__home *home = cy__home_create();
	cy_value_unref(take_filled(home, LARGE, 1));
	const size_t before = memory_allocations();
	for (int i = 0; i < 10; i++)
		cy_value_unref(take_filled(home, LARGE - (size_t)i, i));
#ifndef TEST_SANITIZED
	ck_assert_uint_eq(memory_allocations(), before);
#else
	ck_assert_uint_ge(memory_allocations(), before);
#endif
	cy__home_close(home);
}

TEST(what_is_kept_is_not)
{
	cy__home *home = cy__home_create();
	cy_value *block = take_filled(home, LARGE, 7), *kept = cy__value_within(block, 0, NULL);
	cy_value_unref(block);
	for (int i = 0; i < 5; i++)
		cy_value_unref(take_filled(home, LARGE, i));
	const void *bytes;
	size_t size;
	ck_assert_int_eq(cy_get_binary(kept, NULL, &bytes, &size), 0);
	ck_assert_uint_eq(size, LARGE);
	for (size_t i = 0; i < size; i++)
		ck_assert_int_eq(((const char *)bytes)[i], 7);
	cy_value_unref(kept);
	cy__home_close(home);
}

TEST(values_outlive_it)
{
	cy__home *home = cy__home_create();
	cy_value *first = take_filled(home, LARGE, 1), *second = take_filled(home, LARGE, 2);
	cy_value_unref(first);
	cy__home_close(home);
	ck_assert_int_eq(cy__value_room(second)[LARGE], 2);
	cy_value_unref(second);
}

TEST(releases_what_is_larger_smaller_or_too_much)
{
	cy__home *home = cy__home_create();
	cy_value *blocks[4];
	for (size_t i = 0; i < 4; i++)
		blocks[i] = take_filled(home, LARGE * (i + 1), 1);
	for (size_t i = 0; i < 4; i++)
		cy_value_unref(blocks[i]);
	cy_value_unref(take_filled(home, 2 * LARGE, 1));
	cy__home_trim(home);
	cy__home_close(home);
	cy__home_close(NULL);
}

TEST(a_value_within_is_checked)
{
	cy__home *home = cy__home_create();
	cy_value *block = take_filled(home, 10, 'x');
	cy_value *good = cy__value_within(block, 0, NULL), *inner = cy__value_within(block, 14, NULL),
		 *bad = cy__value_within(block, 1, NULL);
	int64_t number;
	ck_assert_int_eq(cy_value_error(good), 0);
	ck_assert_int_eq(cy_get_int(inner, NULL, &number), 0);
	ck_assert_int_eq(number, 'x');
	ck_assert_int_lt(cy_value_error(bad), 0);
	cy_value_unref(bad);
	cy_value_unref(good);
	cy_value_unref(block);
	cy_value_unref(inner);
	cy__home_close(home);
}
