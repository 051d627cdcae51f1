/*
 * The typed builders.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/value/encode.h"
#include "lib/value/layout.h"
#include "lib/value/scan.h"

/* Nothing of these is ever released, so they need no memory and cannot fail. */
#define CONSTANT(name, byte)                                                                                           \
	static const unsigned char name##_bytes[] = {byte, 0};                                                         \
	static struct cy__root name##_root;                                                                            \
	static struct cy__root name##_root = {                                                                         \
		.value = {name##_bytes, 1, &name##_root, CY__IMMORTAL, 0, 0},                                          \
	}
CONSTANT(nil, 0xc0);
CONSTANT(no, 0xc2);
CONSTANT(yes, 0xc3);

cy_value *cy_nil(void)
{
	return &nil_root.value;
}

cy_value *cy_bool(bool value)
{
	return value ? &yes_root.value : &no_root.value;
}

static cy_value *scalar(struct cy__encoded head, const void *payload, size_t size)
{
	cy_value *value = cy__value_allocate(head.size + size);

	if (!value)
		return cy__mistake(-ENOMEM, "no memory");
	memcpy(cy__value_room(value), head.bytes, head.size);
	if (size)
		memcpy(cy__value_room(value) + head.size, payload, size);
	value->depth = 0;
	return value;
}

cy_value *cy_int(int64_t value)
{
	return scalar(cy__encode_int(value), NULL, 0);
}

cy_value *cy_uint(uint64_t value)
{
	return scalar(cy__encode_uint(value), NULL, 0);
}

cy_value *cy_float(float value)
{
	return scalar(cy__encode_float(value), NULL, 0);
}

cy_value *cy_double(double value)
{
	return scalar(cy__encode_double(value), NULL, 0);
}

/* NULL if @p payload can be one; else why not. */
static cy_value *refuse_payload(const void *payload, size_t size, const char *what)
{
	if (!payload && size > 0)
		return cy__mistake(-EINVAL, "%s: NULL", what);
	if (size > UINT32_MAX)
		return cy__mistake(-EMSGSIZE, "%s: %zu bytes, and 4 GiB are too many", what, size);
	return NULL;
}

cy_value *cy_string_n(const char *text, size_t size)
{
	cy_value *mistake = refuse_payload(text, size, "string");

	if (mistake)
		return mistake;
	size_t end = size ? cy__utf8_end(text, size) : 0;
	if (end < size)
		return cy__mistake(-EILSEQ, "string: not UTF-8 from its byte %zu on", end);
	return scalar(cy__encode_string(size), text, size);
}

cy_value *cy_string(const char *text)
{
	return text ? cy_string_n(text, strlen(text)) : cy__mistake(-EINVAL, "string: NULL");
}

RX_PRINTF(1, 0) static cy_value *format_string(const char *format, va_list args, size_t size)
{
	char *text = rx_alloc(size + 1);

	if (!text)
		return cy__mistake(-ENOMEM, "no memory");
	vsnprintf(text, size + 1, format, args);
	cy_value *value = cy_string_n(text, size);
	rx_free(text);
	return value;
}

cy_value *cy_stringf(const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int size = vsnprintf(NULL, 0, format, args);
	cy_value *value = size < 0 ? cy__mistake(-EILSEQ, "string: \"%s\" cannot be printed", format)
	                           : format_string(format, again, (size_t)size);
	va_end(again);
	va_end(args);
	return value;
}

cy_value *cy_binary(const void *bytes, size_t size)
{
	cy_value *mistake = refuse_payload(bytes, size, "binary");

	return mistake ? mistake : scalar(cy__encode_binary(size), bytes, size);
}

cy_value *cy_ext(int8_t type, const void *bytes, size_t size)
{
	cy_value *mistake = refuse_payload(bytes, size, "ext");
	int64_t seconds;
	uint32_t nanoseconds;

	if (!mistake && type == -1 && (!bytes || cy__time_read(bytes, size, &seconds, &nanoseconds) < 0))
		mistake = cy__mistake(-EBADMSG, "ext: number -1 is a time, and these bytes are none");
	return mistake ? mistake : scalar(cy__encode_ext(type, size), bytes, size);
}

cy_value *cy_time(int64_t seconds, uint32_t nanoseconds)
{
	if (nanoseconds > 999999999)
		return cy__mistake(-ERANGE, "time: %" PRIu32 " nanoseconds are more than a second", nanoseconds);
	return scalar(cy__encode_time(seconds, nanoseconds), NULL, 0);
}

/* A collection that is being built. */
struct collection {
	cy_value *mistake;
	size_t size;
	unsigned depth;
};

