#include "lib/primary/route.h"

#include <inttypes.h>

#include "lib/command/opening.h"
#include "lib/command/port.h"
#include "lib/command/serve.h"
#include "lib/message/message.h"
#include "lib/message/outbox.h"
#include "lib/primary/workers.h"
#include "lib/value/layout.h"

/* For the longest name that a worker may have, and its end. */
enum { NAME_ROOM = 256 };

/* ---- Whom it is for ------------------------------------------------------------------------------------------------ */

int cy__route_worker(const cy_cluster *cluster, uint32_t to, const char *name, cy__worker **found)
{
	cy__worker *worker =
		to == CY__TO_UNKNOWN && name ? cy__workers_named(cluster, name) : cy__workers_find(cluster, to);
	if (!worker && name)
		return rx_raise(-ENOENT, "there is no worker \"%s\"", name);
	if (!worker && to > CY__ID_MAX)
		return rx_raise(-ENOENT, "that is no one worker");
	if (!worker)
		return rx_raise(-ENOENT, "there is no worker %" PRIu32, to);
	if (name && (!worker->name || strcmp(worker->name, name) != 0))
		return rx_raise(-ENOENT, "worker %" PRIu32 " is not called \"%s\"", to, name);
	*found = worker;
	return 0;
}

static size_t load_of(const cy__worker *worker)
{
	return worker->peer.leg_count + (worker->supervisor.status == CY_PROCESSING);
}

cy__worker *cy__route_any(const cy_cluster *cluster)
{
	cy__worker *best = NULL;
	for (size_t i = 0; i < cluster->worker_count; i++) {
		cy__worker *worker = cluster->workers[i];
		if (!cy__worker_lives(worker) || worker->supervisor.asked)
			continue;
		if (!best || worker->current.ready > best->current.ready ||
		    (worker->current.ready == best->current.ready && load_of(worker) < load_of(best)))
			best = worker;
	}
	return best;
}

static bool is_many(uint32_t to)
{
	return to == CY__TO_ALL || to == CY__TO_OTHERS;
}

/* ---- Calls --------------------------------------------------------------------------------------------------------- */

void cy__route_to(cy__exchange *exchange, cy__worker *worker, const cy__call_frame *call)
{
	cy__leg *leg;
	const int code = cy__leg_add(exchange, worker->peer.id, &leg);
	if (code < 0) {
		cy__exchange_refuse(exchange, code, rx_words(code));
		return;
	}
	if (!cy__worker_lives(worker))
		cy__leg_fail(leg, -EHOSTUNREACH, "the worker has failed");
	else if (!worker->peer.greeted && worker->current.running && worker->current.disconnected)
		cy__leg_fail(leg, -EHOSTUNREACH, "the worker has lost its channel");
	else
		cy__leg_send(leg, &worker->peer, call);
}

static bool is_for(const cy__worker *worker, uint32_t to, uint32_t origin)
{
	return cy__worker_lives(worker) && !(to == CY__TO_OTHERS && worker->peer.id == origin);
}

/* Ids of workers: those that are still to have it. Workers that are started meanwhile are not among them. */
struct rest {
	uint32_t behind, last;
};

static cy__worker *take_next(const cy_cluster *cluster, struct rest *rest)
{
	cy__worker *worker = cy__workers_after(cluster, rest->behind);
	if (!worker || worker->peer.id > rest->last)
		return NULL;
	rest->behind = worker->peer.id;
	return worker;
}

static struct rest everybody(const cy_cluster *cluster)
{
	return (struct rest){.last = cluster->next_id};
}

static void send_to_many(cy__exchange *exchange, const cy__call_frame *call)
{
	struct rest rest = everybody(exchange->cluster);
	for (cy__worker *worker; !exchange->closed && (worker = take_next(exchange->cluster, &rest));)
		if (is_for(worker, call->to, exchange->origin))
			cy__route_to(exchange, worker, call);
}

