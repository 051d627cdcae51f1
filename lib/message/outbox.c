#include "lib/message/outbox.h"

#include <inttypes.h>

#include "lib/command/exchange.h"
#include "lib/message/gauge.h"

enum {
	/* what the channel itself takes before lanes are needed; half of the bound where that is less */
	SHALLOW_FRAMES = 1024,
	SHALLOW_BYTES = 64 << 10,
	/* bytes of a lane that go out in its turn, and what a frame counts at most, for it is cut in pieces anyway */
	QUANTUM = 16 << 10,
	FRAME_COST = 64 << 10,
	/* messages that may be dropped have a part of the bound for themselves */
	LOOSE_PART = 8,
	/* lanes that stay although nothing waits in them */
	LANES_KEPT = 64,
	/* items of a worker's own that wait before it emits no more of them */
	DEEP_ITEMS = 1024,
	DEEP_BYTES = 256 << 10,
};

/* ---- Its measures --------------------------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void cy__outbox_channel_options(const cy_options *options, cy__channel_options *of_channel)
{
	of_channel->queue_frames = least(SHALLOW_FRAMES, (options->queue_frames + 1) / 2);
	of_channel->queue_bytes = least(SHALLOW_BYTES, (options->queue_bytes + 1) / 2);
	of_channel->bulk_bytes = (options->queue_bytes + 1) / 2;
}

/* One that is alone gets half of a capacity; the channel's part of what may wait is in the channel. */
static void measure(cy__outbox *outbox, const cy_options *options, bool with_channel)
{
	cy__channel_options of_channel = {0};
	if (with_channel)
		cy__outbox_channel_options(options, &of_channel);
	outbox->frames.most = 2 * (options->queue_frames - of_channel.queue_frames);
	outbox->room.most = 2 * (options->queue_bytes - of_channel.queue_bytes);
	outbox->items.most = CY__OUTBOX_PAST * 2 * options->queue_frames;
	outbox->items_room.most = CY__OUTBOX_PAST * 2 * options->queue_bytes;
	outbox->calls.most = 2 * options->queue_frames;
}

void cy__outbox_init(cy__outbox *outbox, cy__gauge *gauge, bool held)
{
	outbox->gauge = gauge;
	outbox->held = held;
	outbox->own.outbox = outbox;
	measure(outbox, &gauge->cluster->options, !held);
}

void cy__outbox_hold(cy__outbox *outbox)
{
	outbox->held = true;
	measure(outbox, &outbox->gauge->cluster->options, false);
}

/* ---- Lanes ---------------------------------------------------------------------------------------------------------- */

static void free_lane(cy__lane *lane)
{
	cy__table_finish(&lane->latest);
	rx_free(lane);
}

cy__lane *cy__outbox_lane(cy__outbox *outbox, cy_cluster *cluster, uint32_t origin)
{
	if (origin == cluster->id) {
		outbox->own.origin = origin;
		return &outbox->own;
	}
	cy__lane *lane = cy__table_get(&outbox->others, origin);
	if (lane)
		return lane;
	lane = rx_alloc_zero(sizeof *lane);
	if (!lane || cy__table_add(&outbox->others, origin, lane) < 0) {
		rx_free(lane);
		return NULL;
	}
	lane->outbox = outbox;
	lane->origin = origin;
	lane->account = cluster->primary ? cy__ledger_find(cluster->ledger, origin) : NULL;
	return lane;
}

void cy__lane_rest(cy__lane *lane)
{
	cy__outbox *outbox = lane->outbox;
	if (lane->first)
		return;
	lane->told = false;
	cy__table_finish(&lane->latest);
	if (lane == &outbox->own || lane->calls.used || outbox->feeding || outbox->others.count <= LANES_KEPT)
		return;
	cy__table_remove(&outbox->others, lane->origin);
	free_lane(lane);
}

static void enter_round(cy__lane *lane)
{
	cy__outbox *outbox = lane->outbox;
	if (!outbox->turn) {
		outbox->turn = lane->next = lane->previous = lane;
	} else {
		lane->next = outbox->turn;
		lane->previous = outbox->turn->previous;
		lane->previous->next = lane->next->previous = lane;
	}
	lane->deficit = 0;
	outbox->active++;
}

static void leave_round(cy__lane *lane)
{
	cy__outbox *outbox = lane->outbox;
	if (outbox->turn == lane)
		outbox->turn = lane->next == lane ? NULL : lane->next;
	lane->previous->next = lane->next;
	lane->next->previous = lane->previous;
	outbox->active--;
}

