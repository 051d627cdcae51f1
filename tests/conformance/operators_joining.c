/*
 * Operators of <clusterfy/rx/joining.h>, and those that put items before or behind a source.
 */
#include <stdlib.h>

#include "tests/conformance/operators.h"

static js *const *items_of(const struct call *call, size_t *count)
{
	*count = plain_count(call);
	return call->arguments;
}

static rx_operator *build_startWith(const struct call *call)
{
	size_t count;
	js *const *items = items_of(call, &count);
	return rx_start_with_items(&rx_type_js_item, items, count);
}

/* Flattening what a source emits is mapping each observable to itself. */
static rx_observable *itself(const void *item, size_t index, void *ctx)
{
	return observable_of(ctx, *(const js_item *)item);
}

static const rx_projector to_itself = {"itself", &rx_type_js_item, &rx_type_js_item, itself};

OPERATOR(concatAll, rx_concat_map_fn(&to_itself, call->replay))
OPERATOR(mergeAll, rx_merge_map_fn(&to_itself, call->replay, LIMIT(0)))
OPERATOR(switchAll, rx_switch_map_fn(&to_itself, call->replay))

const struct operator_row joining_rows[] = {
	ROW(concatAll), ROW(mergeAll), ROW(startWith), ROW(switchAll), END_OF_ROWS,
};
