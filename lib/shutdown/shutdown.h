/*
 * Stopping: signals, methods, and the order in which things end.
 *
 *     RUNNING → STOPPING → CLEANING → FLUSHING → ENDED
 *
 * STOPPING ends in the primary when no worker is left, in a worker when it is not PROCESSING and serves no call.
 */
#ifndef CLUSTERFY_LIB_SHUTDOWN_SHUTDOWN_H
#define CLUSTERFY_LIB_SHUTDOWN_SHUTDOWN_H

#include "lib/cluster/cluster.h"

/* Begin to stop, if this process has not; @p signal is the reason, or 0. */
void cy__stop_begin(cy_cluster *cluster, int signal);
/* Something has ended: go on as far as that leads. */
void cy__stop_progress(cy_cluster *cluster);
/* Now, at once: kill what runs. */
void cy__stop_force(cy_cluster *cluster, int status);
void cy__stop_finish(cy_cluster *cluster);

/* Catch the signals of the options. */
int cy__signals_start(cy_cluster *cluster);
/* In a worker that stops: from now on they end it, but SIGINT, which a terminal sends to everybody, still passes. */
void cy__signals_let_go(cy_cluster *cluster);
/* Let them do what they do by themselves. */
void cy__signals_stop(cy_cluster *cluster);
/* Whether a signal is among the graceful ones. */
bool cy__signals_include(const cy_cluster *cluster, int signal);

/* Begin all methods; @p done is called when they have all finished, perhaps at once. */
void cy__methods_run(cy_cluster *cluster, int signal, void (*done)(cy_cluster *cluster));
void cy__methods_finish(cy_cluster *cluster);

#endif
