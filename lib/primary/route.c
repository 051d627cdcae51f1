#include "lib/primary/route.h"

#include <inttypes.h>

#include "lib/command/port.h"
#include "lib/command/serve.h"
#include "lib/message/message.h"
#include "lib/message/outbox.h"
#include "lib/primary/workers.h"

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

/* Workers that callbacks start meanwhile are not among them. */
static void send_to_many(cy__exchange *exchange, const cy__call_frame *call)
{
	cy_cluster *cluster = exchange->cluster;
	const uint32_t last = cluster->next_id;
	cy__worker *worker = cy__workers_after(cluster, 0);
	for (uint32_t id; worker && (id = worker->peer.id) <= last && !exchange->closed;
	     worker = cy__workers_after(cluster, id)) {
		if (cy__worker_lives(worker) && !(call->to == CY__TO_OTHERS && id == exchange->origin))
			cy__route_to(exchange, worker, call);
	}
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

/* ---- Calls of workers, passed on ----------------------------------------------------------------------------------- */

struct passed {
	cy__exchange exchange;
	cy__port port;
};

static struct passed *of(cy__exchange *exchange)
{
	return CY__CONTAINER(exchange, struct passed, exchange);
}

static void cancel_port(cy__port *port)
{
	cy__exchange_cancel(&CY__CONTAINER(port, struct passed, port)->exchange);
}

/* The call ends with an error, in the room that was set aside, and is cancelled beyond. */
static void break_off(struct passed *passed, int code, const char *words)
{
	cy_value *error = cy__error_value(code, words);
	const cy__body encoded = cy__body_of(error);
	cy__port_post(&passed->port, CY__ERROR, CY__TO_PRIMARY, &encoded, NULL);
	cy_value_unref(error);
	cy__exchange_cancel(&passed->exchange);
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

/* The name that a frame's body begins with, as a value to release; NULL if it has none. */
static int name_in(const cy__frame *frame, cy_value **value, const char **name)
{
	*value = NULL;
	*name = NULL;
	if (!(frame->flags & CY__FRAME_NAMED))
		return 0;
	*value = cy_value_from_bytes(frame->body, frame->body_size, NULL);
	int code = cy_value_error(*value);
	if (code >= 0)
		code = cy_unpack(*value, "[s*]", name);
	return code < 0 ? rx_raise(code == -ENOMEM ? code : -EBADMSG, "there is no name in it") : 0;
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
	cy_value *value;
	const char *name;
	code = name_in(frame, &value, &name);
	if (code >= 0)
		code = cy__route(exchange, name,
		                 &(cy__call_frame){.flags = frame->flags, .to = frame->to, .frame = frame}, NULL, NULL);
	if (code < 0 && !exchange->closed)
		cy__exchange_refuse(exchange, code, rx_words(code));
	else
		cy__exchange_whole(exchange);
	cy__exchange_unhold(exchange);
	cy_value_unref(value);
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

static int pass_to_many(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	cy_cluster *cluster = peer->cluster;
	int worst = 0;
	for (size_t i = 0; i < cluster->worker_count; i++) {
		cy__worker *worker = cluster->workers[i];
		if (!cy__worker_lives(worker) || (frame->to == CY__TO_OTHERS && worker->peer.id == peer->id))
			continue;
		const int code = pass_message(worker, frame, peer->id, fds);
		if (code < 0)
			worst = code;
	}
	return worst;
}

static int pass_to_one(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	cy__worker *worker = NULL;
	cy_value *value;
	const char *name;
	int code = name_in(frame, &value, &name);
	if (code >= 0 && frame->to == CY__TO_ANY) {
		worker = cy__route_any(peer->cluster);
		code = worker ? 0 : rx_raise(-ENOENT, "there is no worker");
	} else if (code >= 0) {
		code = cy__route_worker(peer->cluster, frame->to, name, &worker);
	}
	if (code >= 0)
		code = pass_message(worker, frame, peer->id, fds);
	cy_value_unref(value);
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
