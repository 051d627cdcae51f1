/*
 * cy_pack() and cy_unpack(): each letter, each refusal.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

TEST(packing_each_type)
{
	expect_text(cy_pack("n"), "null");
	expect_text(cy_pack("b", true), "true");
	expect_text(cy_pack("[i, I, u, U]", -1, INT64_MIN, UINT_MAX, UINT64_MAX),
	            "[-1, -9223372036854775808, 4294967295, 18446744073709551615]");
	expect_text(cy_pack("[d,s,z]", 0.5, "abc", "x\0y", (size_t)3), "[0.5, \"abc\", \"x\\u0000y\"]");
	expect_text(cy_pack("[x,e,t]", "\x01", (size_t)1, 5, "\x02", (size_t)1, INT64_C(7), (uint32_t)0),
	            "[h'01', ext(5, h'02'), time(7)]");
	expect_text(cy_pack("[v,v]", cy_int(1), cy_map("a", cy_nil())), "[1, {\"a\": null}]");
	expect_text(cy_pack("z", NULL, (size_t)0), "\"\"");
}

TEST(packing_collections)
{
	expect_text(cy_pack("[]"), "[]");
	expect_text(cy_pack(" { } "), "{}");
	expect_text(cy_pack("{s:i, s:[d,d]}", "count", 3, "at", 52.5, 13.25), "{\"count\": 3, \"at\": [52.5, 13.25]}");
	expect_text(cy_pack("{'count': i, 'a,]b': [[],{}]\n}", 3), "{\"count\": 3, \"a,]b\": [[], {}]}");
	expect_text(cy_pack("[n,n,n,n,n,n,n,n,n,n,n,n,n,n,n,n,n]"),
	            "[null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, "
	            "null]");
}

static const struct {
	const char *format, *words;
} wrong[] = {
	{NULL, "format: NULL"},
	{"", "format \"\", character 1: it ends where a value is expected"},
	{"q", "format \"q\", character 1: no value begins with this"},
	{"[i", "format \"[i\", character 3: ']' expected or ','"},
	{"[i i]", "format \"[i i]\", character 4: ']' expected or ','"},
	{"[i,]", "format \"[i,]\", character 4: no value begins with this"},
	{"[,i]", "format \"[,i]\", character 2: no value begins with this"},
	{"i]", "format \"i]\", character 2: the value has ended before this"},
	{"i i", "format \"i i\", character 3: the value has ended before this"},
	{"{", "format \"{\", character 2: a key, 's' or a quoted one, expected"},
	{"{s}", "format \"{s}\", character 3: ':' expected after a key"},
	{"{s:}", "format \"{s:}\", character 4: no value begins with this"},
	{"{s:i", "format \"{s:i\", character 5: '}' expected or ','"},
	{"{s:i,}", "format \"{s:i,}\", character 6: a key, 's' or a quoted one, expected"},
	{"{i:i}", "format \"{i:i}\", character 2: a key, 's' or a quoted one, expected"},
	{"{'a:i}", "format \"{'a:i}\", character 2: the quote is not closed"},
	{"[i}", "format \"[i}\", character 3: ']' expected or ','"},
	{"[", "format \"[\", character 2: it ends where a value is expected"},
	/* what only cy_unpack() knows */
	{"_", "format \"_\", character 1: no value begins with this"},
	{"[*]", "format \"[*]\", character 2: no value begins with this"},
	{"{s?:i}", "format \"{s?:i}\", character 3: ':' expected after a key"},
	{"{s:i!}", "format \"{s:i!}\", character 5: '}' expected or ','"},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "format \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\", character 33: nested deeper than 32"},
};

TEST(wrong_formats_name_the_character, .to = sizeof(wrong) / sizeof(*wrong))
{
	expect_mistake(cy_pack(wrong[_i].format), -EINVAL, wrong[_i].words);
}

