/*
 * Bytes from elsewhere: what is let through, and each way of being refused.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/value/expect.h"

#include <errno.h>
#include <string.h>

struct bytes {
	const char *bytes;
	size_t size;
	int code;
	const char *words;
};
#define BYTES(text) text, sizeof(text) - 1

static const struct bytes refused[] = {
	{BYTES(""), -ENODATA, "at byte 0: the bytes end where a value or the rest of its head should be"},
	{BYTES("\xcd\x01"), -ENODATA, "at byte 0: the bytes end where a value or the rest of its head should be"},
	{BYTES("\xc7\x01"), -ENODATA, "at byte 0: the bytes end where a value or the rest of its head should be"},
	{BYTES("\x92\x01\xcf"), -ENODATA, "at byte 2: the bytes end where a value or the rest of its head should be"},
	{BYTES("\xc1"), -EBADMSG, "at byte 0: the reserved byte 0xc1"},
	{BYTES("\x91\xc1"), -EBADMSG, "at byte 1: the reserved byte 0xc1"},
	{BYTES("\xa3"
               "ab"),
         -EOVERFLOW, "at byte 0: a length of 3 where 2 bytes are left"},
	{BYTES("\xdb\xff\xff\xff\xff"), -EOVERFLOW, "at byte 0: a length of 4294967295 where 0 bytes are left"},
	{BYTES("\xc6\x00\x00\x00\x02x"), -EOVERFLOW, "at byte 0: a length of 2 where 1 bytes are left"},
	{BYTES("\xc9\xff\xff\xff\xff\x01x"), -EOVERFLOW, "at byte 0: a length of 4294967295 where 1 bytes are left"},
	{BYTES("\xd8\x01x"), -EOVERFLOW, "at byte 0: a length of 16 where 1 bytes are left"},
	{BYTES("\xdd\x04\x00\x00\x00"), -EOVERFLOW, "at byte 0: 67108864 elements to come where 0 bytes are left"},
	{BYTES("\xdd\xff\xff\xff\xff"), -EOVERFLOW, "at byte 0: 4294967295 elements to come where 0 bytes are left"},
	{BYTES("\xdf\xff\xff\xff\xff\x01\x01"), -EOVERFLOW,
         "at byte 0: 8589934590 elements to come where 2 bytes are left"},
	/* Each count fits, but not all of them together. */
	{BYTES("\x92\x92\x01\x01"), -EOVERFLOW, "at byte 1: 3 elements to come where 2 bytes are left"},
	{BYTES("\x93\x93\x93\x01\x01\x01\x01\x01"), -EOVERFLOW, "at byte 2: 7 elements to come where 5 bytes are left"},
	{BYTES("\xa2"
               "a\x80"),
         -EILSEQ, "at byte 0: text that is not UTF-8 from its byte 1 on"},
	{BYTES("\x81\xa1\xff\x01"), -EILSEQ, "at byte 1: text that is not UTF-8 from its byte 0 on"},
	{BYTES("\x01\x02"), -E2BIG, "at byte 1: 1 bytes after the value"},
	{BYTES("\x90\xc0\xc0"), -E2BIG, "at byte 1: 2 bytes after the value"},
	{BYTES("\x81\x90\x01"), -EINVAL, "at byte 1: an array or a map as a key"},
	{BYTES("\x82\x01\x90\x80\x01"), -EINVAL, "at byte 3: an array or a map as a key"},
	{BYTES("\x82\xa1"
               "a\x01\xa1"
               "a\x02"),
         -EEXIST, "at byte 4: a key that the map has already"},
	/* Two ways to write one key. */
	{BYTES("\x82\xa1"
               "a\x01\xd9\x01"
               "a\x02"),
         -EEXIST, "at byte 4: a key that the map has already"},
	{BYTES("\x82\x01\x01\xcc\x01\x02"), -EEXIST, "at byte 3: a key that the map has already"},
	{BYTES("\x91\x81\x00\x82\x01\x01\x01\x02"), -EEXIST, "at byte 6: a key that the map has already"},
	{BYTES("\xd5\xff\x00\x00"), -EBADMSG, "at byte 0: a time that is none"},
	{BYTES("\xd7\xff\xff\xff\xff\xff\x00\x00\x00\x00"), -EBADMSG, "at byte 0: a time that is none"},
	{BYTES("\xc7\x0c\xff\x3b\x9a\xca\x00\x00\x00\x00\x00\x00\x00\x00\x00"), -EBADMSG,
         "at byte 0: a time that is none"},
};

TEST(each_refusal_has_its_code_and_words, .to = sizeof(refused) / sizeof(*refused))
{
	const struct bytes *row = &refused[_i];
	size_t before = memory_allocations();

	ck_assert_int_eq(cy_value_validate(row->bytes, row->size, NULL), row->code);
	ck_assert_uint_eq(memory_allocations(), before);
	expect_words(row->code, row->words);
	expect_mistake(cy_value_from_bytes(row->bytes, row->size, NULL), row->code, row->words);
}

