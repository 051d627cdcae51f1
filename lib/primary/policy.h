/*
 * A policy of the program's own: a chain from the observable of a worker's exits to that of its starts, which runs for
 * the worker's life.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_POLICY_H
#define CLUSTERFY_LIB_PRIMARY_POLICY_H

#include <clusterfy/cluster/event.h>

#include "lib/primary/supervise.h"

typedef struct cy__policy cy__policy;
typedef struct cy__worker cy__worker;

/*
 * If the worker's options have one, it runs from now on, from its beginning.
 * @retval -E…  that with which it ends at once, with words
 */
int cy__policy_begin(cy__worker *worker);
void cy__policy_finish(cy__worker *worker);
/* The worker has ended: if the policy has, too, what follows is known, in @p end and in the supervisor. */
void cy__policy_judge(cy__worker *worker, cy__end *end);
/* Everybody has been told of an end that is undecided: now the policy is. */
void cy__policy_tell(cy__worker *worker, const cy_event *exit);
/* @p heir has taken its place. */
void cy__policy_succeed(cy__worker *worker, cy__worker *heir);

#endif
