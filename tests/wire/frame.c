#include "tests/support/test.h"
#include "lib/wire/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The same frame by hand: what the wire has always looked like. */
static const uint8_t by_hand[] = {
	0x00, 0x00, 0x00, 0x2c,                               /* 44 bytes follow */
	0x99,                                                 /* nine fields */
	0xcc, 0x10,                                           /* a call */
	0xcd, 0x00, 0x0a,                                     /* urgent, named */
	0xcf, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, /* its number */
	0xce, 0x00, 0x00, 0x00, 0x07,                         /* from */
	0xce, 0xff, 0xff, 0xff, 0xfc,                         /* to */
	0xce, 0x00, 0x00, 0x01, 0x00,                         /* credit */
	0xcf, 0x00, 0x00, 0x00, 0x00, 0x3b, 0x9a, 0xca, 0x00, /* deadline */
	0xcc, 0x02,                                           /* descriptors */
	0x93, 0x01, 0x02,                                     /* body, the first bytes */
};

static const cy__frame by_name = {
	.kind = CY__CALL,
	.flags = CY__FRAME_URGENT | CY__FRAME_NAMED,
	.call = 0x0102030405060708,
	.from = 7,
	.to = CY__TO_UNKNOWN,
	.credit = 256,
	.deadline = RX_S(1),
	.fd_count = 2,
	.body = by_hand + CY__FRAME_HEAD,
	.body_size = 3,
};

static void assert_equal(const cy__frame *a, const cy__frame *b)
{
	ck_assert_uint_eq(a->kind, b->kind);
	ck_assert_uint_eq(a->flags, b->flags);
	ck_assert_uint_eq(a->call, b->call);
	ck_assert_uint_eq(a->from, b->from);
	ck_assert_uint_eq(a->to, b->to);
	ck_assert_uint_eq(a->credit, b->credit);
	ck_assert_int_eq(a->deadline, b->deadline);
	ck_assert_uint_eq(a->fd_count, b->fd_count);
	ck_assert_uint_eq(a->body_size, b->body_size);
	ck_assert_mem_eq(a->body, b->body, a->body_size);
}

TEST(the_wire_is_what_it_was)
{
	uint8_t head[CY__FRAME_HEAD];
	ck_assert_uint_eq(cy__frame_encode(&by_name, head), sizeof by_hand);
	ck_assert_mem_eq(head, by_hand, CY__FRAME_HEAD);

	cy__frame frame;
	const char *why = NULL;
	ck_assert_int_eq(cy__frame_decode(by_hand, sizeof by_hand, 1000, &frame, &why), 0);
	ck_assert_ptr_null(why);
	assert_equal(&frame, &by_name);
}

TEST(a_frame_without_a_body_has_room_for_nil)
{
	uint8_t bytes[CY__FRAME_HEAD + 1];
	ck_assert_uint_eq(cy__frame_encode(&(cy__frame){.kind = CY__PING}, bytes), sizeof bytes);
	bytes[CY__FRAME_HEAD] = 0xc0;
	cy__frame frame;
	const char *why;
	ck_assert_int_eq(cy__frame_decode(bytes, sizeof bytes, sizeof bytes, &frame, &why), 0);
	ck_assert_uint_eq(frame.body_size, 1);
}

static const uint64_t edges[] = {0,        1, 127, 128, 255, 256, 65535, 65536, UINT32_MAX, (uint64_t)UINT32_MAX + 1,
                                 INT64_MAX};

