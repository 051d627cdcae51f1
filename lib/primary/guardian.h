/*
 * The primary's side of its guardian: a process that kills workers which outlive the primary. What it is and why, says
 * guardian/main.c.
 *
 * It is started with the first worker, with the rights that the primary has then, and ends with the cluster. A worker's
 * child says that it is there before its exec, or its start fails. Where the system has no pidfds, or lets no program be
 * executed from memory, there is none: an `error` event says so, and workers have the death signal and their own timers.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_GUARDIAN_H
#define CLUSTERFY_LIB_PRIMARY_GUARDIAN_H

#include "lib/cluster/cluster.h"
#include "lib/primary/spawn.h"

/*
 * The option `cgroup`: make the cgroup that workers are put into. Without the option, nothing.
 * @retval -E… with words
 */
int cy__guardian_open(cy_cluster *cluster);
/*
 * cy__spawn() of a worker that is guarded, and in the cgroup. Starts the guardian if need be.
 * @param ignored  a signal that it ignores from its first moment on; 0: none
 */
int cy__guardian_spawn(cy_cluster *cluster, const cy_process_options *options, int ignored, cy__process *process,
                       const char **why);
/* Every worker has been reaped: it ends, and with it what is left in the cgroup. Waits for it. */
void cy__guardian_close(cy_cluster *cluster);

/* The guardian's process, for tests; 0: there is none. */
pid_t cy__guardian_pid(const cy_cluster *cluster);

#endif
