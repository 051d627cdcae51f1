#include "lib/command/exchange.h"
#include "lib/command/incoming.h"
#include "lib/command/inspect.h"
#include "lib/command/serve.h"
#include "lib/message/outbox.h"
#include "lib/primary/recycle.h"
#include "lib/primary/worker.h"
#include "lib/value/layout.h"

#include <stdio.h>

void cy__exchange_init(cy__exchange *exchange, cy_cluster *cluster, const cy__caller *caller, uint32_t origin,
                       uint32_t credit, rx_nsec deadline, bool many)
{
	*exchange = (cy__exchange){.cluster = cluster,
	                           .caller = caller,
	                           .origin = origin,
	                           .credit = credit,
	                           .deadline = deadline,
	                           .many = many};
}

/*
 * Without memory, an error is its code and no more, in bytes that lie here until the next one; and it is read here
 * without any.
 */
static uint8_t bare[] = {0x92, 0xd2, 0, 0, 0, 0, 0xa9, 'n', 'o', ' ', 'm', 'e', 'm', 'o', 'r', 'y'};

enum { CODE = 2, WORDS = 6 };

static cy_value *bare_error(int code)
{
	static cy_value value = {.bytes = bare, .size = sizeof bare, .references = CY__IMMORTAL};
	for (int i = 0; i < WORDS - CODE; i++)
		bare[CODE + i] = (uint8_t)((uint32_t)code >> (24 - 8 * i));
	return &value;
}

static int bare_code(cy__body body)
{
	uint32_t code = 0;
	if (body.size != sizeof bare || memcmp(body.bytes, bare, CODE) != 0 ||
	    memcmp(body.bytes + WORDS, bare + WORDS, sizeof bare - WORDS) != 0)
		return 0;
	for (int i = CODE; i < WORDS; i++)
		code = code << 8 | body.bytes[i];
	return (int)code;
}

cy_value *cy__error_value(int code, const char *words)
{
	cy_value *value = cy_pack("[i, s]", code, words);
	rx_plain(code); /* if these were the words, they have been told */
	return cy_value_error(value) == -ENOMEM ? bare_error(code) : value;
}

const rx_error *cy__error_of(cy__body body)
{
	const int without_memory = bare_code(body);
	if (without_memory < 0)
		return rx_error_create(without_memory, "no memory");
	cy_value *value = body.value ? cy_value_ref(body.value) : cy_value_from_bytes(body.bytes, body.size, NULL);
	const rx_error *error;
	const char *words;
	int code;
	const int form = cy_unpack(value, "[i, s*]", &code, &words);
	if (form == -ENOMEM)
		error = rx_error_create(-ENOMEM, "no memory for an error");
	else if (form < 0 || code >= 0)
		error = rx_error_create(-EBADMSG, "an error of a form that is none");
	else
		error = rx_error_create(code, "%s", words);
	cy_value_unref(value);
	return error;
}

/* ---- Looking up -------------------------------------------------------------------------------------------------- */

/*
 * Legs of a call to many, by their targets, or in a worker the windows of its one leg, by who answers: a few are searched in
 * line. Where one has to be found among more there is an index from then on, until the last leg is gone. Without memory there
 * is none.
 */
enum { FEW = 8 };

/* In a worker, a call to many has one leg, to the primary, which speaks for all. */
static bool speaks_for_many(const cy__leg *leg)
{
	return leg->exchange->many && !leg->exchange->cluster->primary;
}

static bool is_indexed(const cy__exchange *exchange)
{
	return exchange->index.room;
}

static void drop_index(cy__exchange *exchange)
{
	if (is_indexed(exchange))
		cy__table_finish(&exchange->index);
}

static void add_to_index(cy__exchange *exchange, uint32_t process, void *what)
{
	if (cy__table_add(&exchange->index, process, what) == -ENOMEM)
		drop_index(exchange);
}

static void index_legs(cy__exchange *exchange)
{
	cy__leg *leg = exchange->legs;
	do {
		add_to_index(exchange, leg->target, leg);
		leg = leg->next;
	} while (leg && is_indexed(exchange));
}

static void index_windows(cy__exchange *exchange, cy__window *window)
{
	do {
		add_to_index(exchange, window->from, window);
		window = window->next;
	} while (window && is_indexed(exchange));
}

static void leave_index(cy__leg *leg)
{
	cy__exchange *exchange = leg->exchange;
	if (!is_indexed(exchange))
		return;
	if (exchange->legs == NULL)
		drop_index(exchange);
	else if (cy__table_get(&exchange->index, leg->target) == leg)
		cy__table_remove(&exchange->index, leg->target);
}

