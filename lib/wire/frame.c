/*
 * The head of a frame, written and read at fixed offsets: a store or a load a field, and a comparison for the byte that
 * tells its type. A MessagePack library would spend ten times as long on it, and could not stamp it in place.
 */
#include "lib/wire/frame.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

enum {
	ARRAY_OF_NINE = 0x99,
	ARRAY_OF_TWO = 0x92,
	BINARY32 = 0xc6,
	UINT8 = 0xcc,
	UINT16 = 0xcd,
	UINT32 = 0xce,
	UINT64 = 0xcf,
};

/* Where the byte that tells a field's type stands; its value follows. */
enum {
	AT_ARRAY = CY__FRAME_LENGTH,
	AT_KIND = AT_ARRAY + 1,
	AT_FLAGS = AT_KIND + 2,
	AT_CALL = AT_FLAGS + 3,
	AT_FROM = AT_CALL + 9,
	AT_TO = AT_FROM + 5,
	AT_CREDIT = AT_TO + 5,
	AT_DEADLINE = AT_CREDIT + 5,
	AT_FDS = AT_DEADLINE + 9,
	AT_BODY = AT_FDS + 2,
};
_Static_assert(AT_BODY == CY__FRAME_HEAD, "the head's size is told in frame.h");

static void put16(uint8_t *at, uint16_t value)
{
	value = htobe16(value);
	memcpy(at, &value, sizeof value);
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof value);
}

static void put64(uint8_t *at, uint64_t value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof value);
}

static uint16_t get16(const uint8_t *at)
{
	uint16_t value;
	memcpy(&value, at, sizeof value);
	return be16toh(value);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return be32toh(value);
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, sizeof value);
	return be64toh(value);
}

static const char *const names[256] = {
	[CY__HELLO] = "hello",       [CY__CALL] = "call",
	[CY__ARGUMENT] = "argument", [CY__ARGUMENT_END] = "argument end",
	[CY__CANCEL] = "cancel",     [CY__ITEM] = "item",
	[CY__END] = "end",           [CY__ERROR] = "error",
	[CY__CREDIT] = "credit",     [CY__MESSAGE] = "message",
	[CY__EVENT] = "event",       [CY__GOODBYE] = "goodbye",
	[CY__PING] = "ping",         [CY__PONG] = "pong",
};

bool cy__kind_known(uint8_t kind)
{
	return names[kind] != NULL;
}

const char *cy__kind_name(uint8_t kind)
{
	return names[kind] ? names[kind] : "unknown";
}

size_t cy__frame_encode(const cy__frame *frame, uint8_t head[CY__FRAME_HEAD])
{
	size_t size = CY__FRAME_HEAD + (frame->body ? frame->body_size : 1);
	put32(head, (uint32_t)(size - CY__FRAME_LENGTH));
	head[AT_ARRAY] = ARRAY_OF_NINE;
	head[AT_KIND] = UINT8;
	head[AT_KIND + 1] = frame->kind;
	head[AT_FLAGS] = UINT16;
	put16(head + AT_FLAGS + 1, frame->flags);
	head[AT_CALL] = UINT64;
	put64(head + AT_CALL + 1, frame->call);
	head[AT_FROM] = UINT32;
	put32(head + AT_FROM + 1, frame->from);
	head[AT_TO] = UINT32;
	put32(head + AT_TO + 1, frame->to);
	head[AT_CREDIT] = UINT32;
	put32(head + AT_CREDIT + 1, frame->credit);
	head[AT_DEADLINE] = UINT64;
	put64(head + AT_DEADLINE + 1, (uint64_t)frame->deadline);
	head[AT_FDS] = UINT8;
	head[AT_FDS + 1] = frame->fd_count;
	return size;
}

static int refuse(int code, const char *words, const char **why)
{
	*why = words;
	return code;
}

