/* Text that grows, and what items look like in it: for diagrams and traces. */
#ifndef RX_CORE_TEXT_H
#define RX_CORE_TEXT_H

#include "observables/core/stage.h"

typedef struct rx_text {
	char *bytes; /* NULL while empty */
	size_t length, capacity;
} rx_text;

/* Append; without memory the text stays as it is. */
void rx__text_add(rx_text *text, const char *format, ...) RX_PRINTF(2, 3);
/* Append an item as its type is known: numbers and strings as in C, lists and the like by what is in them, others as
 * bytes. */
void rx__text_add_item(rx_text *text, const rx_type *type, const void *item);
/* Append an item as a user's function writes it. */
void rx__text_add_formatted(rx_text *text, const rx_formatter *formatter, const void *item, void *ctx);
void rx__text_clear(rx_text *text);

#endif
