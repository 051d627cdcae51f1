/*
 * The typed builders: what they make, byte for byte, and what they say of mistakes.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <clusterfy/cluster/value.h>

#include <errno.h>
#include <math.h>
#include <string.h>

/* Release @p value; it must have these bytes. */
static void expect_bytes(cy_value *value, const char *bytes, size_t size)
{
	size_t have;
	const void *encoded = cy_value_bytes(value, &have);

	ck_assert_msg(cy_value_error(value) == 0, "%s", cy_value_words(value));
	ck_assert_uint_eq(have, size);
	ck_assert_mem_eq(encoded, bytes, size);
	cy_value_unref(value);
}
#define EXPECT_BYTES(value, bytes) expect_bytes(value, bytes, sizeof(bytes) - 1)

TEST(nil_and_bools_need_no_memory)
{
	size_t before = memory_allocations();

	EXPECT_BYTES(cy_nil(), "\xc0");
	EXPECT_BYTES(cy_bool(false), "\xc2");
	EXPECT_BYTES(cy_bool(true), "\xc3");
	ck_assert_uint_eq(memory_allocations(), before);
}

TEST(ints_take_the_fewest_bytes)
{
	EXPECT_BYTES(cy_int(0), "\x00");
	EXPECT_BYTES(cy_int(127), "\x7f");
	EXPECT_BYTES(cy_int(128), "\xcc\x80");
	EXPECT_BYTES(cy_int(65536), "\xce\x00\x01\x00\x00");
	EXPECT_BYTES(cy_int(-1), "\xff");
	EXPECT_BYTES(cy_int(-32), "\xe0");
	EXPECT_BYTES(cy_int(-33), "\xd0\xdf");
	EXPECT_BYTES(cy_int(INT64_MIN), "\xd3\x80\x00\x00\x00\x00\x00\x00\x00");
	EXPECT_BYTES(cy_uint(UINT64_MAX), "\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
}

TEST(floats_keep_their_width)
{
	EXPECT_BYTES(cy_float(1.5F), "\xca\x3f\xc0\x00\x00");
	EXPECT_BYTES(cy_double(1.5), "\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00");
}

TEST(strings_are_copied_and_may_hold_zeros)
{
	EXPECT_BYTES(cy_string(""), "\xa0");
	EXPECT_BYTES(cy_string("abc"), "\xa3"
	                               "abc");
	EXPECT_BYTES(cy_string_n("a\0b", 3), "\xa3"
	                                     "a\0b");
	EXPECT_BYTES(cy_string_n(NULL, 0), "\xa0");
	EXPECT_BYTES(cy_stringf("%s-%d", "x", 7), "\xa3"
	                                          "x-7");
	EXPECT_BYTES(cy_string("12345678901234567890123456789012"), "\xd9\x20"
	                                                            "12345678901234567890123456789012");
}

TEST(binary_ext_and_time)
{
	EXPECT_BYTES(cy_binary("\x00\xff", 2), "\xc4\x02\x00\xff");
	EXPECT_BYTES(cy_binary(NULL, 0), "\xc4\x00");
	EXPECT_BYTES(cy_ext(5, "xyz", 3), "\xc7\x03\x05xyz");
	EXPECT_BYTES(cy_ext(-128, "xyzw", 4), "\xd6\x80xyzw");
	EXPECT_BYTES(cy_ext(5, NULL, 0), "\xc7\x00\x05");
	EXPECT_BYTES(cy_time(1, 0), "\xd6\xff\x00\x00\x00\x01");
	EXPECT_BYTES(cy_time(1, 1), "\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x01");
	EXPECT_BYTES(cy_time(-1, 0), "\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff");
}

TEST(collections_are_written_as_they_are_read)
{
	EXPECT_BYTES(cy_array(), "\x90");
	EXPECT_BYTES(cy_map(), "\x80");
	EXPECT_BYTES(cy_array(cy_nil()), "\x91\xc0");
	EXPECT_BYTES(cy_array(cy_int(1), cy_string("x")), "\x92\x01\xa1x");
	EXPECT_BYTES(cy_map("test", cy_map("some", cy_int(1))), "\x81\xa4test\x81\xa4some\x01");
	EXPECT_BYTES(cy_map("b", cy_int(1), "a", cy_array(cy_map())), "\x82\xa1"
	                                                              "b\x01\xa1"
	                                                              "a\x91\x80");
}

TEST(the_longest_argument_lists)
{
#define FOUR(n) cy_int(n), cy_int(n), cy_int(n), cy_int(n)
#define SIXTEEN(n) FOUR(n), FOUR(n), FOUR(n), FOUR(n)
	cy_value *array = cy_array(SIXTEEN(1), SIXTEEN(2), SIXTEEN(3), SIXTEEN(4));
	cy_value *map = cy_map("1", cy_nil(), "2", cy_nil(), "3", cy_nil(), "4", cy_nil(), "5", cy_nil(), "6", cy_nil(),
	                       "7", cy_nil(), "8", cy_nil(), "9", cy_nil(), "10", cy_nil(), "11", cy_nil(), "12",
	                       cy_nil(), "13", cy_nil(), "14", cy_nil(), "15", cy_nil(), "16", cy_int(16));
	int64_t last;

	ck_assert_uint_eq(cy_value_count(array), 64);
	ck_assert_int_eq(cy_get_int(array, "63", &last), 0);
	ck_assert_int_eq(last, 4);
	ck_assert_uint_eq(cy_value_count(map), 16);
	ck_assert_int_eq(cy_get_int(map, "16", &last), 0);
	ck_assert_int_eq(last, 16);
	cy_value_unref(array);
	cy_value_unref(map);
}

TEST(a_large_map_from_an_array)
{
	enum { COUNT = 1000 };
	static char keys[COUNT][8];
	static cy_pair pairs[COUNT];

	for (int i = 0; i < COUNT; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%d", i);
		pairs[i] = (cy_pair){keys[i], cy_int(i)};
	}
	cy_value *map = cy_map_from(pairs, COUNT);
	ck_assert_uint_eq(cy_value_count(map), COUNT);
	cy_value_unref(map);
}

TEST(a_value_can_be_built_in_twice)
{
	cy_value *one = cy_string("x");

	EXPECT_BYTES(cy_array(cy_value_ref(one), one), "\x92\xa1x\xa1x");
}

TEST(mistakes_say_what_is_wrong)
{
	expect_mistake(cy_string(NULL), -EINVAL, "string: NULL");
	expect_mistake(cy_string("ab\xff"), -EILSEQ, "string: not UTF-8 from its byte 2 on");
	expect_mistake(cy_stringf("%s", "\xc0\x80"), -EILSEQ, "string: not UTF-8 from its byte 0 on");
	expect_mistake(cy_binary(NULL, 1), -EINVAL, "binary: NULL");
	expect_mistake(cy_binary("", (size_t)1 << 32), -EMSGSIZE, "binary: 4294967296 bytes, and 4 GiB are too many");
	expect_mistake(cy_ext(1, NULL, 1), -EINVAL, "ext: NULL");
	expect_mistake(cy_ext(-1, "abc", 3), -EBADMSG, "ext: number -1 is a time, and these bytes are none");
	expect_mistake(cy_ext(-1, NULL, 0), -EBADMSG, "ext: number -1 is a time, and these bytes are none");
	expect_mistake(cy_time(0, 1000000000), -ERANGE, "time: 1000000000 nanoseconds are more than a second");
	expect_mistake(cy_array(cy_int(1), (cy_value *)NULL), -EINVAL, "element 1: NULL");
	expect_mistake(cy_map((const char *)NULL, cy_int(1)), -EINVAL, "key 0: NULL");
	expect_mistake(cy_map("a", cy_int(1), "b\x80", cy_int(1)), -EILSEQ, "key 1: not UTF-8 from its byte 1 on");
	expect_mistake(cy_map("a", (cy_value *)NULL), -EINVAL, "element 0: NULL");
	expect_mistake(cy_map("a", cy_int(1), "b", cy_int(1), "a", cy_int(2)), -EEXIST, "key \"a\" twice");
}

TEST(the_first_mistake_is_the_one_reported)
{
	cy_value *value = cy_map("a", cy_array(cy_string("x"), cy_string("\xff")), "b", cy_time(0, UINT32_MAX));

	expect_mistake(value, -EILSEQ, "string: not UTF-8 from its byte 0 on");
}

TEST(a_key_twice_among_many_is_named)
{
	cy_pair pairs[40];
	char keys[40][4];

	for (int i = 0; i < 40; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%d", i == 39 ? 7 : i);
		pairs[i] = (cy_pair){keys[i], cy_nil()};
	}
	expect_mistake(cy_map_from(pairs, 40), -EEXIST, "key \"7\" twice");
}

static cy_value *nest(int depth)
{
	cy_value *value = cy_array();

	for (int i = 1; i < depth; i++)
		value = cy_array(value);
	return value;
}

TEST(nesting_has_a_limit)
{
	cy_value *deepest = nest(CY_DEPTH);

	ck_assert_int_eq(cy_value_error(deepest), 0);
	expect_mistake(cy_map("a", deepest), -ELOOP, "nested deeper than 32");
}

TEST(nesting_of_a_part_is_its_own)
{
	cy_value *deepest = nest(CY_DEPTH), *part;

	ck_assert_int_eq(cy_get_value(deepest, "0", &part), 0);
	cy_value_unref(deepest);
	cy_value *again = cy_map("a", part);
	ck_assert_int_eq(cy_value_error(again), 0);
	cy_value_unref(again);
}

TEST(a_null_is_a_mistake)
{
	ck_assert_int_eq(cy_value_error(NULL), -EINVAL);
	ck_assert_str_eq(cy_value_words(NULL), "no value (NULL)");
	ck_assert_int_eq(cy_value_type(NULL), CY_MISTAKE);
	cy_value_unref(NULL);
}

static cy_value *build_all(void)
{
	cy_pair many[20] = {{NULL, NULL}};
	char keys[20][4];

	for (int i = 0; i < 20; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%d", i);
		many[i] = (cy_pair){keys[i], cy_int(i)};
	}
	return cy_map("nil", cy_nil(), "int", cy_int(-5), "uint", cy_uint(7), "double", cy_double(NAN), "float",
	              cy_float(0), "string", cy_stringf("%d", 4), "many", cy_map_from(many, 20), "binary",
	              cy_array(cy_binary("x", 1), cy_ext(3, "", 0), cy_time(1, 2)));
}

TEST(without_memory_there_is_a_mistake_and_nothing_is_left)
{
	for (size_t n = 0;; n++) {
		memory_fail_once_after(n);
		cy_value *value = build_all();
		size_t refused = memory_refused();
		memory_recover();
		ck_assert_int_eq(cy_value_error(value), refused ? -ENOMEM : 0);
		ck_assert_str_eq(cy_value_words(value), refused ? "no memory for a value" : "");
		cy_value_unref(value);
		ck_assert_uint_eq(memory_live(), 0);
		if (!refused)
			break;
		ck_assert_uint_lt(n, 100);
	}
}

TEST(formatted_text_without_memory)
{
	size_t refused = 1;

	for (size_t n = 0; refused; n++) {
		memory_fail_once_after(n);
		cy_value *value = cy_stringf("%d", 7);
		refused = memory_refused();
		memory_recover();
		ck_assert_int_eq(cy_value_error(value), refused ? -ENOMEM : 0);
		cy_value_unref(value);
	}
}

TEST(words_are_cut_between_characters)
{
	char key[300];
	char expected[128];

	memset(key, 'x', 98);
	memcpy(key + 98, "\xe2\x82\xac tail", sizeof("\xe2\x82\xac tail"));
	snprintf(expected, sizeof(expected), "key \"%.98s\" twice", key);
	expect_mistake(cy_map(key, cy_nil(), key, cy_nil()), -EEXIST, expected);
}
