/*
 * The outbox of a peer: what its channel has no room for yet, or not before its hello, in a lane for each origin.
 *
 *     X ──┐                                 lanes              channel
 *     Y ──┼── cy__outbox_send() ──┬── X ▪▪▪▪▪▪▪▪▪▪▪ ──┐
 *     here┘                       ├── Y ▪            ──┼──→ ▪▪▪▪ ──→ the peer
 *                                 └── here           ──┘
 *                       as long as its lane is empty and the channel shallow: straight into it
 *
 * The channel is a queue that whoever sends shares, and so it is kept shallow. What finds it full waits in the lane of its
 * origin, and when it has drained the lanes feed it in turn, each with as many bytes. So one that floods waits for itself,
 * and one that asks seldom waits for as much as the channel holds, whatever others have waiting. What one origin has sent
 * keeps its order; what two have sent does not, but for what says that it is the last.
 *
 * An origin may have as much waiting for one peer as cy_options.queue_frames and queue_bytes say if it is alone, and a part
 * of twice that if it is not (ledger.h); beyond it a call is refused, and of a message its policy counts. For those that may
 * be dropped there is an eighth more, so that the latest of them comes through where others fill the lane. What waits is
 * charged to the origin's account as well, wherever it waits; items of replies to that of the caller, who has asked for them
 * and does not read. The ends of replies are never refused: there are as many of
 * them as there are calls, which are charged to the caller, and who does not read its answers is not read (see
 * CHOKE in the .c file). Only a caller is ever hurt by what is caused by it.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_OUTBOX_H
#define CLUSTERFY_LIB_MESSAGE_OUTBOX_H

#include "lib/message/letter.h"

/* So many times what may wait of messages may wait of items that other processes have been granted to send. */
#define CY__OUTBOX_PAST 4

/*
 * Whether so many items of this worker's own replies wait that who emits them goes on later: whatever else it says waits
 * behind them, answers to others included.
 */
bool cy__outbox_is_deep(const cy__outbox *outbox);

/* A frame, and on whose account it is sent. */
typedef struct cy__parcel {
	const cy__frame *frame;
	const cy__sending *sending;
	uint32_t origin;
	cy__manner manner;
	bool last;    /* behind whatever was sent before it */
	cy__leg *leg; /* of a call */
} cy__parcel;

/* Zeroed memory. @p held: the process has to say hello first. */
void cy__outbox_init(cy__outbox *outbox, cy__gauge *gauge, bool held);
/* The next hello is awaited. */
void cy__outbox_hold(cy__outbox *outbox);
/* How much its channel takes before what is sent waits here. */
void cy__outbox_channel_options(const cy_options *options, cy__channel_options *of_channel);
/* Nothing waits any more, nothing is served. */
void cy__outbox_finish(cy__outbox *outbox);

/*
 * Send it, or let it wait.
 * @retval 0          it is on its way, or waits, or is dropped as its policy has it
 * @retval -EAGAIN    its origin finds no room, with words
 * @retval -EDQUOT    its origin is at its limit, with words
 * @retval -EPIPE     there is no channel, or it is closing
 * @retval -EMSGSIZE, -ENOMEM, -EMFILE…
 */
int cy__outbox_send(cy__peer *peer, const cy__parcel *parcel);
/* A message of @p origin's was refused with @p code: let that worker know, once until it has room again. */
void cy__outbox_tell(cy__peer *peer, uint32_t origin, int code);
/* Its hello has come: what waits goes out; where something is to be dropped still, after that, and when this is called again. */
void cy__outbox_open(cy__peer *peer);
/*
 * Something was sent that is never refused: a peer of the primary's that has too much of that waiting is not read until it
 * has read half of it.
 */
void cy__outbox_choke(cy__peer *peer);
/* There is room in the channel: as much of what waits as it takes. */
void cy__outbox_feed(cy__peer *peer);
/* Send it all, past every bound: nothing comes after it. */
void cy__outbox_force(cy__peer *peer);
/*
 * What waits at present will never be sent. Messages are counted; the legs of calls fail later, as of what was never sent. It is dropped by
 * cy__outbox_drop_one(); what is sent meanwhile waits behind it.
 */
void cy__outbox_lose(cy__outbox *outbox);
/* @returns whether there was anything to be dropped */
bool cy__outbox_drop_one(cy__outbox *outbox);
/* The mark of a frame that never was in a channel. */
#define CY__UNSENT (UINT64_MAX << 2)
/* The call on this leg is awaited no more, and waits here still. */
void cy__outbox_remove(cy__letter *letter);

/* Messages of this process to itself: the same, without a channel. @retval as cy__outbox_send() */
int cy__outbox_keep(cy_cluster *cluster, const cy__post *post);
/* The first of them, the caller's from now on; or NULL. */
cy__letter *cy__outbox_next(cy__outbox *outbox);

/* Whoever was refused may have room again: say so. */
void cy__outbox_ease(cy__outbox *outbox);

/* The lane of an origin, made if need be; NULL without memory. */
cy__lane *cy__outbox_lane(cy__outbox *outbox, cy_cluster *cluster, uint32_t origin);
/* It may not be needed any more. */
void cy__lane_rest(cy__lane *lane);

#endif
