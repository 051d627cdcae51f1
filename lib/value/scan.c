/*
 * The heads of MessagePack elements, and how to step over what lies behind them.
 */
#include "lib/value/scan.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <string.h>

/* 0xc0 to 0xdf: the type, how many bytes follow the first one, and the payload of those with a fixed one. */
static const struct form {
	unsigned char type, width, payload;
} forms[32] = {
	[0x00] = {CY_NIL, 0, 0},    [0x01] = {CY_MISTAKE, 0, 0}, [0x02] = {CY_BOOL, 0, 0},   [0x03] = {CY_BOOL, 0, 0},
	[0x04] = {CY_BINARY, 1, 0}, [0x05] = {CY_BINARY, 2, 0},  [0x06] = {CY_BINARY, 4, 0}, [0x07] = {CY_EXT, 1, 0},
	[0x08] = {CY_EXT, 2, 0},    [0x09] = {CY_EXT, 4, 0},     [0x0a] = {CY_DOUBLE, 4, 0}, [0x0b] = {CY_DOUBLE, 8, 0},
	[0x0c] = {CY_INT, 1, 0},    [0x0d] = {CY_INT, 2, 0},     [0x0e] = {CY_INT, 4, 0},    [0x0f] = {CY_INT, 8, 0},
	[0x10] = {CY_INT, 1, 0},    [0x11] = {CY_INT, 2, 0},     [0x12] = {CY_INT, 4, 0},    [0x13] = {CY_INT, 8, 0},
	[0x14] = {CY_EXT, 0, 1},    [0x15] = {CY_EXT, 0, 2},     [0x16] = {CY_EXT, 0, 4},    [0x17] = {CY_EXT, 0, 8},
	[0x18] = {CY_EXT, 0, 16},   [0x19] = {CY_STRING, 1, 0},  [0x1a] = {CY_STRING, 2, 0}, [0x1b] = {CY_STRING, 4, 0},
	[0x1c] = {CY_ARRAY, 2, 0},  [0x1d] = {CY_ARRAY, 4, 0},   [0x1e] = {CY_MAP, 2, 0},    [0x1f] = {CY_MAP, 4, 0},
};

