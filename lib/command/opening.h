/*
 * What the body of a call or a message begins with: [name or nil, command, ... The value is its third element. It is written
 * once for a recipe, and goes out before the value's own bytes, which are copied nowhere for it; coming in, it is read
 * where it lies, so that nothing but the value is kept.
 */
#ifndef CLUSTERFY_LIB_COMMAND_OPENING_H
#define CLUSTERFY_LIB_COMMAND_OPENING_H

#include "lib/wire/frame.h"

#include <clusterfy/cluster/value.h>

/* Bytes of text, not terminated. */
typedef struct cy__text {
	const char *bytes;
	size_t size;
} cy__text;

/* Room for one. One that is longer is not written: the body is built as any other value. */
#define CY__OPENING_MAX 1024

/*
 * Write it, at most CY__OPENING_MAX bytes; @p name may be NULL.
 * @returns how many bytes it has; 0: it would be too long, or name or command is no text, and nothing is written
 */
size_t cy__opening_write(uint8_t *at, const char *name, const char *command);
/*
 * Read it from bytes that come from elsewhere.
 * @returns where the value begins; 0: it is not of this form, though the body may still be right
 */
size_t cy__opening_read(const uint8_t *bytes, size_t size, cy__text *command);
/*
 * The name that a body from elsewhere begins with, of any form; nothing behind it is looked at.
 * @retval -EBADMSG  there is none; -ENOENT: it is longer than any may be
 */
int cy__opening_name(const uint8_t *bytes, size_t size, cy__text *name);
/* What follows the opening of a frame's body, as a value: a block keeps its bytes, else they are copied. Never NULL. */
cy_value *cy__value_of_frame(const cy__frame *frame, size_t opening);
/* Whether an opening may go before @p value: it is not nested too deep. */
bool cy__opening_fits(const cy_value *value);
/* The whole body; never NULL. */
cy_value *cy__opening_join(const uint8_t *opening, size_t size, const cy_value *value);

#endif
