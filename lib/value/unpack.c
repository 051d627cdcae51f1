/*
 * cy_unpack(): values taken apart by format string.
 *
 * The format is walked several times over the same arguments: first everything is checked and nothing is written, then
 * the values that need memory are taken, and only when that cannot fail any more is the rest stored.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/value/format.h"
#include "lib/value/layout.h"
#include "lib/value/read.h"

enum pass { CHECK, TAKE, RELEASE, STORE };

struct unpacking {
	const cy_value *value;
	struct cy__format format;
	va_list args;
	enum pass pass;
	/* the values that this pass has come by, and those that have been taken */
	size_t values, taken;
	char *words;
};

RX_PRINTF(3, 4) static int fail(struct unpacking *unpacking, int code, const char *format, ...)
{
	char place[CY__WORDS], what[CY__WORDS - 3];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	cy__format_place(&unpacking->format, place);
	snprintf(unpacking->words, 2 * CY__WORDS, "%s: %s", place, what);
	return code;
}

static int refuse(struct unpacking *unpacking, int code, const unsigned char *at, const char *wanted)
{
	switch (code) {
	case -ERANGE:
		return fail(unpacking, code, "a number that does not fit %s", wanted);
	case -EILSEQ:
		return fail(unpacking, code, "a string with a zero in it");
	case -ENOMEM:
		return fail(unpacking, code, "no memory");
	default:
		return fail(unpacking, code, "%s expected, %s found", wanted, cy_type_name(cy__head_at(at).type));
	}
}

static bool stores(const struct unpacking *unpacking, const unsigned char *at, const void *out)
{
	return unpacking->pass == STORE && at && out;
}

static int as_int(const unsigned char *at, int *out)
{
	int64_t wide;
	int error = cy__as_int(at, &wide);

	if (error < 0)
		return error;
	if (wide < INT_MIN || wide > INT_MAX)
		return rx_plain(-ERANGE);
	*out = (int)wide;
	return 0;
}

static int as_unsigned(const unsigned char *at, unsigned *out)
{
	uint64_t wide;
	int error = cy__as_uint(at, &wide);

	if (error < 0)
		return error;
	if (wide > UINT_MAX)
		return rx_plain(-ERANGE);
	*out = (unsigned)wide;
	return 0;
}

/* A function for a type that is one C object. */
#define UNPACK(T, name, wanted, read)                                                                                  \
	static int unpack_##name(struct unpacking *unpacking, const unsigned char *at)                                 \
	{                                                                                                              \
		T *out = va_arg(unpacking->args, T *);                                                                 \
		T got = 0;                                                                                             \
		int error = at ? read : 0;                                                                             \
		if (error < 0)                                                                                         \
			return refuse(unpacking, error, at, wanted);                                                   \
		if (stores(unpacking, at, out))                                                                        \
			*out = got;                                                                                    \
		return 0;                                                                                              \
	}

UNPACK(bool, bool, "bool", cy__as_bool(at, &got))
UNPACK(int, int, "int", as_int(at, &got))
UNPACK(int64_t, int64, "int", cy__as_int(at, &got))
UNPACK(unsigned, unsigned, "int from 0 on", as_unsigned(at, &got))
UNPACK(uint64_t, uint64, "int from 0 on", cy__as_uint(at, &got))
UNPACK(double, double, "double", cy__as_double(at, &got))
UNPACK(const char *, string, "string", cy__as_string(unpacking->value, at, &got))

static int unpack_string_n(struct unpacking *unpacking, const unsigned char *at)
{
	const char **out = va_arg(unpacking->args, const char **), *text = NULL;
	size_t *out_size = va_arg(unpacking->args, size_t *), size = 0;
	int error = at ? cy__as_bytes(at, CY_STRING, &text, &size) : 0;

	if (error < 0)
		return refuse(unpacking, error, at, "string");
	if (stores(unpacking, at, out))
		*out = text;
	if (stores(unpacking, at, out_size))
		*out_size = size;
	return 0;
}

static int unpack_binary(struct unpacking *unpacking, const unsigned char *at)
{
	const void **out = va_arg(unpacking->args, const void **);
	size_t *out_size = va_arg(unpacking->args, size_t *), size = 0;
	const char *bytes = NULL;
	int error = at ? cy__as_bytes(at, CY_BINARY, &bytes, &size) : 0;

	if (error < 0)
		return refuse(unpacking, error, at, "binary");
	if (stores(unpacking, at, out))
		*out = bytes;
	if (stores(unpacking, at, out_size))
		*out_size = size;
	return 0;
}

