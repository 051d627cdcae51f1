/*
 * cy_pack(): values by format string.
 */
#include <errno.h>
#include <string.h>

#include "lib/value/encode.h"
#include "lib/value/format.h"
#include "lib/value/layout.h"

struct packing {
	struct cy__format format;
	va_list args;
	struct cy__buffer out;
	/* the first one; what follows is only walked over, so that every value is consumed */
	cy_value *mistake;
};

static void fail(struct packing *packing, int code, const char *what)
{
	char place[CY__WORDS];

	if (packing->mistake)
		return;
	cy__format_place(&packing->format, place);
	packing->mistake = cy__mistake(code, "%s: %s", place, what);
}

static void append(struct packing *packing, struct cy__encoded head, const void *payload, size_t size)
{
	cy__buffer_head(&packing->out, head);
	cy__buffer_append(&packing->out, payload, size);
}

static bool payload_fits(struct packing *packing, const void *payload, size_t size)
{
	if (!payload && size > 0)
		fail(packing, -EINVAL, "NULL");
	else if (size > UINT32_MAX)
		fail(packing, -EMSGSIZE, "4 GiB or more");
	else
		return true;
	return false;
}

static void pack_text(struct packing *packing, const char *text, size_t size)
{
	if (!payload_fits(packing, text, size))
		return;
	if (size && cy__utf8_end(text, size) < size)
		fail(packing, -EILSEQ, "text that is not UTF-8");
	append(packing, cy__encode_string(size), text, size);
}

static void pack_string(struct packing *packing)
{
	const char *text = va_arg(packing->args, const char *);

	pack_text(packing, text, text ? strlen(text) : 1);
}

static void pack_string_n(struct packing *packing)
{
	const char *text = va_arg(packing->args, const char *);
	size_t size = va_arg(packing->args, size_t);

	pack_text(packing, text, size);
}

static void pack_binary(struct packing *packing)
{
	const void *bytes = va_arg(packing->args, const void *);
	size_t size = va_arg(packing->args, size_t);

	if (payload_fits(packing, bytes, size))
		append(packing, cy__encode_binary(size), bytes, size);
}

static void pack_ext(struct packing *packing)
{
	int type = va_arg(packing->args, int);
	const void *bytes = va_arg(packing->args, const void *);
	size_t size = va_arg(packing->args, size_t);

	if (type < INT8_MIN || type > INT8_MAX)
		fail(packing, -ERANGE, "an ext's number is from -128 to 127");
	else if (payload_fits(packing, bytes, size))
		append(packing, cy__encode_ext((int8_t)type, size), bytes, size);
}

static void pack_time(struct packing *packing)
{
	int64_t seconds = va_arg(packing->args, int64_t);
	uint32_t nanoseconds = va_arg(packing->args, uint32_t);

	if (nanoseconds > 999999999)
		fail(packing, -ERANGE, "more nanoseconds than a second has");
	else
		append(packing, cy__encode_time(seconds, nanoseconds), NULL, 0);
}

static void pack_value(struct packing *packing)
{
	cy_value *value = va_arg(packing->args, cy_value *);

	if (!value)
		fail(packing, -EINVAL, "NULL");
	else if (value->error < 0 && !packing->mistake)
		packing->mistake = cy_value_ref(value);
	else
		cy__buffer_append(&packing->out, value->bytes, value->size);
	cy_value_unref(value);
}

static void pack_scalar(struct packing *packing, char type)
{
	switch (type) {
	case 'b':
		append(packing, cy__encode_bool(va_arg(packing->args, int)), NULL, 0);
		break;
	case 'i':
		append(packing, cy__encode_int(va_arg(packing->args, int)), NULL, 0);
		break;
	case 'I':
		append(packing, cy__encode_int(va_arg(packing->args, int64_t)), NULL, 0);
		break;
	case 'u':
		append(packing, cy__encode_uint(va_arg(packing->args, unsigned)), NULL, 0);
		break;
	case 'U':
		append(packing, cy__encode_uint(va_arg(packing->args, uint64_t)), NULL, 0);
		break;
	case 'd':
		append(packing, cy__encode_double(va_arg(packing->args, double)), NULL, 0);
		break;
	default:
		append(packing, cy__encode_nil(), NULL, 0);
	}
}

static void pack_next(struct packing *packing);

static void pack_array(struct packing *packing)
{
	append(packing, cy__encode_array(cy__format_count(&packing->format)), NULL, 0);
	while (!cy__format_skip(&packing->format, ']')) {
		pack_next(packing);
		cy__format_skip(&packing->format, ',');
	}
}

static void pack_key(struct packing *packing)
{
	size_t size;

	if (cy__format_next(&packing->format) == '\'') {
		const char *key = cy__format_quoted(&packing->format, &size);
		pack_text(packing, key, size);
	} else {
		pack_string(packing);
	}
	cy__format_skip(&packing->format, ':');
}

static void pack_map(struct packing *packing)
{
	append(packing, cy__encode_map(cy__format_count(&packing->format)), NULL, 0);
	while (!cy__format_skip(&packing->format, '}')) {
		pack_key(packing);
		pack_next(packing);
		cy__format_skip(&packing->format, ',');
	}
}

static void pack_next(struct packing *packing)
{
	char type = cy__format_next(&packing->format);

	switch (type) {
	case '[':
		pack_array(packing);
		break;
	case '{':
		pack_map(packing);
		break;
	case 's':
		pack_string(packing);
		break;
	case 'z':
		pack_string_n(packing);
		break;
	case 'x':
		pack_binary(packing);
		break;
	case 'e':
		pack_ext(packing);
		break;
	case 't':
		pack_time(packing);
		break;
	case 'v':
		pack_value(packing);
		break;
	default:
		pack_scalar(packing, type);
	}
}

cy_value *cy_vpack(const char *format, va_list args)
{
	struct packing packing = {.format = {format, format, false}};
	char words[CY__WORDS];
	int error = cy__format_check(format, false, words);

	if (error < 0)
		return cy__mistake(error, "%s", words);
	va_copy(packing.args, args);
	pack_next(&packing);
	va_end(packing.args);
	if (!packing.mistake)
		return cy__buffer_finish(&packing.out);
	cy__buffer_discard(&packing.out);
	return packing.mistake;
}

cy_value *cy_pack(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cy_value *value = cy_vpack(format, args);
	va_end(args);
	return value;
}