/* ---- Legs ------------------------------------------------------------------------------------------------------ */

int cy__leg_add(cy__exchange *exchange, uint32_t target, cy__leg **added)
{
	const int code = cy__charge(exchange->account, CY__CALLS, 1);
	if (code < 0)
		return code;
	cy__leg *leg = exchange->first.exchange ? rx_alloc(sizeof *leg) : &exchange->first;
	if (!leg) {
		cy__discharge(exchange->account, CY__CALLS, 1);
		return rx_raise(-ENOMEM, "no memory for a call");
	}
	*leg = (cy__leg){.exchange = exchange, .target = target};
	cy__window_init(&leg->window, exchange->credit);
	leg->next = exchange->legs;
	if (leg->next)
		leg->next->previous = leg;
	exchange->legs = leg;
	if (is_indexed(exchange) && !speaks_for_many(leg))
		add_to_index(exchange, target, leg);
	*added = leg;
	return 0;
}

/* Its peer's channel has ended since; it is about to fail. */
static bool is_lost(const cy__leg *leg)
{
	return leg->number < leg->peer->lost_below;
}

static void leave_peer(cy__leg *leg)
{
	cy__peer *peer = leg->peer;
	if (!peer)
		return;
	cy__table_remove(&peer->cluster->calls, leg->number);
	if (leg->peer_previous)
		leg->peer_previous->peer_next = leg->peer_next;
	else
		*(is_lost(leg) ? &peer->lost_legs : &peer->legs) = leg->peer_next;
	if (leg->peer_next)
		leg->peer_next->peer_previous = leg->peer_previous;
	peer->leg_count--;
	peer->legs_left++;
	leg->peer = NULL;
}

static void owe_nothing(cy__leg *leg)
{
	if (!leg->owing)
		return;
	*leg->owing = leg->next_owing;
	if (leg->next_owing)
		leg->next_owing->owing = leg->owing;
	leg->owing = NULL;
	leg->owed = (cy__credit){0};
}

/* Take a leg out of everything that knows it. */
static void remove_leg(cy__leg *leg)
{
	cy__exchange *exchange = leg->exchange;
	leave_peer(leg);
	if (leg->waiting)
		cy__outbox_remove(leg->waiting);
	owe_nothing(leg);
	cy__discharge(exchange->account, CY__CALLS, 1);
	if (leg->previous)
		leg->previous->next = leg->next;
	else
		exchange->legs = leg->next;
	if (leg->next)
		leg->next->previous = leg->previous;
	leave_index(leg);
	for (cy__window *window; (window = leg->window.next);) {
		leg->window.next = window->next;
		rx_free(window);
	}
	if (leg == &exchange->first)
		leg->exchange = NULL;
	else
		rx_free(leg);
}

static int join_peer(cy__leg *leg, cy__peer *peer)
{
	const int code = cy__table_add(&peer->cluster->calls, leg->number, leg);
	if (code < 0)
		return code;
	leg->peer = peer;
	leg->peer_previous = NULL;
	leg->peer_next = peer->legs;
	if (peer->legs)
		peer->legs->peer_previous = leg;
	peer->legs = leg;
	peer->leg_count++;
	return 0;
}

static void fail_unsent(cy__leg *leg, const cy__peer *peer, int code)
{
	if (code == -EPIPE)
		code = rx_raise(-EHOSTUNREACH, "%s has gone", cy_label_of(peer->cluster, peer->id));
	cy__leg_fail(leg, code, rx_words(code));
}

void cy__leg_send(cy__leg *leg, cy__peer *peer, const cy__call_frame *call)
{
	cy__exchange *exchange = leg->exchange;
	leg->number = ++exchange->cluster->next_call;
	int code = join_peer(leg, peer);
	if (code >= 0 && call->frame)
		code = cy__peer_forward(peer, call->frame, leg, exchange->origin, NULL);
	else if (code >= 0)
		code = cy__peer_post(peer, &(cy__post){.kind = CY__CALL,
		                                       .flags = call->flags,
		                                       .ordered = call->ordered,
		                                       .from = exchange->origin,
		                                       .to = call->to,
		                                       .credit = leg->window.open.items,
		                                       .call = leg->number,
		                                       .deadline = exchange->deadline,
		                                       .body = call->body,
		                                       .opening = call->opening,
		                                       .opening_size = call->opening_size,
		                                       .forced = call->last,
		                                       .last = call->last,
		                                       .leg = leg});
	if (code < 0)
		fail_unsent(leg, peer, code);
	else if (!leg->waiting)
		leg->mark = cy__channel_mark(peer->channel);
}

