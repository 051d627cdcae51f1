#include "lib/command/opening.h"

#include <errno.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/value/layout.h"
#include "lib/value/scan.h"

enum { ARRAY_OF_THREE = 0x93, NIL = 0xc0, SHORT_STRING = 0xa0, STRING8 = 0xd9, STRING16 = 0xda };

/* Name and command together; the heads before them take at most eleven bytes. */
#define TEXT_MAX (CY__OPENING_MAX - 16)

/* The head of a string, of which there are four forms, three of them short enough; or nil. */
static size_t write_head(uint8_t *at, bool is_nil, size_t size)
{
	if (is_nil || size < 32) {
		at[0] = is_nil ? NIL : (uint8_t)(SHORT_STRING | size);
		return 1;
	}
	if (size < 256) {
		at[0] = STRING8;
		at[1] = (uint8_t)size;
		return 2;
	}
	at[0] = STRING16;
	at[1] = (uint8_t)(size >> 8);
	at[2] = (uint8_t)size;
	return 3;
}

static size_t write_text(uint8_t *at, const char *text, size_t size)
{
	const size_t head = write_head(at, !text, size);
	if (size)
		memcpy(at + head, text, size);
	return head + size;
}

static bool is_text(const char *text, size_t size)
{
	return cy__utf8_end(text, size) == size;
}

size_t cy__opening_write(uint8_t *at, const char *name, const char *command)
{
	const size_t name_size = name ? strlen(name) : 0, command_size = command ? strlen(command) : 0;
	if (!command || name_size + command_size > TEXT_MAX || !is_text(command, command_size) ||
	    (name && !is_text(name, name_size)))
		return 0;
	at[0] = ARRAY_OF_THREE;
	size_t size = 1;
	size += write_text(at + size, name, name_size);
	size += write_text(at + size, command, command_size);
	return size;
}

/* A string, or nil if that is allowed, of at most @p size bytes; returns how many, 0 if it is none. */
static size_t read_text(const uint8_t *at, size_t size, bool nil, cy__text *text)
{
	struct cy__head head;
	if (cy__head_read(at, size, &head) < 0 || head.payload > size - head.size)
		return 0;
	if (head.type != CY_STRING)
		return nil && head.type == CY_NIL ? head.size : 0;
	*text = (cy__text){(const char *)at + head.size, head.payload};
	return is_text(text->bytes, text->size) && !memchr(text->bytes, 0, text->size) ? head.size + head.payload : 0;
}

size_t cy__opening_read(const uint8_t *bytes, size_t size, cy__text *command)
{
	cy__text name;
	if (!size || bytes[0] != ARRAY_OF_THREE)
		return 0;
	const size_t named = read_text(bytes + 1, size - 1, true, &name);
	if (!named)
		return 0;
	const size_t commanded = read_text(bytes + 1 + named, size - 1 - named, false, command);
	return commanded ? 1 + named + commanded : 0;
}

int cy__opening_name(const uint8_t *bytes, size_t size, cy__text *name)
{
	struct cy__head array, text;
	const uint8_t *at = bytes;
	if (cy__head_read(at, size, &array) < 0 || array.type != CY_ARRAY || !array.children)
		return rx_raise(-EBADMSG, "there is no name in it");
	at += array.size;
	size -= array.size;
	if (cy__head_read(at, size, &text) >= 0 && text.type == CY_STRING && text.payload > CY__OPENING_MAX)
		return rx_raise(-ENOENT, "there is no worker with a name of %zu bytes", (size_t)text.payload);
	return read_text(at, size, false, name) ? 0 : rx_raise(-EBADMSG, "there is no name in it");
}

bool cy__opening_fits(const cy_value *value)
{
	return cy__value_depth(value) < CY_DEPTH;
}

cy_value *cy__opening_join(const uint8_t *opening, size_t size, const cy_value *value)
{
	size_t more;
	const void *bytes = cy_value_bytes(value, &more);
	cy_value *joined = cy__value_allocate(size + more);
	if (!joined)
		return cy__mistake(-ENOMEM, "no memory");
	memcpy(cy__value_room(joined), opening, size);
	memcpy(cy__value_room(joined) + size, bytes, more);
	joined->depth = cy__value_depth(value) + 1;
	return joined;
}

cy_value *cy__value_of_frame(const cy__frame *frame, size_t opening)
{
	const cy_value_limits limits = {.depth = opening ? CY_DEPTH - 1 : CY_DEPTH};
	return frame->block ? cy__value_within(frame->block, opening, &limits)
	                    : cy_value_from_bytes(frame->body + opening, frame->body_size - opening, &limits);
}