TEST(every_value_has_the_same_width, .to = sizeof edges / sizeof *edges)
{
	static const uint8_t body[] = {0xc0};
	cy__frame frame = {
		.kind = CY__ITEM,
		.call = _i == 10 ? UINT64_MAX : edges[_i],
		.from = (uint32_t)edges[_i],
		.to = (uint32_t)(edges[_i] * 3),
		.credit = (uint32_t)(edges[_i] * 7),
		.deadline = (rx_nsec)edges[_i],
		.fd_count = (uint8_t)(edges[_i] % (CY__FRAME_FDS_MAX + 1)),
		.body = body,
		.body_size = sizeof body,
	};
	uint8_t bytes[CY__FRAME_HEAD + 1] = {[CY__FRAME_HEAD] = 0xc0};
	ck_assert_uint_eq(cy__frame_encode(&frame, bytes), sizeof bytes);
	cy__frame back;
	const char *why;
	ck_assert_int_eq(cy__frame_decode(bytes, sizeof bytes, sizeof bytes, &back, &why), 0);
	assert_equal(&back, &frame);
}

/* Each way to spoil the frame above: a byte at a place, and what it is refused with. */
static const struct spoilt {
	int at;
	uint8_t byte;
	int code;
	const char *words;
} spoilt[] = {
	{0, 0x01, -EMSGSIZE, "limit"},
	{3, 0x28, -ENODATA, "too short"},
	{3, 0x2b, -ENODATA, "end"},
	{3, 0x2d, -ENODATA, "end"},
	{4, 0x98, -EILSEQ, "array"},
	{4, 0x9a, -EILSEQ, "array"},
	{4, 0xdc, -EILSEQ, "array"},
	{4, 0x89, -EILSEQ, "array"},
	{4, 0xc0, -EILSEQ, "array"},
	{5, 0xd0, -EPROTOTYPE, "kind"},
	{5, 0x10, -EPROTOTYPE, "kind"},
	{7, 0xcc, -EPROTOTYPE, "flags"},
	{7, 0xd1, -EPROTOTYPE, "flags"},
	{10, 0xce, -EPROTOTYPE, "call"},
	{10, 0xd3, -EPROTOTYPE, "call"},
	{10, 0xcb, -EPROTOTYPE, "call"},
	{19, 0xd2, -EPROTOTYPE, "sender"},
	{19, 0xca, -EPROTOTYPE, "sender"},
	{24, 0xcf, -EPROTOTYPE, "target"},
	{29, 0xd2, -EPROTOTYPE, "credit"},
	{34, 0xd3, -EPROTOTYPE, "deadline"},
	{43, 0xd0, -EPROTOTYPE, "descriptors"},
	{6, 0x00, -ENOMSG, "kind"},
	{6, 0x02, -ENOMSG, "kind"},
	{6, 0xff, -ENOMSG, "kind"},
	{8, 0x80, -EINVAL, "flags"},
	{8, 0x01, -EINVAL, "flags"},
	{9, 0x30, -EINVAL, "policy"},
	{9, 0x10, -EINVAL, "policy"},
	{9, 0x01, -EINVAL, "pieces"},
	{9, 0x40, -EINVAL, "last"},
	{9, 0x06, -EINVAL, "flags"},
	{35, 0x80, -ERANGE, "deadline"},
	{44, 0xfe, -E2BIG, "descriptors"},
	{6, CY__HELLO, -EPROTONOSUPPORT, "version"},
};

TEST(refuses_what_is_spoilt, .to = sizeof spoilt / sizeof *spoilt)
{
	uint8_t bytes[sizeof by_hand];
	memcpy(bytes, by_hand, sizeof bytes);
	bytes[spoilt[_i].at] = spoilt[_i].byte;
	cy__frame frame = by_name;
	const char *why = NULL;
	ck_assert_int_eq(cy__frame_decode(bytes, sizeof bytes, 1000, &frame, &why), spoilt[_i].code);
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, spoilt[_i].words) != NULL, "byte %d: \"%s\"", spoilt[_i].at, why);
	assert_equal(&frame, &by_name);
}

