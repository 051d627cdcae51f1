/*
 * The readers by path, and iterators.
 */
#include "lib/value/read.h"

#include <errno.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/value/layout.h"

cy_type cy_value_type(const cy_value *value)
{
	return cy_value_error(value) < 0 ? CY_MISTAKE : cy__head_at(value->bytes).type;
}

static size_t count_at(const unsigned char *at)
{
	struct cy__head head = cy__head_at(at);

	return (size_t)(head.type == CY_MAP ? head.children / 2 : head.children);
}

size_t cy_value_count(const cy_value *value)
{
	return cy_value_error(value) < 0 ? 0 : count_at(value->bytes);
}

const unsigned char *cy__find_key(const unsigned char *at, const char *key, size_t size)
{
	struct cy__head map = cy__head_at(at);

	at += map.size;
	for (uint64_t left = map.children; left > 0; left -= 2) {
		struct cy__head head = cy__head_at(at);
		const unsigned char *name = at + head.size;
		at = name + head.payload;
		if (head.type == CY_STRING && head.payload == size && memcmp(name, key, size) == 0)
			return at;
		at = cy__skip(at);
	}
	return NULL;
}

const unsigned char *cy__find_index(const unsigned char *at, uint64_t index)
{
	struct cy__head array = cy__head_at(at);

	if (index >= array.children)
		return NULL;
	at += array.size;
	while (index-- > 0)
		at = cy__skip(at);
	return at;
}

/* Decimal digits, and no needless zero before them. */
static bool parse_index(const char *digits, size_t size, uint64_t *index)
{
	uint64_t number = 0;

	if (size == 0 || size > 10 || (size > 1 && digits[0] == '0'))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(digits[i] - '0');
	}
	*index = number;
	return true;
}

static const unsigned char *step(const unsigned char *at, const char *segment, size_t size)
{
	uint64_t index;

	switch (cy__head_at(at).type) {
	case CY_MAP:
		return cy__find_key(at, segment, size);
	case CY_ARRAY:
		return parse_index(segment, size, &index) ? cy__find_index(at, index) : NULL;
	default:
		return NULL;
	}
}

/* Where an empty segment is; NULL if there is none. The empty path is one. */
static const char *empty_segment(const char *path)
{
	const char *at = path;

	for (;;) {
		size_t size = strcspn(at, ".");
		if (size == 0)
			return at;
		if (at[size] == '\0')
			return NULL;
		at += size + 1;
	}
}

/* What is at @p path; if there is nothing, NULL, and @p gone is how much of the path leads nowhere. */
static const unsigned char *walk(const cy_value *value, const char *path, size_t *gone)
{
	const unsigned char *at = value->bytes;
	const char *segment = path;

	while (segment) {
		size_t size = strcspn(segment, ".");
		*gone = (size_t)(segment - path) + size;
		at = step(at, segment, size);
		if (!at)
			return NULL;
		segment = segment[size] ? segment + size + 1 : NULL;
	}
	return at;
}

/* What is at @p path; NULL where nothing is, and @p error is then raised. */
static const unsigned char *find(const cy_value *value, const char *path, int *error)
{
	const char *empty = path ? empty_segment(path) : NULL;
	const unsigned char *found = NULL;
	size_t gone = 0;

	*error = cy__value_refuse(value);
	if (*error < 0)
		return NULL;
	if (empty)
		*error = rx_raise(-EINVAL, "path \"%s\": a segment is empty, after \"%.*s\"", path, (int)(empty - path),
		                  path);
	else if (!(found = walk(value, path, &gone)))
		*error = rx_raise(-ENOENT, "there is no \"%.*s\"", cy__shown(path, gone), path);
	return found;
}

/* The words for what an element could not be read as. */
static int refuse(int error, const char *path, const unsigned char *at, const char *wanted)
{
	const char *quote = path ? "\"" : "";
	const char *what = path ? path : "the value";

	if (error == -ERANGE)
		return rx_raise(error, "%s%s%s: a number that does not fit %s", quote, what, quote, wanted);
	if (error == -EILSEQ)
		return rx_raise(error, "%s%s%s: a string with a zero in it", quote, what, quote);
	if (error == -ENOMEM)
		return rx_raise(error, "%s%s%s: no memory", quote, what, quote);
	return rx_raise(error, "%s%s%s: %s expected, %s found", quote, what, quote, wanted,
	                cy_type_name(cy__head_at(at).type));
}