/* ---- What is held on whose account ---------------------------------------------------------------------------------- */

static bool is_item(const cy__letter *letter)
{
	return letter->manner == CY__ITEM_OWN || letter->manner == CY__ITEM_PASSED;
}

/* Items are many and small: what holds one counts as well. */
static size_t item_size(size_t size)
{
	return size + sizeof(cy__letter);
}

/* Whoever has asked for the items that wait here, and does not read them; NULL in a worker. */
static cy__account *asker(const cy__lane *lane)
{
	const cy__gauge *gauge = lane->outbox->gauge;
	return gauge->cluster->primary ? cy__ledger_find(gauge->cluster->ledger, gauge->id) : NULL;
}

static void count_in(cy__lane *lane, const cy__letter *letter)
{
	cy__outbox *outbox = lane->outbox;
	outbox->count++;
	outbox->bytes += letter->size;
	if (letter->manner == CY__FORCED) {
		outbox->forced++;
	} else if (is_item(letter)) {
		cy__share_take(&outbox->items, &lane->items, 1);
		cy__share_take(&outbox->items_room, &lane->items_room, item_size(letter->size));
		cy__charge_always(asker(lane), CY__BYTES, item_size(letter->size));
	} else {
		cy__share_take(&outbox->frames, &lane->frames, 1);
		cy__share_take(&outbox->room, &lane->room, letter->size);
		cy__charge_always(lane->account, CY__FRAMES, 1);
		cy__charge_always(lane->account, CY__BYTES, letter->size);
	}
}

static void count_out(cy__lane *lane, const cy__letter *letter)
{
	cy__outbox *outbox = lane->outbox;
	outbox->count--;
	outbox->bytes -= letter->size;
	if (letter->manner == CY__FORCED) {
		outbox->forced--;
	} else if (is_item(letter)) {
		cy__share_give_back(&outbox->items, &lane->items, 1);
		cy__share_give_back(&outbox->items_room, &lane->items_room, item_size(letter->size));
		cy__discharge(asker(lane), CY__BYTES, item_size(letter->size));
	} else {
		cy__share_give_back(&outbox->frames, &lane->frames, 1);
		cy__share_give_back(&outbox->room, &lane->room, letter->size);
		/* In this order, and both without its account in between: nothing else may be charged to it any more. */
		cy__discharge(lane->account, CY__BYTES, letter->size);
		cy__discharge(lane->account, CY__FRAMES, 1);
	}
}

static void put(cy__lane *lane, cy__letter *letter, cy__letter *instead)
{
	const bool begins = !lane->first;
	letter->sequence = instead ? instead->sequence : ++lane->outbox->sequence;
	if (instead)
		count_out(lane, instead);
	count_in(lane, letter);
	cy__lane_put(lane, letter, instead);
	if (begins)
		enter_round(lane);
	if (letter->leg)
		letter->leg->waiting = letter;
}

/* Its channel has ended: it is dropped when its turn comes. */
static bool is_lost(const cy__letter *letter)
{
	return letter->sequence <= letter->lane->outbox->lost;
}

static void take(cy__letter *letter)
{
	cy__lane *lane = letter->lane;
	lane->outbox->dropping -= is_lost(letter);
	cy__lane_take(letter);
	count_out(lane, letter);
	if (letter->leg)
		letter->leg->waiting = NULL;
	if (!lane->first)
		leave_round(lane);
}

/* Its descriptors' charge: kept by the letter, and then by the channel. */
static void fds_closed(void *owner, size_t count)
{
	cy__discharge(owner, CY__DESCRIPTORS, count);
}

/* Who is charged for descriptors: whoever sends them; of what the primary itself answers, whoever has asked for it. */
static cy__account *payer(const cy__lane *lane, bool item)
{
	return lane->account || !item ? lane->account : asker(lane);
}

static void discard(cy__lane *lane, cy__letter *letter)
{
	if (letter->fd_count)
		cy__discharge(payer(lane, is_item(letter)), CY__DESCRIPTORS, letter->fd_count);
	cy__letter_free(letter);
}

void cy__outbox_remove(cy__letter *letter)
{
	cy__lane *lane = letter->lane;
	take(letter);
	discard(lane, letter);
	cy__lane_rest(lane);
}

