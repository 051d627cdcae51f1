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

/**
 * Emit, when the source completes, how many items there were, or for how many a predicate holds: `rx_count()`,
 * `rx_count(is_even)`, `rx_count(above, &limit)`.
 *
 *     source          --1--2--3--4--|
 *     count(is_even)  --------------(2|)
 *
 * Items:   one int64_t, lent from the stack.
 * Errors:  the source's, and a negative result of the function.
 * State:   16 bytes; nothing an item. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/count
 */
#define rx_count(...) RX__WITHOUT_OR_CTX(rx_count_fn, _rx_predicate, __VA_ARGS__)
/** What rx_count() expands to; @p predicate NULL: any item. */
RX_API rx_operator *rx_count_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Emit, when the source completes, the greatest item: by the order of its type, `rx_max()`, or by a comparator,
 * `rx_max(by_age)`. Of equal ones it is the last; of none, none.
 *
 *     source  --2--3--1--|
 *     max     -----------(3|)
 *
 * Items:   a copy, lent from the stack.
 * Errors:  the source's, and a negative result of the function; -EINVAL where the type has no order; -ENOMEM where an
 *          item cannot be copied.
 * State:   16 bytes and an item.
 * See:     https://rxjs.dev/api/operators/max
 */
#define rx_max(...) RX__WITHOUT_OR_CTX(rx_max_fn, _rx_comparator, __VA_ARGS__)
/** What rx_max() expands to; @p comparator NULL: the order of the type. */
RX_API rx_operator *rx_max_fn(const rx_comparator *comparator, void *ctx) RX_MUST_USE;

/**
 * Emit, when the source completes, the least item; otherwise as rx_max().
 *
 *     source  --2--3--1--|
 *     min     -----------(1|)
 *
 * See:     https://rxjs.dev/api/operators/min
 */
#define rx_min(...) RX__WITHOUT_OR_CTX(rx_min_fn, _rx_comparator, __VA_ARGS__)
/** What rx_min() expands to; @p comparator NULL: the order of the type. */
RX_API rx_operator *rx_min_fn(const rx_comparator *comparator, void *ctx) RX_MUST_USE;

RX_END_DECLS
#endif
