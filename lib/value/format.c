/*
 * The grammar of cy_pack() and cy_unpack(), by recursive descent; at most CY_DEPTH deep.
 */
#include "lib/value/format.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

char cy__format_peek(struct cy__format *format)
{
	while (*format->at == ' ' || *format->at == '\t' || *format->at == '\n')
		format->at++;
	return *format->at;
}

char cy__format_next(struct cy__format *format)
{
	char next = cy__format_peek(format);

	format->at++;
	return next;
}

bool cy__format_skip(struct cy__format *format, char character)
{
	if (cy__format_peek(format) != character)
		return false;
	format->at++;
	return true;
}

const char *cy__format_quoted(struct cy__format *format, size_t *size)
{
	const char *key = format->at;

	while (*format->at && *format->at != '\'')
		format->at++;
	*size = (size_t)(format->at++ - key);
	return key;
}

size_t cy__format_count(const struct cy__format *format)
{
	struct cy__format at = *format;
	size_t level = 0, commas = 0, size;

	if (strchr("]}*!", cy__format_peek(&at)))
		return 0;
	for (;;) {
		switch (cy__format_next(&at)) {
		case '\'':
			cy__format_quoted(&at, &size);
			break;
		case '[':
		case '{':
			level++;
			break;
		case ']':
		case '}':
			if (level-- == 0)
				return commas + 1;
			break;
		case ',':
			commas += level == 0;
			break;
		default:
			break;
		}
	}
}

void cy__format_place(const struct cy__format *format, char place[CY__WORDS])
{
	size_t size = strlen(format->start);
	int shown = cy__shown(format->start, size);

	snprintf(place, CY__WORDS, "format \"%.*s%s\", character %zu", shown, format->start,
	         (size_t)shown < size ? "..." : "", (size_t)(format->at - format->start));
}

/* A check that is under way. */
struct check {
	struct cy__format format;
	char *words;
};

/* @p format of what is wrong with the next character. */
RX_PRINTF(2, 3) static int wrong(struct check *check, const char *format, ...)
{
	char place[CY__WORDS], what[64];
	va_list args;

	check->format.at++;
	cy__format_place(&check->format, place);
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	/* The place has CY__WORDS at most, of which the format is cut to some hundred. */
	snprintf(check->words, CY__WORDS, "%.*s: %s", CY__WORDS - 3 - (int)strlen(what), place, what);
	return rx_plain(-EINVAL);
}

static int expect(struct check *check, char character, const char *where)
{
	char next = cy__format_peek(&check->format);

	if (next != character)
		return wrong(check, "'%c' expected %s", character, where);
	check->format.at++;
	return 0;
}

/* Whether there are no elements. */
static bool ends_here(struct cy__format *format, char bracket, char mark)
{
	char next = cy__format_peek(format);

	return next == bracket || (next == mark && format->unpacking);
}

static int check_value(struct check *check, int depth);

static int check_array(struct check *check, int depth)
{
	struct cy__format *format = &check->format;
	int error = 0;

	if (!ends_here(format, ']', '*'))
		do
			error = check_value(check, depth);
		while (error == 0 && cy__format_skip(format, ','));
	if (error == 0 && format->unpacking)
		cy__format_skip(format, '*');
	return error < 0 ? error : expect(check, ']', "or ','");
}

static int check_key(struct check *check)
{
	struct cy__format *format = &check->format;
	size_t size;
	char next = cy__format_peek(format);

	if (next != 's' && next != '\'')
		return wrong(check, "a key, 's' or a quoted one, expected");
	if (next == '\'' && !strchr(format->at + 1, '\''))
		return wrong(check, "the quote is not closed");
	format->at++;
	if (next == '\'')
		cy__format_quoted(format, &size);
	if (format->unpacking)
		cy__format_skip(format, '?');
	return expect(check, ':', "after a key");
}

static int check_map(struct check *check, int depth)
{
	struct cy__format *format = &check->format;
	int error = 0;

	if (!ends_here(format, '}', '!'))
		do {
			error = check_key(check);
			if (error == 0)
				error = check_value(check, depth);
		} while (error == 0 && cy__format_skip(format, ','));
	if (error == 0 && format->unpacking)
		cy__format_skip(format, '!');
	return error < 0 ? error : expect(check, '}', "or ','");
}

static int check_value(struct check *check, int depth)
{
	char next = cy__format_peek(&check->format);

	if (next == '\0')
		return wrong(check, "it ends where a value is expected");
	if ((next == '[' || next == '{') && depth == 0)
		return wrong(check, "nested deeper than %d", CY_DEPTH);
	if (!strchr("nbiIuUdszxetv[{", next) && !(next == '_' && check->format.unpacking))
		return wrong(check, "no value begins with this");
	check->format.at++;
	if (next == '[')
		return check_array(check, depth - 1);
	if (next == '{')
		return check_map(check, depth - 1);
	return 0;
}

int cy__format_check(const char *format, bool unpacking, char words[CY__WORDS])
{
	struct check check = {.format = {format, format, unpacking}, .words = words};

	if (!format) {
		snprintf(words, CY__WORDS, "format: NULL");
		return rx_plain(-EINVAL);
	}
	int error = check_value(&check, CY_DEPTH);
	if (error == 0 && cy__format_peek(&check.format) != '\0')
		error = wrong(&check, "the value has ended before this");
	return error;
}
