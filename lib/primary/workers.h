/*
 * All workers of the primary.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_WORKERS_H
#define CLUSTERFY_LIB_PRIMARY_WORKERS_H

#include "lib/primary/worker.h"

/*
 * A worker that has not been started, in the list; @p options->metadata is consumed.
 * @retval -EEXIST, -EINVAL, -EOVERFLOW, -ENOMEM with words
 */
int cy__workers_create(cy_cluster *cluster, const char *name, const cy_worker_options *options, cy__worker **created);
/* NULL if there is none of this id (any more). */
cy__worker *cy__workers_find(const cy_cluster *cluster, uint32_t id);
/* The living one of this name, or NULL. */
cy__worker *cy__workers_named(const cy_cluster *cluster, const char *name);
/* The first whose id is above @p id, or NULL: so callbacks may change the list in a walk. */
cy__worker *cy__workers_after(const cy_cluster *cluster, uint32_t id);
/* It is gone for good: forget it, and release it once nothing on the stack can point to it. */
void cy__workers_forget(cy__worker *worker);
/* Release it once nothing on the stack can point to it. */
void cy__workers_bury(cy__worker *worker);
/* Another process of the same worker, with all of its options, that is not in the list. @retval -E… with words */
int cy__workers_copy(const cy__worker *worker, cy__worker **copied);
/* From now on @p heir stands for it in the list. */
void cy__workers_replace(cy__worker *worker, cy__worker *heir);
/* Whether any lives: has a process, or may have one again. */
bool cy__workers_live(const cy_cluster *cluster);
/* Kill and reap all that have a process, and release everything. */
void cy__workers_finish(cy_cluster *cluster);

#endif