void cy__peer_lose_legs(cy__peer *peer)
{
	peer->lost_legs = peer->legs;
	peer->legs = NULL;
	peer->lost_below = peer->cluster->next_call + 1;
	peer->lost_marks = cy__channel_marks(peer->channel);
}

/* Those that an earlier channel has left are behind them: what its end says of each is still true. */
void cy__peer_lose_unsent(cy__peer *peer)
{
	cy__leg *first = peer->legs, *last = first;
	peer->lost_below = peer->cluster->next_call + 1;
	if (!first)
		return;
	while (last->peer_next && peer->lost_legs)
		last = last->peer_next;
	if (peer->lost_legs) {
		last->peer_next = peer->lost_legs;
		peer->lost_legs->peer_previous = last;
	}
	peer->lost_legs = first;
	peer->legs = NULL;
}

bool cy__peer_fail_leg(cy__peer *peer)
{
	char label[320], words[400];
	cy__leg *leg = peer->lost_legs;
	if (!leg)
		return false;
	const bool sent = cy__marks_have(&peer->lost_marks, leg->mark);
	cy__label(peer->cluster, peer->id, label, sizeof label);
	snprintf(words, sizeof words, sent ? "%s ended before it had answered" : "%s ended before it was asked", label);
	cy__leg_fail(leg, sent ? -ECONNRESET : -EHOSTUNREACH, words);
	return true;
}

/* ---- Its end --------------------------------------------------------------------------------------------------- */

static void dispose(cy__exchange *exchange)
{
	if (!exchange->holds)
		exchange->caller->release(exchange);
}

void cy__exchange_hold(cy__exchange *exchange)
{
	exchange->holds++;
}

void cy__exchange_unhold(cy__exchange *exchange)
{
	if (--exchange->holds == 0 && exchange->closed)
		exchange->caller->release(exchange);
}

static void end(cy__exchange *exchange, uint32_t from)
{
	exchange->closed = true;
	exchange->caller->end(exchange, from);
	dispose(exchange);
}

static void fail(cy__exchange *exchange, uint32_t from, cy__body body)
{
	exchange->closed = true;
	exchange->caller->error(exchange, from, body);
	dispose(exchange);
}

/* ---- Credit ---------------------------------------------------------------------------------------------------- */

static cy__window *find_window(cy__leg *leg, uint32_t from)
{
	cy__exchange *exchange = leg->exchange;
	if (is_indexed(exchange))
		return cy__table_get(&exchange->index, from);
	size_t searched = 0;
	cy__window *window = leg->window.next;
	for (; window && window->from != from; window = window->next)
		searched++;
	if (searched > FEW)
		index_windows(exchange, leg->window.next);
	return window;
}

static cy__window *window_among_many(cy__leg *leg, uint32_t from)
{
	cy__window *window = find_window(leg, from);
	if (window)
		return window;
	window = rx_alloc(sizeof *window);
	if (!window)
		return NULL;
	cy__window_init(window, leg->exchange->credit);
	window->from = from;
	window->next = leg->window.next;
	leg->window.next = window;
	if (is_indexed(leg->exchange))
		add_to_index(leg->exchange, from, window);
	return window;
}

/* The window of what @p from sends on this leg; NULL without memory. */
static inline cy__window *window_of(cy__leg *leg, uint32_t from)
{
	return speaks_for_many(leg) ? window_among_many(leg, from) : &leg->window;
}

/* Room in the queue comes late: all that is granted until then is one frame. */
static void owe(cy__leg *leg, const cy__frame *grant)
{
	cy__peer *peer = leg->peer;
	cy__credit_add(&leg->owed, grant);
	if (leg->owing)
		return;
	leg->owing = &peer->owing;
	leg->next_owing = peer->owing;
	if (leg->next_owing)
		leg->next_owing->owing = &leg->next_owing;
	peer->owing = leg;
}

/* It passes all but its own call. */
static int grant_now(const cy__leg *leg, cy__frame *grant)
{
	cy__channel *channel = leg->peer->channel;
	if (!channel)
		return rx_plain(-EPIPE);
	grant->flags = cy__channel_is_sent(channel, leg->mark) ? CY__FRAME_URGENT : CY__FRAME_NORMAL;
	grant->call = leg->number;
	return cy__channel_send(channel, grant, &(cy__sending){.forced = !leg->exchange->account});
}

/*
 * A caller in this process has at most two such frames under way for each window, so that it needs no room. What others
 * grant is as many frames as they like: what the queue has no room for is added up.
 */