TEST(a_wrong_format_consumes_nothing)
{
	cy_value *value = cy_string("x");

	cy_value_unref(cy_pack("[v,?]", value));
	expect_text(value, "\"x\"");
}

TEST(a_long_format_is_cut_in_the_words)
{
	char format[500];

	memset(format, '[', sizeof(format));
	format[sizeof(format) - 1] = '\0';
	cy_value *value = cy_pack(format);
	ck_assert_ptr_nonnull(strstr(cy_value_words(value), "[...\", character 33: nested deeper than 32"));
	cy_value_unref(value);
}

TEST(packing_what_is_no_value_names_the_character)
{
	expect_mistake(cy_pack("[i,s]", 1, NULL), -EINVAL, "format \"[i,s]\", character 4: NULL");
	expect_mistake(cy_pack("s", "\xff"), -EILSEQ, "format \"s\", character 1: text that is not UTF-8");
	expect_mistake(cy_pack("{s:n}", NULL), -EINVAL, "format \"{s:n}\", character 2: NULL");
	expect_mistake(cy_pack("z", NULL, (size_t)1), -EINVAL, "format \"z\", character 1: NULL");
	expect_mistake(cy_pack("x", "", (size_t)1 << 32), -EMSGSIZE, "format \"x\", character 1: 4 GiB or more");
	expect_mistake(cy_pack("e", 128, "", (size_t)0), -ERANGE,
	               "format \"e\", character 1: an ext's number is from -128 to 127");
	expect_mistake(cy_pack("t", INT64_C(0), UINT32_MAX), -ERANGE,
	               "format \"t\", character 1: more nanoseconds than a second has");
	expect_mistake(cy_pack("[v]", NULL), -EINVAL, "format \"[v]\", character 2: NULL");
	expect_mistake(cy_pack("{'a':i,'a':i}", 1, 2), -EEXIST, "at byte 4: a key that the map has already");
	expect_mistake(cy_pack("e", -1, "", (size_t)0), -EBADMSG, "at byte 0: a time that is none");
}

TEST(packing_consumes_every_value_whatever_happens)
{
	expect_mistake(cy_pack("[v,s,v,v]", cy_string("a"), NULL, cy_string("b"), cy_string("\xff")), -EINVAL,
	               "format \"[v,s,v,v]\", character 4: NULL");
	expect_mistake(cy_pack("[v,v]", cy_string("\xff"), cy_string("b")), -EILSEQ,
	               "string: not UTF-8 from its byte 0 on");
}

TEST(packing_without_memory)
{
	size_t refused = 1;

	for (size_t n = 0; refused; n++) {
		memory_fail_once_after(n);
		cy_value *value =
			cy_pack("{s:v, s:[x,v], s:s}", "a", cy_string("one"), "b", "\x01", (size_t)1, cy_int(7), "c",
		                "a string that is long enough to make the buffer grow at least once");
		refused = memory_refused();
		memory_recover();
		ck_assert_int_eq(cy_value_error(value), refused ? -ENOMEM : 0);
		cy_value_unref(value);
		ck_assert_uint_eq(memory_live(), 0);
	}
}

