/*
 * The ledger of one process: what it holds on behalf of others, and how much each of them may make it hold.
 *
 *     ledger ── account (an origin: a worker's id, or 0 for the primary) ── what it holds of each resource, and its limits
 *     capacity (what one target has to give: a queue, say) ── share (one account's part of it)
 *
 * An account bounds what one origin causes, wherever it lies. A capacity is shared by the origins that want the same
 * target: each may take at most an n-th of what the others have left, n being one more than the number of those who use it
 * now. So one alone gets half, those who come later always find something, and nobody needs a table of pairs.
 *
 * Whatever is held is charged before it is taken and discharged when it is let go; who holds something keeps its account in
 * it. An account lives as long as its worker is known or anything is charged to it, so such a pointer stays valid.
 *
 * What a worker's frames make the primary hold, and on which resource of its account; what is on none has a bound as named:
 *
 *     CALL      the call that is passed on or served, each of a call to many     CALLS
 *               the frame that waits for its target                              FRAMES, BYTES; its part of the queue
 *               arguments and answers of a call that the primary serves          BYTES
 *               items for it that wait, whoever has answered (message/outbox.h)  BYTES; queue_bytes, eight times
 *               ends and refusals that it does not read                          none: it is not read (CHOKE)
 *     CREDIT    a grant that waits for its target                                none: one number for each call
 *     ITEM      of a call that the primary makes, at an observer that is paused  none: what that call has granted
 *     MESSAGE   the frame that waits for its target                              FRAMES, BYTES; its part of the queue
 *               one for the primary that is large and is looked at in slices     BYTES; nothing more is read meanwhile
 *     any       descriptors, from their arrival to their closing                 DESCRIPTORS
 *               a frame that has come in part                                    none: frame_max, one for each channel
 *               what is in the channel to a worker                               none: half of queue_bytes, twice
 *     PING      a pong that it does not read                                     none: queue_frames, in its own queue
 *     HELLO     nothing: its id, name and metadata are the primary's own
 *     cy_status_change   nothing: one status, and no history
 *     cy_listen          SOCKETS, DESCRIPTORS
 *     cy_storage_...     KEYS, STORED; what waits to be carried out is a call: CALLS, BYTES
 *     cy_storage_mirror  WATCHES; one that is behind is sent what is current, so nothing is kept for it
 *     its output         none: one line, CY_LINE_MAX, for each stream
 *
 * Events are emitted at once and kept for nobody.
 */
#ifndef CLUSTERFY_LIB_LEDGER_LEDGER_H
#define CLUSTERFY_LIB_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clusterfy/cluster/quota.h>

typedef struct cy__ledger cy__ledger;
typedef struct cy__account cy__account;

/* What can be held; the fields of cy_quota, in their order. */
typedef enum cy__resource {
	CY__FRAMES,
	CY__BYTES,
	CY__DESCRIPTORS,
	CY__CALLS,
	CY__SOCKETS,
	CY__KEYS,
	CY__STORED,
	CY__WATCHES,
	CY__RESOURCES,
} cy__resource;

/* An account has met its limit: called once, until it holds less than half of it again. Must not change the ledger. */
typedef void cy__ledger_full(void *ctx, uint32_t origin, cy__resource resource, size_t limit);

/* @param defaults  of accounts that are given no limits of their own; NULL or zero fields: as in quota.h */
cy__ledger *cy__ledger_create(const cy_quota *defaults, cy__ledger_full *full, void *ctx);
/* Tell @p left of each account that is closed while something is charged to it. It must not change the ledger. */
void cy__ledger_on_left(cy__ledger *ledger, void (*left)(void *ctx), void *ctx);
/* All accounts, whatever they hold. NULL is accepted. */
void cy__ledger_destroy(cy__ledger *ledger);

/* The account of @p origin, opened if there is none; NULL without memory. That of origin 0 has no limits. */
cy__account *cy__ledger_open(cy__ledger *ledger, uint32_t origin);
/* The account of @p origin, or NULL. */
cy__account *cy__ledger_find(const cy__ledger *ledger, uint32_t origin);
/* Its worker is gone for good: the account ends when nothing is charged to it any more. */
void cy__account_close(cy__account *account);
/* Limits of its own, zero fields: the ledger's defaults. What is held already stays. */
void cy__account_limit(cy__account *account, const cy_quota *quota);

/*
 * Charge @p amount of @p resource. NULL stands for an origin that is not bounded.
 * @retval -EDQUOT  it would pass the limit; rx_raise() has said whose and which
 */
int cy__charge(cy__account *account, cy__resource resource, size_t amount);
/* Charge it in any case: for what has been accepted before. */
void cy__charge_always(cy__account *account, cy__resource resource, size_t amount);
void cy__discharge(cy__account *account, cy__resource resource, size_t amount);

uint32_t cy__account_origin(const cy__account *account);
/* Whether its worker is gone for good. */
bool cy__account_is_closed(const cy__account *account);
size_t cy__account_held(const cy__account *account, cy__resource resource);
size_t cy__account_limit_of(const cy__account *account, cy__resource resource);
/* How often it was refused for want of @p resource. */
uint64_t cy__account_refused(const cy__account *account, cy__resource resource);
/* "frames", "bytes", ... */
const char *cy__resource_name(cy__resource resource);
/* The accounts in no order: NULL begins, NULL ends. */
cy__account *cy__ledger_next(const cy__ledger *ledger, const cy__account *account);

/* ---- What several want ------------------------------------------------------------------------------------------- */

/* What one target has to give. Zero but for `most` is one that nobody uses. */
typedef struct cy__capacity {
	size_t most, used;
	size_t users; /* shares that are not zero */
} cy__capacity;

/* One origin's part of a capacity. */
typedef struct cy__share {
	size_t used;
} cy__share;

/* Whether @p amount more is within this share's part; it is not taken yet. */
bool cy__share_allows(const cy__capacity *capacity, const cy__share *share, size_t amount);
void cy__share_take(cy__capacity *capacity, cy__share *share, size_t amount);
void cy__share_give_back(cy__capacity *capacity, cy__share *share, size_t amount);

#endif
