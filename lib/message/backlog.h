/*
 * The backlog of a peer: behind its queue, messages that may be dropped wait for room. It holds an eighth of what the
 * queue does, and at least one message. What is sent after them, and is a message, does not pass them.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_BACKLOG_H
#define CLUSTERFY_LIB_MESSAGE_BACKLOG_H

#include "lib/cluster/cluster.h"

void cy__backlog_init(cy__peer *peer);
/*
 * The queue is full: what its sender wishes happens to it.
 * @retval 0        it waits, or is dropped, or another one is
 * @retval -EAGAIN  refused, with words; or what cy__letters_add() says
 */
int cy__backlog_take(cy__peer *peer, const cy__post *post);
int cy__backlog_take_frame(cy__peer *peer, const cy__frame *frame, const int *fds);
/* There is room in the queue: send as much as it takes; then tell who waits for room. */
void cy__backlog_send(cy__peer *peer);
/* Send it all, past the bound: nothing comes after it. */
void cy__backlog_force(cy__peer *peer);
/* The channel is no more: what waits is dropped, and counted. */
void cy__backlog_lost(cy__peer *peer);

#endif