TEST(unpacking_each_type)
{
	cy_value *value =
		cy_pack("[n,b,i,I,u,U,d,s,z,x,e,t,i]", true, -1, INT64_MIN, 7U, UINT64_MAX, 0.5, "abc", "x\0y",
	                (size_t)3, "\x01", (size_t)1, 5, "\x02\x03", (size_t)2, INT64_C(7), (uint32_t)8, 9);
	bool truth = false;
	int number = 0, type = 0;
	int64_t wide = 0, seconds = 0;
	unsigned natural = 0;
	uint64_t wide_natural = 0;
	double real = 0;
	const char *text = NULL, *zero = NULL;
	const void *bytes = NULL, *payload = NULL;
	size_t zero_size = 0, bytes_size = 0, payload_size = 0;
	uint32_t nanoseconds = 0;
	cy_value *nine = NULL;

	int error = cy_unpack(value, "[n, b, i, I, u, U, d, s, z, x, e, t, v]", &truth, &number, &wide, &natural,
	                      &wide_natural, &real, &text, &zero, &zero_size, &bytes, &bytes_size, &type, &payload,
	                      &payload_size, &seconds, &nanoseconds, &nine);
	ck_assert_int_eq(error, 0);
	ck_assert(truth && number == -1 && wide == INT64_MIN && natural == 7 && wide_natural == UINT64_MAX);
	ck_assert(real == 0.5);
	ck_assert_str_eq(text, "abc");
	ck_assert_uint_eq(zero_size, 3);
	ck_assert_mem_eq(zero, "x\0y", 3);
	ck_assert_uint_eq(bytes_size, 1);
	ck_assert_mem_eq(bytes, "\x01", 1);
	ck_assert_int_eq(type, 5);
	ck_assert_uint_eq(payload_size, 2);
	ck_assert_mem_eq(payload, "\x02\x03", 2);
	ck_assert(seconds == 7 && nanoseconds == 8);
	cy_value_unref(value);
	expect_text(nine, "9");
}

TEST(unpacking_maps)
{
	cy_value *value = cy_pack("{'name': s, 'point': {'x': i, 'y': d}, 'more': n}", "paul", 3, 1.5);
	const char *name = NULL;
	int x = 0, absent = 42;
	double y = 0;

	ck_assert_int_eq(
		cy_unpack(value, "{s:s, 'point':{s:i, 'y':d}, s?:i}", "name", &name, "x", &x, &y, "none", &absent), 0);
	ck_assert_str_eq(name, "paul");
	ck_assert(x == 3 && y == 1.5 && absent == 42);
	/* What is absent takes its arguments along, nested or not. */
	ck_assert_int_eq(cy_unpack(value, "{'none'?: {'a': i, 'b'?: [s, v, z*]}, 'point': {'x': i}}", &absent, NULL,
	                           NULL, NULL, NULL, &x),
	                 0);
	ck_assert_int_eq(cy_unpack(value, "{'name': _, 'point': {'x': i, 'y': _ !}, 'more': n !}", NULL), 0);
	ck_assert_int_eq(cy_unpack(value, "{}"), 0);
	cy_value_unref(value);
}

static const struct {
	const char *format;
	int code;
	const char *words;
} refusals[] = {
	{"{'a': s}", -EINVAL, "format \"{'a': s}\", character 7: string expected, int found"},
	{"{'none': i}", -ENOENT, "format \"{'none': i}\", character 8: there is no \"none\""},
	{"{'a': i !}", -EINVAL,
         "format \"{'a': i !}\", character 10: the map has 7 keys, and only 1 of them are known"},
	{"{'l': [i]}", -EINVAL, "format \"{'l': [i]}\", character 9: the array has 2 elements"},
	{"{'l': [i,i,i]}", -ENOENT, "format \"{'l': [i,i,i]}\", character 11: the array has only 2 elements"},
	{"{'wide': i}", -ERANGE, "format \"{'wide': i}\", character 10: a number that does not fit int"},
	{"{'wide': u}", -ERANGE, "format \"{'wide': u}\", character 10: a number that does not fit int from 0 on"},
	{"{'text': u}", -EINVAL, "format \"{'text': u}\", character 10: int from 0 on expected, string found"},
	{"[i]", -EINVAL, "format \"[i]\", character 1: array expected, map found"},
	{"{'l': {}}", -EINVAL, "format \"{'l': {}}\", character 7: map expected, array found"},
	{"{'big': i}", -ERANGE, "format \"{'big': i}\", character 9: a number that does not fit int"},
	{"{'big': I}", -ERANGE, "format \"{'big': I}\", character 9: a number that does not fit int"},
	{"{'big': u}", -ERANGE, "format \"{'big': u}\", character 9: a number that does not fit int from 0 on"},
	{"{'neg': U}", -ERANGE, "format \"{'neg': U}\", character 9: a number that does not fit int from 0 on"},
	{"{'neg': b}", -EINVAL, "format \"{'neg': b}\", character 9: bool expected, int found"},
	{"{'neg': x}", -EINVAL, "format \"{'neg': x}\", character 9: binary expected, int found"},
	{"{'neg': e}", -EINVAL, "format \"{'neg': e}\", character 9: ext expected, int found"},
	{"{'neg': t}", -EINVAL, "format \"{'neg': t}\", character 9: time expected, int found"},
	{"{'neg': z}", -EINVAL, "format \"{'neg': z}\", character 9: string expected, int found"},
	{"{'neg': n}", -EINVAL, "format \"{'neg': n}\", character 9: nil expected, int found"},
	{"{'text': d}", -EINVAL, "format \"{'text': d}\", character 10: double expected, string found"},
	{"{'zero': s}", -EILSEQ, "format \"{'zero': s}\", character 10: a string with a zero in it"},
	{"{'a': }", -EINVAL, "format \"{'a': }\", character 7: no value begins with this"},
	{"{s:i}", -EINVAL, "format \"{s:i}\", character 2: a key that is NULL"},
};

