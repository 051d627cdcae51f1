#include "lib/command/port.h"

#define RESERVED 2

int cy__port_open(cy__port *port, cy__peer *peer, uint64_t call, void (*cancel)(cy__port *port))
{
	*port = (cy__port){.peer = peer, .call = call, .cancel = cancel};
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

void cy__port_close(cy__port *port)
{
	cy__peer *peer = port->peer;
	if (!peer)
		return;
	port->peer = NULL;
	if (cy__table_get(&peer->incoming, port->call) == port)
		cy__table_remove(&peer->incoming, port->call);
	for (; port->reserved; port->reserved--)
		if (peer->channel)
			cy__channel_unreserve(peer->channel);
}

static void release_value(void *owner)
{
	cy_value_unref(owner);
}

int cy__port_post(cy__port *port, cy__kind kind, uint32_t from, const cy__body *body, cy__fds *fds)
{
	if (!port->peer || !port->peer->channel)
		return -EPIPE;
	const cy__frame frame = {.kind = (uint8_t)kind,
	                         .from = from,
	                         .to = port->peer->id,
	                         .call = port->call,
	                         .fd_count = fds ? (uint8_t)fds->count : 0,
	                         .body = body ? body->bytes : NULL,
	                         .body_size = body ? body->size : 0};
	/* An item leaves the room for the end alone. */
	const bool reserved = port->reserved > (kind == CY__ITEM ? 1u : 0u);
	cy__sending sending = {.fds = fds ? fds->fd : NULL, .reserved = reserved, .ordered = port->ordered};
	if (body && body->value) {
		sending.release = release_value;
		sending.owner = cy_value_ref(body->value);
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

static void cancel(cy__port *port)
{
	cy__port_close(port);
	port->cancel(port);
}

void cy__port_cancel(cy__peer *peer, uint64_t call)
{
	cy__port *port = cy__table_get(&peer->incoming, call);
	if (port)
		cancel(port);
}

void cy__port_cancel_all(cy__peer *peer)
{
	for (cy__port *port; (port = cy__table_any(&peer->incoming));)
		cancel(port);
}
