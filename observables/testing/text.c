#include <stdio.h>

#include "observables/testing/testing.h"

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

void rx__text_clear(rx_text *text)
{
	rx_free(text->bytes);
	*text = (rx_text){0};
}
