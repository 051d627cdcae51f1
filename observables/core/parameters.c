#include "observables/core/parameters.h"

#include "observables/core/items.h"

int rx__constants_init(rx_constants *values, const rx_type *type, const void *items, size_t count)
{
	*values = (rx_constants){.type = type, .count = count};
	return items ? rx__items_copy(type, items, count, &values->items) : 0;
}

void rx__constants_finish(rx_constants *values)
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

rx_operator *rx__operator_choosing(const rx_stage_ops *ops, void *params, size_t size, const rx_test *test,
                                   rx_constants *fallback, const rx_type *type, const void *value)
{
	const rx_predicate *predicate = test->predicate;
	if (!value)
		type = predicate ? predicate->in : NULL;
	else if (predicate && !rx_type_same(predicate->in, type))
		return rx__operator_misfit(ops->name, predicate->name, predicate->in, "its default", type);
	const int code = rx__constants_init(fallback, type, value, 1);
	if (code < 0)
		return rx__operator_uncopied(code, type);
	return rx__operator(ops, type, NULL, predicate ? predicate->name : NULL, params, size);
}
