/*
 * Exchanges: a call as its caller sees it, and its legs: one for each process that is to answer.
 *
 *     caller ── exchange ──┬── leg ── peer            replies come in frames, found by the leg's number
 *                          └── leg ── serve           runs in this process
 *
 * The caller is this process (command/call.c) or, in the primary, a worker whose frame is passed on (primary/route.c).
 * With one target, the leg's end is the call's. With many, an error of one is an item, and the call ends when all have.
 */
#ifndef CLUSTERFY_LIB_COMMAND_EXCHANGE_H
#define CLUSTERFY_LIB_COMMAND_EXCHANGE_H

#include "lib/cluster/cluster.h"
#include "lib/command/credit.h"

/* What comes back: encoded, and as a value where there is one already. */
typedef struct cy__body {
	const uint8_t *bytes;
	size_t size;
	cy_value *value; /* borrowed; NULL: only the bytes, not looked at yet */
	cy_value *block; /* borrowed; has the bytes, and keeps them for who takes a reference; NULL: none */
} cy__body;

static inline cy__body cy__body_of(cy_value *value)
{
	size_t size;
	const uint8_t *bytes = cy_value_bytes(value, &size);
	return (cy__body){bytes, size, value, NULL};
}

typedef struct cy__exchange cy__exchange;

/* Who called. `end` and `error` are the last that is called; the exchange is released after them. */
typedef struct cy__caller {
	/* Who takes it says so with cy__leg_took(), now, or later with cy__exchange_took(), so that more may come. */
	void (*item)(cy__exchange *exchange, cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds);
	/* One of many has failed: [code, words]. */
	void (*part_error)(cy__exchange *exchange, uint32_t from, cy__body body);
	void (*error)(cy__exchange *exchange, uint32_t from, cy__body body);
	void (*end)(cy__exchange *exchange, uint32_t from);
	void (*release)(cy__exchange *exchange);
} cy__caller;

struct cy__leg {
	cy__exchange *exchange;
	cy__leg *next, *previous; /* among the exchange's */
	uint64_t number;
	uint32_t target;
	cy__peer *peer; /* whose replies count; NULL: it is served here */
	cy__leg *peer_next, *peer_previous;
	uint64_t mark;       /* of its frame in the peer's queue */
	cy__window window;   /* with its list, one for each process that answers where the primary speaks for many */
	cy__serve *serve;    /* runs here */
	cy__letter *waiting; /* it has not been sent: it is in the peer's outbox */
	cy__credit owed;     /* grants for which the peer's queue has no room yet */
	cy__leg *next_owing, **owing; /* among the peer's that are owed some; NULL: it is not */
};

struct cy__exchange {
	cy_cluster *cluster;
	const cy__caller *caller;
	cy__leg *legs;
	cy__table
		index; /* once one of many has been looked for: legs by their targets, where the primary speaks, windows */
	uint32_t origin;
	cy__account *account; /* of a worker whose call is passed on: a call for each leg; NULL: none */
	uint32_t credit;      /* items that each leg may send at first */
	rx_nsec deadline;
	bool many;
	bool whole;  /* all of its legs have been added */
	bool closed; /* its caller has had the last of it */
	unsigned holds;
	cy__leg first; /* in the list while it has an exchange: most calls have one leg and no more */
};

/* The frame of a call, as the caller built or sent it. */
typedef struct cy__call_frame {
	uint16_t flags;
	bool ordered; /* behind whatever was sent as ordered before it */
	bool last;    /* behind whatever was sent before it by anybody, and never refused */
	uint32_t to;
	cy_value *body;         /* borrowed: [name or nil, command, arguments], or of that what follows the opening */
	const uint8_t *opening; /* command/opening.h; NULL: the body is all of it */
	size_t opening_size;
	const cy__frame *frame; /* instead: pass these bytes on as they are */
} cy__call_frame;

void cy__exchange_init(cy__exchange *exchange, cy_cluster *cluster, const cy__caller *caller, uint32_t origin,
                       uint32_t credit, rx_nsec deadline, bool many);
/* Add a leg for @p target. @retval -ENOMEM; -EDQUOT: the origin is at its limit of calls; with words */
int cy__leg_add(cy__exchange *exchange, uint32_t target, cy__leg **added);
/* Send the call to @p peer on this leg, or let it wait. A refusal is the leg's error; the leg may be gone. */
void cy__leg_send(cy__leg *leg, cy__peer *peer, const cy__call_frame *call);
/* Between the two it is not released, whatever its caller does; cy__exchange_unhold() may be what releases it. */
void cy__exchange_hold(cy__exchange *exchange);
void cy__exchange_unhold(cy__exchange *exchange);
/* No further leg: the call ends with those there are, at once if there are none. */
void cy__exchange_whole(cy__exchange *exchange);
/* The caller wants no more: cancel what runs, and release. */
void cy__exchange_cancel(cy__exchange *exchange);
/* The same in parts: `closed` has been set; cancel one of its legs. @returns whether there was one */
bool cy__exchange_cancel_leg(cy__exchange *exchange);
/* Refuse the whole call. */
void cy__exchange_refuse(cy__exchange *exchange, int code, const char *words);

/* A leg's reply. The leg is gone after an error or the end. */
void cy__leg_item(cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds);
/* Its caller has taken an item of @p size bytes: now and then that grants more, which may run the handler here. */
void cy__leg_took(cy__leg *leg, uint32_t from, size_t size);
/* The same where the leg may be gone. */
void cy__exchange_took(cy__exchange *exchange, uint32_t from, size_t size);
/* Its caller, in another process, grants more: pass it on to the leg it is for. @retval as cy__credit_add() */
int cy__exchange_grant(cy__exchange *exchange, const cy__frame *frame);
void cy__leg_error(cy__leg *leg, uint32_t from, cy__body body);
void cy__leg_fail(cy__leg *leg, int code, const char *words);
void cy__leg_end(cy__leg *leg, uint32_t from);

/* A reply frame that @p peer has sent: to its leg, or ignored and counted. */
void cy__reply_take(cy__peer *peer, const cy__frame *frame, cy__fds *fds);
/* Its channel is about to end, and with it every call to it: they are to be failed one by one. Constant time. */
void cy__peer_lose_legs(cy__peer *peer);
/* The same where it has no channel and gets none: its calls were never sent. Takes a walk along those there are. */
void cy__peer_lose_unsent(cy__peer *peer);
/* Fail one of them: with -ECONNRESET if it had been written, else with -EHOSTUNREACH. @returns whether there was one */
bool cy__peer_fail_leg(cy__peer *peer);
/* There is room in the peer's queue again: what it is owed goes out. */
void cy__peer_grant_owed(cy__peer *peer);

/* [code, words] as a value, never NULL; and back. */
cy_value *cy__error_value(int code, const char *words);
const rx_error *cy__error_of(cy__body body);

#endif