static uint64_t big_endian(const unsigned char *bytes, size_t width)
{
	uint64_t number = 0;

	for (size_t i = 0; i < width; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void set_int(struct cy__head *head, int64_t value)
{
	head->type = CY_INT;
	head->bits = (uint64_t)value;
	head->negative = value < 0;
}

/* Those that fit their number into the first byte. */
static void read_short(unsigned char first, struct cy__head *head)
{
	if (first < 0x80 || first >= 0xe0) {
		set_int(head, (int8_t)first);
	} else if (first < 0x90) {
		head->type = CY_MAP;
		head->children = 2 * (uint64_t)(first & 0x0f);
	} else if (first < 0xa0) {
		head->type = CY_ARRAY;
		head->children = first & 0x0f;
	} else {
		head->type = CY_STRING;
		head->payload = first & 0x1f;
	}
}

static int64_t sign_extend(uint64_t bits, size_t width)
{
	switch (width) {
	case 1:
		return (int8_t)bits;
	case 2:
		return (int16_t)bits;
	case 4:
		return (int32_t)bits;
	default:
		return (int64_t)bits;
	}
}

static uint64_t double_bits(uint64_t bits, size_t width)
{
	if (width == 4) {
		uint32_t narrow = (uint32_t)bits;
		float single;
		memcpy(&single, &narrow, sizeof(single));
		double wide = (double)single;
		memcpy(&bits, &wide, sizeof(bits));
	}
	return bits;
}

static void set_number(unsigned char first, uint64_t number, const struct form *form, struct cy__head *head)
{
	switch (form->type) {
	case CY_BOOL:
		head->bits = first & 1;
		break;
	case CY_INT:
		if (first >= 0xd0)
			set_int(head, sign_extend(number, form->width));
		else
			head->bits = number;
		break;
	case CY_DOUBLE:
		head->bits = double_bits(number, form->width);
		break;
	case CY_ARRAY:
		head->children = number;
		break;
	case CY_MAP:
		head->children = 2 * number;
		break;
	default:
		head->payload = (size_t)number + form->payload;
	}
}

int cy__head_read(const unsigned char *bytes, size_t size, struct cy__head *head)
{
	*head = (struct cy__head){.size = 1};
	if (size == 0)
		return rx_plain(-ENODATA);
	if (bytes[0] < 0xc0 || bytes[0] >= 0xe0) {
		read_short(bytes[0], head);
		return 0;
	}
	const struct form *form = &forms[bytes[0] - 0xc0];
	if (form->type == CY_MISTAKE)
		return rx_plain(-EBADMSG);
	head->type = (cy_type)form->type;
	head->size = 1U + form->width + (form->type == CY_EXT);
	if (size < head->size)
		return rx_plain(-ENODATA);
	set_number(bytes[0], big_endian(bytes + 1, form->width), form, head);
	if (form->type == CY_EXT)
		head->ext = (int8_t)bytes[1 + form->width];
	return 0;
}

double cy__head_double(const struct cy__head *head)
{
	double value;

	memcpy(&value, &head->bits, sizeof(value));
	return value;
}

struct cy__head cy__head_at(const unsigned char *bytes)
{
	struct cy__head head;

	cy__head_read(bytes, SIZE_MAX, &head);
	return head;
}

const unsigned char *cy__skip(const unsigned char *bytes)
{
	for (uint64_t owed = 1; owed > 0; owed--) {
		struct cy__head head = cy__head_at(bytes);
		owed += head.children;
		bytes += head.size + head.payload;
	}
	return bytes;
}

void cy__measure_begin(struct cy__measure *measure, const unsigned char *at)
{
	measure->at = at;
	measure->level = measure->deepest = 0;
	measure->left[0] = 1;
}

bool cy__measure_step(struct cy__measure *measure, size_t budget)
{
	for (; budget > 0; budget--) {
		while (measure->left[measure->level] == 0) {
			if (measure->level == 0)
				return false;
			measure->level--;
		}
		const struct cy__head head = cy__head_at(measure->at);
		measure->at += head.size + head.payload;
		measure->left[measure->level]--;
		if (head.type != CY_ARRAY && head.type != CY_MAP)
			continue;
		measure->left[++measure->level] = head.children;
		if (measure->level > measure->deepest)
			measure->deepest = measure->level;
	}
	return true;
}

unsigned cy__depth(const unsigned char *bytes)
{
	struct cy__measure measure;
	cy__measure_begin(&measure, bytes);
	while (cy__measure_step(&measure, SIZE_MAX))
		;
	return measure.deepest;
}

int cy__time_read(const unsigned char *payload, size_t size, int64_t *seconds, uint32_t *nanoseconds)
{
	uint64_t packed;

	switch (size) {
	case 4:
		*seconds = (int64_t)big_endian(payload, 4);
		*nanoseconds = 0;
		return 0;
	case 8:
		packed = big_endian(payload, 8);
		*seconds = (int64_t)(packed & 0x3ffffffff);
		*nanoseconds = (uint32_t)(packed >> 34);
		break;
	case 12:
		*nanoseconds = (uint32_t)big_endian(payload, 4);
		*seconds = (int64_t)big_endian(payload + 4, 8);
		break;
	default:
		return rx_plain(-EBADMSG);
	}
	return *nanoseconds < 1000000000 ? 0 : rx_plain(-EBADMSG);
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int cy__scalar_compare(const unsigned char *a, const unsigned char *b)
{
	struct cy__head left = cy__head_at(a), right = cy__head_at(b);

	if (left.type != right.type)
		return order(left.type, right.type);
	if (left.negative != right.negative)
		return left.negative ? -1 : 1;
	if (left.bits != right.bits)
		return order(left.bits, right.bits);
	if (left.ext != right.ext)
		return left.ext < right.ext ? -1 : 1;
	if (left.payload != right.payload)
		return order(left.payload, right.payload);
	return memcmp(a + left.size, b + right.size, left.payload);
}