TEST(no_bytes_at_all)
{
	expect_mistake(cy_value_from_bytes(NULL, 0, NULL), -EINVAL, "at byte 0: no bytes at all (NULL)");
}

/* A value with every form of every type in it. */
static const unsigned char everything[] = {
	0xdc, 0x00, 0x24, 0xc0, 0xc2, 0xc3, 0x00, 0x7f, 0xe0, 0xff, 0xcc, 0xff, 0xcd, 0xff, 0xff, 0xce, 0xff, 0xff,
	0xff, 0xff, 0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xd0, 0x80, 0xd1, 0x80, 0x00, 0xd2, 0x80,
	0x00, 0x00, 0x00, 0xd3, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xca, 0x3f, 0xc0, 0x00, 0x00, 0xcb,
	0x7f, 0xf8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xa0, 0xa1, 'a',  0xd9, 0x01, 'b',  0xda, 0x00, 0x01, 'c',
	0xdb, 0x00, 0x00, 0x00, 0x02, 0xc3, 0xa4, 0xc4, 0x01, 0xff, 0xc5, 0x00, 0x01, 0xff, 0xc6, 0x00, 0x00, 0x00,
	0x01, 0xff, 0xd4, 0x01, 0x00, 0xd5, 0x01, 0x00, 0x00, 0xd6, 0xff, 0x00, 0x00, 0x00, 0x01, 0xc7, 0x00, 0x05,
	0xc8, 0x00, 0x01, 0x05, 0x00, 0xc9, 0x00, 0x00, 0x00, 0x01, 0x05, 0x00, 0x90, 0xdd, 0x00, 0x00, 0x00, 0x01,
	0x01, 0x80, 0xde, 0x00, 0x01, 0xa1, 'k',  0x01, 0xdf, 0x00, 0x00, 0x00, 0x01, 0x01, 0x02,
};

TEST(every_form_is_kept_byte_for_byte)
{
	cy_value *value = cy_value_from_bytes(everything, sizeof(everything), NULL);
	size_t size;
	const void *bytes = cy_value_bytes(value, &size);

	ck_assert_msg(cy_value_error(value) == 0, "%s", cy_value_words(value));
	ck_assert_uint_eq(size, sizeof(everything));
	ck_assert_mem_eq(bytes, everything, size);
	ck_assert_uint_eq(cy_value_count(value), 36);
	cy_value_unref(value);
}

TEST(cut_short_at_any_byte)
{
	for (size_t size = 0; size < sizeof(everything); size++) {
		int error = cy_value_validate(everything, size, NULL);
		ck_assert_msg(error == -ENODATA || error == -EOVERFLOW, "%zu: %d", size, error);
	}
}

TEST(any_byte_changed_is_refused_or_a_value)
{
	unsigned char changed[sizeof(everything)];

	for (size_t at = 0; at < sizeof(everything); at++)
		for (int byte = 0; byte < 256; byte++) {
			memcpy(changed, everything, sizeof(changed));
			changed[at] = (unsigned char)byte;
			cy_value *value = cy_value_from_bytes(changed, sizeof(changed), NULL);
			rx_free(cy_value_to_string(value));
			cy_value_unref(value);
		}
}

TEST(nesting_is_limited_whatever_its_length, .to = 2)
{
	enum { DEPTH = 100000 };
	static unsigned char bytes[DEPTH + 1];

	memset(bytes, _i ? 0x81 : 0x91, sizeof(bytes));
	/* A map's key is a nil, so that only values are nested. */
	for (size_t i = 1; _i && i < sizeof(bytes); i += 2)
		bytes[i] = 0xc0;
	ck_assert_int_eq(cy_value_validate(bytes, sizeof(bytes), NULL), -ELOOP);
	expect_words(-ELOOP, _i ? "at byte 64: nested deeper than 32" : "at byte 32: nested deeper than 32");
}

TEST(as_deep_as_is_allowed)
{
	unsigned char bytes[CY_DEPTH + 1];

	memset(bytes, 0x91, sizeof(bytes));
	bytes[CY_DEPTH] = 0x01;
	ck_assert_int_eq(cy_value_validate(bytes, sizeof(bytes), NULL), 0);
	ck_assert_int_eq(cy_value_validate(bytes, sizeof(bytes), &(cy_value_limits){.depth = 31}), -ELOOP);
	expect_words(-ELOOP, "at byte 31: nested deeper than 31");
	ck_assert_int_eq(cy_value_validate(bytes, sizeof(bytes), &(cy_value_limits){.depth = 1000}), 0);
	bytes[CY_DEPTH] = 0x90;
	ck_assert_int_eq(cy_value_validate(bytes, sizeof(bytes), &(cy_value_limits){.depth = 1000}), -ELOOP);
}

