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

typedef struct rx_take_while_options {
	bool inclusive; /**< emit the item that ends it, too */
} rx_take_while_options;

/**
 * Emit items as long as @p predicate holds, and complete at the first for which it does not: `rx_take_while(below)`,
 * `rx_take_while(below, &limit)`, `rx_take_while(below, NULL, &(rx_take_while_options){ .inclusive = true })`.
 *
 *     source           --1--2--3--4--|
 *     take_while(< 3)  --1--2--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   8 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/takeWhile
 */
#define rx_take_while(...) RX__WITH_OPTIONS(rx_take_while_fn, _rx_predicate, __VA_ARGS__)
/** What rx_take_while() expands to; @p options NULL: the defaults. */
RX_API rx_operator *rx_take_while_fn(const rx_predicate *predicate, void *ctx, const rx_take_while_options *options)
	RX_MUST_USE;

/**
 * Leave out the first @p count items.
 *
 *     source   --a--b--c--d--|
 *     skip(2)  --------c--d--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; adds none.
 * State:   8 bytes; nothing an item. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/skip
 */
RX_API rx_operator *rx_skip(size_t count) RX_MUST_USE;

/* A predicate that may be missing, and a default: (T, value), (T, value, fn), (T, value, fn, ctx). */
#define RX__CHOOSE(call, ...) RX__CHOOSE_(call, __VA_ARGS__, NULL, NULL)
#define RX__CHOOSE_(call, fn, ctx, ...) call(RX__OPTIONAL(fn, _rx_predicate), (ctx), NULL, NULL)
#define RX__CHOOSE_OR_2(call, T, value) call(NULL, NULL, &rx_type_##T, (const T[]){value})
#define RX__CHOOSE_OR_3(call, T, value, fn) call(&fn##_rx_predicate, NULL, &rx_type_##T, (const T[]){value})
#define RX__CHOOSE_OR_4(call, T, value, fn, ctx) call(&fn##_rx_predicate, (ctx), &rx_type_##T, (const T[]){value})

/**
 * Emit the first item, or the first for which a predicate holds, and complete: `rx_first()`, `rx_first(is_even)`,
 * `rx_first(above, &limit)`. With a default, where there is none: `rx_first_or(int64_t, 0)`,
 * `rx_first_or(int64_t, 0, is_even)`.
 *
 *     source          --1--2--3--4--|
 *     first(is_even)  -----(2|)
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function; -ENODATA when the source completes without such an
 *          item and there is no default.
 * State:   16 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/first
 */
#define rx_first(...) RX__CHOOSE(rx_first_fn, __VA_ARGS__)
#define rx_first_or(...) RX__BY_COUNT(, RX__FIRST_OR_2, RX__FIRST_OR_3, RX__FIRST_OR_4, __VA_ARGS__)
#define RX__FIRST_OR_2(T, value) RX__CHOOSE_OR_2(rx_first_fn, T, value)
#define RX__FIRST_OR_3(T, value, fn) RX__CHOOSE_OR_3(rx_first_fn, T, value, fn)
#define RX__FIRST_OR_4(T, value, fn, ctx) RX__CHOOSE_OR_4(rx_first_fn, T, value, fn, ctx)
/** What they expand to. @p predicate NULL: any item. @p fallback is copied; NULL: none, and @p type does not matter. */
RX_API rx_operator *rx_first_fn(const rx_predicate *predicate, void *ctx, const rx_type *type, const void *fallback)
	RX_MUST_USE;

/**
 * Emit, when the source completes, its last item, or the last for which a predicate holds: `rx_last()`,
 * `rx_last(is_even)`, `rx_last_or(int64_t, 0)`, `rx_last_or(int64_t, 0, is_even)`.
 *
 *     source         --1--2--3--4--5--|
 *     last(is_even)  -----------------(4|)
 *
 * Items:   a copy, lent from the stack.
 * Errors:  the source's, and a negative result of the function; -ENODATA when the source completes without such an
 *          item and there is no default; -ENOMEM where an item cannot be copied.
 * State:   32 bytes and an item; a copy for each item of a type that owns something.
 * See:     https://rxjs.dev/api/operators/last
 */
#define rx_last(...) RX__CHOOSE(rx_last_fn, __VA_ARGS__)
#define rx_last_or(...) RX__BY_COUNT(, RX__LAST_OR_2, RX__LAST_OR_3, RX__LAST_OR_4, __VA_ARGS__)
#define RX__LAST_OR_2(T, value) RX__CHOOSE_OR_2(rx_last_fn, T, value)
#define RX__LAST_OR_3(T, value, fn) RX__CHOOSE_OR_3(rx_last_fn, T, value, fn)
#define RX__LAST_OR_4(T, value, fn, ctx) RX__CHOOSE_OR_4(rx_last_fn, T, value, fn, ctx)
/** What they expand to. @p predicate NULL: any item. @p fallback is copied; NULL: none, and @p type does not matter. */
RX_API rx_operator *rx_last_fn(const rx_predicate *predicate, void *ctx, const rx_type *type, const void *fallback)
	RX_MUST_USE;

/**
 * Leave out items equal to the one emitted before: by their type, `rx_distinct_until_changed()`, or by a function,
 * `rx_distinct_until_changed(same_place)`.
 *
 *     source                  --1--1--2--2--1--|
 *     distinct_until_changed  --1-----2-----1--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function; -ENOMEM where an item cannot be copied.
 * State:   16 bytes and an item; a copy for each item that is emitted, where its type owns something.
 * See:     https://rxjs.dev/api/operators/distinctUntilChanged
 */
#define rx_distinct_until_changed(...) RX__WITHOUT_OR_CTX(rx_distinct_until_changed_fn, _rx_equality, __VA_ARGS__)
/** What rx_distinct_until_changed() expands to; @p equality NULL: the type's. */
RX_API rx_operator *rx_distinct_until_changed_fn(const rx_equality *equality, void *ctx) RX_MUST_USE;

RX_END_DECLS
#endif
