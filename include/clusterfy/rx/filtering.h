/**
 * @file
 * Operators that let some items through.
 */
#ifndef CLUSTERFY_RX_FILTERING_H
#define CLUSTERFY_RX_FILTERING_H

#include <clusterfy/rx/transformation.h>

RX_BEGIN_DECLS

/**
 * Let through the items for which @p predicate holds: `rx_filter(is_even)` or `rx_filter(above, &limit)`.
 *
 *     source           --1--2--3--4--|
 *     filter(is_even)  -----2-----4--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   24 bytes; nothing an item. A kernel takes whole spans.
 * See:     https://rxjs.dev/api/operators/filter
 */
#define rx_filter(...) RX__WITH_CTX(rx_filter_fn, _rx_predicate, __VA_ARGS__)
/** What rx_filter() expands to. */
RX_API rx_operator *rx_filter_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Emit the first @p count items, then complete.
 *
 *     source   --a--b--c--|
 *     take(2)  --a--(b|)
 *
 * @param count  items; 0 completes on subscription
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; adds none.
 * State:   8 bytes a subscription; nothing an item.
 * See:     https://rxjs.dev/api/operators/take
 */
RX_API rx_operator *rx_take(size_t count) RX_MUST_USE;

RX_END_DECLS
#endif
