/**
 * @file
 * The cluster's storage: the tree of clusterfy/cluster/storage.h, kept by the primary, the same from any process.
 *
 * Every operation is a cold observable: it happens when it is subscribed, once for each subscription. Its errors are the
 * tree's, with words that name the operation and the path, or a call's (clusterfy/cluster/command.h); and -EDQUOT where a
 * worker is at its limit of keys or of the memory that they take (clusterfy/cluster/quota.h), which changes nothing.
 *
 * What a worker asks for is done in slices of the primary's turns where it is long: a map is saved whole or not at all, what
 * is read is one state, and what is compared is compared anew if it changes meanwhile (-EAGAIN, if again and again).
 */
#ifndef CLUSTERFY_CLUSTER_STORE_H
#define CLUSTERFY_CLUSTER_STORE_H

#include <clusterfy/cluster/cluster.h>
#include <clusterfy/cluster/storage.h>

RX_BEGIN_DECLS

/** Replace the whole tree; in the primary. @param map consumed @retval -EINVAL it is no map @retval -EPERM, -ENOMEM */
RX_API int cy_storage_init(cy_cluster *cluster, cy_value *map);
/** The primary's tree, to be used synchronously, borrowed; NULL in a worker. */
RX_API cy_storage *cy_cluster_storage(cy_cluster *cluster);

/** Save @p value (consumed) at @p path. Completes without an item. */
RX_API rx_observable *cy_save(cy_cluster *cluster, const char *path, cy_value *value) RX_MUST_USE;
/** What is at @p path (cy_body); completes without an item if the last segment is not there. */
RX_API rx_observable *cy_retrieve(cy_cluster *cluster, const char *path) RX_MUST_USE;
/** The whole tree (cy_body). */
RX_API rx_observable *cy_retrieve_all(cy_cluster *cluster) RX_MUST_USE;
/** Remove what is at @p path; emits whether it was there, as a value (cy_body: a bool). */
RX_API rx_observable *cy_delete(cy_cluster *cluster, const char *path) RX_MUST_USE;
/** The keys of the map at @p path (NULL: of the tree) as an array (cy_body); without an item if it is not there. */
RX_API rx_observable *cy_keys(cy_cluster *cluster, const char *path) RX_MUST_USE;
/** Add @p amount (consumed) to a number, one that is not there being 0; emits the sum (cy_body). Atomic. */
RX_API rx_observable *cy_add(cy_cluster *cluster, const char *path, cy_value *amount) RX_MUST_USE;
/**
 * Set @p path to @p value (consumed; NULL: remove it) if it is @p expected (consumed; NULL: not there); emits whether it
 * was, as a value (cy_body: a bool). Atomic.
 */
RX_API rx_observable *cy_compare_and_set(cy_cluster *cluster, const char *path, cy_value *expected, cy_value *value)
	RX_MUST_USE;

RX_END_DECLS
#endif
