/*
 * One-way messages.
 */
#ifndef CLUSTERFY_LIB_MESSAGE_MESSAGE_H
#define CLUSTERFY_LIB_MESSAGE_MESSAGE_H

#include "lib/cluster/cluster.h"

/* A message for this process has come: a `message` event. */
void cy__message_take(cy__peer *peer, const cy__frame *frame, cy__fds *fds);
/* In a worker: the primary says what is wrong with a message that this process has sent. */
void cy__message_trouble(cy__peer *peer, const cy__frame *frame);
/* In the primary: tell worker @p origin that a message it has sent was not delivered. Nothing if it is no worker. */
void cy__message_refused(cy_cluster *cluster, uint32_t origin, int code, const char *words);
/* Whether a target means this process. */
bool cy__is_own(const cy_cluster *cluster, const cy_target *target);
void cy__messages_init(cy_cluster *cluster);
/* What this process has sent to itself, and has not arrived, is lost. */
void cy__messages_finish(cy_cluster *cluster);

#endif
