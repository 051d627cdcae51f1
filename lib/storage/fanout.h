/*
 * The primary's half of mirrors: what has changed in the storage goes to those who mirror it.
 *
 *     storage ── log of changes ──┬── audience (a worker) ── sink (a mirror of a path), sink, ...
 *                                 └── audience ...
 *
 * A change is encoded once, whoever it goes to. Telling a worker's mirrors is work of that worker's turns, so that whoever
 * mirrors much waits for itself alone; little is done at once. A mirror that cannot be told at present, because its queue is
 * full, gets what is current by then as a snapshot, instead of each change; so does a worker that falls far behind.
 *
 * A worker's operations are acknowledged when its own mirrors have been told of them.
 */
#ifndef CLUSTERFY_LIB_STORAGE_FANOUT_H
#define CLUSTERFY_LIB_STORAGE_FANOUT_H

#include <clusterfy/cluster/command.h>

/* Items for a mirror of @p path, NULL: of all, that @p origin keeps: [revision, path, snapshot, [value]]. */
rx_observable *cy__fanout_mirror(cy_cluster *cluster, uint32_t origin, const char *path);
/* An acknowledgement that waits; its owner's memory, zero but for `told`. */
typedef struct cy__awaiting {
	/* The mirrors have been told. It is not in the list any more. */
	void (*told)(struct cy__awaiting *awaiting);
	struct cy__awaiting *next, *previous;
	struct cy__audience *audience; /* NULL: it does not wait */
} cy__awaiting;

/*
 * Wait until @p origin's own mirrors have been told of all that has happened, and whatever waits for that already.
 * @returns false  there is nothing to wait for
 */
bool cy__fanout_await(cy_cluster *cluster, uint32_t origin, cy__awaiting *awaiting);
/* Not any more; one that does not wait is left as it is. */
void cy__fanout_leave(cy__awaiting *awaiting);
/* Emit @p value (consumed; NULL: nothing) and complete, when there is nothing to wait for. NULL: at once, and no value. */
rx_observable *cy__fanout_acknowledge(cy_cluster *cluster, uint32_t origin, cy_value *value);
void cy__fanout_finish(cy_cluster *cluster);

#endif
