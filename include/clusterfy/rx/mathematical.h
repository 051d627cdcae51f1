/**
 * @file
 * Operators that make one value of a whole stream.
 */
#ifndef CLUSTERFY_RX_MATHEMATICAL_H
#define CLUSTERFY_RX_MATHEMATICAL_H

#include <clusterfy/rx/transformation.h>

RX_BEGIN_DECLS

/**
 * Emit, when the source completes, what @p reducer made of all items: `rx_reduce(sum)`, whose seed is the first item,
 * or `rx_reduce(sum, int64_t, 0)`; each may have a context at its end.
 *
 *     source       --1--2--3--|
 *     reduce(sum)  -----------(6|)
 *
 * Of a source without items it is the seed; without a seed it is nothing. The index begins with 1 where the first item
 * is the seed; the accumulator is then of the items' type.
 *
 * Items:   the accumulator, lent from the stack.
 * Errors:  the source's, and a negative result of the function; -ENOMEM where the accumulator cannot be copied.
 * State:   32 bytes and the accumulator; nothing an item. A kernel takes whole spans.
 * See:     https://rxjs.dev/api/operators/reduce
 */
#define rx_reduce(...) RX__BY_COUNT(RX__REDUCE_1, RX__REDUCE_2, RX__REDUCE_3, RX__REDUCE_4, __VA_ARGS__)
#define RX__REDUCE_1(fn) RX__SEEDED_1(rx_reduce_fn, fn)
#define RX__REDUCE_2(fn, ctx) RX__SEEDED_2(rx_reduce_fn, fn, ctx)
#define RX__REDUCE_3(fn, T, seed) RX__SEEDED_3(rx_reduce_fn, fn, T, seed)
#define RX__REDUCE_4(fn, T, seed, ctx) RX__SEEDED_4(rx_reduce_fn, fn, T, seed, ctx)
/** What rx_reduce() expands to. @p seed is copied; NULL: none, and @p type does not matter. */
RX_API rx_operator *rx_reduce_fn(const rx_reducer *reducer, void *ctx, const rx_type *type, const void *seed)
	RX_MUST_USE;

RX_END_DECLS
#endif
