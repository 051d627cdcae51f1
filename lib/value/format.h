/*
 * The format strings of cy_pack() and cy_unpack().
 *
 * A format is checked as a whole before any argument is looked at, so what walks over it afterwards knows that it is
 * good, and a wrong one consumes nothing.
 */
#ifndef CLUSTERFY_VALUE_FORMAT_H
#define CLUSTERFY_VALUE_FORMAT_H

#include "lib/value/scan.h"

struct cy__format {
	const char *start, *at;
	/* cy_unpack()'s additions are allowed */
	bool unpacking;
};

/* Whether it is good. @retval -EINVAL  and why */
int cy__format_check(const char *format, bool unpacking, char words[CY__WORDS]);

/* The next character that is no blank. */
char cy__format_peek(struct cy__format *format);
char cy__format_next(struct cy__format *format);
/* Past @p character, if it is the next one. */
bool cy__format_skip(struct cy__format *format, char character);
/* How many elements stand between here, just behind a bracket, and the bracket that closes it. */
size_t cy__format_count(const struct cy__format *format);
/* Past a quoted key, of which the opening quote has been read: where it begins, and its size. */
const char *cy__format_quoted(struct cy__format *format, size_t *size);
/* "format "{s:i}", character 4", for the character that was read last. */
void cy__format_place(const struct cy__format *format, char place[CY__WORDS]);

#endif