int cy__route(cy__exchange *exchange, const char *name, const cy__call_frame *call, const char *command,
              cy_value *arguments)
{
	cy_cluster *cluster = exchange->cluster;
	cy__worker *worker = NULL;
	int code = 0;
	if (is_many(call->to)) {
		send_to_many(exchange, call);
		return 0;
	}
	if (call->to == CY__TO_PRIMARY) {
		if (name)
			return rx_raise(-ENOENT, "the primary is not called \"%s\"", name);
		cy__leg *leg;
		code = cy__leg_add(exchange, 0, &leg);
		if (code < 0)
			return code;
		cy__serve_leg(leg, command, arguments);
		return 0;
	}
	if (call->to == CY__TO_ANY) {
		worker = cy__route_any(cluster);
		if (!worker)
			code = rx_raise(-ENOENT, "there is no worker");
	} else {
		code = cy__route_worker(cluster, call->to, name, &worker);
	}
	if (code >= 0)
		cy__route_to(exchange, worker, call);
	return code;
}

/* ---- To many, in slices ------------------------------------------------------------------------------------------- */

/* What one frame of a worker's causes at many others, and goes on in its turns. */
struct cy__spread {
	cy__work work;
	cy_cluster *cluster;
	cy__exchange *exchange; /* held; NULL: of a message */
	cy__frame frame;        /* whose body lies in the next */
	cy_value *body;         /* NULL: nothing is to be sent any more */
	cy__account *account;   /* which pays for that body, and stays for as long; NULL: nobody */
	struct rest rest;
	int worst; /* of a message: what has become of it */
	struct cy__spread *next, **link;
};

/* Pieces between two looks at the clock. */
enum { SOME = 16 };

static bool is_enough(const cy_cluster *cluster, size_t pieces)
{
	return pieces % SOME == 0 && cy__turns_is_over(cluster->turns);
}

/* The body of @p frame for as long as it is wanted; NULL without memory. */
static cy_value *keep_body(const cy__frame *frame)
{
	if (frame->block)
		return cy_value_ref(frame->block);
	cy_value *copy = cy__value_allocate(frame->body_size);
	if (copy)
		memcpy(cy__value_room(copy), frame->body, frame->body_size);
	return copy;
}

static void end_spread(struct cy__spread *spread)
{
	*spread->link = spread->next;
	if (spread->next)
		spread->next->link = spread->link;
	cy__turns_remove(&spread->work);
	if (spread->exchange)
		cy__exchange_unhold(spread->exchange);
	cy__discharge(spread->account, CY__BYTES, spread->frame.body_size);
	cy_value_unref(spread->body);
	rx_free(spread);
}

/*
 * It goes on before whatever else this origin wants. Without @p frame nothing is to be sent. @p exchange is held until its
 * end.
 */
static struct cy__spread *spread(cy_cluster *cluster, uint32_t origin, cy__exchange *exchange, const cy__frame *frame,
                                 bool (*step)(cy__work *work))
{
	struct cy__spread *spread = rx_alloc_zero(sizeof *spread);
	if (!spread)
		return NULL;
	if (frame) {
		spread->frame = *frame;
		spread->body = keep_body(frame);
		if (spread->body) {
			spread->frame.body = cy_value_bytes(spread->body, &spread->frame.body_size);
			spread->frame.block = spread->body;
		}
	}
	spread->cluster = cluster;
	spread->work = (cy__work){.step = step, .what = "a frame for many", .origin = origin};
	if ((frame && !spread->body) || cy__turns_go_on(cluster->turns, &spread->work) < 0) {
		cy_value_unref(spread->body);
		rx_free(spread);
		return NULL;
	}
	/* Its lanes know the account, which would end with the origin if nothing were charged to it. */
	if (spread->body)
		spread->account = cy__ledger_find(cluster->ledger, origin);
	cy__charge_always(spread->account, CY__BYTES, spread->frame.body_size);
	spread->exchange = exchange;
	if (exchange)
		cy__exchange_hold(exchange);
	spread->next = cluster->spreads;
	if (spread->next)
		spread->next->link = &spread->next;
	spread->link = &cluster->spreads;
	cluster->spreads = spread;
	return spread;
}

