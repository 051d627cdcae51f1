/*
 * What origins that have gone for good left in a storage: all of it together has a bound, beyond which whoever left the most
 * loses its newest keys, until it fits.
 */
#ifndef CLUSTERFY_STORAGE_LEFT_H
#define CLUSTERFY_STORAGE_LEFT_H

#include "lib/storage/inside.h"

/*
 * Do some of it. @p removed grows by the keys at paths, with all below them, that are gone.
 * @returns whether there is more to do
 */
bool cy__left_step(cy_storage *storage, size_t limit, size_t budget, size_t *removed);

#endif
