#include "lib/command/incoming.h"

#include "lib/command/held.h"
#include "lib/command/inspect.h"

struct cy__incoming {
	cy__peer *peer;
	cy__inspection *inspection;
	cy__incoming_taken *taken;
	cy__frame frame;      /* without its body */
	cy__account *account; /* which has the descriptors */
	cy__held_queue fds;   /* one, with nothing but them; or none */
};

static void destroy(struct cy__incoming *incoming)
{
	cy__inspection_cancel(incoming->inspection);
	if (incoming->fds.first)
		cy__discharge(incoming->account, CY__DESCRIPTORS, incoming->fds.first->fds.count);
	cy__held_clear(&incoming->fds);
	rx_free(incoming);
}

void cy__incoming_forget(cy__peer *peer)
{
	struct cy__incoming *incoming = peer->inspected;
	peer->inspected = NULL;
	if (incoming)
		destroy(incoming);
}

/* Whoever takes it may end the peer: it knows of this no more. */
static void take(void *ctx, cy_value *body)
{
	struct cy__incoming *incoming = ctx;
	cy__fds none = {.fd = NULL};
	cy__held *held = incoming->fds.first;
	size_t size;
	incoming->inspection = NULL;
	incoming->peer->inspected = NULL;
	incoming->frame.body = cy_value_bytes(body, &size);
	incoming->taken(incoming->peer, &incoming->frame, body, held ? &held->fds : &none);
	destroy(incoming);
}

static int keep_fds(struct cy__incoming *incoming, const cy__fds *fds)
{
	if (!fds || (!fds->count && !fds->error))
		return 0;
	int code = cy__held_push(&incoming->fds, &(cy__held){.fds = *fds});
	if (code >= 0)
		cy__charge_always(incoming->account, CY__DESCRIPTORS, fds->count);
	else
		code = cy__held_push(&incoming->fds, &(cy__held){.fds = {.error = code}});
	return code;
}

static int keep(struct cy__incoming *incoming, const cy__frame *frame, const cy__fds *fds, bool forced)
{
	const cy__peer *peer = incoming->peer;
	incoming->frame = *frame;
	incoming->frame.body = NULL;
	incoming->frame.block = NULL;
	const int code = keep_fds(incoming, fds);
	return code < 0 ? code
	                : cy__inspect(peer->cluster, peer->id, frame, forced, take, incoming, &incoming->inspection);
}

int cy__incoming_keep(cy__peer *peer, const cy__frame *frame, cy__fds *fds, bool forced, cy__incoming_taken *taken)
{
	struct cy__incoming *incoming = rx_alloc_zero(sizeof *incoming);
	if (!incoming)
		return rx_raise(-ENOMEM, "no memory for a large %s", cy__kind_name(frame->kind));
	incoming->peer = peer;
	incoming->account = peer->account;
	incoming->taken = taken;
	const int code = keep(incoming, frame, fds, forced);
	if (code < 0)
		destroy(incoming);
	else
		peer->inspected = incoming;
	return code;
}