/* ---- Calls of workers, passed on ----------------------------------------------------------------------------------- */

struct passed {
	cy__exchange exchange;
	cy__port port;
	struct cy__spread *spread; /* not all of its legs have been added yet, or been cancelled; NULL: none */
};

static struct passed *of(cy__exchange *exchange)
{
	return CY__CONTAINER(exchange, struct passed, exchange);
}

/* @returns whether some are left */
static bool send_to_some(cy__exchange *exchange, const cy__call_frame *call, struct rest *rest)
{
	cy__worker *worker;
	for (size_t sent = 1; !exchange->closed && (worker = take_next(exchange->cluster, rest)); sent++) {
		if (is_for(worker, call->to, exchange->origin))
			cy__route_to(exchange, worker, call);
		if (is_enough(exchange->cluster, sent))
			return true;
	}
	return false;
}

static bool cancel_some(cy__exchange *exchange)
{
	size_t cancelled = 0;
	while (cy__exchange_cancel_leg(exchange))
		if (is_enough(exchange->cluster, ++cancelled))
			break;
	return exchange->legs;
}

/* Its caller may be gone, and its port about to be cancelled. */
static bool go_on_with_call(cy__work *work)
{
	struct cy__spread *spread = CY__CONTAINER(work, struct cy__spread, work);
	cy__exchange *exchange = spread->exchange;
	const cy__call_frame call = {.flags = spread->frame.flags, .to = spread->frame.to, .frame = &spread->frame};
	if (!exchange->closed && of(exchange)->port.peer && send_to_some(exchange, &call, &spread->rest))
		return true;
	if (exchange->closed && cancel_some(exchange))
		return true;
	of(exchange)->spread = NULL;
	if (!exchange->closed && of(exchange)->port.peer)
		cy__exchange_whole(exchange);
	end_spread(spread);
	return false;
}

/* Refused as a whole at once, rather than at the leg that is one too many. */
static int check_room_for_all(const cy__exchange *exchange, uint32_t to)
{
	const cy_cluster *cluster = exchange->cluster;
	size_t count = 0;
	for (size_t i = 0; i < cluster->worker_count; i++)
		count += is_for(cluster->workers[i], to, exchange->origin);
	const int code = cy__charge(exchange->account, CY__CALLS, count);
	if (code >= 0)
		cy__discharge(exchange->account, CY__CALLS, count);
	return code;
}

void cy__route_finish(cy_cluster *cluster)
{
	for (struct cy__spread *spread; (spread = cluster->spreads);) {
		cy__exchange *exchange = spread->exchange;
		if (exchange)
			of(exchange)->spread = NULL;
		while (exchange && exchange->closed && cy__exchange_cancel_leg(exchange))
			;
		end_spread(spread);
	}
}

/* @returns 1: it goes on later; else as cy__route() */
static int pass_to_all(struct passed *passed, const cy__frame *frame)
{
	cy__exchange *exchange = &passed->exchange;
	const cy__call_frame call = {.flags = frame->flags, .to = frame->to, .frame = frame};
	struct rest rest = everybody(exchange->cluster);
	const int code = check_room_for_all(exchange, frame->to);
	if (code < 0)
		return code;
	if (!send_to_some(exchange, &call, &rest))
		return 0;
	passed->spread = spread(exchange->cluster, exchange->origin, exchange, frame, go_on_with_call);
	if (!passed->spread)
		return rx_raise(-ENOMEM, "no memory for a call to many");
	passed->spread->rest = rest;
	return 1;
}

/* All that it has begun, in slices. It is released at the end of that. */
static void cancel(struct passed *passed)
{
	cy__exchange *exchange = &passed->exchange;
	exchange->closed = true;
	if (passed->spread)
		return;
	if (exchange->cluster->stage != CY__ENDED && cancel_some(exchange))
		passed->spread = spread(exchange->cluster, exchange->origin, exchange, NULL, go_on_with_call);
	if (!passed->spread)
		cy__exchange_cancel(exchange);
}