/* Each in a block of its own size, so that the sanitizer sees a byte read past its end. */
TEST(refuses_whatever_is_cut, .to = sizeof by_hand)
{
	uint8_t *bytes = malloc((size_t)_i + 1);
	memcpy(bytes, by_hand, (size_t)_i);
	cy__frame frame = by_name;
	const char *why = NULL;
	ck_assert_int_eq(cy__frame_decode(bytes, (size_t)_i, 1000, &frame, &why), -ENODATA);
	ck_assert_ptr_nonnull(why);
	assert_equal(&frame, &by_name);
	free(bytes);
}

/* Only the types of the fields, the kind, flags, deadline, descriptors and the length can be wrong. */
TEST(takes_any_byte_where_any_is_right, .to = sizeof by_hand)
{
	static const bool free_place[sizeof by_hand] = {
		[11] = true, true, true,        true, true, true, true,        true,        [20] = true, true,
		true,        true, [25] = true, true, true, true, [30] = true, true,        true,        true,
		[36] = true, true, true,        true, true, true, true,        [45] = true, true,        true,
	};
	uint8_t bytes[sizeof by_hand];
	memcpy(bytes, by_hand, sizeof bytes);
	for (int byte = 0; byte < 256; byte++) {
		bytes[_i] = (uint8_t)byte;
		cy__frame frame = by_name;
		const char *why = NULL;
		int code = cy__frame_decode(bytes, sizeof bytes, 1000, &frame, &why);
		ck_assert(code == 0 || (code < 0 && why));
		if (free_place[_i])
			ck_assert_int_eq(code, 0);
	}
}

TEST(the_limit_is_on_the_whole_frame)
{
	static const uint8_t length[] = {0, 0, 1, 0};
	size_t size = 0;
	const char *why;
	ck_assert_int_eq(cy__frame_size(length, 260, &size, &why), 0);
	ck_assert_uint_eq(size, 260);
	ck_assert_int_eq(cy__frame_size(length, 259, &size, &why), -EMSGSIZE);
	static const uint8_t four_gigabytes[] = {0xff, 0xff, 0xff, 0xff};
	ck_assert_int_eq(cy__frame_size(four_gigabytes, CY__FRAME_MAX_DEFAULT, &size, &why), -EMSGSIZE);
	ck_assert_uint_eq(size, 260);
}

TEST(a_hello_tells_its_version)
{
	uint8_t bytes[CY__FRAME_HEAD + 1];
	cy__frame frame = {.kind = CY__HELLO, .call = CY__FRAME_VERSION};
	cy__frame_encode(&frame, bytes);
	const char *why;
	ck_assert_int_eq(cy__frame_decode_head(bytes, &frame, &why), 0);
	cy__frame_stamp_call(bytes, CY__FRAME_VERSION + 1);
	ck_assert_int_eq(cy__frame_decode_head(bytes, &frame, &why), -EPROTONOSUPPORT);
}

TEST(stamps_in_place)
{
	uint8_t bytes[sizeof by_hand];
	memcpy(bytes, by_hand, sizeof bytes);
	cy__frame_stamp_from(bytes, 0xfedcba98);
	cy__frame_stamp_to(bytes, 3);
	cy__frame_stamp_call(bytes, UINT64_MAX);
	cy__frame_stamp_credit(bytes, 9);
	cy__frame frame, expected = by_name;
	expected.from = 0xfedcba98;
	expected.to = 3;
	expected.call = UINT64_MAX;
	expected.credit = 9;
	const char *why;
	ck_assert_int_eq(cy__frame_decode(bytes, sizeof bytes, 1000, &frame, &why), 0);
	assert_equal(&frame, &expected);
}

TEST(kinds_have_names)
{
	ck_assert_str_eq(cy__kind_name(CY__HELLO), "hello");
	ck_assert_str_eq(cy__kind_name(CY__ARGUMENT_END), "argument end");
	ck_assert_str_eq(cy__kind_name(0), "unknown");
	int known = 0;
	for (int kind = 0; kind < 256; kind++)
		known += cy__kind_known((uint8_t)kind);
	ck_assert_int_eq(known, 14);
}
