/**
 * @file
 * Operators that make other items of the items.
 */
#ifndef CLUSTERFY_RX_TRANSFORMATION_H
#define CLUSTERFY_RX_TRANSFORMATION_H

#include <clusterfy/rx/observable.h>

RX_BEGIN_DECLS

/* An operator that takes a declared function, and after it an optional context. */
#define RX__WITH_CTX(call, kind, ...) RX__WITH_CTX_(call, kind, __VA_ARGS__, NULL, NULL)
#define RX__WITH_CTX_(call, kind, fn, ctx, ...) call(&fn##kind, (ctx))

/**
 * Emit for each item what @p mapper makes of it: `rx_map(scale)` or `rx_map(scale, &factor)`.
 *
 *     source      --1--2--3--|
 *     map(10 * n) --a--b--c--|      a = 10, b = 20, c = 30
 *
 * Items:   made on the stack, lent for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   24 bytes; nothing an item. A kernel takes whole spans.
 * See:     https://rxjs.dev/api/operators/map
 */
#define rx_map(...) RX__WITH_CTX(rx_map_fn, _rx_mapper, __VA_ARGS__)
/** What rx_map() expands to. */
RX_API rx_operator *rx_map_fn(const rx_mapper *mapper, void *ctx) RX_MUST_USE;

RX_END_DECLS
#endif
