/*
 * UTF-8 as Unicode defines it: nothing overlong, no surrogates, nothing above U+10FFFF.
 */
#include <string.h>

#include "lib/value/scan.h"

static size_t skip_ascii(const unsigned char *text, size_t at, size_t size)
{
	uint64_t eight;

	for (; size - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, text + at, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (at < size && text[at] < 0x80)
		at++;
	return at;
}

/* The length of a character of more than one byte, or 0. */
static size_t character(const unsigned char *text, size_t size)
{
	/* The first byte says how many follow, and what the second one may be. */
	unsigned first = text[0], low = 0x80, high = 0xbf;
	size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if (first < 0xc2 || first > 0xf4 || size < length)
		return 0;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t cy__utf8_end(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0;

	while ((at = skip_ascii(bytes, at, size)) < size) {
		size_t length = character(bytes + at, size - at);
		if (length == 0)
			break;
		at += length;
	}
	return at;
}

#define SHOWN 100

int cy__shown(const char *text, size_t size)
{
	size_t shown = size;

	if (size > SHOWN)
		for (shown = SHOWN; shown > SHOWN - 4 && ((unsigned char)text[shown] & 0xc0) == 0x80;)
			shown--;
	return (int)shown;
}