/* One map in the other, each with a key before and behind; in the innermost a text of several pieces. */
static size_t deep_maps(unsigned char *to, unsigned depth, unsigned char last_key)
{
	enum { TEXT = 40000 };
	unsigned char *at = to;
	for (unsigned i = 0; i < depth; i++) {
		const unsigned char begin[] = {0x83, 0x01, 0xc0, 0x02};
		at = (unsigned char *)memcpy(at, begin, sizeof begin) + sizeof begin;
	}
	const unsigned char head[] = {0xda, TEXT >> 8, TEXT & 0xff};
	at = (unsigned char *)memcpy(at, head, sizeof head) + sizeof head;
	at = (unsigned char *)memset(at, 'x', TEXT) + TEXT;
	for (unsigned i = 0; i < depth; i++) {
		*at++ = i == depth - 1 ? last_key : 0x03;
		*at++ = 0xc0;
	}
	return (size_t)(at - to);
}

TEST(each_level_keeps_its_keys_whatever_is_within_it, .from = 1, .to = CY_DEPTH + 1)
{
	static unsigned char bytes[50000];
	size_t size = deep_maps(bytes, (unsigned)_i, 0x03);
	const size_t before = memory_allocations();

	ck_assert_int_eq(cy_value_validate(bytes, size, NULL), 0);
	for (unsigned char key = 0x01; key <= 0x02; key++) {
		size = deep_maps(bytes, (unsigned)_i, key);
		ck_assert_int_eq(cy_value_validate(bytes, size, NULL), -EEXIST);
	}
	ck_assert_uint_eq(memory_allocations(), before);
}

TEST(limits_of_size_and_of_elements)
{
	ck_assert_int_eq(cy_value_validate("\x92\x01\x02", 3, &(cy_value_limits){.size = 3, .elements = 3}), 0);
	ck_assert_int_eq(cy_value_validate("\x92\x01\x02", 3, &(cy_value_limits){.size = 2}), -EMSGSIZE);
	expect_words(-EMSGSIZE, "at byte 0: 3 bytes, and the limit is 2");
	ck_assert_int_eq(cy_value_validate("\x92\x01\x02", 3, &(cy_value_limits){.elements = 2}), -EMSGSIZE);
	expect_words(-EMSGSIZE, "at byte 2: more than 2 elements");
}

/* A map of @p count keys that are ints, the last of them @p last. */
static size_t large_map(unsigned char *to, unsigned count, unsigned last)
{
	unsigned char *at = to;

	*at++ = 0xde;
	*at++ = (unsigned char)(count >> 8);
	*at++ = (unsigned char)count;
	for (unsigned i = 0; i < count; i++) {
		unsigned key = i == count - 1 ? last : i;
		*at++ = 0xcd;
		*at++ = (unsigned char)(key >> 8);
		*at++ = (unsigned char)key;
		*at++ = 0xc0;
	}
	return (size_t)(at - to);
}

TEST(keys_of_large_maps)
{
	static unsigned char bytes[200000];
	size_t size = large_map(bytes, 40000, 50000);

	ck_assert_int_eq(cy_value_validate(bytes, size, NULL), 0);
	size = large_map(bytes, 40000, 17);
	ck_assert_int_eq(cy_value_validate(bytes, size, NULL), -EEXIST);
	expect_words(-EEXIST, "at byte 159999: a key that the map has already");
	memory_fail_after(0);
	ck_assert_int_eq(cy_value_validate(bytes, size, NULL), -ENOMEM);
	memory_recover();
}

static const struct bytes texts[] = {
	{BYTES("plain text of more than eight bytes"), 35, NULL},
	{BYTES("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), 24,
         NULL},
	{BYTES("12345678\xff"), 8, NULL},
	{BYTES("1234567\xff"
               "9"),
         7, NULL},
	{BYTES("a\x80"), 1, NULL},
	{BYTES("\xc0\x80"), 0, NULL},
	{BYTES("\xc1\xbf"), 0, NULL},
	{BYTES("\xe0\x9f\xbf"), 0, NULL},
	{BYTES("\xed\xa0\x80"), 0, NULL},
	{BYTES("\xf0\x8f\xbf\xbf"), 0, NULL},
	{BYTES("\xf4\x90\x80\x80"), 0, NULL},
	{BYTES("\xf5\x80\x80\x80"), 0, NULL},
	{BYTES("\xe2\x82"), 0, NULL},
	{BYTES("\xe2\x82x"), 0, NULL},
	{BYTES("\xf0\x9f\x98"), 0, NULL},
	{BYTES("\xf0\x9f\x98x"), 0, NULL},
	{BYTES("\xc3"), 0, NULL},
};

TEST(utf8_as_unicode_defines_it, .to = sizeof(texts) / sizeof(*texts))
{
	const struct bytes *row = &texts[_i];
	cy_value *value = cy_string_n(row->bytes, row->size);
	char words[64];

	snprintf(words, sizeof(words), "string: not UTF-8 from its byte %d on", row->code);
	if ((size_t)row->code == row->size)
		ck_assert_int_eq(cy_value_error(value), 0);
	else
		ck_assert_str_eq(cy_value_words(value), words);
	cy_value_unref(value);
}
