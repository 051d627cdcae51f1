/*
 * Routing, in the primary: whom a call or a message is for.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_ROUTE_H
#define CLUSTERFY_LIB_PRIMARY_ROUTE_H

#include "lib/command/exchange.h"

/*
 * Give @p exchange its legs. @p name: whom it must be; or NULL. @p command and @p arguments are for the case that it is
 * the primary itself.
 * @retval 0  they are on their way (or were refused, one by one)
 * @retval -ENOENT, -EAGAIN…  with words: nobody to send to
 */
int cy__route(cy__exchange *exchange, const char *name, const cy__call_frame *call, const char *command,
              cy_value *arguments);
/* Send a call to this process of a worker, or let it wait for its hello. What is wrong is the leg's error. */
void cy__route_to(cy__exchange *exchange, cy__worker *worker, const cy__call_frame *call);
/* A worker's call: to be served here, or passed on. */
void cy__route_call(cy__peer *peer, const cy__frame *frame);
/* A worker's message. */
void cy__route_message(cy__peer *peer, const cy__frame *frame, cy__fds *fds);
/* What frames of workers for many have begun goes on no more: before the workers end. */
void cy__route_finish(cy_cluster *cluster);

/* The worker that a single target means. @retval -ENOENT with words */
int cy__route_worker(const cy_cluster *cluster, uint32_t to, const char *name, cy__worker **found);
/* The least busy of those that can answer now, else of those that will; NULL: there is none. */
cy__worker *cy__route_any(const cy_cluster *cluster);

#endif