static int unpack_ext(struct unpacking *unpacking, const unsigned char *at)
{
	int *out_type = va_arg(unpacking->args, int *);
	const void **out = va_arg(unpacking->args, const void **), *bytes = NULL;
	size_t *out_size = va_arg(unpacking->args, size_t *), size = 0;
	int8_t type = 0;
	int error = at ? cy__as_ext(at, &type, &bytes, &size) : 0;

	if (error < 0)
		return refuse(unpacking, error, at, "ext");
	if (stores(unpacking, at, out_type))
		*out_type = (int)type;
	if (stores(unpacking, at, out))
		*out = bytes;
	if (stores(unpacking, at, out_size))
		*out_size = size;
	return 0;
}

static int unpack_time(struct unpacking *unpacking, const unsigned char *at)
{
	int64_t *out_seconds = va_arg(unpacking->args, int64_t *), seconds = 0;
	uint32_t *out_nanoseconds = va_arg(unpacking->args, uint32_t *), nanoseconds = 0;
	int error = at ? cy__as_time(at, &seconds, &nanoseconds) : 0;

	if (error < 0)
		return refuse(unpacking, error, at, "time");
	if (stores(unpacking, at, out_seconds))
		*out_seconds = seconds;
	if (stores(unpacking, at, out_nanoseconds))
		*out_nanoseconds = nanoseconds;
	return 0;
}

static int take(struct unpacking *unpacking, const unsigned char *at, cy_value **out)
{
	cy_value *slice = cy__value_slice(unpacking->value, at);

	if (slice->error < 0)
		return fail(unpacking, slice->error, "no memory");
	*out = slice;
	unpacking->taken++;
	return 0;
}

static int unpack_value(struct unpacking *unpacking, const unsigned char *at)
{
	cy_value **out = va_arg(unpacking->args, cy_value **);

	if (!at || !out)
		return 0;
	unpacking->values++;
	if (unpacking->pass == TAKE)
		return take(unpacking, at, out);
	if (unpacking->pass == RELEASE) {
		if (unpacking->values <= unpacking->taken)
			cy_value_unref(*out);
		*out = NULL;
	}
	return 0;
}

static int unpack_nil(struct unpacking *unpacking, const unsigned char *at)
{
	if (at && cy__head_at(at).type != CY_NIL)
		return refuse(unpacking, -EINVAL, at, "nil");
	return 0;
}

static int unpack_next(struct unpacking *unpacking, const unsigned char *at);

/* Whether @p at, if it is there, is a collection of @p type; its elements are counted. */
static int open_collection(struct unpacking *unpacking, const unsigned char *at, cy_type type, uint64_t *count)
{
	if (!at)
		return 0;
	struct cy__head head = cy__head_at(at);
	if (head.type != type)
		return refuse(unpacking, -EINVAL, at, cy_type_name(type));
	*count = type == CY_MAP ? head.children / 2 : head.children;
	return 0;
}

static int unpack_elements(struct unpacking *unpacking, const unsigned char *at, uint64_t wanted, uint64_t count)
{
	const unsigned char *element = at ? at + cy__head_at(at).size : NULL;

	for (uint64_t i = 0; i < wanted; i++) {
		if (at && i >= count)
			return fail(unpacking, -ENOENT, "the array has only %zu elements", (size_t)count);
		int error = unpack_next(unpacking, element);
		if (error < 0)
			return error;
		element = element ? cy__skip(element) : NULL;
		cy__format_skip(&unpacking->format, ',');
	}
	return 0;
}

static int unpack_array(struct unpacking *unpacking, const unsigned char *at)
{
	struct cy__format *format = &unpacking->format;
	uint64_t count = 0, wanted = cy__format_count(format);
	int error = open_collection(unpacking, at, CY_ARRAY, &count);

	if (error == 0)
		error = unpack_elements(unpacking, at, wanted, count);
	if (error < 0)
		return error;
	bool open = cy__format_skip(format, '*');
	cy__format_skip(format, ']');
	if (at && !open && count > wanted)
		return fail(unpacking, -EINVAL, "the array has %zu elements", (size_t)count);
	return 0;
}

