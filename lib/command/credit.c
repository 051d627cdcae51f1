#include "lib/command/credit.h"

#include <clusterfy/rx/error.h>
#include <errno.h>

enum { NIL = 0xc0, UINT64 = 0xcf };

void cy__credit_init(cy__credit *credit, uint32_t items)
{
	*credit = (cy__credit){.items = items, .bytes = CY__CREDIT_BYTES};
}

bool cy__credit_spend(cy__credit *credit, size_t size)
{
	if (!cy__credit_has(credit))
		return false;
	if (credit->items == CY__CREDIT_ENDLESS)
		return true;
	credit->items--;
	if (credit->begun)
		credit->bytes -= (int64_t)size;
	credit->begun = true;
	return true;
}

/* Nil, or a number of one width, as all of the head. */
static int read_bytes(const cy__frame *frame, uint64_t *bytes)
{
	*bytes = 0;
	if (frame->body_size == 1 && frame->body[0] == NIL)
		return 0;
	if (frame->body_size != CY__GRANT_BODY || frame->body[0] != UINT64)
		return rx_plain(-EBADMSG);
	for (size_t i = 1; i < CY__GRANT_BODY; i++)
		*bytes = *bytes << 8 | frame->body[i];
	return 0;
}

int cy__credit_add(cy__credit *credit, const cy__frame *frame)
{
	uint64_t bytes;
	if (frame->credit >= CY__CREDIT_ENDLESS - credit->items)
		return rx_raise(-EOVERFLOW, "a grant of more items than can be counted");
	if (read_bytes(frame, &bytes) < 0 || bytes > (uint64_t)INT64_MAX ||
	    (credit->bytes > 0 && (int64_t)bytes > INT64_MAX - credit->bytes))
		return rx_raise(-EBADMSG, "a grant of bytes that is no number, or too large");
	credit->items += frame->credit;
	credit->bytes += (int64_t)bytes;
	return 0;
}

void cy__credit_grant(const cy__credit *credit, cy__frame *frame, uint8_t body[CY__GRANT_BODY])
{
	body[0] = UINT64;
	for (size_t i = 1; i < CY__GRANT_BODY; i++)
		body[i] = (uint8_t)((uint64_t)credit->bytes >> 8 * (CY__GRANT_BODY - 1 - i));
	*frame = (cy__frame){.kind = CY__CREDIT, .credit = credit->items, .body = body, .body_size = CY__GRANT_BODY};
}

void cy__window_init(cy__window *window, uint32_t size)
{
	*window = (cy__window){.size = size};
	cy__credit_init(&window->open, size);
}

bool cy__window_take(cy__window *window, size_t size, cy__frame *frame, uint8_t body[CY__GRANT_BODY])
{
	if (window->size == CY__CREDIT_ENDLESS)
		return false;
	window->items++;
	if (window->begun)
		window->bytes += (int64_t)size;
	window->begun = true;
	if (window->items < window->size - window->size / 2 && window->bytes < CY__CREDIT_BYTES / 2)
		return false;
	cy__credit_grant(&(cy__credit){.items = window->items, .bytes = window->bytes}, frame, body);
	window->open.items += window->items;
	window->open.bytes += window->bytes;
	window->items = 0;
	window->bytes = 0;
	return true;
}
