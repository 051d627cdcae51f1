/*
 * When two values are the same, and that they then hash equally.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <math.h>

/* Both are released. */
static void expect(cy_value *a, cy_value *b, bool equal)
{
	ck_assert_int_eq(cy_value_error(a), 0);
	ck_assert_int_eq(cy_value_error(b), 0);
	ck_assert(cy_value_equal(a, b) == equal);
	ck_assert(cy_value_equal(b, a) == equal);
	if (equal)
		ck_assert_uint_eq(cy_value_hash(a), cy_value_hash(b));
	else
		ck_assert_uint_ne(cy_value_hash(a), cy_value_hash(b));
	cy_value_unref(a);
	cy_value_unref(b);
}
#define FROM(bytes) cy_value_from_bytes(bytes, sizeof(bytes) - 1, NULL)

TEST(whatever_the_encoding)
{
	expect(cy_int(1), FROM("\xd3\x00\x00\x00\x00\x00\x00\x00\x01"), true);
	expect(cy_int(1), FROM("\xcd\x00\x01"), true);
	expect(cy_int(-1), FROM("\xd1\xff\xff"), true);
	expect(cy_double(1.5), cy_float(1.5F), true);
	expect(cy_string("a"),
	       FROM("\xdb\x00\x00\x00\x01"
	            "a"),
	       true);
	expect(cy_binary("a", 1),
	       FROM("\xc5\x00\x01"
	            "a"),
	       true);
	expect(cy_ext(4, "a", 1),
	       FROM("\xc7\x01\x04"
	            "a"),
	       true);
	expect(cy_array(cy_int(1)), FROM("\xdc\x00\x01\xcc\x01"), true);
}

TEST(different_types_are_different)
{
	expect(cy_int(1), cy_double(1), false);
	expect(cy_string("a"), cy_binary("a", 1), false);
	expect(cy_nil(), cy_bool(false), false);
	expect(cy_array(), cy_map(), false);
	expect(cy_int(-1), cy_uint(UINT64_MAX), false);
	expect(cy_ext(1, "a", 1), cy_ext(2, "a", 1), false);
	expect(cy_string("ab"), cy_string("aa"), false);
	expect(cy_string("a long text, one"), cy_string("a long text, two"), false);
	expect(cy_string("eight---a"), cy_string("nine----a"), false);
	expect(cy_array(cy_int(1), cy_int(2)), cy_array(cy_int(2), cy_int(1)), false);
	expect(cy_array(cy_int(1)), cy_array(cy_int(1), cy_int(1)), false);
}

TEST(doubles_by_their_bits)
{
	expect(cy_double(NAN), cy_double(NAN), true);
	expect(cy_double(0.0), cy_double(-0.0), false);
}

TEST(maps_in_any_order)
{
	expect(cy_map("a", cy_int(1), "b", cy_map("x", cy_int(2), "y", cy_int(3)), "c", cy_nil()),
	       cy_map("c", cy_nil(), "b", cy_map("y", cy_int(3), "x", cy_int(2)), "a", cy_int(1)), true);
	expect(cy_map("a", cy_int(1), "b", cy_int(2)), cy_map("b", cy_int(1), "a", cy_int(2)), false);
	expect(cy_map("a", cy_int(1), "b", cy_int(2)), cy_map("a", cy_int(1), "c", cy_int(2)), false);
	expect(cy_map("a", cy_int(1), "b", cy_int(2)), cy_map("c", cy_int(1), "b", cy_int(2)), false);
	expect(cy_map("a", cy_int(1)), cy_map("a", cy_int(1), "b", cy_int(2)), false);
	expect(cy_map("a", cy_int(1), "b", cy_int(2)), cy_map("a", cy_int(1), "b", cy_int(3)), false);
}

static cy_value *large(int from, int step)
{
	cy_pair pairs[300];
	static char keys[300][8];

	for (int i = 0, at = from; i < 300; i++, at += step) {
		snprintf(keys[i], sizeof(keys[i]), "%d", at);
		pairs[i] = (cy_pair){keys[i], cy_array(cy_int(at))};
	}
	return cy_map_from(pairs, 300);
}

TEST(maps_in_any_order_without_memory_too)
{
	cy_value *up = large(0, 1), *down = large(299, -1), *other = large(300, -1);

	for (int i = 0; i < 2; i++) {
		ck_assert(cy_value_equal(up, down));
		ck_assert(!cy_value_equal(up, other));
		ck_assert(!cy_value_equal(other, down));
		memory_fail_after(0);
	}
	memory_recover();
	cy_value_unref(up);
	cy_value_unref(down);
	cy_value_unref(other);
}

TEST(a_mistake_equals_nothing)
{
	cy_value *mistake = cy_string("\xff"), *good = cy_nil();

	ck_assert(!cy_value_equal(mistake, mistake));
	ck_assert(!cy_value_equal(mistake, good));
	ck_assert(!cy_value_equal(good, NULL));
	ck_assert_uint_eq(cy_value_hash(mistake), cy_value_hash(NULL));
	cy_value_unref(mistake);
}

TEST(a_value_as_an_item_is_a_reference)
{
	cy_body value = cy_map("a", cy_string("x")), copy = NULL, same = cy_map("a", cy_string("x"));
	size_t before = memory_allocations();

	ck_assert_int_eq(rx_type_copy(&rx_type_cy_body, &copy, &value), 0);
	ck_assert_ptr_eq(copy, value);
	ck_assert_uint_eq(memory_allocations(), before);
	rx_type_drop(&rx_type_cy_body, &copy);
	ck_assert(rx_type_equal(&rx_type_cy_body, &value, &same));
	ck_assert_uint_eq(rx_type_hash(&rx_type_cy_body, &value), rx_type_hash(&rx_type_cy_body, &same));
	rx_type_drop(&rx_type_cy_body, &same);
	rx_type_drop(&rx_type_cy_body, &value);
}

TEST(a_lent_value_as_an_item_is_kept_in_its_own)
{
	cy_value *list = cy_array(cy_string("x"));
	cy_iterator it;
	cy_body copy = NULL;

	cy_iterator_start(&it, list);
	ck_assert(cy_iterator_next(&it));
	memory_fail_after(0);
	ck_assert_int_lt(rx_type_copy(&rx_type_cy_body, &copy, &it.value), 0);
	memory_recover();
	ck_assert_ptr_null(copy);
	ck_assert_int_eq(rx_type_copy(&rx_type_cy_body, &copy, &it.value), 0);
	cy_value_unref(list);
	expect_text(copy, "\"x\"");
}
