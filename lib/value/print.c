/*
 * Values as text, much like JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/value/layout.h"
#include "lib/value/scan.h"

/* Where the text goes: a stream, or a string that grows. */
struct sink {
	FILE *stream;
	char *text;
	size_t size, room;
	int error;
};

static bool make_room(struct sink *sink, size_t size)
{
	size_t room = sink->room < 64 ? 64 : sink->room;

	while (room - sink->size <= size)
		room *= 2;
	if (room == sink->room)
		return true;
	char *text = rx_realloc(sink->text, room);
	if (!text)
		return false;
	sink->text = text;
	sink->room = room;
	return true;
}

static void put(struct sink *sink, const char *text, size_t size)
{
	if (sink->error < 0 || size == 0)
		return;
	if (sink->stream) {
		if (fwrite(text, 1, size, sink->stream) < size)
			sink->error = -EIO;
	} else if (!make_room(sink, size)) {
		sink->error = -ENOMEM;
	} else {
		memcpy(sink->text + sink->size, text, size);
		sink->size += size;
	}
}

RX_PRINTF(2, 3) static void putf(struct sink *sink, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	int size = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put(sink, text, (size_t)size);
}

static void put_escaped(struct sink *sink, unsigned char character)
{
	static const char letters[] = "b\bf\fn\nr\rt\t\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(letters); i += 2)
		if ((unsigned char)letters[i + 1] == character) {
			putf(sink, "\\%c", letters[i]);
			return;
		}
	putf(sink, "\\u%04x", (unsigned)character);
}

static void put_string(struct sink *sink, const unsigned char *text, size_t size)
{
	size_t done = 0;

	put(sink, "\"", 1);
	for (size_t i = 0; i < size; i++) {
		if (text[i] >= 0x20 && text[i] != '"' && text[i] != '\\' && text[i] != 0x7f)
			continue;
		put(sink, (const char *)text + done, i - done);
		put_escaped(sink, text[i]);
		done = i + 1;
	}
	put(sink, (const char *)text + done, size - done);
	put(sink, "\"", 1);
}

static void put_hex(struct sink *sink, const unsigned char *bytes, size_t size)
{
	put(sink, "h'", 2);
	for (size_t i = 0; i < size; i++)
		putf(sink, "%02x", (unsigned)bytes[i]);
	put(sink, "'", 1);
}

/* The locale may have another point than '.', of more than one byte even. */
static void straighten(char *number)
{
	char *to = number;
	bool point = false;

	for (const char *from = number; *from; from++) {
		if (strchr("0123456789+-e", *from))
			*to++ = *from;
		else if (!point)
			*to++ = '.', point = true;
	}
	*to = '\0';
}

/* The shortest digits that read back as the same number, and something that tells it from an int. */
static void put_double(struct sink *sink, double value)
{
	char number[40];

	if (!isfinite(value)) {
		putf(sink, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(number, sizeof(number), "%.*g", digits, value);
		if (strtod(number, NULL) == value)
			break;
	}
	straighten(number);
	putf(sink, "%s%s", number, strpbrk(number, ".e") ? "" : ".0");
}

static void put_time(struct sink *sink, int64_t seconds, uint32_t nanoseconds)
{
	char fraction[16] = "";

	if (nanoseconds) {
		int size = snprintf(fraction, sizeof(fraction), ".%09" PRIu32, nanoseconds);
		while (size > 1 && fraction[size - 1] == '0')
			fraction[--size] = '\0';
	}
	putf(sink, "time(%" PRId64 "%s)", seconds, fraction);
}

static void put_ext(struct sink *sink, const struct cy__head *head, const unsigned char *payload)
{
	int64_t seconds;
	uint32_t nanoseconds;

	if (head->ext == -1 && cy__time_read(payload, head->payload, &seconds, &nanoseconds) == 0) {
		put_time(sink, seconds, nanoseconds);
		return;
	}
	putf(sink, "ext(%d, ", head->ext);
	put_hex(sink, payload, head->payload);
	put(sink, ")", 1);
}

static void put_scalar(struct sink *sink, const struct cy__head *head, const unsigned char *payload)
{
	switch (head->type) {
	case CY_BOOL:
		putf(sink, "%s", head->bits ? "true" : "false");
		break;
	case CY_INT:
		if (head->negative)
			putf(sink, "%" PRId64, (int64_t)head->bits);
		else
			putf(sink, "%" PRIu64, head->bits);
		break;
	case CY_DOUBLE:
		put_double(sink, cy__head_double(head));
		break;
	case CY_STRING:
		put_string(sink, payload, head->payload);
		break;
	case CY_BINARY:
		put_hex(sink, payload, head->payload);
		break;
	case CY_EXT:
		put_ext(sink, head, payload);
		break;
	default:
		put(sink, "null", 4);
	}
}

/* Recursion is as deep as the nesting, so at most CY_DEPTH. */
static const unsigned char *put_element(struct sink *sink, const unsigned char *at)
{
	struct cy__head head = cy__head_at(at);
	bool map = head.type == CY_MAP;

	at += head.size;
	if (!map && head.type != CY_ARRAY) {
		put_scalar(sink, &head, at);
		return at + head.payload;
	}
	put(sink, map ? "{" : "[", 1);
	for (uint64_t i = 0; i < head.children; i++) {
		bool value = map && i % 2;
		if (i > 0)
			put(sink, value ? ": " : ", ", 2);
		at = put_element(sink, at);
	}
	put(sink, map ? "}" : "]", 1);
	return at;
}

static void put_value(struct sink *sink, const cy_value *value)
{
	const char *words = cy_value_words(value);

	if (cy_value_error(value) == 0) {
		put_element(sink, value->bytes);
		return;
	}
	put(sink, "mistake(", 8);
	put(sink, words, strlen(words));
	put(sink, ")", 1);
}

int cy_value_print(const cy_value *value, FILE *stream)
{
	struct sink sink = {.stream = stream};

	put_value(&sink, value);
	return sink.error;
}

char *cy_value_to_string(const cy_value *value)
{
	struct sink sink = {.stream = NULL};

	put_value(&sink, value);
	put(&sink, "", 1);
	if (sink.error < 0) {
		rx_free(sink.text);
		return NULL;
	}
	return sink.text;
}
