/*
 * A process takes the place of another, under the same id and name.
 *
 * While there are two, one is in the list of workers, and one is spare: at first the new one, until it is ready; from
 * then on the old one, until it has ended. Nothing is routed to a spare, but what it does is told apart by the peer that
 * it comes from, and goes on as before.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_SUCCESSION_H
#define CLUSTERFY_LIB_PRIMARY_SUCCESSION_H

#include "lib/primary/worker.h"

/*
 * Start a process that takes @p worker's place when it is ready.
 * @retval -EALREADY  there is one
 * @retval -EAGAIN    it is not ready, or has been asked to stop
 * @retval -E…        it could not be started; with words, all of them
 */
int cy__succession_begin(cy__worker *worker);
/* It is ready: its place in the list. @returns whom it has replaced, to be retired; NULL: nobody, it is not wanted */
cy__worker *cy__succession_take_over(cy__worker *successor);
/* Ask one that was replaced to stop. */
void cy__succession_retire(cy__worker *worker);

bool cy__succession_is_spare(const cy__worker *worker);
/* A spare has ended: what follows. */
void cy__succession_judge(cy__worker *worker, cy__end *end);
/* It has, and everybody has been told. */
void cy__succession_ended(cy__worker *worker);
/* The worker has ended: nobody is to take its place in this way. */
void cy__succession_abandon(cy__worker *worker);
/* The incarnation that a process has or will have that takes its place. */
uint32_t cy__succession_next(const cy__worker *worker);
/* The worker is to stop: so are the spares of its id. */
void cy__succession_stop(const cy__worker *worker, rx_nsec timeout, int signal);

/* All spares. */
bool cy__spares_run(const cy_cluster *cluster);
void cy__spares_stop(cy_cluster *cluster, rx_nsec timeout, int signal);
void cy__spares_force(cy_cluster *cluster);

#endif