/* ---- Admission ------------------------------------------------------------------------------------------------------- */

/* The first of an origin finds room whatever its size, and whatever others have. */
static bool has_part(const cy__capacity *capacity, const cy__share *share, size_t amount)
{
	return !share->used || cy__share_allows(capacity, share, amount);
}

static bool is_within_askers(const cy__lane *lane, size_t size)
{
	cy__account *account = asker(lane);
	const int code = cy__charge(account, CY__BYTES, size);
	if (code >= 0)
		cy__discharge(account, CY__BYTES, size);
	return code >= 0;
}

bool cy__outbox_is_deep(const cy__outbox *outbox)
{
	return outbox->items.used > DEEP_ITEMS || outbox->items_room.used > DEEP_BYTES;
}

static bool has_part_of_items(const cy__lane *lane, size_t size, size_t past)
{
	const cy__outbox *outbox = lane->outbox;
	const cy__capacity items = {outbox->items.most / past, outbox->items.used / past, outbox->items.users},
			   room = {outbox->items_room.most / past, outbox->items_room.used / past,
	                           outbox->items_room.users};
	const cy__share of_items = {lane->items.used / past}, of_room = {lane->items_room.used / past};
	/* What waits for it alone is let in whatever its size: its writing is what makes room. */
	if (outbox->items.used && !is_within_askers(lane, item_size(size)))
		return false;
	return !lane->items.used ||
	       (cy__share_allows(&items, &of_items, 1) && cy__share_allows(&room, &of_room, item_size(size)));
}

static bool has_room(const cy__lane *lane, size_t size)
{
	const cy__outbox *outbox = lane->outbox;
	return has_part(&outbox->frames, &lane->frames, 1) && has_part(&outbox->room, &lane->room, size);
}

/* What may be dropped has a little more, and one of it is always kept. */
static bool has_loose_room(const cy__lane *lane, size_t size)
{
	const cy_options *options = &lane->outbox->gauge->cluster->options;
	const size_t frames = options->queue_frames / LOOSE_PART, bytes = options->queue_bytes / LOOSE_PART;
	return !lane->loose_count || (lane->loose_count < frames && lane->loose_bytes + size <= bytes);
}

static int is_within_account(const cy__lane *lane, size_t size)
{
	int code = cy__charge(lane->account, CY__FRAMES, 1);
	if (code < 0)
		return code;
	code = cy__charge(lane->account, CY__BYTES, size);
	cy__discharge(lane->account, CY__FRAMES, 1);
	if (code >= 0)
		cy__discharge(lane->account, CY__BYTES, size);
	return code;
}

static void drop(cy__lane *lane, cy__letter *letter)
{
	take(letter);
	discard(lane, letter);
	cy__gauge_drop(lane->outbox->gauge, lane->origin, &lane->told);
}

static bool fits(const cy__lane *lane, const cy__letter *letter)
{
	return (has_room(lane, letter->size) || has_loose_room(lane, letter->size)) &&
	       is_within_account(lane, letter->size) >= 0;
}

/* Whether it has more than its part already: a letter has taken the place of a smaller one. */
static bool is_over(const cy__lane *lane)
{
	const cy__outbox *outbox = lane->outbox;
	return !cy__share_allows(&outbox->room, &lane->room, 0) &&
	       lane->loose_bytes > outbox->gauge->cluster->options.queue_bytes / LOOSE_PART;
}

static void replace(cy__lane *lane, cy__letter *earlier, cy__letter *letter)
{
	put(lane, letter, earlier);
	discard(lane, earlier);
	cy__gauge_drop(lane->outbox->gauge, lane->origin, &lane->told);
	while (lane->loose != letter && is_over(lane))
		drop(lane, lane->loose);
}

/* It waits at the place of the one whose later state it is, or at the end; older ones give way to it. */
static void put_loose(cy__lane *lane, cy__letter *letter)
{
	cy__letter *earlier = cy__lane_latest(lane, letter);
	if (earlier && !is_lost(earlier)) {
		replace(lane, earlier, letter);
		return;
	}
	while (lane->loose && !fits(lane, letter))
		drop(lane, lane->loose);
	if (fits(lane, letter)) {
		put(lane, letter, NULL);
		return;
	}
	discard(lane, letter);
	cy__gauge_drop(lane->outbox->gauge, lane->origin, &lane->told);
}

