/**
 * @file
 * The storage: a tree of values, addressed by dotted paths.
 *
 * This is the object itself, synchronous and alone; a cluster keeps one in its primary and answers the same operations
 * from any process.
 *
 *     cy_storage *storage = cy_storage_create();
 *     cy_storage_save(storage, "test", cy_map("some", cy_int(1)));
 *     cy_storage_save(storage, "test.other", cy_string("x"));
 *     cy_storage_retrieve(storage, "test", &value);               {"some": 1, "other": "x"}
 *
 * A map that is saved becomes a branch, whose keys can be addressed one by one and keep their order; everything else is
 * a leaf (an array too: its elements have no paths). What was at a path is replaced, whatever it was, in its place.
 *
 * **Paths** are keys joined with dots: at most CY_STORAGE_PATH bytes of UTF-8, no segment empty. A key that is empty or
 * has a dot in it, or is no string, can be saved and retrieved within its map, but not addressed. Segments and the
 * nesting of the value at their end are together at most CY_DEPTH, so that the whole tree is always one value.
 *
 * **What is missing.** All but the last segment must lead through maps; where they do not, every operation fails, changes
 * nothing, and says which operation and how far it came: `save "a.b.c": there is no "a.b"`. Where only the last one is
 * missing, retrieving and deleting answer 0, and what is there answers 1, nil included.
 *
 * **Cost.** An operation costs the segments of its path, one look-up each, and the size of the value that it saves,
 * replaces or retrieves: nothing that depends on what else the tree holds:
 * a table grows by one place at a time. Comparing costs the size of what is expected, and takes little memory.
 *
 * Errors of every operation, raised with words by rx_raise():
 * @retval -EINVAL        the path is NULL or empty or has an empty segment; or the value is NULL
 * @retval -EILSEQ        the path is not UTF-8
 * @retval -ENAMETOOLONG  it is longer than CY_STORAGE_PATH
 * @retval -ENOENT        a parent does not exist
 * @retval -ENOTDIR       a parent is no map
 * @retval -ELOOP         the path and the value are nested too deep together
 * @retval -ENOMEM        nothing was changed
 * @retval -E…            that of the mistake that was given as a value
 */
#ifndef CLUSTERFY_CLUSTER_STORAGE_H
#define CLUSTERFY_CLUSTER_STORAGE_H

#include <clusterfy/cluster/value.h>
#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

/** The longest path in bytes, without the terminating zero. */
#define CY_STORAGE_PATH 1024

typedef struct cy_storage cy_storage;

/** An empty tree. NULL without memory. */
RX_API cy_storage *cy_storage_create(void) RX_MUST_USE;
/** Who watches it hears the end. Not from inside one of its changes. NULL is accepted. */
RX_API void cy_storage_destroy(cy_storage *storage);

/**
 * Replace the whole tree.
 * @param map      consumed
 * @retval -EINVAL  it is no map
 */
RX_API int cy_storage_load(cy_storage *storage, cy_value *map);
/** Save @p value, which is consumed, at @p path. @retval 0 */
RX_API int cy_storage_save(cy_storage *storage, const char *path, cy_value *value);
/**
 * What is at @p path, to be released.
 * @retval 1  it is in @p out
 * @retval 0  the last segment is not there; @p out is untouched
 */
RX_API int cy_storage_retrieve(const cy_storage *storage, const char *path, cy_value **out);
/**
 * Remove what is at @p path, and everything below it.
 * @retval 1  it is gone
 * @retval 0  it was not there
 */
RX_API int cy_storage_delete(cy_storage *storage, const char *path);
/**
 * The keys of the map at @p path as an array, to be released; NULL: the keys of the whole tree.
 * @retval 1         they are in @p out
 * @retval 0         the last segment is not there; @p out is untouched
 * @retval -ENOTDIR  what is there is no map
 */
RX_API int cy_storage_keys(const cy_storage *storage, const char *path, cy_value **out);
/**
 * Add to a number; one that is not there counts as 0.
 *
 * Two ints make an int; otherwise both are taken as doubles.
 *
 * @param amount  an int or a double, consumed
 * @param sum     the number as it is now, to be released; may be NULL
 * @retval 0        done
 * @retval -EDOM    what is there, or @p amount, is no number
 * @retval -ERANGE  the sum of two ints is neither an int64_t nor a uint64_t
 */
RX_API int cy_storage_add(cy_storage *storage, const char *path, cy_value *amount, cy_value **sum);
/**
 * Change what is at @p path if it is what the caller thinks it is.
 *
 * @param expected  consumed; compared as by cy_value_equal(); NULL: nothing must be there
 * @param value     consumed; NULL: remove it
 * @retval 1  it was so, and is now as asked for
 * @retval 0  something else is there, or nothing; nothing was changed
 */
RX_API int cy_storage_compare_and_set(cy_storage *storage, const char *path, cy_value *expected, cy_value *value);

/** The whole tree as a map. Without memory a mistake. */
RX_API cy_value *cy_storage_snapshot(const cy_storage *storage) RX_MUST_USE;
/** How many changes there have been: each save, removal, addition and load that changed the tree counts as one. */
RX_API uint64_t cy_storage_revision(const cy_storage *storage);

/** What has changed. Borrowed for the call that brings it; an operator that keeps one copies it. */
typedef struct cy_change {
	const char *path;  /**< of what was changed; "": the whole tree */
	cy_value *value;   /**< what is there now; NULL: nothing */
	uint64_t revision; /**< cy_storage_revision() by then: it only grows */
	bool snapshot;     /**< @p path is the watched one, and @p value all that is there */
} cy_change;
RX__DECLARE_TYPE(cy_change);

/**
 * What is at @p path, then each change of it or of anything below, as items of type cy_change.
 *
 * The first item is a snapshot; so is what comes when a parent was replaced or removed. Each change comes when it has
 * been made, in their order: one that is made while another is being told is told after that one. While it is paused
 * nothing is kept: on resuming, if anything has changed, one snapshot comes. It completes when the storage is destroyed.
 *
 * @param path     copied; NULL: the whole tree. What it leads to, and its parents, need not be there
 * @param storage  must live when this is subscribed
 *
 * Errors:  those of a path, above; -ENOMEM.
 * Cost:    a change costs one comparison of paths for each that watches.
 */
RX_API rx_observable *cy_storage_watch(cy_storage *storage, const char *path) RX_MUST_USE;

RX_END_DECLS
#endif
