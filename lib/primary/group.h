/*
 * Groups of workers, in the primary: what strategy.h says, done to workers.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_GROUP_H
#define CLUSTERFY_LIB_PRIMARY_GROUP_H

#include "lib/primary/worker.h"

/* A member has ended, or could not be started: what follows is the group's to say, in @p end and in its supervisor. */
void cy__group_judge(cy__worker *worker, cy__end *end);
/* A member is ready. */
void cy__group_member_ready(cy__worker *worker);
/* A member that has no process is gone. */
void cy__group_lost(cy__worker *worker);
/* @p heir has taken its place. */
void cy__group_succeed(cy__worker *worker, cy__worker *heir);
/* Whether a member that is ending will be started again. */
bool cy__group_brings_back(const cy__worker *worker);
/* Stop all groups, each in order, and all of them within @p timeout. */
void cy__groups_stop(cy_cluster *cluster, rx_nsec timeout, int signal);
/* Release them; their workers are left. */
void cy__groups_finish(cy_cluster *cluster);

#endif