/* @returns 1: it may wait; 2: as its policy has it; 0: it is dropped; -EAGAIN, -EDQUOT */
static int admit(cy__lane *lane, const cy__parcel *parcel, size_t size)
{
	const cy__frame *frame = parcel->frame;
	const uint16_t policy = frame->kind == CY__MESSAGE ? frame->flags & CY__FRAME_FULL : CY__FRAME_REFUSE;
	int code = 0;
	if (parcel->manner == CY__FORCED)
		return 1;
	if (parcel->manner != CY__BOUNDED)
		return has_part_of_items(lane, size, parcel->manner == CY__ITEM_OWN ? CY__OUTBOX_PAST : 1)
		               ? 1
		               : rx_raise(-EAGAIN, "the queue to the caller is full");
	if (has_room(lane, size)) {
		code = is_within_account(lane, size);
		if (code >= 0)
			return 1;
	}
	if (policy == CY__FRAME_REFUSE)
		return code < 0 ? code : cy__gauge_refuse(lane->outbox->gauge, lane->origin);
	if (policy != CY__FRAME_DROP_NEWEST)
		return 2;
	cy__gauge_drop(lane->outbox->gauge, lane->origin, &lane->told);
	return 0;
}

/* The parcel's body, where it has an owner, is taken over where this succeeds. */
static int wait_in(cy__lane *lane, const cy__parcel *parcel)
{
	const cy__frame *frame = parcel->frame;
	const size_t size = CY__FRAME_HEAD + parcel->sending->prefix_size + (frame->body ? frame->body_size : 1);
	const int admitted = admit(lane, parcel, size);
	if (admitted < 0)
		return admitted;
	if (!admitted) {
		if (parcel->sending->release)
			parcel->sending->release(parcel->sending->owner);
		cy__discharge(payer(lane, frame->kind == CY__ITEM), CY__DESCRIPTORS, frame->fd_count);
		return 0;
	}
	cy__letter *letter;
	const int code = cy__letter_create(frame, parcel->sending, parcel->manner, &letter);
	if (code < 0)
		return code;
	letter->last = parcel->last;
	letter->leg = parcel->leg;
	if (admitted == 2)
		put_loose(lane, letter);
	else
		put(lane, letter, NULL);
	return 0;
}

/* ---- Sending --------------------------------------------------------------------------------------------------------- */

/*
 * CHOKE: a peer of the primary's that has so many answers waiting is not read until half of them are written. What waits past
 * the channel's own bound is what was never refused: ends of its calls, refusals of them, cancels.
 */
void cy__outbox_choke(cy__peer *peer)
{
	const cy_options *options = &peer->cluster->options;
	size_t bytes;
	/* What waits before its hello is no answer to it. */
	if (!peer->worker || !peer->channel || peer->outbox.held)
		return;
	const size_t frames = cy__channel_backlog(peer->channel, &bytes) + peer->outbox.forced;
	if (frames >= options->queue_frames + SHALLOW_FRAMES || bytes >= options->queue_bytes + SHALLOW_BYTES)
		cy__channel_hold(peer->channel, true);
	else if (frames <= options->queue_frames / 2 && bytes <= options->queue_bytes / 2)
		cy__channel_hold(peer->channel, false);
}

static int explain(const cy__peer *peer, int code)
{
	return code == -EPIPE ? rx_raise(code, "%s has gone", cy_label_of(peer->cluster, peer->id)) : code;
}

static int send_now(cy__peer *peer, cy__lane *lane, const cy__parcel *parcel)
{
	cy__sending sending = *parcel->sending;
	sending.forced |= parcel->manner == CY__FORCED;
	if (parcel->frame->fd_count && payer(lane, parcel->frame->kind == CY__ITEM)) {
		sending.fds_closed = fds_closed;
		sending.fds_owner = payer(lane, parcel->frame->kind == CY__ITEM);
	}
	const int code = cy__channel_send(peer->channel, parcel->frame, &sending);
	return code;
}

/* It must not pass what its lane has waiting, nor, if it is the last, what any other has. */
static bool must_wait(const cy__outbox *outbox, const cy__lane *lane, const cy__parcel *parcel)
{
	return outbox->held || lane->first || (parcel->last && outbox->count);
}