static void fail(struct collection *all, cy_value *mistake)
{
	if (all->mistake)
		cy_value_unref(mistake);
	else
		all->mistake = mistake;
}

/* Reckon with an element. */
static void measure(struct collection *all, cy_value *element, size_t index)
{
	if (all->mistake)
		return;
	if (!element) {
		fail(all, cy__mistake(-EINVAL, "element %zu: NULL", index));
	} else if (element->error < 0) {
		fail(all, cy_value_ref(element));
	} else {
		unsigned depth = cy__value_depth(element);
		all->size += element->size;
		all->depth = depth > all->depth ? depth : all->depth;
	}
}

static cy_value *open_collection(struct collection *all, struct cy__encoded head, size_t count, unsigned char **at)
{
	if (!all->mistake && count > UINT32_MAX)
		fail(all, cy__mistake(-EMSGSIZE, "%zu elements, and 2^32 are too many", count));
	if (!all->mistake && all->depth >= CY_DEPTH)
		fail(all, cy__mistake(-ELOOP, "nested deeper than %d", CY_DEPTH));
	cy_value *value = all->mistake ? NULL : cy__value_allocate(head.size + all->size);
	if (!value) {
		fail(all, cy__mistake(-ENOMEM, "no memory"));
		return NULL;
	}
	*at = cy__value_room(value);
	memcpy(*at, head.bytes, head.size);
	*at += head.size;
	value->depth = all->depth + 1;
	return value;
}

static unsigned char *copy_bytes(unsigned char *at, const void *bytes, size_t size)
{
	if (size)
		memcpy(at, bytes, size);
	return at + size;
}

cy_value *cy_array_from(cy_value *const *items, size_t count)
{
	struct collection all = {.size = 0};
	unsigned char *at = NULL;

	for (size_t i = 0; i < count; i++)
		measure(&all, items[i], i);
	cy_value *value = open_collection(&all, cy__encode_array(count), count, &at);
	for (size_t i = 0; i < count; i++) {
		if (value)
			at = copy_bytes(at, items[i]->bytes, items[i]->size);
		cy_value_unref(items[i]);
	}
	return value ? value : all.mistake;
}

static void measure_key(struct collection *all, const char *key, size_t index)
{
	if (all->mistake)
		return;
	if (!key) {
		fail(all, cy__mistake(-EINVAL, "key %zu: NULL", index));
		return;
	}
	size_t size = strlen(key), end = cy__utf8_end(key, size);
	if (end < size)
		fail(all, cy__mistake(-EILSEQ, "key %zu: not UTF-8 from its byte %zu on", index, end));
	else if (size > UINT32_MAX)
		fail(all, cy__mistake(-EMSGSIZE, "key %zu: %zu bytes, and 4 GiB are too many", index, size));
	all->size += cy__encode_string(size).size + size;
}

static unsigned char *copy_pair(unsigned char *at, const cy_pair *pair)
{
	size_t size = strlen(pair->key);
	struct cy__encoded head = cy__encode_string(size);

	at = copy_bytes(at, head.bytes, head.size);
	at = copy_bytes(at, pair->key, size);
	return copy_bytes(at, pair->value->bytes, pair->value->size);
}

static cy_value *name_key(const unsigned char *key)
{
	struct cy__head head = cy__head_at(key);

	return cy__mistake(-EEXIST, "key \"%.*s\" twice", cy__shown((const char *)key + head.size, head.payload),
	                   (const char *)key + head.size);
}

/* The finished map, or why it is none. */
static cy_value *check_keys(cy_value *map, size_t head, size_t count)
{
	const unsigned char *twice = NULL;
	int error = cy__keys_differ(map->bytes + head, count, &twice);

	if (error == 0)
		return map;
	cy_value *mistake = error == -EEXIST ? name_key(twice) : cy__mistake(error, "no memory");
	cy_value_unref(map);
	return mistake;
}

cy_value *cy_map_from(const cy_pair *pairs, size_t count)
{
	struct collection all = {.size = 0};
	struct cy__encoded head = cy__encode_map(count);
	unsigned char *at = NULL;

	for (size_t i = 0; i < count; i++) {
		measure_key(&all, pairs[i].key, i);
		measure(&all, pairs[i].value, i);
	}
	cy_value *value = open_collection(&all, head, count, &at);
	for (size_t i = 0; i < count; i++) {
		if (value)
			at = copy_pair(at, &pairs[i]);
		cy_value_unref(pairs[i].value);
	}
	return value ? check_keys(value, head.size, count) : all.mistake;
}