TEST(unpacking_refuses_by_character, .to = sizeof(refusals) / sizeof(*refusals))
{
	cy_value *value = cy_pack("{'a': i, 'l': [i,i], 'big': U, 'neg': i, 'text': s, 'zero': z, 'wide': I}", 1, 2, 3,
	                          UINT64_MAX, -1, "x", "a\0b", (size_t)3, INT64_C(1) << 40);

	ck_assert_int_eq(cy_unpack(value, refusals[_i].format, NULL, NULL, NULL), refusals[_i].code);
	expect_words(refusals[_i].code, refusals[_i].words);
	cy_value_unref(value);
}

TEST(unpacking_writes_all_or_nothing)
{
	cy_value *value = cy_pack("[i,s,v,i]", 1, "x", cy_array(), 2), *part = NULL;
	int number = 42;
	const char *text = NULL, *wrong_type = NULL;

	ck_assert_int_eq(cy_unpack(value, "[i,s,v,s]", &number, &text, &part, &wrong_type), -EINVAL);
	ck_assert(number == 42 && !text && !part && !wrong_type);
	ck_assert_int_eq(cy_unpack(value, "[i*]", &number), 0);
	ck_assert_int_eq(number, 1);
	ck_assert_int_eq(cy_unpack(value, "[*]"), 0);
	cy_value_unref(value);
}

TEST(unpacking_mistakes)
{
	cy_value *mistake = cy_string("\xff");

	ck_assert_int_eq(cy_unpack(mistake, "_"), -EILSEQ);
	ck_assert_int_eq(cy_unpack(NULL, "_"), -EINVAL);
	ck_assert_int_eq(cy_unpack(NULL, NULL), -EINVAL);
	cy_value_unref(mistake);
}

TEST(unpacking_without_memory)
{
	size_t refused = 1;

	for (size_t n = 0; refused; n++) {
		cy_value *value = cy_pack("[s,i,i,i]", "x", 1, 2, 3), *a = value, *b = value, *c = value;
		const char *text = NULL;
		memory_fail_once_after(n);
		int error = cy_unpack(value, "[s,v,v,v]", &text, &a, &b, &c);
		refused = memory_refused();
		memory_recover();
		ck_assert_int_eq(error, refused ? -ENOMEM : 0);
		ck_assert((text == NULL) == (refused > 0));
		if (n > 0) {
			/* n = 0 fails in the check, which has written nothing. */
			ck_assert(!refused || (!a && !b && !c));
			cy_value_unref(a);
			cy_value_unref(b);
			cy_value_unref(c);
		}
		cy_value_unref(value);
		ck_assert_uint_eq(memory_live(), 0);
	}
}
