#include "lib/command/port.h"

#include <inttypes.h>

#include "lib/message/outbox.h"

int cy__port_open(cy__port *port, cy__peer *peer, uint64_t call, uint32_t origin, const cy__port_ops *ops)
{
	*port = (cy__port){.peer = peer, .call = call, .origin = origin, .ops = ops};
	const int code = cy__table_add(&peer->incoming, call, port);
	if (code < 0)
		port->peer = NULL;
	return code;
}

static int take_share(cy__port *port)
{
	cy__peer *peer = port->peer;
	cy__lane *lane = cy__outbox_lane(&peer->outbox, peer->cluster, port->origin);
	if (!lane)
		return -ENOMEM;
	if (lane->calls.used && !cy__share_allows(&peer->outbox.calls, &lane->calls, 1))
		return rx_raise(-EAGAIN, "%s serves %zu calls of worker %" PRIu32 " already", cy_label(peer->cluster),
		                lane->calls.used, port->origin);
	cy__share_take(&peer->outbox.calls, &lane->calls, 1);
	port->lane = lane;
	return 0;
}

int cy__port_serve(cy__port *port)
{
	cy__peer *peer = port->peer;
	if (!peer->worker)
		return port->origin == CY__TO_PRIMARY ? 0 : take_share(port);
	const int code = cy__charge(peer->account, CY__CALLS, 1);
	port->charged = code >= 0;
	return code;
}

static void give_back(cy__port *port, cy__peer *peer)
{
	if (port->charged)
		cy__discharge(peer->account, CY__CALLS, 1);
	port->charged = false;
	if (!port->lane)
		return;
	cy__share_give_back(&peer->outbox.calls, &port->lane->calls, 1);
	cy__lane_rest(port->lane);
	port->lane = NULL;
}

/* ---- Room ------------------------------------------------------------------------------------------------------ */

static void leave_list(cy__port *port)
{
	if (!port->link)
		return;
	*port->link = port->next;
	if (port->next)
		port->next->link = port->link;
	port->link = NULL;
}

/* Of those that wait for room, or of closed ones that are to be cancelled. */
static void put_in_list(cy__port *port, cy__port **first)
{
	leave_list(port);
	port->link = first;
	port->next = *first;
	if (port->next)
		port->next->link = &port->next;
	*first = port;
}

void cy__port_await_room(cy__port *port)
{
	if (port->link || !port->peer)
		return;
	put_in_list(port, &port->peer->blocked);
}

/* Who finds no room this time waits again, behind the mark. */
void cy__port_room(cy__peer *peer)
{
	cy__port *waiting = peer->blocked;
	peer->blocked = NULL;
	if (waiting)
		waiting->link = &waiting;
	while (waiting) {
		cy__port *port = waiting;
		leave_list(port);
		port->ops->room(port);
	}
}

/* ---- Opening and closing --------------------------------------------------------------------------------------- */

void cy__port_close(cy__port *port)
{
	cy__peer *peer = port->peer;
	leave_list(port);
	if (!peer)
		return;
	port->peer = NULL;
	if (cy__table_get(&peer->incoming, port->call) == port)
		cy__table_remove(&peer->incoming, port->call);
	give_back(port, peer);
}

/* ---- Sending --------------------------------------------------------------------------------------------------- */

static void release_value(void *owner)
{
	cy_value_unref(owner);
}

static int post(cy__port *port, cy__kind kind, uint32_t from, const cy__body *body, cy__fds *fds, cy__manner manner)
{
	cy__peer *peer = port->peer;
	if (!peer || !peer->channel)
		return rx_raise(-EPIPE, "the caller has gone");
	const cy__frame frame = {.kind = (uint8_t)kind,
	                         .flags = fds && fds->error ? CY__FRAME_LOST : 0,
	                         .from = from,
	                         .to = peer->id,
	                         .call = port->call,
	                         .fd_count = fds ? (uint8_t)fds->count : 0,
	                         .body = body ? body->bytes : NULL,
	                         .body_size = body ? body->size : 0};
	cy__sending sending = {.fds = fds ? fds->fd : NULL, .forced = manner == CY__FORCED, .ordered = port->ordered};
	if (body && (body->value || body->block)) {
		sending.release = release_value;
		sending.owner = cy_value_ref(body->value ? body->value : body->block);
	}
	/* In the primary each that answers has a lane of its own; what a worker says keeps its order. */
	const int code = cy__outbox_send(peer, &(cy__parcel){.frame = &frame,
	                                                     .sending = &sending,
	                                                     .origin = peer->worker ? from : peer->cluster->id,
	                                                     .manner = manner,
	                                                     .last = port->of_many && kind == CY__END});
	if (code < 0 && sending.owner)
		cy_value_unref(sending.owner);
	if (code < 0 && code != -EPIPE && kind != CY__ITEM)
		cy__peer_give_up(peer, code);
	return code;
}

int cy__port_post(cy__port *port, cy__kind kind, uint32_t from, const cy__body *body, cy__fds *fds)
{
	return post(port, kind, from, body, fds, kind == CY__ITEM ? CY__ITEM_OWN : CY__FORCED);
}

int cy__port_end(cy__port *port, uint32_t from)
{
	const cy__peer *peer = port->peer;
	if (peer && peer->channel && !peer->outbox.count && cy__channel_complete(peer->channel, port->call, from))
		return 0;
	return post(port, CY__END, from, NULL, NULL, CY__FORCED);
}

int cy__port_end_of_many(cy__port *port)
{
	port->of_many = true;
	return post(port, CY__END, CY__TO_PRIMARY, NULL, NULL, CY__FORCED);
}

int cy__port_pass(cy__port *port, uint32_t from, const cy__body *body, cy__fds *fds)
{
	return post(port, CY__ITEM, from, body, fds, CY__ITEM_PASSED);
}

void cy__port_refuse(cy__peer *peer, uint64_t call, int code)
{
	cy_value *body = cy__error_value(code, rx_words(code));
	const int refused = cy__peer_post(
		peer,
		&(cy__post){.kind = CY__ERROR, .from = peer->cluster->id, .call = call, .body = body, .forced = true});
	cy_value_unref(body);
	if (refused < 0 && refused != -EPIPE)
		cy__peer_give_up(peer, refused);
}

/* ---- What the caller says -------------------------------------------------------------------------------------- */

static void cancel(cy__port *port)
{
	cy__port_close(port);
	port->ops->cancel(port);
}

void cy__port_cancel(cy__peer *peer, uint64_t call)
{
	cy__port *port = cy__table_get(&peer->incoming, call);
	if (port)
		cancel(port);
}

void cy__port_lose_all(cy__peer *peer)
{
	for (cy__port *port; (port = cy__table_any(&peer->incoming));) {
		cy__table_remove(&peer->incoming, port->call);
		give_back(port, peer);
		port->peer = NULL;
		put_in_list(port, &peer->lost_ports);
	}
	cy__table_finish(&peer->incoming);
}

bool cy__port_cancel_lost(cy__peer *peer)
{
	cy__port *port = peer->lost_ports;
	if (!port)
		return false;
	cancel(port);
	return true;
}

/* What is wrong in the body is that call's own affair. */
void cy__port_grant(cy__peer *peer, const cy__frame *frame)
{
	cy__port *port = cy__table_get(&peer->incoming, frame->call);
	if (!port) {
		peer->cluster->late++;
		return;
	}
	if (port->ops->grant(port, frame) == -EOVERFLOW)
		cy__peer_offend(peer, -EOVERFLOW, "more credit than can be counted");
}
