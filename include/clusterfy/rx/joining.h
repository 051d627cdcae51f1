/**
 * @file
 * Several observables become one: creation functions, and the operators that do the same to their source.
 *
 * All of them consume what they join. `rx_merge(a, b, c)` takes the observables themselves; the function behind it,
 * rx_merge_array(), an array of them that ends with NULL, and that may be empty. Where items are passed on, all must be
 * of one type; a mistake among the inputs is the result's.
 */
#ifndef CLUSTERFY_RX_JOINING_H
#define CLUSTERFY_RX_JOINING_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

/* The arguments of a macro as an array that ends with NULL. */
#define RX__OBSERVABLES(...) ((rx_observable *[]){__VA_ARGS__, NULL})

/**
 * Subscribe to all of them at once, and pass on what comes from any.
 *
 *     a            --1-----2--|
 *     b            ----3---------4--|
 *     merge(a, b)  --1-3---2-----4--|
 *
 * rx_merge_array() also takes a limit: how many run at once (0: all), the others wait until one has completed.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the first one; the others are stopped.
 * State:   40 bytes, and a block for each source that runs.
 * See:     https://rxjs.dev/api/index/function/merge
 */
#ifndef __cplusplus
#define rx_merge(...) rx_merge_array(RX__OBSERVABLES(__VA_ARGS__), 0)
#endif
/** What rx_merge() expands to. */
RX_API rx_observable *rx_merge_array(rx_observable *const *sources, size_t limit) RX_MUST_USE;

/**
 * Subscribe to one after the other: to the next when the one before has completed.
 *
 *     a             --1--2--|
 *     b             --3--|
 *     concat(a, b)  --1--2----3--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the first one; the rest is never subscribed.
 * State:   56 bytes, and a block for the source that runs. Any number of synchronous sources at constant stack.
 * See:     https://rxjs.dev/api/index/function/concat
 */
#ifndef __cplusplus
#define rx_concat(...) rx_concat_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_concat() expands to. */
RX_API rx_observable *rx_concat_array(rx_observable *const *sources) RX_MUST_USE;

/**
 * Emit these items, then those of the source: `rx_start_with(int64_t, 1, 2)`.
 *
 *     source            ----3--|
 *     start_with(1, 2)  (12)3--|
 *
 * The source is subscribed when they have been emitted.
 *
 * Items:   copied into the operator, borrowed for the call; then forwarded.
 * Errors:  the source's; adds none.
 * State:   nothing. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/startWith
 */
#define rx_start_with(T, ...)                                                                                          \
	rx_start_with_items(&rx_type_##T, (const T[]){__VA_ARGS__}, sizeof((const T[]){__VA_ARGS__}) / sizeof(T))
/** What rx_start_with() expands to: @p count items that lie packed. */
RX_API rx_operator *rx_start_with_items(const rx_type *type, const void *items, size_t count) RX_MUST_USE;

/**
 * Emit the items of the source, then these: `rx_end_with(int64_t, 8, 9)`.
 *
 *     source          --1--2--|
 *     end_with(8, 9)  --1--2--(89|)
 *
 * The source has been torn down before they come.
 *
 * Items:   forwarded, borrowed for the call; those at the end are copied into the operator.
 * Errors:  the source's; adds none.
 * State:   nothing. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/endWith
 */
#define rx_end_with(T, ...)                                                                                            \
	rx_end_with_items(&rx_type_##T, (const T[]){__VA_ARGS__}, sizeof((const T[]){__VA_ARGS__}) / sizeof(T))
/** What rx_end_with() expands to: @p count items that lie packed. */
RX_API rx_operator *rx_end_with_items(const rx_type *type, const void *items, size_t count) RX_MUST_USE;

RX_END_DECLS

#ifdef __cplusplus
/* C++ has no compound literals; a pack of arguments makes the array. */
template <typename... Sources> RX_MUST_USE inline rx_observable *rx_merge(Sources... sources)
{
	rx_observable *array[] = {sources..., nullptr};
	return rx_merge_array(array, 0);
}
template <typename... Sources> RX_MUST_USE inline rx_observable *rx_concat(Sources... sources)
{
	rx_observable *array[] = {sources..., nullptr};
	return rx_concat_array(array);
}
#endif
#endif