static void send_grant(cy__leg *leg, const cy__frame *grant, uint32_t to)
{
	cy__frame frame = *grant;
	frame.to = to;
	if (leg->serve)
		cy__serve_grant(leg->serve, &frame);
	else if (leg->peer && !is_lost(leg) && (leg->waiting || leg->owing || grant_now(leg, &frame) == -EAGAIN))
		owe(leg, grant);
}

void cy__peer_grant_owed(cy__peer *peer)
{
	for (cy__leg *leg = peer->owing, *next; leg && peer->channel; leg = next) {
		uint8_t body[CY__GRANT_BODY];
		cy__frame frame;
		next = leg->next_owing;
		if (leg->waiting)
			continue;
		cy__credit_grant(&leg->owed, &frame, body);
		frame.to = leg->target;
		if (grant_now(leg, &frame) == -EAGAIN)
			return;
		owe_nothing(leg);
	}
}

void cy__leg_took(cy__leg *leg, uint32_t from, size_t size)
{
	cy__window *window = window_of(leg, from);
	uint8_t body[CY__GRANT_BODY];
	cy__frame frame;
	if (window && cy__window_take(window, size, &frame, body))
		send_grant(leg, &frame, from);
}

/* The one leg, or of many that to @p target. */
static cy__leg *leg_to(cy__exchange *exchange, uint32_t target)
{
	cy__leg *leg = exchange->legs;
	if (!leg || !exchange->many || speaks_for_many(leg))
		return leg;
	if (is_indexed(exchange))
		return cy__table_get(&exchange->index, target);
	size_t searched = 0;
	for (; leg && leg->target != target; leg = leg->next)
		searched++;
	if (searched > FEW)
		index_legs(exchange);
	return leg;
}

void cy__exchange_took(cy__exchange *exchange, uint32_t from, size_t size)
{
	cy__leg *leg = leg_to(exchange, from);
	if (leg)
		cy__leg_took(leg, from, size);
}

int cy__exchange_grant(cy__exchange *exchange, const cy__frame *frame)
{
	cy__leg *leg = leg_to(exchange, frame->to);
	if (!leg) {
		exchange->cluster->late++;
		return 0;
	}
	const int code = cy__credit_add(&leg->window.open, frame);
	if (code >= 0)
		send_grant(leg, frame, frame->to);
	return code;
}

/* ---- Replies --------------------------------------------------------------------------------------------------- */

static void end_if_all_have(cy__exchange *exchange, uint32_t from)
{
	if (exchange->closed || !exchange->whole || exchange->legs)
		return;
	end(exchange, from);
}

void cy__exchange_whole(cy__exchange *exchange)
{
	exchange->whole = true;
	end_if_all_have(exchange, 0);
}

void cy__leg_item(cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds)
{
	if (!leg->exchange->closed)
		leg->exchange->caller->item(leg->exchange, leg, from, body, fds);
}

void cy__leg_error(cy__leg *leg, uint32_t from, cy__body body)
{
	cy__exchange *exchange = leg->exchange;
	remove_leg(leg);
	if (exchange->closed)
		return;
	if (exchange->many) {
		cy__exchange_hold(exchange);
		exchange->caller->part_error(exchange, from, body);
		end_if_all_have(exchange, 0);
		cy__exchange_unhold(exchange);
		return;
	}
	fail(exchange, from, body);
}

void cy__leg_fail(cy__leg *leg, int code, const char *words)
{
	cy_value *value = cy__error_value(code, words);
	cy__leg_error(leg, leg->target, cy__body_of(value));
	cy_value_unref(value);
}

void cy__leg_end(cy__leg *leg, uint32_t from)
{
	cy__exchange *exchange = leg->exchange;
	remove_leg(leg);
	if (exchange->many) {
		end_if_all_have(exchange, 0);
		return;
	}
	if (exchange->closed)
		return;
	end(exchange, from);
}

/* It passes all but its own call. One that cannot be sent leaves a handler running, whose replies nobody awaits. */
static void cancel_there(const cy__leg *leg)
{
	cy__peer *peer = leg->peer;
	if (leg->waiting || is_lost(leg))
		return;
	const bool sent = peer->channel && cy__channel_is_sent(peer->channel, leg->mark);
	const int code = cy__peer_post(peer, &(cy__post){.kind = CY__CANCEL,
	                                                 .flags = sent ? CY__FRAME_URGENT : CY__FRAME_NORMAL,
	                                                 .call = leg->number});
	if (code < 0 && code != -EPIPE)
		cy__trouble_by_frame(peer->cluster, peer->id, code,
		                     "a call that nobody awaits any more cannot be cancelled: %s", strerror(-code));
}

