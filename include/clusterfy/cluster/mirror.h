/**
 * @file
 * Mirrors: a part of the storage that this process keeps a copy of, so that reading it is a look-up in memory.
 *
 *     rx_subscribe(cy_mirror(cluster, "settings"), &(rx_observer){RX_NEXT(apply), .error = print_error}, &mirror);
 *     ...
 *     if (cy_peek(cluster, "settings.limit", &limit) == 1)     no call, no waiting
 *
 * A copy is never half of the truth: it begins as a snapshot, and then follows the primary's changes one by one, in their
 * order. A change that this process has asked for is in its copy before the answer comes that it was made.
 */
#ifndef CLUSTERFY_CLUSTER_MIRROR_H
#define CLUSTERFY_CLUSTER_MIRROR_H

#include <clusterfy/cluster/cluster.h>
#include <clusterfy/cluster/storage.h>

RX_BEGIN_DECLS

/**
 * Keep a copy of what is at @p path, as long as somebody is subscribed; and emit it (cy_change): a snapshot, then each
 * change. While the subscription is paused changes add up to one: on resuming, the latest snapshot comes. (Behind
 * rx_retry() it cannot be paused, and no change is left out.)
 *
 * However many mirror one path in a process, the primary sends each change once. In the primary nothing is sent.
 *
 *     primary   save(a.x, 1)         save(a.x, 2)
 *     mirror a  {x: 0}*  a.x=1            a.x=2
 *
 * @param path  copied; NULL: the whole storage. What it leads to need not be there
 *
 * Where a change finds no room on its way here, the mirror gets what is current as a snapshot when there is some, and so do
 * answers to this process's own operations come behind it.
 *
 * Errors: those of a path; a call's; -EDQUOT at this worker's limit of mirrors (cy_quota.watches).
 * Cost:   in the primary one message for each change and process; nothing where nobody mirrors.
 */
RX_API rx_observable *cy_mirror(cy_cluster *cluster, const char *path) RX_MUST_USE;

/**
 * What is at @p path in the copy that a mirror keeps here, to be released; in the primary, in the storage itself.
 *
 * @retval 1        it is in @p out
 * @retval 0        there is nothing; @p out is untouched
 * @retval -EAGAIN  no mirror covers the path, or its snapshot has not come yet
 * @retval -E…      as cy_storage_retrieve()
 *
 * Cost: two look-ups a segment; a value that is no map is not copied.
 */
RX_API int cy_peek(cy_cluster *cluster, const char *path, cy_value **out);

RX_END_DECLS
#endif
