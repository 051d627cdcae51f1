#include "lib/command/opening.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* What is written is what a value built of the same parts has. */
static void expect_as_built(const char *name, const char *command)
{
	uint8_t opening[CY__OPENING_MAX];
	const size_t size = cy__opening_write(opening, name, command);
	cy_value *arguments = cy_array(cy_int(1), cy_string("two"));
	cy_value *joined = cy__opening_join(opening, size, arguments),
		 *built = cy_array(name ? cy_string(name) : cy_nil(), cy_string(command), cy_value_ref(arguments));
	cy__text read = {NULL, 0};
	ck_assert_uint_gt(size, 0);
	ck_assert(cy_value_equal(joined, built));
	size_t whole;
	const uint8_t *bytes = cy_value_bytes(joined, &whole);
	ck_assert_uint_eq(cy__opening_read(bytes, whole, &read), size);
	ck_assert_uint_eq(read.size, strlen(command));
	ck_assert_mem_eq(read.bytes, command, read.size);
	cy_value_unref(joined);
	cy_value_unref(built);
	cy_value_unref(arguments);
}

static const size_t lengths[] = {1, 31, 32, 255, 256, 700};

TEST(is_what_a_value_would_begin_with, .to = sizeof lengths / sizeof *lengths)
{
	char text[701] = {0};
	memset(text, 'x', lengths[_i]);
	expect_as_built(NULL, text);
	expect_as_built("Paul", text);
	if (lengths[_i] < 700)
		expect_as_built(text, text);
}

TEST(is_not_written_where_it_would_be_none)
{
	uint8_t opening[CY__OPENING_MAX];
	char text[CY__OPENING_MAX + 1] = {0};
	memset(text, 'x', sizeof text - 1);
	ck_assert_uint_eq(cy__opening_write(opening, NULL, text), 0);
	ck_assert_uint_eq(cy__opening_write(opening, "no \xff text", "a"), 0);
	ck_assert_uint_eq(cy__opening_write(opening, NULL, "no \xff text"), 0);
}

TEST(goes_before_no_value_that_is_as_deep_as_one_may_be)
{
	cy_value *value = cy_nil();
	for (int i = 0; i < CY_DEPTH - 1; i++)
		value = cy_array(value);
	ck_assert(cy__opening_fits(value));
	value = cy_array(value);
	ck_assert(!cy__opening_fits(value));
	cy_value_unref(value);
}

static const struct bytes {
	const char *bytes;
	size_t size;
} unusual[] = {
	{"", 0},
	{"\x93", 1},
	{"\x93\xc0", 2},
	{"\x93\xc0\xa3xy", 5},           /* cut */
	{"\x92\xc0\xa1x\xc0", 5},        /* of two */
	{"\x94\xc0\xa1x\xc0\xc0", 6},    /* of four: read otherwise */
	{"\x93\x01\xa1x\xc0", 5},        /* a number as the name */
	{"\x93\xc0\xc0\xc0", 4},         /* no command */
	{"\x93\xc0\xc4\x01x\xc0", 6},    /* bytes as the command */
	{"\x93\xc0\xa1\xff\xc0", 5},     /* no text */
	{"\x93\xa1\xff\xa1x\xc0", 6},    /* likewise */
	{"\x93\xc0\xa2x\0\xc0", 6},      /* a zero in it */
	{"\x93\xc0\xdb\xff\xff\xff", 6}, /* cut in its head */
	{"\x93\xdb\xff\xff\xff\xff\xa1x\xc0", 9},
};

TEST(is_not_read_from_what_looks_unusual, .to = sizeof unusual / sizeof *unusual)
{
	cy__text command;
	/* In a block of its own size, so that the sanitizer sees a byte read past its end. */
	uint8_t *bytes = malloc(unusual[_i].size + !unusual[_i].size);
	memcpy(bytes, unusual[_i].bytes, unusual[_i].size);
	ck_assert_uint_eq(cy__opening_read(bytes, unusual[_i].size, &command), 0);
	free(bytes);
}