int cy__frame_size(const uint8_t length[CY__FRAME_LENGTH], size_t max, size_t *size, const char **why)
{
	uint64_t whole = (uint64_t)get32(length) + CY__FRAME_LENGTH;
	if (whole > max)
		return refuse(-EMSGSIZE, "a frame longer than the limit", why);
	if (whole < CY__FRAME_HEAD + 1)
		return refuse(-ENODATA, "a frame too short for a head and a body", why);
	*size = (size_t)whole;
	return 0;
}

static int refuse_type(const uint8_t *head, const char **why)
{
	if (head[AT_ARRAY] != ARRAY_OF_NINE)
		return refuse(-EILSEQ, "a frame that is no array of nine", why);
	static const struct {
		uint8_t at, type;
		const char *words;
	} fields[] = {
		{AT_KIND, UINT8, "a kind that is no 8-bit number"},
		{AT_FLAGS, UINT16, "flags that are no 16-bit number"},
		{AT_CALL, UINT64, "a call that is no 64-bit number"},
		{AT_FROM, UINT32, "a sender that is no 32-bit number"},
		{AT_TO, UINT32, "a target that is no 32-bit number"},
		{AT_CREDIT, UINT32, "a credit that is no 32-bit number"},
		{AT_DEADLINE, UINT64, "a deadline that is no 64-bit number"},
		{AT_FDS, UINT8, "a number of descriptors that is no 8-bit number"},
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (head[fields[i].at] != fields[i].type)
			return refuse(-EPROTOTYPE, fields[i].words, why);
	return 0;
}

static bool types_are_right(const uint8_t *head)
{
	return !((head[AT_ARRAY] ^ ARRAY_OF_NINE) | (head[AT_KIND] ^ UINT8) | (head[AT_FLAGS] ^ UINT16) |
	         (head[AT_CALL] ^ UINT64) | (head[AT_FROM] ^ UINT32) | (head[AT_TO] ^ UINT32) |
	         (head[AT_CREDIT] ^ UINT32) | (head[AT_DEADLINE] ^ UINT64) | (head[AT_FDS] ^ UINT8));
}

/* A priority is one of three; the fourth pattern of its bits is kept. */
static bool flags_are_known(uint16_t flags)
{
	return !(flags & ~CY__FRAME_FLAGS) && (flags & CY__FRAME_PRIORITY) <= CY__FRAME_BULK;
}

static bool may_be_a_piece(const cy__frame *frame)
{
	return (frame->flags & CY__FRAME_PRIORITY) == CY__FRAME_BULK && frame->kind != CY__HELLO &&
	       frame->kind != CY__GOODBYE;
}

static int check_values(const cy__frame *frame, uint64_t deadline, const char **why)
{
	if (!cy__kind_known(frame->kind))
		return refuse(-ENOMSG, "an unknown kind of frame", why);
	if (!flags_are_known(frame->flags))
		return refuse(-EINVAL, "unknown flags", why);
	if ((frame->flags & CY__FRAME_MORE) && !may_be_a_piece(frame))
		return refuse(-EINVAL, "a piece of what does not come in pieces", why);
	if ((frame->flags & CY__FRAME_FULL) && frame->kind != CY__MESSAGE)
		return refuse(-EINVAL, "a policy for a full queue, and no message", why);
	if ((frame->flags & CY__FRAME_LAST) && frame->kind != CY__ITEM)
		return refuse(-EINVAL, "the last item of a reply, and no item", why);
	if (deadline > INT64_MAX)
		return refuse(-ERANGE, "a deadline that is no time", why);
	if (frame->fd_count > CY__FRAME_FDS_MAX)
		return refuse(-E2BIG, "more descriptors than a frame may carry", why);
	if (frame->kind == CY__HELLO && frame->call != CY__FRAME_VERSION)
		return refuse(-EPROTONOSUPPORT, "a hello of another version", why);
	if (frame->kind == CY__CREDIT && !frame->credit)
		return refuse(-EDOM, "a grant of no item", why);
	return 0;
}

int cy__frame_decode_head(const uint8_t head[CY__FRAME_HEAD], cy__frame *frame, const char **why)
{
	if (!types_are_right(head))
		return refuse_type(head, why);
	uint64_t deadline = get64(head + AT_DEADLINE + 1);
	const cy__frame read = {
		.kind = head[AT_KIND + 1],
		.flags = get16(head + AT_FLAGS + 1),
		.call = get64(head + AT_CALL + 1),
		.from = get32(head + AT_FROM + 1),
		.to = get32(head + AT_TO + 1),
		.credit = get32(head + AT_CREDIT + 1),
		.deadline = (rx_nsec)deadline,
		.fd_count = head[AT_FDS + 1],
	};
	int error = check_values(&read, deadline, why);
	if (error < 0)
		return error;
	/* Field by field: a copy of the whole would wait for what was just written in smaller parts. */
	frame->kind = read.kind;
	frame->flags = read.flags;
	frame->call = read.call;
	frame->from = read.from;
	frame->to = read.to;
	frame->credit = read.credit;
	frame->deadline = read.deadline;
	frame->fd_count = read.fd_count;
	return 0;
}

int cy__frame_decode(const uint8_t *bytes, size_t size, size_t max, cy__frame *frame, const char **why)
{
	size_t told;
	if (size < CY__FRAME_LENGTH)
		return refuse(-ENODATA, "not even a length", why);
	int error = cy__frame_size(bytes, max, &told, why);
	if (error == 0 && told != size)
		error = refuse(-ENODATA, "a frame that does not end where its length says", why);
	if (error == 0)
		error = cy__frame_decode_head(bytes, frame, why);
	if (error < 0)
		return error;
	frame->body = bytes + CY__FRAME_HEAD;
	frame->body_size = size - CY__FRAME_HEAD;
	return 0;
}

void cy__piece_encode(uint8_t head[CY__FRAME_PIECE], uint32_t rest, uint32_t size)
{
	head[0] = ARRAY_OF_TWO;
	head[1] = UINT32;
	put32(head + 2, rest);
	head[6] = BINARY32;
	put32(head + 7, size);
}

int cy__piece_decode(const uint8_t head[CY__FRAME_PIECE], const cy__frame *frame, size_t size, size_t *rest,
                     const char **why)
{
	const size_t told = get32(head + 7);
	const bool more = frame->flags & CY__FRAME_MORE;
	if (head[0] != ARRAY_OF_TWO || head[1] != UINT32 || head[6] != BINARY32)
		return refuse(-EPROTO, "a piece whose body is none of a piece", why);
	if (told == 0 || told != size - CY__FRAME_HEAD - CY__FRAME_PIECE)
		return refuse(-EPROTO, "a piece that does not end where its length says", why);
	*rest = get32(head + 2);
	if (more ? *rest <= told : *rest != told)
		return refuse(-EPROTO, "a piece of more than there is to come, or a last one of less", why);
	return 0;
}

void cy__frame_stamp_from(uint8_t *head, uint32_t from)
{
	put32(head + AT_FROM + 1, from);
}

void cy__frame_stamp_to(uint8_t *head, uint32_t to)
{
	put32(head + AT_TO + 1, to);
}

void cy__frame_stamp_call(uint8_t *head, uint64_t call)
{
	put64(head + AT_CALL + 1, call);
}

bool cy__frame_stamp_flag(uint8_t *head, const cy__frame *frame, uint16_t flag)
{
	if (head[AT_KIND + 1] != frame->kind || get64(head + AT_CALL + 1) != frame->call ||
	    get32(head + AT_FROM + 1) != frame->from)
		return false;
	put16(head + AT_FLAGS + 1, get16(head + AT_FLAGS + 1) | flag);
	return true;
}

void cy__frame_stamp_credit(uint8_t *head, uint32_t credit)
{
	put32(head + AT_CREDIT + 1, credit);
}