static void cancel_port(cy__port *port)
{
	cancel(CY__CONTAINER(port, struct passed, port));
}

/* The call ends with an error, in the room that was set aside, and is cancelled beyond. */
static void break_off(struct passed *passed, int code, const char *words)
{
	cy_value *error = cy__error_value(code, words);
	const cy__body encoded = cy__body_of(error);
	cy__port_post(&passed->port, CY__ERROR, CY__TO_PRIMARY, &encoded, NULL);
	cy_value_unref(error);
	cancel(passed);
}

static int grant(cy__port *port, const cy__frame *frame)
{
	struct passed *passed = CY__CONTAINER(port, struct passed, port);
	const int code = cy__exchange_grant(&passed->exchange, frame);
	if (code == -EBADMSG)
		break_off(passed, code, "a grant that is no number of bytes");
	return code;
}

static const cy__port_ops port_ops = {.cancel = cancel_port, .grant = grant};

static void take_item(cy__exchange *exchange, cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds)
{
	struct passed *passed = of(exchange);
	(void)leg;
	const int code = cy__port_pass(&passed->port, from, &body, fds);
	if (code < 0 && passed->port.peer)
		break_off(passed, code, "the queue to the caller is full");
}

static void take_error(cy__exchange *exchange, uint32_t from, cy__body body)
{
	cy__port_post(&of(exchange)->port, CY__ERROR, from, &body, NULL);
}

static void take_part_error(cy__exchange *exchange, uint32_t from, cy__body body)
{
	cy__port_post(&of(exchange)->port, CY__ERROR, from, &body, NULL);
}

static void take_end(cy__exchange *exchange, uint32_t from)
{
	if (exchange->many)
		cy__port_end_of_many(&of(exchange)->port);
	else
		cy__port_end(&of(exchange)->port, from);
}

static void release(cy__exchange *exchange)
{
	cy__port_close(&of(exchange)->port);
	rx_free(of(exchange));
}

static const cy__caller passing = {
	.item = take_item, .part_error = take_part_error, .error = take_error, .end = take_end, .release = release};

/*
 * The name that a frame's body begins with, or NULL. What lies behind it is for whoever gets it to look at, as where a
 * worker is named by its id.
 */
static int name_in(const cy__frame *frame, char name[NAME_ROOM], const char **found)
{
	cy__text text;
	*found = NULL;
	if (!(frame->flags & CY__FRAME_NAMED))
		return 0;
	const int code = cy__opening_name(frame->body, frame->body_size, &text);
	if (code < 0)
		return code;
	if (text.size >= NAME_ROOM)
		return rx_raise(-ENOENT, "there is no worker \"%.64s...\"", text.bytes);
	memcpy(name, text.bytes, text.size);
	name[text.size] = 0;
	*found = name;
	return 0;
}

static void pass_on(cy__peer *peer, const cy__frame *frame)
{
	struct passed *passed = rx_alloc_zero(sizeof *passed);
	int code = passed ? cy__port_open(&passed->port, peer, frame->call, peer->id, &port_ops) : -ENOMEM;
	if (code < 0) {
		rx_free(passed);
		if (code == -EEXIST)
			peer->cluster->late++;
		else
			cy__port_refuse(peer, frame->call, code);
		return;
	}
	cy__exchange *exchange = &passed->exchange;
	cy__exchange_init(exchange, peer->cluster, &passing, peer->id, frame->credit, frame->deadline,
	                  is_many(frame->to));
	exchange->account = peer->account;
	cy__exchange_hold(exchange);
	char room[NAME_ROOM];
	const char *name;
	code = name_in(frame, room, &name);
	if (code >= 0 && exchange->many)
		code = pass_to_all(passed, frame);
	else if (code >= 0)
		code = cy__route(exchange, name,
		                 &(cy__call_frame){.flags = frame->flags, .to = frame->to, .frame = frame}, NULL, NULL);
	if (code < 0 && !exchange->closed)
		cy__exchange_refuse(exchange, code, rx_words(code));
	else if (code <= 0)
		cy__exchange_whole(exchange);
	cy__exchange_unhold(exchange);
}

