#include "observables/core/items.h"

int rx__items_copy(const rx_type *type, const void *items, size_t count, void **copies)
{
	char *made = rx_alloc(count ? count * type->size : 1);
	if (!made)
		return -ENOMEM;
	if (!count || !type->copy) {
		if (count)
			memcpy(made, items, count * type->size);
		*copies = made;
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		const int code = type->copy(made + i * type->size, (const char *)items + i * type->size);
		if (code < 0) {
			rx__items_free(type, made, i);
			return code;
		}
	}
	*copies = made;
	return 0;
}

void rx__items_free(const rx_type *type, void *items, size_t count)
{
	for (size_t i = 0; items && type && type->drop && i < count; i++)
		type->drop((char *)items + i * type->size);
	rx_free(items);
}
