#include <inttypes.h>
#include <stdio.h>

#include "observables/core/text.h"

static bool make_room(rx_text *text, size_t more)
{
	const size_t needed = text->length + more + 1;
	if (needed <= text->capacity)
		return true;
	const size_t capacity = needed > 2 * text->capacity ? needed : 2 * text->capacity;
	char *bytes = rx_realloc(text->bytes, capacity);
	if (!bytes)
		return false;
	text->bytes = bytes;
	text->capacity = capacity;
	return true;
}

void rx__text_add(rx_text *text, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	const int length = vsnprintf(NULL, 0, format, arguments);
	if (length > 0 && make_room(text, (size_t)length)) {
		vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
		text->length += (size_t)length;
	}
	va_end(again);
	va_end(arguments);
}

void rx__text_add_formatted(rx_text *text, const rx_formatter *formatter, const void *item, void *ctx)
{
	const int length = formatter->call(item, NULL, 0, ctx);
	if (length <= 0 || !make_room(text, (size_t)length))
		return;
	formatter->call(item, text->bytes + text->length, (size_t)length + 1, ctx);
	text->length += (size_t)length;
}

void rx__text_clear(rx_text *text)
{
	rx_free(text->bytes);
	*text = (rx_text){0};
}

/* ---- Items ----------------------------------------------------------------------------------------------------- */

static void add_bytes(rx_text *text, const rx_type *type, const void *item)
{
	rx__text_add(text, "%s", type->name);
	for (size_t i = 0; i < type->size && i < 32; i++)
		rx__text_add(text, " %02x", ((const unsigned char *)item)[i]);
}

static void add_string(rx_text *text, const rx_type *type, const void *item)
{
	const char *string = *(const rx_string *)item;
	if (string)
		rx__text_add(text, "\"%s\"", string);
	else
		rx__text_add(text, "NULL");
}

static void add_list(rx_text *text, const rx_type *type, const void *item)
{
	const rx_list *list = item;
	rx__text_add(text, "[");
	for (size_t i = 0; i < list->count; i++) {
		rx__text_add(text, "%s", i ? ", " : "");
		rx__text_add_item(text, list->type, (const char *)list->items + i * list->type->size);
	}
	rx__text_add(text, "]");
}

static void add_pair(rx_text *text, const rx_type *type, const void *item)
{
	const rx_pair *pair = item;
	rx__text_add(text, "[");
	rx__text_add_item(text, pair->type, pair->previous);
	rx__text_add(text, ", ");
	rx__text_add_item(text, pair->type, pair->current);
	rx__text_add(text, "]");
}

static void add_tuple(rx_text *text, const rx_type *type, const void *item)
{
	const rx_tuple *tuple = item;
	rx__text_add(text, "[");
	for (size_t i = 0; i < tuple->count; i++) {
		rx__text_add(text, "%s", i ? ", " : "");
		rx__text_add_item(text, tuple->types[i], tuple->items[i]);
	}
	rx__text_add(text, "]");
}

static void add_stream(rx_text *text, const rx_type *type, const void *item)
{
	rx_observable *stream = *(const rx_stream *)item;
	char name[160] = "NULL";
	if (stream)
		rx__stage_name(stream, name, sizeof name);
	rx__text_add(text, "observable %s", name);
}

static void add_notification(rx_text *text, const rx_type *type, const void *item)
{
	const rx_notification *notification = item;
	if (notification->kind == RX_NOTIFICATION_NEXT) {
		rx__text_add(text, "next ");
		rx__text_add_item(text, notification->type, notification->value);
	} else if (notification->kind == RX_NOTIFICATION_ERROR) {
		rx__text_add(text, "error \"%s\" (%d)", notification->error->message, notification->error->code);
	} else {
		rx__text_add(text, "complete");
	}
}

static void add_time(rx_text *text, rx_nsec time)
{
	rx__text_add(text, "%" PRId64 ".%06" PRId64 " ms ", time / RX_MS(1), time % RX_MS(1));
}

static void add_timestamped(rx_text *text, const rx_type *type, const void *item)
{
	const rx_timestamped *timed = item;
	add_time(text, timed->time);
	rx__text_add_item(text, timed->type, timed->value);
}

static void add_elapsed(rx_text *text, const rx_type *type, const void *item)
{
	const rx_elapsed *timed = item;
	add_time(text, timed->time);
	rx__text_add_item(text, timed->type, timed->value);
}

#define NUMBER(T, format, as)                                                                                          \
	static void add_##T(rx_text *text, const rx_type *type, const void *item)                                      \
	{                                                                                                              \
		rx__text_add(text, format, (as) * (const T *)item);                                                    \
	}
NUMBER(char, "'%c'", char)
NUMBER(_Bool, "%d", int)
NUMBER(int, "%d", int)
NUMBER(unsigned, "%u", unsigned)
NUMBER(long, "%ld", long)
NUMBER(size_t, "%zu", size_t)
NUMBER(int8_t, "%d", int)
NUMBER(int16_t, "%d", int)
NUMBER(int32_t, "%" PRId32, int32_t)
NUMBER(int64_t, "%" PRId64, int64_t)
NUMBER(uint8_t, "%u", unsigned)
NUMBER(uint16_t, "%u", unsigned)
NUMBER(uint32_t, "%" PRIu32, uint32_t)
NUMBER(uint64_t, "%" PRIu64, uint64_t)
NUMBER(float, "%g", double)
NUMBER(double, "%g", double)

static const struct {
	const rx_type *type;
	void (*add)(rx_text *text, const rx_type *type, const void *item);
} known[] = {
	{&rx_type_char, add_char},
	{&rx_type_bool, add__Bool},
	{&rx_type_int, add_int},
	{&rx_type_unsigned, add_unsigned},
	{&rx_type_long, add_long},
	{&rx_type_size_t, add_size_t},
	{&rx_type_int8_t, add_int8_t},
	{&rx_type_int16_t, add_int16_t},
	{&rx_type_int32_t, add_int32_t},
	{&rx_type_int64_t, add_int64_t},
	{&rx_type_uint8_t, add_uint8_t},
	{&rx_type_uint16_t, add_uint16_t},
	{&rx_type_uint32_t, add_uint32_t},
	{&rx_type_uint64_t, add_uint64_t},
	{&rx_type_float, add_float},
	{&rx_type_double, add_double},
	{&rx_type_rx_string, add_string},
	{&rx_type_rx_list, add_list},
	{&rx_type_rx_pair, add_pair},
	{&rx_type_rx_tuple, add_tuple},
	{&rx_type_rx_stream, add_stream},
	{&rx_type_rx_notification, add_notification},
	{&rx_type_rx_timestamped, add_timestamped},
	{&rx_type_rx_elapsed, add_elapsed},
};

void rx__text_add_item(rx_text *text, const rx_type *type, const void *item)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (rx_type_same(type, known[i].type)) {
			known[i].add(text, type, item);
			return;
		}
	add_bytes(text, type, item);
}