static int send_or_wait(cy__peer *peer, const cy__parcel *parcel)
{
	cy__outbox *outbox = &peer->outbox;
	cy__lane *lane = cy__outbox_lane(outbox, peer->cluster, parcel->origin);
	if (!lane)
		return -ENOMEM;
	const size_t fds = parcel->frame->fd_count;
	cy__account *account = fds ? payer(lane, parcel->frame->kind == CY__ITEM) : NULL;
	int code = cy__charge(account, CY__DESCRIPTORS, fds);
	if (code < 0)
		return code;
	code = must_wait(outbox, lane, parcel) ? -EAGAIN : send_now(peer, lane, parcel);
	if (code == -EAGAIN)
		code = wait_in(lane, parcel);
	if (code < 0)
		cy__discharge(account, CY__DESCRIPTORS, fds);
	cy__outbox_choke(peer);
	cy__lane_rest(lane);
	return code;
}

int cy__outbox_send(cy__peer *peer, const cy__parcel *parcel)
{
	int code = -EAGAIN;
	if (!peer->channel && !peer->outbox.held)
		return explain(peer, -EPIPE);
	if (!peer->outbox.count && !peer->outbox.held && !parcel->frame->fd_count) {
		code = cy__channel_send(peer->channel, parcel->frame, parcel->sending);
		if (parcel->sending->forced)
			cy__outbox_choke(peer);
	}
	if (code == -EAGAIN)
		code = send_or_wait(peer, parcel);
	return code < 0 ? explain(peer, code) : code;
}

void cy__outbox_tell(cy__peer *peer, uint32_t origin, int code)
{
	cy__lane *lane = cy__outbox_lane(&peer->outbox, peer->cluster, origin);
	if (!lane || lane->told)
		return;
	lane->told = true;
	cy__gauge_tell(&peer->gauge, origin, code);
}

/* ---- Feeding --------------------------------------------------------------------------------------------------------- */

/* Something else that was sent before it waits still. */
static bool is_overtaking(const cy__outbox *outbox, const cy__letter *letter)
{
	const cy__lane *lane = outbox->turn;
	if (!letter->last)
		return false;
	for (size_t i = 0; i < outbox->active; i++, lane = lane->next)
		if (lane->first->sequence < letter->sequence)
			return true;
	return false;
}

static void lose(cy__peer *peer, cy__lane *lane, cy__letter *letter, int code)
{
	cy__leg *leg = letter->leg;
	take(letter);
	discard(lane, letter);
	if (leg)
		cy__leg_fail(leg, code, rx_words(code));
	else
		cy__trouble(peer->cluster, peer->id, code, "a message that waited is lost: %s", rx_words(code));
}

/* @retval -EAGAIN  the channel has no room for it; -EPIPE: for nothing */
static int send_first(cy__peer *peer, cy__lane *lane, bool forced)
{
	cy__letter *letter = lane->first;
	cy__leg *leg = letter->leg;
	if (is_overtaking(&peer->outbox, letter))
		return rx_plain(-EAGAIN);
	const cy__parcel parcel = {
		.frame = &letter->frame, .sending = &letter->sending, .manner = forced ? CY__FORCED : letter->manner};
	const int code = send_now(peer, lane, &parcel);
	if (code == -EAGAIN || code == -EPIPE)
		return code;
	if (code < 0) {
		lose(peer, lane, letter, code);
		return 0;
	}
	take(letter);
	if (leg)
		leg->mark = cy__channel_mark(peer->channel);
	letter->sending.release = NULL; /* the channel's */
	cy__letter_free(letter);        /* and so is the charge of its descriptors */
	return 0;
}

/* @returns whether it may go on; its turn is over otherwise */
static int feed_from(cy__peer *peer, cy__lane *lane)
{
	int code = 0;
	lane->deficit += QUANTUM;
	while (code >= 0 && lane->first && peer->channel) {
		const size_t cost = least(lane->first->size, FRAME_COST);
		if (cost > lane->deficit)
			return 0;
		code = send_first(peer, lane, false);
		lane->deficit -= code < 0 ? 0 : cost;
	}
	if (code < 0)
		lane->deficit = least(lane->deficit, FRAME_COST);
	return code;
}

static bool is_calm(const cy__lane *lane)
{
	const cy__outbox *outbox = lane->outbox;
	return lane->frames.used <= outbox->frames.most / 4 && lane->room.used <= outbox->room.most / 4;
}

