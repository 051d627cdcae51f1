/**
 * @file
 * Quotas: how much one worker may make other processes hold.
 *
 * Whatever a worker causes in another process has an owner there, its account: frames that wait to be written, calls that
 * have not ended, descriptors, listening sockets, what it has put into the storage, what it watches. At a limit that worker
 * alone is refused; an `error` event says so, once until it holds less again. The account follows the worker's id over its
 * incarnations: a crash frees nothing that is still held. The primary itself has no limits.
 */
#ifndef CLUSTERFY_CLUSTER_QUOTA_H
#define CLUSTERFY_CLUSTER_QUOTA_H

#include <stddef.h>
#include <stdint.h>

/** No limit, for a field of cy_quota. */
#define CY_NO_QUOTA SIZE_MAX

/** Limits of one worker, all of them at any one moment; zero means the default. */
typedef struct cy_quota {
	size_t frames;      /**< its frames that wait in the primary, for all targets together; 0: 65536 */
	size_t bytes;       /**< the bytes of them; 0: 64 MiB */
	size_t descriptors; /**< descriptors that are open in the primary for it; 0: 128 */
	size_t calls;       /**< its calls that have not ended; 0: 16384 */
	size_t sockets;     /**< listening sockets that are open for it; 0: 64 */
	size_t keys;        /**< keys that it has put into the storage; 0: 1048576 */
	size_t stored;      /**< the memory that they and their values take, bytes; 0: 256 MiB */
	size_t watches;     /**< its mirrors of parts of the storage; 0: 1024 */
} cy_quota;

#endif
