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
/**
 * Forward items until @p notifier (consumed) emits, then complete. The notifier is subscribed first; its completion
 * means nothing.
 *
 *     source                --a--b--c--d--|
 *     notifier              ---------x|
 *     take_until(notifier)  --a--b--c|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's and the notifier's.
 * State:   16 bytes, and a block for the notifier.
 * See:     https://rxjs.dev/api/operators/takeUntil
 */
RX_API rx_operator *rx_take_until(rx_observable *notifier) RX_MUST_USE;

/* ---- By time --------------------------------------------------------------------------------------------------- */

/**
 * Emit an item when no other has followed it for @p silence, and the last one when the source completes:
 * `rx_debounce_time(RX_MS(3))` or with a scheduler.
 *
 *     source             -a-b--------c---d|
 *     debounce_time(3ms) ------b--------c-(d|)
 *
 * Items:   kept by copy, lent from the stack.
 * Errors:  the source's, at once, and that of the copy.
 * State:   112 bytes and an item; one timer, which is moved when it is due and not when an item comes.
 * See:     https://rxjs.dev/api/operators/debounceTime
 */
#define rx_debounce_time(...) RX__ON(rx_debounce_time_on, __VA_ARGS__)
/** What rx_debounce_time() expands to. */
RX_API rx_operator *rx_debounce_time_on(rx_nsec silence, rx_scheduler *scheduler) RX_MUST_USE;

/**
 * As rx_debounce_time(), with the silence of each item an observable: what @p duration returns for the item emits once,
 * unless another item comes first: `rx_debounce(duration)` or `rx_debounce(duration, ctx)`.
 *
 *     source              -a-b--------c---d|
 *     debounce(=> --x)    -----b--------c--(d|)
 *
 * A duration that completes without an item leaves its item to the source's completion.
 *
 * Items:   kept by copy, lent from the stack.
 * Errors:  the source's and the duration's, and that of the copy.
 * State:   48 bytes and an item; a block for each duration.
 * See:     https://rxjs.dev/api/operators/debounce
 */
#define rx_debounce(...) RX__WITH_CTX(rx_debounce_fn, _rx_projector, __VA_ARGS__)
/** What rx_debounce() expands to. */
RX_API rx_operator *rx_debounce_fn(const rx_projector *duration, void *ctx) RX_MUST_USE;

/**
 * At an item, wait for @p window, then emit the newest item: `rx_audit_time(RX_MS(3))` or with a scheduler.
 *
 *     source          -a-b-c-----d-|
 *     audit_time(3ms) ----b---c-----(d|)
 *
 * The source's completion waits for the window to end.
 *
 * Items:   kept by copy, lent from the stack.
 * Errors:  the source's, at once, and that of the copy.
 * State:   96 bytes and an item.
 * See:     https://rxjs.dev/api/operators/auditTime
 */
#define rx_audit_time(...) RX__ON(rx_audit_time_on, __VA_ARGS__)
/** What rx_audit_time() expands to. */
RX_API rx_operator *rx_audit_time_on(rx_nsec window, rx_scheduler *scheduler) RX_MUST_USE;

/**
 * As rx_audit_time(), with each window an observable that @p duration returns for the item that opens it, and that ends
 * with its first item: `rx_audit(duration)` or `rx_audit(duration, ctx)`.
 *
 *     source          -a-b-c-----d-|
 *     audit(=> ---x)  ----b---c-----(d|)
 *
 * Items:   kept by copy, lent from the stack.
 * Errors:  the source's and the duration's, and that of the copy.
 * State:   64 bytes and an item; a block for each window.
 * See:     https://rxjs.dev/api/operators/audit
 */
#define rx_audit(...) RX__WITH_CTX(rx_audit_fn, _rx_projector, __VA_ARGS__)
/** What rx_audit() expands to. */
RX_API rx_operator *rx_audit_fn(const rx_projector *duration, void *ctx) RX_MUST_USE;