void cy__outbox_ease(cy__outbox *outbox)
{
	cy__gauge *gauge = outbox->gauge;
	if (outbox->count <= outbox->frames.most / 4 && outbox->bytes <= outbox->room.most / 4)
		cy__gauge_calm(gauge);
	if (gauge->full && is_calm(&outbox->own))
		cy__gauge_ease(gauge);
}

void cy__outbox_feed(cy__peer *peer)
{
	cy__outbox *outbox = &peer->outbox;
	size_t refused = 0;
	if (outbox->feeding || outbox->held)
		return;
	outbox->feeding = true;
	while (peer->channel && outbox->turn && refused < outbox->active) {
		cy__lane *lane = outbox->turn;
		const int code = feed_from(peer, lane);
		if (code == -EPIPE)
			break;
		refused = code < 0 ? refused + 1 : 0;
		if (is_calm(lane))
			lane->told = false;
		if (outbox->turn == lane)
			outbox->turn = lane->next;
		cy__lane_rest(lane);
	}
	outbox->feeding = false;
	cy__outbox_choke(peer);
	cy__outbox_ease(outbox);
}

void cy__outbox_open(cy__peer *peer)
{
	peer->outbox.opening = peer->outbox.dropping;
	if (peer->outbox.opening)
		return;
	peer->outbox.held = false;
	measure(&peer->outbox, &peer->cluster->options, true);
	cy__outbox_feed(peer);
}

/* In the order in which it was sent, by whomever. */
void cy__outbox_force(cy__peer *peer)
{
	cy__outbox *outbox = &peer->outbox;
	if (outbox->held || outbox->feeding)
		return;
	outbox->feeding = true;
	int code = 0;
	while (peer->channel && outbox->turn && code != -EPIPE) {
		cy__lane *lane = outbox->turn;
		code = send_first(peer, lane, true);
		if (outbox->turn == lane)
			outbox->turn = lane->next;
	}
	outbox->feeding = false;
}

/* ---- Its end --------------------------------------------------------------------------------------------------------- */

static cy__letter *first_of(const cy__outbox *outbox)
{
	return outbox->turn ? outbox->turn->first : NULL;
}

void cy__outbox_lose(cy__outbox *outbox)
{
	outbox->lost = outbox->sequence;
	outbox->dropping = outbox->count;
	cy__gauge_lost(outbox->gauge);
}

/* In each lane it comes before what was sent later. */
bool cy__outbox_drop_one(cy__outbox *outbox)
{
	if (!outbox->dropping)
		return false;
	while (!is_lost(first_of(outbox)))
		outbox->turn = outbox->turn->next;
	cy__letter *letter = first_of(outbox);
	cy__lane *lane = letter->lane;
	outbox->gauge->dropped += letter->frame.kind == CY__MESSAGE;
	if (letter->leg)
		letter->leg->mark = CY__UNSENT;
	take(letter);
	discard(lane, letter);
	return true;
}

void cy__outbox_finish(cy__outbox *outbox)
{
	for (cy__letter *letter; (letter = first_of(outbox));)
		cy__outbox_remove(letter);
	for (cy__lane *lane; (lane = cy__table_any(&outbox->others));) {
		cy__table_remove(&outbox->others, lane->origin);
		free_lane(lane);
	}
	cy__table_finish(&outbox->own.latest);
	cy__table_finish(&outbox->others);
}

/* ---- To oneself ------------------------------------------------------------------------------------------------------ */

static void release_value(void *owner)
{
	cy_value_unref(owner);
}

int cy__outbox_keep(cy_cluster *cluster, const cy__post *post)
{
	cy_value *body = cy__post_body(post);
	int code = cy_value_error(body);
	cy__frame frame = {.kind = CY__MESSAGE,
	                   .flags = post->flags,
	                   .from = post->from,
	                   .to = post->to,
	                   .fd_count = (uint8_t)post->fd_count};
	if (code < 0) {
		rx_raise(code, "%s", cy_value_words(body));
	} else {
		frame.body = cy_value_bytes(body, &frame.body_size);
		code = wait_in(cy__outbox_lane(&cluster->letters, cluster, cluster->id),
		               &(cy__parcel){.frame = &frame,
		                             .sending = &(cy__sending){
						     .fds = post->fds, .release = release_value, .owner = body}});
	}
	if (code < 0)
		cy_value_unref(body);
	return code;
}

cy__letter *cy__outbox_next(cy__outbox *outbox)
{
	cy__letter *letter = outbox->own.first;
	if (letter)
		take(letter);
	return letter;
}
