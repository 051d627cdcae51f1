/*
 * Reading by path and type, and walking.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

static cy_value *value;

static void create(void)
{
	value = cy_map("int", cy_int(-5), "large", cy_uint(UINT64_MAX), "double", cy_double(1.5), "yes", cy_bool(true),
	               "text", cy_string("abc"), "nil", cy_nil(), "bytes", cy_binary("\x01\x02", 2), "ext",
	               cy_ext(7, "e", 1), "time", cy_time(-3, 5), "list",
	               cy_array(cy_int(0), cy_map("x", cy_string("deep")), cy_array()), "zero", cy_string_n("a\0b", 3),
	               "", cy_int(1), "a.b", cy_int(2), "10", cy_map("0", cy_int(3)));
	ck_assert_msg(cy_value_error(value) == 0, "%s", cy_value_words(value));
}

static void destroy(void)
{
	cy_value_unref(value);
}

#define READ_TEST(name) TEST(name, .setup = create, .teardown = destroy)

READ_TEST(each_type_by_its_path)
{
	int64_t number = 0;
	uint64_t natural = 0;
	double real = 0;
	bool truth = false;
	const char *text = NULL;
	const void *bytes = NULL;
	size_t size = 0;
	int8_t type = 0;
	uint32_t nanoseconds = 0;

	ck_assert_int_eq(cy_get_int(value, "int", &number), 0);
	ck_assert_int_eq(number, -5);
	ck_assert_int_eq(cy_get_uint(value, "large", &natural), 0);
	ck_assert_uint_eq(natural, UINT64_MAX);
	ck_assert_int_eq(cy_get_double(value, "double", &real), 0);
	ck_assert(real == 1.5);
	ck_assert_int_eq(cy_get_bool(value, "yes", &truth), 0);
	ck_assert(truth);
	ck_assert_int_eq(cy_get_string(value, "text", &text), 0);
	ck_assert_str_eq(text, "abc");
	ck_assert_int_eq(cy_get_string_n(value, "zero", &text, &size), 0);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(text, "a\0b", 3);
	ck_assert_int_eq(cy_get_binary(value, "bytes", &bytes, &size), 0);
	ck_assert_uint_eq(size, 2);
	ck_assert_mem_eq(bytes, "\x01\x02", 2);
	ck_assert_int_eq(cy_get_ext(value, "ext", &type, &bytes, &size), 0);
	ck_assert_int_eq(type, 7);
	ck_assert_uint_eq(size, 1);
	ck_assert_mem_eq(bytes, "e", 1);
	ck_assert_int_eq(cy_get_time(value, "time", &number, &nanoseconds), 0);
	ck_assert_int_eq(number, -3);
	ck_assert_uint_eq(nanoseconds, 5);
}

READ_TEST(paths_lead_through_maps_and_arrays)
{
	const char *text;
	int64_t number;
	size_t count;

	ck_assert_int_eq(cy_get_string(value, "list.1.x", &text), 0);
	ck_assert_str_eq(text, "deep");
	ck_assert_int_eq(cy_get_int(value, "10.0", &number), 0);
	ck_assert_int_eq(number, 3);
	ck_assert_int_eq(cy_get_count(value, "list", &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_int_eq(cy_get_count(value, NULL, &count), 0);
	ck_assert_uint_eq(count, 14);
	ck_assert_int_eq(cy_get_count(value, "int", &count), -EINVAL);
}

static const struct {
	const char *path;
	int code;
	const char *words;
} failures[] = {
	{"none", -ENOENT, "there is no \"none\""},
	{"list.3", -ENOENT, "there is no \"list.3\""},
	{"list.01", -ENOENT, "there is no \"list.01\""},
	{"list.x", -ENOENT, "there is no \"list.x\""},
	{"list.-1", -ENOENT, "there is no \"list.-1\""},
	{"list.99999999999999999999", -ENOENT, "there is no \"list.99999999999999999999\""},
	{"list.7.x.y", -ENOENT, "there is no \"list.7\""},
	{"int.x", -ENOENT, "there is no \"int.x\""},
	{"a.b", -ENOENT, "there is no \"a\""},
	{"", -EINVAL, "path \"\": a segment is empty, after \"\""},
	{"list..x", -EINVAL, "path \"list..x\": a segment is empty, after \"list.\""},
	{"list.", -EINVAL, "path \"list.\": a segment is empty, after \"list.\""},
	{".", -EINVAL, "path \".\": a segment is empty, after \"\""},
	{"text", -EINVAL, "\"text\": int expected, string found"},
	{"nil", -EINVAL, "\"nil\": int expected, nil found"},
	{NULL, -EINVAL, "the value: int expected, map found"},
	{"double", -EINVAL, "\"double\": int expected, double found"},
	{"large", -ERANGE, "\"large\": a number that does not fit int"},
};

TEST(failures_leave_the_output_alone, .to = sizeof(failures) / sizeof(*failures), .setup = create, .teardown = destroy)
{
	int64_t out = 42;

	ck_assert_int_eq(cy_get_int(value, failures[_i].path, &out), failures[_i].code);
	expect_words(failures[_i].code, failures[_i].words);
	ck_assert_int_eq(out, 42);
	if (failures[_i].path)
		ck_assert(cy_has(value, failures[_i].path) == (failures[_i].words[0] == '"'));
}

READ_TEST(other_types_are_refused)
{
	union {
		bool truth;
		uint64_t natural;
		double real;
		const char *text;
		const void *bytes;
		int8_t type;
		int64_t seconds;
	} out;
	size_t size;
	uint32_t nanoseconds;

	ck_assert_int_eq(cy_get_bool(value, "int", &out.truth), -EINVAL);
	ck_assert_int_eq(cy_get_uint(value, "text", &out.natural), -EINVAL);
	ck_assert_int_eq(cy_get_uint(value, "int", &out.natural), -ERANGE);
	ck_assert_int_eq(cy_get_double(value, "text", &out.real), -EINVAL);
	ck_assert_int_eq(cy_get_string(value, "bytes", &out.text), -EINVAL);
	ck_assert_int_eq(cy_get_string_n(value, "bytes", &out.text, &size), -EINVAL);
	ck_assert_int_eq(cy_get_binary(value, "text", &out.bytes, &size), -EINVAL);
	ck_assert_int_eq(cy_get_ext(value, "text", &out.type, &out.bytes, &size), -EINVAL);
	ck_assert_int_eq(cy_get_time(value, "ext", &out.seconds, &nanoseconds), -EINVAL);
	expect_words(-EINVAL, "\"ext\": time expected, ext found");
}

static int as_double(cy_value *number, double *out)
{
	int error = cy_get_double(number, NULL, out);

	cy_value_unref(number);
	return error;
}

TEST(ints_are_doubles_where_they_are_exact)
{
	double out = 0;

	ck_assert_int_eq(as_double(cy_int(-3), &out), 0);
	ck_assert(out == -3);
	ck_assert_int_eq(as_double(cy_int(INT64_MIN), &out), 0);
	ck_assert(out == -9223372036854775808.0);
	ck_assert_int_eq(as_double(cy_uint(UINT64_C(1) << 63), &out), 0);
	ck_assert_int_eq(as_double(cy_int(9007199254740993), &out), -ERANGE);
	ck_assert_int_eq(as_double(cy_int(-9007199254740993), &out), -ERANGE);
	ck_assert_int_eq(as_double(cy_int(INT64_MAX), &out), -ERANGE);
	ck_assert_int_eq(as_double(cy_uint(UINT64_MAX), &out), -ERANGE);
	ck_assert_int_eq(as_double(cy_float(0.5F), &out), 0);
	ck_assert(out == 0.5);
}

READ_TEST(types)
{
	static const struct {
		const char *path;
		cy_type type;
	} rows[] = {
		{"int", CY_INT},     {"large", CY_INT}, {"double", CY_DOUBLE}, {"yes", CY_BOOL},
		{"text", CY_STRING}, {"nil", CY_NIL},   {"bytes", CY_BINARY},  {"ext", CY_EXT},
		{"list", CY_ARRAY},  {"10", CY_MAP},    {"time", CY_EXT},
	};
	cy_type type;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(cy_get_type(value, rows[i].path, &type), 0);
		ck_assert_str_eq(cy_type_name(type), cy_type_name(rows[i].type));
	}
	ck_assert_str_eq(cy_type_name((cy_type)99), "unknown");
	ck_assert(cy_has(value, "nil"));
	ck_assert(cy_has(value, NULL));
}

READ_TEST(mistakes_are_reported_where_they_are_read)
{
	cy_value *mistake = cy_string("\xff");
	int64_t out;
	cy_iterator it;

	ck_assert_int_eq(cy_get_int(mistake, "x", &out), -EILSEQ);
	expect_words(-EILSEQ, "string: not UTF-8 from its byte 0 on");
	ck_assert_int_eq(cy_get_int(NULL, "x", &out), -EINVAL);
	ck_assert_int_eq(cy_value_type(mistake), CY_MISTAKE);
	ck_assert_uint_eq(cy_value_count(mistake), 0);
	ck_assert(!cy_has(mistake, NULL));
	CY_EACH(&it, mistake)
	ck_abort();
	size_t size = 1;
	ck_assert_ptr_null(cy_value_bytes(mistake, &size));
	ck_assert_uint_eq(size, 0);
	cy_value_unref(mistake);
}

READ_TEST(strings_are_terminated_wherever_they_stand)
{
	const char *text, *again;
	size_t before;

	ck_assert_int_eq(cy_get_string(value, "zero", &text), -EILSEQ);
	expect_words(-EILSEQ, "\"zero\": a string with a zero in it");
	memory_fail_after(0);
	ck_assert_int_eq(cy_get_string(value, "text", &text), -ENOMEM);
	memory_recover();
	before = memory_allocations();
	ck_assert_int_eq(cy_get_string(value, "text", &text), 0);
	ck_assert_int_eq(cy_get_string(value, "text", &again), 0);
	ck_assert_ptr_eq(text, again);
	ck_assert_int_eq(cy_get_string(value, "list.1.x", &again), 0);
	ck_assert_str_eq(again, "deep");
	ck_assert_uint_eq(memory_allocations(), before + 1);
}

TEST(strings_next_to_each_other)
{
	cy_value *strings = cy_array(cy_string("a"), cy_string(""), cy_string("b"), cy_int(0), cy_string("c"));
	const char *text;

	ck_assert_int_eq(cy_get_string(strings, "0", &text), 0);
	ck_assert_str_eq(text, "a");
	ck_assert_int_eq(cy_get_string(strings, "1", &text), 0);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(cy_get_string(strings, "2", &text), 0);
	ck_assert_str_eq(text, "b");
	ck_assert_int_eq(cy_get_string(strings, "4", &text), 0);
	ck_assert_str_eq(text, "c");
	expect_text(strings, "[\"a\", \"\", \"b\", 0, \"c\"]");
}

TEST(a_string_alone_needs_no_memory)
{
	cy_value *string = cy_string("abc");
	const char *text;

	memory_fail_after(0);
	ck_assert_int_eq(cy_get_string(string, NULL, &text), 0);
	memory_recover();
	ck_assert_str_eq(text, "abc");
	cy_value_unref(string);
}

TEST(a_part_outlives_the_whole)
{
	cy_value *whole = cy_map("a", cy_array(cy_string("x"), cy_string("y"))), *part, *inner;
	const char *text;

	memory_fail_after(0);
	ck_assert_int_eq(cy_get_value(whole, "a", &part), -ENOMEM);
	memory_recover();
	ck_assert_int_eq(cy_get_value(whole, "a", &part), 0);
	cy_value_unref(whole);
	ck_assert_int_eq(cy_get_value(part, "0", &inner), 0);
	cy_value_unref(part);
	ck_assert_int_eq(cy_get_string(inner, NULL, &text), 0);
	ck_assert_str_eq(text, "x");
	cy_value_unref(inner);
}

READ_TEST(a_walk_over_a_map)
{
	cy_iterator it;
	size_t index = 0;
	const char *key = NULL;

	CY_EACH(&it, value)
	{
		ck_assert_uint_eq(it.index, index++);
		ck_assert_int_eq(cy_get_string(it.key, NULL, &key), 0);
		ck_assert(index != 1 || strcmp(key, "int") == 0);
		ck_assert(*key == '\0' || strcmp(key, "a.b") == 0 || cy_has(value, key));
	}
	ck_assert_uint_eq(index, 14);
	ck_assert_str_eq(key, "10");
	ck_assert_ptr_null(it.key);
	ck_assert_ptr_null(it.value);
	ck_assert(!cy_iterator_next(&it));
}

READ_TEST(a_walk_over_an_array_and_what_is_kept_of_it)
{
	cy_value *list, *kept = NULL;
	cy_iterator it;

	ck_assert_int_eq(cy_get_value(value, "list", &list), 0);
	CY_EACH(&it, list)
	{
		ck_assert_ptr_null(it.key);
		cy_value_unref(it.value);
		if (it.index == 1)
			kept = cy_value_ref(it.value);
	}
	ck_assert_uint_eq(it.index, 2);
	cy_value_unref(list);
	expect_text(kept, "{\"x\": \"deep\"}");
}

READ_TEST(a_walk_over_what_has_no_elements)
{
	cy_value *none = cy_map(), *string = cy_string("abc");
	cy_iterator it;

	CY_EACH(&it, none)
	ck_abort();
	CY_EACH(&it, string)
	ck_abort();
	cy_value_unref(none);
	cy_value_unref(string);
}

READ_TEST(without_memory_a_lent_value_cannot_be_kept)
{
	cy_iterator it;

	cy_iterator_start(&it, value);
	ck_assert(cy_iterator_next(&it));
	memory_fail_after(0);
	cy_value *kept = cy_value_ref(it.value);
	memory_recover();
	ck_assert_int_eq(cy_value_error(kept), -ENOMEM);
	cy_value_unref(kept);
}

/* Takes, reads and releases what another thread does the same with; under a thread sanitizer this shows more. */
static void *use(void *shared)
{
	const char *text;

	for (int i = 0; i < 1000; i++) {
		cy_value *mine = cy_value_ref(shared);
		if (cy_get_string(mine, "a.0", &text) < 0 || strcmp(text, "x") != 0)
			return NULL;
		cy_value_unref(mine);
	}
	return shared;
}

TEST(a_value_is_shared_between_threads)
{
	cy_value *shared = cy_map("a", cy_array(cy_string("x"), cy_string("y")));
	pthread_t threads[3];
	void *result;

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, use, shared), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_eq(result, shared);
	}
	expect_text(shared, "{\"a\": [\"x\", \"y\"]}");
}
