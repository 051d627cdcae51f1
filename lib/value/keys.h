/*
 * A set of the keys of one map: scalars of validated bytes, told apart by what they mean.
 */
#ifndef CLUSTERFY_VALUE_KEYS_H
#define CLUSTERFY_VALUE_KEYS_H

#include "lib/value/scan.h"

typedef struct cy__keys cy__keys;

/* For about @p count keys. NULL without memory. */
cy__keys *cy__keys_create(uint64_t count);
/* NULL is accepted. */
void cy__keys_destroy(cy__keys *keys);
/* @retval -EEXIST  an equal one is there; @retval -ENOMEM */
int cy__keys_add(cy__keys *keys, const unsigned char *key);
/* The one that is equal to @p key, or NULL. */
const unsigned char *cy__keys_find(const cy__keys *keys, const unsigned char *key);

#endif
