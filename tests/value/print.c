/*
 * Values as text.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <errno.h>
#include <math.h>
#include <string.h>

TEST(scalars)
{
	expect_text(cy_nil(), "null");
	expect_text(cy_bool(true), "true");
	expect_text(cy_bool(false), "false");
	expect_text(cy_int(INT64_MIN), "-9223372036854775808");
	expect_text(cy_uint(UINT64_MAX), "18446744073709551615");
	expect_text(cy_binary("\x00\xab", 2), "h'00ab'");
	expect_text(cy_ext(-5, "\x01", 1), "ext(-5, h'01')");
}

TEST(doubles_are_short_and_never_look_like_ints)
{
	expect_text(cy_double(0.1), "0.1");
	expect_text(cy_double(1), "1.0");
	expect_text(cy_double(-0.0), "-0.0");
	expect_text(cy_double(1e300), "1e+300");
	expect_text(cy_double(1.0 / 3), "0.3333333333333333");
	expect_text(cy_double(0.1 + 0.2), "0.30000000000000004");
	expect_text(cy_float(0.1F), "0.10000000149011612");
	expect_text(cy_double(NAN), "nan");
	expect_text(cy_double(INFINITY), "inf");
	expect_text(cy_double(-INFINITY), "-inf");
}

TEST(times_without_needless_zeros)
{
	expect_text(cy_time(1700000000, 0), "time(1700000000)");
	expect_text(cy_time(1700000000, 500000000), "time(1700000000.5)");
	expect_text(cy_time(0, 1), "time(0.000000001)");
	expect_text(cy_time(-1, 0), "time(-1)");
}

TEST(strings_are_escaped)
{
	expect_text(cy_string("a\"b\\c\n\t\r\b\f"), "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\"");
	expect_text(cy_string("\x1b[31m\x7f"), "\"\\u001b[31m\\u007f\"");
	expect_text(cy_string_n("\0", 1), "\"\\u0000\"");
	expect_text(cy_string("\xc3\xa4/"), "\"\xc3\xa4/\"");
}

TEST(collections_on_one_line)
{
	expect_text(cy_array(), "[]");
	expect_text(cy_map(), "{}");
	expect_text(cy_map("a", cy_array(cy_int(1), cy_map("b", cy_nil())), "c", cy_int(2)),
	            "{\"a\": [1, {\"b\": null}], \"c\": 2}");
}

TEST(mistakes_print_their_words)
{
	expect_text(cy_string(NULL), "mistake(string: NULL)");
	expect_text(NULL, "mistake(no value (NULL))");
}

TEST(to_a_stream)
{
	char text[64] = "";
	FILE *stream = fmemopen(text, sizeof(text), "w");
	cy_value *value = cy_array(cy_int(1), cy_string("x"));

	ck_assert_int_eq(cy_value_print(value, stream), 0);
	fclose(stream);
	ck_assert_str_eq(text, "[1, \"x\"]");
	stream = fopen("/dev/full", "w");
	if (stream) {
		setvbuf(stream, NULL, _IONBF, 0);
		ck_assert_int_eq(cy_value_print(value, stream), -EIO);
		fclose(stream);
	}
	cy_value_unref(value);
}

TEST(long_texts_and_no_memory_for_them)
{
	cy_value *value = cy_array();

	for (int i = 0; i < 20; i++)
		value = cy_array(value, cy_string("0123456789"));
	size_t refused = 1;
	for (size_t n = 0; refused; n++) {
		memory_fail_once_after(n);
		char *text = cy_value_to_string(value);
		refused = memory_refused();
		memory_recover();
		ck_assert((text == NULL) == (refused > 0));
		ck_assert(!text || strlen(text) == 20 * 16 + 2);
		rx_free(text);
	}
	cy_value_unref(value);
}
