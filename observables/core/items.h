/* Packed copies of items on the heap: what composite types and recipes own. */
#ifndef RX_CORE_ITEMS_H
#define RX_CORE_ITEMS_H

#include "observables/core/stage.h"

/* Copies of @p count packed items into @p copies; -ENOMEM, or what the type's copy returned. */
int rx__items_copy(const rx_type *type, const void *items, size_t count, void **copies);
/* Drop and free them. NULL is accepted. */
void rx__items_free(const rx_type *type, void *items, size_t count);

#endif
