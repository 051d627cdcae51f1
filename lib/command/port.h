/*
 * A port: where the reply to a call goes that came in a frame of a peer's. Its end is never refused, whatever else waits for
 * that peer; its items wait on the account of whoever makes them.
 *
 * In the primary, a call that is served here is charged to the account of the peer, who asks. In a worker all calls come from
 * one peer, the primary, so that there the origin has a part of what this process serves at one time, but for the primary
 * itself, whose calls are always taken.
 */
#ifndef CLUSTERFY_LIB_COMMAND_PORT_H
#define CLUSTERFY_LIB_COMMAND_PORT_H

#include "lib/command/exchange.h"

typedef struct cy__port cy__port;

typedef struct cy__port_ops {
	/* The caller wants no more, or is gone. The port is closed by then. */
	void (*cancel)(cy__port *port);
	/* The caller grants more. @retval as cy__credit_add() */
	int (*grant)(cy__port *port, const cy__frame *frame);
	/* There is room again, after cy__port_await_room(). NULL where that is not called. */
	void (*room)(cy__port *port);
} cy__port_ops;

struct cy__port {
	cy__peer *peer; /* NULL: closed, or none */
	uint64_t call;
	uint32_t origin; /* who called */
	cy__lane *lane;  /* in a worker: it has a share of it; NULL: none */
	bool charged;    /* in the primary: to the peer's account */
	bool of_many;    /* its end is that of a call to many */
	bool ordered;    /* the reply stays behind whatever was sent as ordered before it */
	const cy__port_ops *ops;
	cy__port *next, **link; /* among those that wait for room, or for being cancelled */
};

/*
 * For a call of @p origin's.
 * @retval -EEXIST  the peer has a call of this number already: nobody could tell the replies apart
 * @retval -ENOMEM
 */
int cy__port_open(cy__port *port, cy__peer *peer, uint64_t call, uint32_t origin, const cy__port_ops *ops);
/*
 * The call is served in this process.
 * @retval -EAGAIN  in a worker: its origin has as many here as it may have, with words
 * @retval -EDQUOT  in the primary: its origin is at its limit, with words
 */
int cy__port_serve(cy__port *port);
void cy__port_close(cy__port *port);
/* Send an item or an error. @retval as cy__outbox_send(); an error is never refused */
int cy__port_post(cy__port *port, cy__kind kind, uint32_t from, const cy__body *body, cy__fds *fds);
/* Send the end; where the last item still waits to be written, that says so, and no frame is sent. */
int cy__port_end(cy__port *port, uint32_t from);
/* Send the end of a call to many: behind the replies of all of them. */
int cy__port_end_of_many(cy__port *port);
/*
 * Send an item that another process was granted to send: past what else may wait, for it is bounded by credit, and there is
 * nobody here to pause.
 */
int cy__port_pass(cy__port *port, uint32_t from, const cy__body *body, cy__fds *fds);
/* A post was refused with -EAGAIN: `room` will be called when there is some. */
void cy__port_await_room(cy__port *port);
/* There is. */
void cy__port_room(cy__peer *peer);
/* The answer to a call that has no port. */
void cy__port_refuse(cy__peer *peer, uint64_t call, int code);
/* The peer cancels its call of this number. */
void cy__port_cancel(cy__peer *peer, uint64_t call);
/* Its channel is about to end: close all, which are to be cancelled one by one. */
void cy__port_lose_all(cy__peer *peer);
/* Cancel one of them. @returns whether there was one */
bool cy__port_cancel_lost(cy__peer *peer);
/* The peer grants more for its call; a grant that cannot be costs it its channel. */
void cy__port_grant(cy__peer *peer, const cy__frame *frame);

#endif