/**
 * Emit the newest item whenever @p notifier emits, if there is a new one.
 *
 *     source    -a-b---c----d--|
 *     notifier  ---x-x---x-----------
 *     sample    ---b-----c-----|
 *
 * What no notification has fetched is not emitted: neither end flushes.
 *
 * @param notifier  consumed; subscribed after the source; its completion is ignored
 *
 * Items:   kept by copy, lent from the stack.
 * Errors:  the source's and the notifier's, and that of the copy.
 * State:   32 bytes and an item, and a block for the notifier.
 * See:     https://rxjs.dev/api/operators/sample
 */
RX_API rx_operator *rx_sample(rx_observable *notifier) RX_MUST_USE;

/**
 * Emit the newest item each @p period, if there is a new one: `rx_sample_time(RX_MS(4))` or with a scheduler.
 *
 *     source           -a-b---c----d--|
 *     sample_time(4ms) ----b---c---d--|
 *
 * Items:   kept by copy, lent from the stack.
 * Errors:  the source's, and that of the copy.
 * State:   32 bytes and an item, and a block for the interval.
 * See:     https://rxjs.dev/api/operators/sampleTime
 */
#define rx_sample_time(...) RX__ON(rx_sample_time_on, __VA_ARGS__)
/** What rx_sample_time() expands to. */
RX_API rx_operator *rx_sample_time_on(rx_nsec period, rx_scheduler *scheduler) RX_MUST_USE;

/** Which items of a window rx_throttle() and rx_throttle_time() emit. Zero: the first. */
typedef struct rx_throttle_options {
	bool no_leading;         /**< not the one that opens the window */
	bool trailing;           /**< the newest, when the window ends; that opens the next one */
	rx_scheduler *scheduler; /**< rx_throttle_time(): NULL: the subscription's; borrowed */
} rx_throttle_options;

/**
 * Emit an item, then none for @p window: `rx_throttle_time(RX_MS(3))`, or with the address of an rx_throttle_options.
 *
 *     source                               abcd----e|
 *     throttle_time(3ms)                   a-------e|
 *     throttle_time(3ms, trailing only)    ---d-------(e|)
 *
 * With `trailing`, a completion waits for the item that waits for its window.
 *
 * Items:   borrowed for the call; one that waits is kept by copy, lent from the stack.
 * Errors:  the source's, at once, and that of the copy.
 * State:   96 bytes and an item.
 * See:     https://rxjs.dev/api/operators/throttleTime
 */
#define rx_throttle_time(...) RX__ON(rx_throttle_time_with, __VA_ARGS__)
/** What rx_throttle_time() expands to. */
RX_API rx_operator *rx_throttle_time_with(rx_nsec window, const rx_throttle_options *options) RX_MUST_USE;

/**
 * As rx_throttle_time(), with each window an observable that @p duration returns for the item that opens it, and that
 * ends with its first item: `rx_throttle(duration)`, `rx_throttle(duration, ctx)`, `rx_throttle(duration, ctx, &options)`.
 *
 *     source             abcd----e|
 *     throttle(=> ---x)  a-------e|
 *
 * Items:   borrowed for the call; one that waits is kept by copy, lent from the stack.
 * Errors:  the source's and the duration's, and that of the copy.
 * State:   64 bytes and an item; a block for each window.
 * See:     https://rxjs.dev/api/operators/throttle
 */
#define rx_throttle(...) RX__WITH_OPTIONS(rx_throttle_fn, _rx_projector, __VA_ARGS__)
/** What rx_throttle() expands to. */
RX_API rx_operator *rx_throttle_fn(const rx_projector *duration, void *ctx, const rx_throttle_options *options)
	RX_MUST_USE;

/**
 * Emit the item at @p index, counted from 0, and complete. With a default, where there are fewer:
 * `rx_element_at_or(int64_t, 0, index)`.
 *
 *     source         --a--b--c--d--|
 *     element_at(2)  --------(c|)
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's; -ERANGE when the source completes before and there is no default.
 * State:   16 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/elementAt
 */
