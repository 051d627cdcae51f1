#include "observables/core/parameters.h"

#include "observables/core/items.h"

int rx__values_init(rx_values *values, const rx_type *type, const void *items, size_t count)
{
	*values = (rx_values){.type = type, .count = count};
	return items ? rx__items_copy(type, items, count, &values->items) : 0;
}

void rx__values_finish(rx_values *values)
{
	rx__items_free(values->type, values->items, values->count);
}

rx_operator *rx__operator_uncopied(int code, const rx_type *type)
{
	if (code == -ENOMEM)
		return rx__operator_no_memory();
	return rx__operator_mistake(rx__mistake(code, "cannot copy a value of type %s", type->name));
}

rx_operator *rx__operator_misfit(const char *name, const char *function, const rx_type *takes, const char *other,
                                 const rx_type *has)
{
	return rx__operator_mistake(
		rx__mistake(-EINVAL, "%s(%s) takes %s, but %s is %s", name, function, takes->name, other, has->name));
}
