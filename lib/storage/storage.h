/*
 * What the rest of the layer sees of a storage beyond the public page.
 */
#ifndef CLUSTERFY_STORAGE_STORAGE_H
#define CLUSTERFY_STORAGE_STORAGE_H

#include <clusterfy/cluster/storage.h>

/*
 * All changes (cy_change, never a snapshot), hot, told one after the other whatever is changed meanwhile. One whose path is
 * NULL says that something was not told, for want of memory: look again. Completes when the storage is destroyed.
 */
rx_observable *cy__storage_changes(cy_storage *storage);
/* A copy of another storage counts as that one does. */
void cy__storage_set_revision(cy_storage *storage, uint64_t revision);
/* Whether @p path is @p top or below it. */
bool cy__path_is_within(const char *path, const char *top);

#endif