static void cancel_leg(cy__leg *leg)
{
	cy__serve *serve = leg->serve;
	if (leg->peer)
		cancel_there(leg);
	leg->serve = NULL;
	remove_leg(leg);
	if (serve)
		cy__serve_cancel(serve);
}

bool cy__exchange_cancel_leg(cy__exchange *exchange)
{
	if (!exchange->legs)
		return false;
	cancel_leg(exchange->legs);
	return true;
}

static void cancel_legs(cy__exchange *exchange)
{
	exchange->closed = true;
	while (cy__exchange_cancel_leg(exchange))
		;
}

void cy__exchange_refuse(cy__exchange *exchange, int code, const char *words)
{
	cancel_legs(exchange);
	cy_value *value = cy__error_value(code, words);
	fail(exchange, 0, cy__body_of(value));
	cy_value_unref(value);
}

void cy__exchange_cancel(cy__exchange *exchange)
{
	cancel_legs(exchange);
	dispose(exchange);
}

/* What comes from another process is that one's, and only what comes from the primary itself ends the leg. */
static bool is_part(const cy__leg *leg, const cy__frame *frame)
{
	return speaks_for_many(leg) && frame->from != CY__TO_PRIMARY;
}

static void take_item(cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds)
{
	cy__window *window = window_of(leg, from);
	if (!window) {
		cancel_there(leg);
		cy__leg_fail(leg, -ENOMEM, rx_words(-ENOMEM));
	} else if (!cy__credit_spend(&window->open, body.size)) {
		cy__peer_offend(leg->peer, -EDQUOT, "more items of a reply than were granted");
	} else {
		cy__leg_item(leg, from, body, fds);
	}
}

static cy__leg *leg_of(const cy__peer *peer, const cy__frame *frame)
{
	cy__leg *leg = cy__table_get(&peer->cluster->calls, frame->call);
	return leg && leg->peer == peer && !is_lost(leg) ? leg : NULL;
}

static bool ends(const cy__frame *frame)
{
	return frame->kind != CY__ITEM || (frame->flags & CY__FRAME_LAST);
}

/* @p value: the body, where it has been looked at. */
static void take(cy__peer *peer, cy__leg *leg, const cy__frame *frame, cy_value *value, cy__fds *fds)
{
	if (ends(frame) && peer->worker)
		cy__recycle_served(peer->worker);
	peer->served += ends(frame) && !is_part(leg, frame);
	const uint32_t from = peer->cluster->primary ? peer->id : frame->from;
	const cy__body body = {frame->body, frame->body_size, value, frame->block};
	if (frame->kind == CY__ITEM) {
		const uint64_t left = peer->legs_left;
		take_item(leg, from, body, fds);
		if (!(frame->flags & CY__FRAME_LAST))
			return;
		/* Whoever has heard it may have ended the call. */
		if (peer->legs_left != left)
			leg = leg_of(peer, frame);
		if (leg && !is_lost(leg))
			cy__leg_end(leg, from);
	} else if (frame->kind == CY__END)
		cy__leg_end(leg, from);
	else if (!is_part(leg, frame))
		cy__leg_error(leg, from, body);
	else if (!leg->exchange->closed)
		leg->exchange->caller->part_error(leg->exchange, from, body);
}

/* ---- Large ones for the primary itself ----------------------------------------------------------------------------- */

/* What is passed on is looked at by whom it is for. */
static bool must_wait(const cy__peer *peer, const cy__leg *leg, const cy__frame *frame)
{
	return frame->body_size > CY__LARGE && peer->worker && !peer->inspected && frame->kind != CY__END &&
	       leg->exchange->origin == peer->cluster->id && !leg->exchange->closed && cy__takes_long(frame);
}

/* The call may have ended meanwhile, or its peer's channel. */
static void take_inspected(cy__peer *peer, const cy__frame *frame, cy_value *body, cy__fds *fds)
{
	cy__leg *leg = leg_of(peer, frame);
	if (leg)
		take(peer, leg, frame, body, fds);
	else
		peer->cluster->late++;
}

/* It was asked for, so that it has its place whatever else of its sender's waits. */
static void take_later(cy__peer *peer, cy__leg *leg, const cy__frame *frame, cy__fds *fds)
{
	const int code = cy__incoming_keep(peer, frame, fds, true, take_inspected);
	if (code >= 0)
		return;
	cancel_there(leg);
	cy__leg_fail(leg, code, rx_words(code));
}

void cy__reply_take(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	cy__leg *leg = leg_of(peer, frame);
	if (!leg)
		peer->cluster->late++;
	else if (must_wait(peer, leg, frame))
		take_later(peer, leg, frame, fds);
	else
		take(peer, leg, frame, NULL, fds);
}
