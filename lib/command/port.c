#include "lib/command/port.h"

#define RESERVED 2

int cy__port_open(cy__port *port, cy__peer *peer, uint64_t call, const cy__port_ops *ops)
{
	*port = (cy__port){.peer = peer, .call = call, .ops = ops};
	int code = cy__table_add(&peer->incoming, call, port);
	if (code < 0) {
		port->peer = NULL;
		return code;
	}
	for (; code >= 0 && port->reserved < RESERVED; port->reserved += code >= 0)
		code = cy__channel_reserve(peer->channel);
	if (code < 0)
		cy__port_close(port);
	return code;
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
	for (; port->reserved; port->reserved--)
		if (peer->channel)
			cy__channel_unreserve(peer->channel);
}

/* ---- Sending --------------------------------------------------------------------------------------------------- */

static void release_value(void *owner)
{
	cy_value_unref(owner);
}

static int post(cy__port *port, cy__kind kind, uint32_t from, const cy__body *body, cy__fds *fds, bool forced)
{
	if (!port->peer || !port->peer->channel)
		return -EPIPE;
	const cy__frame frame = {.kind = (uint8_t)kind,
	                         .flags = fds && fds->error ? CY__FRAME_LOST : 0,
	                         .from = from,
	                         .to = port->peer->id,
	                         .call = port->call,
	                         .fd_count = fds ? (uint8_t)fds->count : 0,
	                         .body = body ? body->bytes : NULL,
	                         .body_size = body ? body->size : 0};
	/* An item leaves the room for the end alone. */
	const bool reserved = port->reserved > (kind == CY__ITEM ? 1u : 0u);
	cy__sending sending = {
		.fds = fds ? fds->fd : NULL, .reserved = reserved, .forced = forced, .ordered = port->ordered};
	if (body && (body->value || body->block)) {
		sending.release = release_value;
		sending.owner = cy_value_ref(body->value ? body->value : body->block);
	}
	const int code = cy__channel_send(port->peer->channel, &frame, &sending);
	if (code < 0 && sending.owner)
		cy_value_unref(sending.owner);
	if (code >= 0 && reserved)
		port->reserved--;
	if (code < 0 && code != -EPIPE && kind != CY__ITEM)
		cy__peer_give_up(port->peer, code);
	return code;
}

int cy__port_post(cy__port *port, cy__kind kind, uint32_t from, const cy__body *body, cy__fds *fds)
{
	return post(port, kind, from, body, fds, false);
}

int cy__port_end(cy__port *port, uint32_t from)
{
	if (port->peer && port->peer->channel && cy__channel_complete(port->peer->channel, port->call, from))
		return 0;
	return post(port, CY__END, from, NULL, NULL, false);
}

int cy__port_pass(cy__port *port, uint32_t from, const cy__body *body, cy__fds *fds)
{
	if (!port->peer || !port->peer->channel)
		return -EPIPE;
	const cy_options *options = &port->peer->cluster->options;
	size_t frames;
	const size_t bytes = cy__channel_pending(port->peer->channel, &frames);
	const bool forced =
		bytes / CY__PORT_PAST < options->queue_bytes && frames / CY__PORT_PAST < options->queue_frames;
	return post(port, CY__ITEM, from, body, fds, forced);
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
		port->peer = NULL;
		port->reserved = 0;
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
