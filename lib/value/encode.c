/*
 * Heads and scalars by msgpack-c's packer, which writes into the memory it is given.
 */
#include "lib/value/encode.h"

#include <errno.h>
#include <string.h>

#include <msgpack.h>

#include "lib/value/layout.h"
#include "lib/value/scan.h"

static int write_bytes(void *data, const char *bytes, size_t size)
{
	struct cy__encoded *encoded = data;

	memcpy(encoded->bytes + encoded->size, bytes, size);
	encoded->size += size;
	return 0;
}

/* A function that packs one thing. */
#define ENCODE(name, parameters, call)                                                                                 \
	struct cy__encoded name parameters {                                                                           \
		struct cy__encoded encoded = {.size = 0};                                                              \
		msgpack_packer packer = {&encoded, write_bytes};                                                       \
		call;                                                                                                  \
		return encoded;                                                                                        \
	}

ENCODE(cy__encode_nil, (void), msgpack_pack_nil(&packer))
ENCODE(cy__encode_bool, (bool value), value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer))
ENCODE(cy__encode_int, (int64_t value), msgpack_pack_int64(&packer, value))
ENCODE(cy__encode_uint, (uint64_t value), msgpack_pack_uint64(&packer, value))
ENCODE(cy__encode_float, (float value), msgpack_pack_float(&packer, value))
ENCODE(cy__encode_double, (double value), msgpack_pack_double(&packer, value))
ENCODE(cy__encode_time, (int64_t seconds, uint32_t nanoseconds),
       msgpack_pack_timestamp(&packer, &((msgpack_timestamp){seconds, nanoseconds})))
ENCODE(cy__encode_string, (size_t size), msgpack_pack_str(&packer, size))
ENCODE(cy__encode_binary, (size_t size), msgpack_pack_bin(&packer, size))
ENCODE(cy__encode_ext, (int8_t type, size_t size), msgpack_pack_ext(&packer, size, type))
ENCODE(cy__encode_array, (size_t count), msgpack_pack_array(&packer, count))
ENCODE(cy__encode_map, (size_t count), msgpack_pack_map(&packer, count))

/* Make room for @p size more bytes. */
static bool grow(struct cy__buffer *buffer, size_t size)
{
	size_t room = buffer->room < 64 ? 64 : buffer->room;

	if (size <= buffer->room - buffer->size)
		return true;
	while (room - buffer->size < size) {
		if (room > SIZE_MAX / 4)
			return false;
		room *= 2;
	}
	cy_value *larger = cy__value_allocate(room);
	if (!larger)
		return false;
	if (buffer->value)
		memcpy(cy__value_room(larger), buffer->value->bytes, buffer->size);
	cy_value_unref(buffer->value);
	buffer->value = larger;
	buffer->room = room;
	return true;
}

void cy__buffer_append(struct cy__buffer *buffer, const void *bytes, size_t size)
{
	if (size == 0 || buffer->error < 0)
		return;
	if (!grow(buffer, size)) {
		buffer->error = -ENOMEM;
		return;
	}
	memcpy(cy__value_room(buffer->value) + buffer->size, bytes, size);
	buffer->size += size;
}

void cy__buffer_head(struct cy__buffer *buffer, struct cy__encoded head)
{
	cy__buffer_append(buffer, head.bytes, head.size);
}

void cy__buffer_discard(struct cy__buffer *buffer)
{
	cy_value_unref(buffer->value);
	*buffer = (struct cy__buffer){.value = NULL};
}

cy_value *cy__buffer_finish(struct cy__buffer *buffer)
{
	cy_value *result;

	if (buffer->error < 0 || !buffer->value)
		result = cy__mistake(buffer->error < 0 ? buffer->error : -ENODATA, "nothing to make a value of");
	else
		/* Copied once more into a block of its own size, which a value may keep for long. */
		result = cy_value_from_bytes(buffer->value->bytes, buffer->size, NULL);
	cy__buffer_discard(buffer);
	return result;
}