RX_API rx_operator *rx_element_at(size_t index) RX_MUST_USE;
#define rx_element_at_or(T, value, index) rx_element_at_fn((index), &rx_type_##T, (const T[]){value})
/** What rx_element_at_or() expands to. @p fallback is copied; NULL: none, and @p type does not matter. */
RX_API rx_operator *rx_element_at_fn(size_t index, const rx_type *type, const void *fallback) RX_MUST_USE;

/**
 * Emit the first item for which @p predicate holds, and complete: `rx_find(is_even)`, `rx_find(above, &limit)`.
 *
 *     source         --1--2--3--4--|
 *     find(is_even)  -----(2|)
 *
 * Without such an item it completes and emits nothing (RxJS emits `undefined`): rx_default_if_empty() may follow.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   8 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/find
 */
#define rx_find(...) RX__WITH_CTX(rx_find_fn, _rx_predicate, __VA_ARGS__)
/** What rx_find() expands to. */
RX_API rx_operator *rx_find_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Emit the index of the first item for which @p predicate holds, or -1 at the end, and complete.
 *
 *     source               --3--5--6--7--|
 *     find_index(is_even)  --------(2|)
 *
 * Items:   one int64_t, lent from the stack.
 * Errors:  the source's, and a negative result of the function.
 * State:   8 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/findIndex
 */
#define rx_find_index(...) RX__WITH_CTX(rx_find_index_fn, _rx_predicate, __VA_ARGS__)
/** What rx_find_index() expands to. */
RX_API rx_operator *rx_find_index_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Leave out all items, and pass on the end. The result has no items, so it fits any type.
 *
 *     source           --a--b--c--|
 *     ignore_elements  -----------|
 *
 * Items:   none.
 * Errors:  the source's; adds none.
 * State:   nothing. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/ignoreElements
 */
RX_API rx_operator *rx_ignore_elements(void) RX_MUST_USE;

/**
 * Emit, when the source completes, the only item, or the only one for which a predicate holds: `rx_single()`,
 * `rx_single(is_even)`, `rx_single(above, &limit)`.
 *
 *     source           --1--2--3--|
 *     single(is_even)  -----------(2|)
 *
 * Items:   a copy, lent from the stack.
 * Errors:  the source's, and a negative result of the function; -ENODATA when the source completes without any item,
 *          -ENOENT when it had some but none to choose, -EEXIST at once when there is a second; -ENOMEM where an item
 *          cannot be copied.
 * State:   32 bytes and an item.
 * See:     https://rxjs.dev/api/operators/single
 */
#define rx_single(...) RX__WITHOUT_OR_CTX(rx_single_fn, _rx_predicate, __VA_ARGS__)
/** What rx_single() expands to; @p predicate NULL: any item. */
RX_API rx_operator *rx_single_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Leave out the last @p count items: each item comes when as many others have come after it.
 *
 *     source        --a--b--c--d--|
 *     skip_last(2)  --------a--b--|
 *
 * Items:   copies, lent from the stack.
 * Errors:  the source's; -ENOMEM where an item cannot be kept.
 * State:   32 bytes and the items that wait; memory that doubles.
 * See:     https://rxjs.dev/api/operators/skipLast
 */
RX_API rx_operator *rx_skip_last(size_t count) RX_MUST_USE;

/**
 * Leave out items as long as @p predicate holds: `rx_skip_while(below)`, `rx_skip_while(below, &limit)`.
 *
 *     source           --1--2--3--4--1--|
 *     skip_while(< 3)  --------3--4--1--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   16 bytes; nothing an item. Takes whole spans once it has opened.
 * See:     https://rxjs.dev/api/operators/skipWhile
 */