/* Find, read by the expression, refuse in words. */
#define READ(wanted, expression)                                                                                       \
	int error;                                                                                                     \
	const unsigned char *at = find(value, path, &error);                                                           \
	if (!at)                                                                                                       \
		return error;                                                                                          \
	error = expression;                                                                                            \
	return error < 0 ? refuse(error, path, at, wanted) : 0

int cy_get_bool(const cy_value *value, const char *path, bool *out)
{
	READ("bool", cy__as_bool(at, out));
}

int cy_get_int(const cy_value *value, const char *path, int64_t *out)
{
	READ("int", cy__as_int(at, out));
}

int cy_get_uint(const cy_value *value, const char *path, uint64_t *out)
{
	READ("int from 0 on", cy__as_uint(at, out));
}

int cy_get_double(const cy_value *value, const char *path, double *out)
{
	READ("double", cy__as_double(at, out));
}

int cy_get_string(const cy_value *value, const char *path, const char **out)
{
	READ("string", cy__as_string(value, at, out));
}

int cy_get_string_n(const cy_value *value, const char *path, const char **out, size_t *size)
{
	READ("string", cy__as_bytes(at, CY_STRING, out, size));
}

static int as_binary(const unsigned char *at, const void **out, size_t *size)
{
	const char *bytes;
	int error = cy__as_bytes(at, CY_BINARY, &bytes, size);

	if (error == 0)
		*out = bytes;
	return error;
}

int cy_get_binary(const cy_value *value, const char *path, const void **out, size_t *size)
{
	READ("binary", as_binary(at, out, size));
}

int cy_get_ext(const cy_value *value, const char *path, int8_t *type, const void **out, size_t *size)
{
	READ("ext", cy__as_ext(at, type, out, size));
}

int cy_get_time(const cy_value *value, const char *path, int64_t *seconds, uint32_t *nanoseconds)
{
	READ("time", cy__as_time(at, seconds, nanoseconds));
}

static int as_type(const unsigned char *at, cy_type *out)
{
	*out = cy__head_at(at).type;
	return 0;
}

int cy_get_type(const cy_value *value, const char *path, cy_type *out)
{
	READ("anything", as_type(at, out));
}

static int as_count(const unsigned char *at, size_t *out)
{
	cy_type type = cy__head_at(at).type;

	if (type != CY_ARRAY && type != CY_MAP)
		return rx_plain(-EINVAL);
	*out = count_at(at);
	return 0;
}

int cy_get_count(const cy_value *value, const char *path, size_t *out)
{
	READ("array or map", as_count(at, out));
}

static int as_value(const cy_value *value, const unsigned char *at, cy_value **out)
{
	cy_value *slice = cy__value_slice(value, at);

	if (slice->error < 0)
		return slice->error;
	*out = slice;
	return 0;
}

int cy_get_value(const cy_value *value, const char *path, cy_value **out)
{
	READ("anything", as_value(value, at, out));
}

bool cy_has(const cy_value *value, const char *path)
{
	size_t gone;

	return cy_value_error(value) == 0 && !(path && empty_segment(path)) && walk(value, path, &gone);
}

void cy_iterator_start(cy_iterator *iterator, const cy_value *value)
{
	*iterator = (cy_iterator){.index = SIZE_MAX};
	if (cy_value_error(value) < 0)
		return;
	struct cy__head head = cy__head_at(value->bytes);
	iterator->at = value->bytes + head.size;
	iterator->left = count_at(value->bytes);
	for (int i = 0; i < 2; i++)
		iterator->views[i] =
			(cy_value){.root = value->root, .references = CY__VIEW, .depth = CY__DEPTH_UNKNOWN};
	if (head.type == CY_MAP)
		iterator->key = &iterator->views[0];
}

static void lend(cy_iterator *iterator, cy_value *view)
{
	const unsigned char *end = cy__skip(iterator->at);

	view->bytes = iterator->at;
	view->size = (size_t)(end - iterator->at);
	iterator->at = end;
}

bool cy_iterator_next(cy_iterator *iterator)
{
	if (iterator->left == 0) {
		iterator->key = iterator->value = NULL;
		return false;
	}
	if (iterator->key)
		lend(iterator, iterator->key);
	iterator->value = &iterator->views[1];
	lend(iterator, iterator->value);
	iterator->left--;
	iterator->index++;
	return true;
}