void cy__route_call(cy__peer *peer, const cy__frame *frame)
{
	if (frame->to == CY__TO_PRIMARY && !(frame->flags & CY__FRAME_NAMED))
		cy__serve_frame(peer, frame);
	else
		pass_on(peer, frame);
}

/* ---- Messages of workers -------------------------------------------------------------------------------------------- */

/* A full queue is told to the sender once, not for every message, and that it is at its limit where that begins. */
static int pass_message(cy__worker *worker, const cy__frame *frame, uint32_t from, cy__fds *fds)
{
	if (!worker->peer.greeted &&
	    (!cy__worker_lives(worker) || (worker->current.running && worker->current.disconnected)))
		return rx_raise(-EHOSTUNREACH, "%s has gone", cy_label_of(worker->cluster, worker->peer.id));
	const int code = cy__peer_forward(&worker->peer, frame, NULL, from, fds);
	if (code == -EAGAIN)
		cy__outbox_tell(&worker->peer, from, code);
	if (code == -EPIPE)
		return rx_raise(-EHOSTUNREACH, "%s has gone", cy_label_of(worker->cluster, worker->peer.id));
	return code == -EAGAIN || code == -EDQUOT ? 0 : code;
}

/* @returns whether some are left */
static bool pass_to_some(cy_cluster *cluster, const cy__frame *frame, uint32_t origin, cy__fds *fds, struct rest *rest,
                         int *worst)
{
	cy__worker *worker;
	for (size_t sent = 1; (worker = take_next(cluster, rest)); sent++) {
		const int code = is_for(worker, frame->to, origin) ? pass_message(worker, frame, origin, fds) : 0;
		if (code < 0)
			*worst = code;
		if (!(fds && fds->count) && is_enough(cluster, sent))
			return true;
	}
	return false;
}

static bool go_on_with_message(cy__work *work)
{
	struct cy__spread *spread = CY__CONTAINER(work, struct cy__spread, work);
	cy__fds none = {.fd = NULL};
	if (pass_to_some(spread->cluster, &spread->frame, work->origin, &none, &spread->rest, &spread->worst))
		return true;
	if (spread->worst < 0)
		cy__message_refused(spread->cluster, work->origin, spread->worst, rx_words(spread->worst));
	end_spread(spread);
	return false;
}

/* One with descriptors in one piece: its origin may have few of them waiting. */
static int pass_to_many(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	struct rest rest = everybody(peer->cluster);
	int worst = 0;
	if (!pass_to_some(peer->cluster, frame, peer->id, fds, &rest, &worst))
		return worst;
	struct cy__spread *later = spread(peer->cluster, peer->id, NULL, frame, go_on_with_message);
	if (!later)
		return rx_raise(-ENOMEM, "no memory for a message to many");
	later->rest = rest;
	later->worst = worst;
	return 0;
}

static int pass_to_one(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	cy__worker *worker = NULL;
	char room[NAME_ROOM];
	const char *name;
	int code = name_in(frame, room, &name);
	if (code >= 0 && frame->to == CY__TO_ANY) {
		worker = cy__route_any(peer->cluster);
		code = worker ? 0 : rx_raise(-ENOENT, "there is no worker");
	} else if (code >= 0) {
		code = cy__route_worker(peer->cluster, frame->to, name, &worker);
	}
	if (code >= 0)
		code = pass_message(worker, frame, peer->id, fds);
	return code;
}

/* What is wrong with a message is told to its sender, who no longer waits for an answer, as an event. */
static void tell_sender(const cy__peer *peer, int code)
{
	cy__message_refused(peer->cluster, peer->id, code, rx_words(code));
}

void cy__route_message(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	int code = 0;
	if (frame->to == CY__TO_PRIMARY && !(frame->flags & CY__FRAME_NAMED))
		cy__message_take(peer, frame, fds);
	else if (is_many(frame->to))
		code = pass_to_many(peer, frame, fds);
	else
		code = pass_to_one(peer, frame, fds);
	if (code < 0)
		tell_sender(peer, code);
}