#define rx_skip_while(...) RX__WITH_CTX(rx_skip_while_fn, _rx_predicate, __VA_ARGS__)
/** What rx_skip_while() expands to. */
RX_API rx_operator *rx_skip_while_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Emit the last @p count items when the source completes; 0 completes on subscription.
 *
 *     source        --a--b--c--d--|
 *     take_last(2)  --------------(cd|)
 *
 * Items:   copies, lent from the stack.
 * Errors:  the source's; -ENOMEM where an item cannot be kept.
 * State:   32 bytes and the items that wait; memory that doubles.
 * See:     https://rxjs.dev/api/operators/takeLast
 */
RX_API rx_operator *rx_take_last(size_t count) RX_MUST_USE;

/**
 * Leave out items that came before, or whose key did: `rx_distinct()`, `rx_distinct(author)`,
 * `rx_distinct(author, &ctx)`. A third argument is an observable (consumed): each of its items empties the memory.
 *
 *     source    --1--1--2--1--3--|
 *     distinct  --1-----2-----3--|
 *
 * The keys are found by the hash and equality of their type.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, that observable's, and a negative result of the function; -ENOMEM where a key cannot be kept.
 * State:   56 bytes and all keys that were seen; memory that doubles.
 * See:     https://rxjs.dev/api/operators/distinct
 */
#define rx_distinct(...) RX__DISTINCT(__VA_ARGS__, NULL, NULL, NULL)
#define RX__DISTINCT(fn, ctx, flushes, ...) rx_distinct_fn(RX__OPTIONAL(fn, _rx_mapper), (ctx), (flushes))
/** What rx_distinct() expands to; @p key NULL: the item itself; @p flushes NULL: none. */
RX_API rx_operator *rx_distinct_fn(const rx_mapper *key, void *ctx, rx_observable *flushes) RX_MUST_USE;

/**
 * Leave out items whose key equals that of the item emitted before: `rx_distinct_until_key_changed(author)`,
 * `rx_distinct_until_key_changed(author, &ctx)`. A third argument says which keys are equal, a fourth is its context.
 *
 *     source                              --1--3--2--4--1--|
 *     distinct_until_key_changed(n % 2)   --1-----2-----1--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of a function; -ENOMEM where a key cannot be copied.
 * State:   32 bytes and a key.
 * See:     https://rxjs.dev/api/operators/distinctUntilKeyChanged
 */
#define rx_distinct_until_key_changed(...) RX__BY_COUNT(RX__DUKC_1, RX__DUKC_2, RX__DUKC_3, RX__DUKC_4, __VA_ARGS__)
#define RX__DUKC_1(key) RX__DUKC(key, NULL, NULL, NULL)
#define RX__DUKC_2(key, ctx) RX__DUKC(key, (ctx), NULL, NULL)
#define RX__DUKC_3(key, ctx, same) RX__DUKC(key, (ctx), &same##_rx_equality, NULL)
#define RX__DUKC_4(key, ctx, same, same_ctx) RX__DUKC(key, (ctx), &same##_rx_equality, (same_ctx))
#define RX__DUKC(key, ctx, same, same_ctx) rx_distinct_until_key_changed_fn(&key##_rx_mapper, ctx, same, same_ctx)
/** What rx_distinct_until_key_changed() expands to; @p equality NULL: that of the key's type. */
RX_API rx_operator *rx_distinct_until_key_changed_fn(const rx_mapper *key, void *ctx, const rx_equality *equality,
                                                     void *equality_ctx) RX_MUST_USE;

/**
 * Leave out items until @p notifier (consumed) emits. The notifier is subscribed first, and stopped when it has emitted;
 * its completion means nothing.
 *
 *     source                --a--b--c--d--|
 *     notifier              ------x
 *     skip_until(notifier)  --------c--d--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's and the notifier's.
 * State:   24 bytes, and a block for the notifier.
 * See:     https://rxjs.dev/api/operators/skipUntil
 */
RX_API rx_operator *rx_skip_until(rx_observable *notifier) RX_MUST_USE;

RX_END_DECLS
#endif
