#include "observables/core/join.h"

static void unref_all(rx_observable *const *sources)
{
	for (; *sources; sources++)
		rx_observable_unref(*sources);
}

static rx_observable *first_mistake(rx_observable *const *sources)
{
	for (; *sources; sources++)
		if (rx__is_mistake(*sources))
			return rx_observable_ref(*sources);
	return NULL;
}

static rx_observable *allocate(rx_join *join, rx_observable *const *sources)
{
	*join = (rx_join){.plain = true};
	while (sources[join->count])
		join->count++;
	join->sources = rx_alloc(join->count * (sizeof(rx_observable *) + sizeof(rx_type *)));
	join->types = (const rx_type **)(join->sources + join->count);
	return join->sources ? NULL : rx__no_memory();
}

static void take_type(rx_join *join, const rx_type *type)
{
	if (type->size > join->widest)
		join->widest = type->size;
	if (type->copy || type->drop)
		join->plain = false;
}

rx_observable *rx__join_take(rx_join *join, rx_observable *const *sources)
{
	rx_observable *instead = first_mistake(sources);
	if (!instead)
		instead = allocate(join, sources);
	if (instead) {
		unref_all(sources);
		return instead;
	}
	for (size_t i = 0; i < join->count; i++) {
		join->sources[i] = sources[i];
		join->types[i] = sources[i]->type;
		if (sources[i]->type)
			take_type(join, sources[i]->type);
	}
	return NULL;
}

void rx__join_drop(void *params)
{
	const rx_join *join = params;
	for (size_t i = 0; i < join->count; i++)
		rx_observable_unref(join->sources[i]);
	rx_free(join->sources);
}

static rx_observable *misfit(const rx_stage_ops *ops, const rx_observable *one, const rx_observable *other)
{
	char first[128], second[128];
	rx__stage_name(one, first, sizeof first);
	rx__stage_name(other, second, sizeof second);
	return rx__mistake(-EINVAL, "%s takes observables of one type, but %s gives %s and %s gives %s", ops->name,
	                   first, one->type->name, second, other->type->name);
}

/* The type that all of them have, into @p type; else the mistake. */
static rx_observable *common_type(const rx_stage_ops *ops, const rx_join *join, const rx_type **type)
{
	const rx_observable *typed = NULL;
	for (size_t i = 0; i < join->count; i++) {
		if (!join->types[i])
			continue;
		if (typed && !rx_type_same(typed->type, join->types[i]))
			return misfit(ops, typed, join->sources[i]);
		if (!typed)
			typed = join->sources[i];
	}
	*type = typed ? typed->type : NULL;
	return NULL;
}

rx_observable *rx__join_as(const rx_stage_ops *ops, const rx_type *type, rx_observable *const *sources, rx_join *params,
                           size_t size)
{
	rx_observable *instead = rx__join_take(params, sources);
	if (instead)
		return instead;
	if (!type && (instead = common_type(ops, params, &type))) {
		rx__join_drop(params);
		return instead;
	}
	return rx__source(ops, type, params, size);
}

rx_observable *rx__join(const rx_stage_ops *ops, const rx_type *type, rx_observable *const *sources)
{
	rx_join join;
	return rx__join_as(ops, type, sources, &join, sizeof join);
}

/* ---- Operators ------------------------------------------------------------------------------------------------- */

struct with {
	rx_join others;
	rx_observable *(*create)(rx_observable *const *sources);
};

static rx_observable *with_apply(rx_operator *op, rx_observable *source)
{
	const struct with *with = (void *)op->params;
	const size_t count = with->others.count;
	rx_observable **all = rx_alloc((count + 2) * sizeof *all);
	if (!all) {
		rx_observable_unref(source);
		return rx__no_memory();
	}
	all[0] = source;
	for (size_t i = 0; i < count; i++)
		all[i + 1] = rx__join_source(&with->others, i);
	all[count + 1] = NULL;
	rx_observable *joined = with->create(all);
	rx_free(all);
	return joined;
}

rx_operator *rx__join_with(rx_observable *(*create)(rx_observable *const *sources), rx_observable *const *others)
{
	struct with with = {.create = create};
	rx_observable *instead = rx__join_take(&with.others, others);
	if (instead)
		return rx__operator_mistake(instead);
	return rx__operator_apply(with_apply, NULL, &with, sizeof with, rx__join_drop);
}
