/*
 * Credit: how much of a reply may be on its way. Pure.
 *
 *     caller   window   grants: with the call, then as it takes items    CY__CREDIT ──→
 *     server   credit   spends: one for each item, and its bytes                         ←── CY__ITEM
 *
 * An item may be sent while there are items and bytes left; one that is larger than the bytes left is sent all the same,
 * so that every item comes through in the end. The first item of a reply costs no bytes: however large, a reply of one
 * item waits for nothing and is granted nothing anew. A grant is never taken back. The end, and an error, cost nothing.
 * A first grant of CY__CREDIT_ENDLESS is one of everything, and none follows.
 */
#ifndef CLUSTERFY_LIB_COMMAND_CREDIT_H
#define CLUSTERFY_LIB_COMMAND_CREDIT_H

#include "lib/wire/frame.h"

/* Items that a call grants where its options say nothing; with them go CY__CREDIT_BYTES. */
#define CY__CREDIT_ITEMS UINT32_C(256)
#define CY__CREDIT_ENDLESS UINT32_MAX

/* What may be sent; kept alike by who sends and by who receives. */
typedef struct cy__credit {
	uint32_t items;
	int64_t bytes; /* below zero after an item that was larger */
	bool begun;    /* the first item has been sent */
} cy__credit;

void cy__credit_init(cy__credit *credit, uint32_t items);
/* Whether an item may be sent. */
static inline bool cy__credit_has(const cy__credit *credit)
{
	return credit->items && credit->bytes > 0;
}
/* Spend one item of @p size bytes; false: there was nothing to spend, and nothing changes. */
bool cy__credit_spend(cy__credit *credit, size_t size);
/*
 * Add what CY__CREDIT grants, by its field and its body.
 * @retval -EOVERFLOW  more items than can be counted
 * @retval -EBADMSG    the body is no number of bytes, or more than can be counted
 * Nothing changes then.
 */
int cy__credit_add(cy__credit *credit, const cy__frame *frame);

/* Room for the body of CY__CREDIT. */
#define CY__GRANT_BODY 9

/* The frame that grants as much as @p credit has, with its body in @p body. */
void cy__credit_grant(const cy__credit *credit, cy__frame *frame, uint8_t body[CY__GRANT_BODY]);

/* What the receiver of a reply has granted, and what of it it has taken. */
typedef struct cy__window {
	cy__credit open; /* what may still come */
	uint32_t size;   /* items of the first grant */
	uint32_t from;   /* where one call has several: whose items */
	uint32_t items;  /* taken, and not yet granted anew */
	int64_t bytes;
	bool begun;
	struct cy__window *next;
} cy__window;

void cy__window_init(cy__window *window, uint32_t size);
/*
 * An item of @p size bytes has been taken.
 * @returns whether half of the window is to be granted anew: with @p frame, whose body lies in @p body
 */
bool cy__window_take(cy__window *window, size_t size, cy__frame *frame, uint8_t body[CY__GRANT_BODY]);

#endif