struct key {
	const char *name;
	size_t size;
	bool optional;
};

static int read_key(struct unpacking *unpacking, struct key *key)
{
	struct cy__format *format = &unpacking->format;

	if (cy__format_next(format) == '\'') {
		key->name = cy__format_quoted(format, &key->size);
	} else {
		/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): run() has copied it */
		key->name = va_arg(unpacking->args, const char *);
		if (!key->name)
			return fail(unpacking, -EINVAL, "a key that is NULL");
		key->size = strlen(key->name);
	}
	key->optional = cy__format_skip(format, '?');
	cy__format_skip(format, ':');
	return 0;
}

/* One pair of the format; @p found is how many keys of the map have been named. */
static int unpack_pair(struct unpacking *unpacking, const unsigned char *at, uint64_t *found)
{
	struct key key = {.size = 0};
	int error = read_key(unpacking, &key);

	if (error < 0)
		return error;
	const unsigned char *value = at ? cy__find_key(at, key.name, key.size) : NULL;
	if (at && !value && !key.optional)
		return fail(unpacking, -ENOENT, "there is no \"%.*s\"", cy__shown(key.name, key.size), key.name);
	*found += value != NULL;
	return unpack_next(unpacking, value);
}

static int unpack_map(struct unpacking *unpacking, const unsigned char *at)
{
	struct cy__format *format = &unpacking->format;
	uint64_t count = 0, found = 0, wanted = cy__format_count(format);
	int error = open_collection(unpacking, at, CY_MAP, &count);

	for (; error == 0 && wanted > 0; wanted--) {
		error = unpack_pair(unpacking, at, &found);
		if (error == 0)
			cy__format_skip(format, ',');
	}
	if (error < 0)
		return error;
	bool closed = cy__format_skip(format, '!');
	cy__format_skip(format, '}');
	if (at && closed && count > found)
		return fail(unpacking, -EINVAL, "the map has %zu keys, and only %zu of them are known", (size_t)count,
		            (size_t)found);
	return 0;
}

static int unpack_next(struct unpacking *unpacking, const unsigned char *at)
{
	switch (cy__format_next(&unpacking->format)) {
	case 'n':
		return unpack_nil(unpacking, at);
	case 'b':
		return unpack_bool(unpacking, at);
	case 'i':
		return unpack_int(unpacking, at);
	case 'I':
		return unpack_int64(unpacking, at);
	case 'u':
		return unpack_unsigned(unpacking, at);
	case 'U':
		return unpack_uint64(unpacking, at);
	case 'd':
		return unpack_double(unpacking, at);
	case 's':
		return unpack_string(unpacking, at);
	case 'z':
		return unpack_string_n(unpacking, at);
	case 'x':
		return unpack_binary(unpacking, at);
	case 'e':
		return unpack_ext(unpacking, at);
	case 't':
		return unpack_time(unpacking, at);
	case 'v':
		return unpack_value(unpacking, at);
	case '[':
		return unpack_array(unpacking, at);
	case '{':
		return unpack_map(unpacking, at);
	default:
		return 0;
	}
}

static int run(struct unpacking *unpacking, enum pass pass, va_list args)
{
	unpacking->format.at = unpacking->format.start;
	unpacking->pass = pass;
	unpacking->values = 0;
	va_copy(unpacking->args, args);
	int error = unpack_next(unpacking, unpacking->value->bytes);
	va_end(unpacking->args);
	return error;
}

static int run_all(struct unpacking *unpacking, va_list args)
{
	int error = run(unpacking, CHECK, args);

	if (error < 0)
		return error;
	error = run(unpacking, TAKE, args);
	if (error < 0)
		run(unpacking, RELEASE, args);
	else
		run(unpacking, STORE, args);
	return error;
}

int cy_vunpack(const cy_value *value, const char *format, va_list args)
{
	char words[2 * CY__WORDS];
	struct unpacking unpacking = {.value = value, .format = {format, format, true}, .words = words};
	int error = cy__format_check(format, true, words);

	if (error < 0)
		return rx_raise(error, "%s", words);
	if (cy_value_error(value) < 0)
		return cy__value_refuse(value);
	error = run_all(&unpacking, args);
	return error < 0 ? rx_raise(error, "%s", words) : 0;
}

int cy_unpack(const cy_value *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int error = cy_vunpack(value, format, args);
	va_end(args);
	return error;
}
