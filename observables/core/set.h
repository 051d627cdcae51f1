/*
 * Keys of one type that were seen: copies, found by the type's hash. All zero it is empty and holds no memory; its
 * owner passes the type to every call.
 */
#ifndef RX_CORE_SET_H
#define RX_CORE_SET_H

#include "observables/core/stage.h"

typedef struct rx_set {
	uint64_t *hashes; /* 0: nothing there */
	char *keys;       /* as many places */
	size_t capacity, count;
} rx_set;

/* 1: a copy of @p key has been added; 0: it is there already; -ENOMEM, or what the type's copy returned. */
int rx__set_add(rx_set *set, const rx_type *type, const void *key);
/* Drop all and give the memory back: an empty set. */
void rx__set_clear(rx_set *set, const rx_type *type);

#endif
