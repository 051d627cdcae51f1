/**
 * @file
 * Operators that make other items of the items.
 */
#ifndef CLUSTERFY_RX_TRANSFORMATION_H
#define CLUSTERFY_RX_TRANSFORMATION_H

#include <clusterfy/rx/composite.h>
#include <clusterfy/rx/subject.h>

RX_BEGIN_DECLS

/* An operator that takes a declared function, and after it an optional context. */
#define RX__WITH_CTX(call, kind, ...) RX__WITH_CTX_(call, kind, __VA_ARGS__, NULL, NULL)
#define RX__WITH_CTX_(call, kind, fn, ctx, ...) call(&fn##kind, (ctx))
/* One that takes a const options struct as well: rx_take_while(below, &limit, &options). */
#define RX__WITH_OPTIONS(call, kind, ...) RX__WITH_OPTIONS_(call, kind, __VA_ARGS__, NULL, NULL, NULL)
#define RX__WITH_OPTIONS_(call, kind, fn, ctx, options, ...) call(&fn##kind, (ctx), (options))
/* One whose function may be missing: rx_count() or rx_count(is_even). */
#define RX__WITHOUT_OR_CTX(call, kind, ...) RX__WITHOUT_OR_CTX_(call, kind, __VA_ARGS__, NULL, NULL)
#define RX__WITHOUT_OR_CTX_(call, kind, fn, ctx, ...) call(RX__OPTIONAL(fn, kind), (ctx))
/* The description of a declared function; NULL where nothing is given, for RX__MISSING_ with nothing behind it is the
 * macro below. */
#define RX__OPTIONAL(fn, kind) RX__SECOND(RX__MISSING_##fn, &fn##kind, )
#define RX__MISSING_ , NULL
#define RX__SECOND(...) RX__SECOND_(__VA_ARGS__)
#define RX__SECOND_(first, second, ...) second
/* The macro for one, two, three or four arguments. */
#define RX__BY_COUNT(one, two, three, four, ...) RX__FIFTH(__VA_ARGS__, four, three, two, one, )(__VA_ARGS__)
#define RX__FIFTH(a, b, c, d, fifth, ...) fifth
/* A reducer, then a context, or a seed, or both: (fn), (fn, ctx), (fn, T, seed), (fn, T, seed, ctx). */
#define RX__SEEDED_1(call, fn) call(&fn##_rx_reducer, NULL, NULL, NULL)
#define RX__SEEDED_2(call, fn, ctx) call(&fn##_rx_reducer, (ctx), NULL, NULL)
#define RX__SEEDED_3(call, fn, T, seed) call(&fn##_rx_reducer, NULL, &rx_type_##T, (const T[]){seed})
#define RX__SEEDED_4(call, fn, T, seed, ctx) call(&fn##_rx_reducer, (ctx), &rx_type_##T, (const T[]){seed})

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

/**
 * Emit what @p reducer makes of the items so far, after each of them: `rx_scan(sum)`, whose seed is the first item, or
 * `rx_scan(sum, int64_t, 0)`; each may have a context at its end.
 *
 *     source       --1--2--3--|
 *     scan(sum)    --a--b--c--|      a = 1, b = 3, c = 6
 *
 * Without a seed the first item is passed on, and the index begins with 1; the accumulator is then of the items' type.
 *
 * Items:   the accumulator, lent from the stack.
 * Errors:  the source's, and a negative result of the function; -ENOMEM where the accumulator cannot be copied.
 * State:   32 bytes and the accumulator; nothing an item. A kernel takes whole spans.
 * See:     https://rxjs.dev/api/operators/scan
 */
#define rx_scan(...) RX__BY_COUNT(RX__SCAN_1, RX__SCAN_2, RX__SCAN_3, RX__SCAN_4, __VA_ARGS__)
#define RX__SCAN_1(fn) RX__SEEDED_1(rx_scan_fn, fn)
#define RX__SCAN_2(fn, ctx) RX__SEEDED_2(rx_scan_fn, fn, ctx)
#define RX__SCAN_3(fn, T, seed) RX__SEEDED_3(rx_scan_fn, fn, T, seed)
#define RX__SCAN_4(fn, T, seed, ctx) RX__SEEDED_4(rx_scan_fn, fn, T, seed, ctx)
/** What rx_scan() expands to. @p seed is copied; NULL: none, and @p type does not matter. */
RX_API rx_operator *rx_scan_fn(const rx_reducer *reducer, void *ctx, const rx_type *type, const void *seed) RX_MUST_USE;

/**
 * Emit each item together with the one before it, from the second on.
 *
 *     source    --1--2--3--|
 *     pairwise  -----a--b--|      a = (1, 2), b = (2, 3)
 *
 * Items:   rx_pair, lent from the stack; RX_PREVIOUS(pair, T) and RX_CURRENT(pair, T) read it.
 * Errors:  the source's; -ENOMEM where an item cannot be copied.
 * State:   16 bytes and an item; a copy for each item of a type that owns something.
 * See:     https://rxjs.dev/api/operators/pairwise
 */
RX_API rx_operator *rx_pairwise(void) RX_MUST_USE;
/* An operator that takes a declared function, and after it an optional context and an optional limit. */
#define RX__WITH_LIMIT(call, kind, ...) RX__WITH_LIMIT_(call, kind, __VA_ARGS__, 0, 0, 0)
#define RX__WITH_LIMIT_(call, kind, fn, ctx, limit, ...) call(&fn##kind, (ctx), (limit))

/**
 * Run what @p projector makes of each item, all at once, and pass on what comes from any: `rx_merge_map(fetch)`,
 * `rx_merge_map(fetch, &ctx)`, or `rx_merge_map(fetch, &ctx, 4)` for at most four at once.
 *
 *     source          -a--------b-----|
 *     a               --1--2--3--|
 *     b               --4--5|
 *     merge_map(...)  ---1--2--3--4--5|
 *
 * At the limit items wait in a queue without bound, and are projected when their turn comes.
 *
 * Items:   those of the inner observables, borrowed for the call. What waits is copied.
 * Errors:  the first one, of the source or of an inner observable.
 * State:   72 bytes, and a block for each inner observable.
 * See:     https://rxjs.dev/api/operators/mergeMap
 */
#define rx_merge_map(...) RX__WITH_LIMIT(rx_merge_map_fn, _rx_projector, __VA_ARGS__)
/** What rx_merge_map() expands to; @p limit 0: none. */
RX_API rx_operator *rx_merge_map_fn(const rx_projector *projector, void *ctx, size_t limit) RX_MUST_USE;

/**
 * Run what @p projector makes of each item, one after the other; items wait for their turn.
 *
 *     source           -a---b-----|
 *     a                --1--2--3--|
 *     b                --4--5|
 *     concat_map(...)  ---1--2--3----4--5|
 *
 * Items:   those of the inner observables, borrowed for the call. What waits is copied.
 * Errors:  the first one, of the source or of an inner observable.
 * State:   72 bytes, and a block for the inner observable.
 * See:     https://rxjs.dev/api/operators/concatMap
 */
#define rx_concat_map(...) RX__WITH_CTX(rx_concat_map_fn, _rx_projector, __VA_ARGS__)
/** What rx_concat_map() expands to. */
RX_API rx_operator *rx_concat_map_fn(const rx_projector *projector, void *ctx) RX_MUST_USE;

/**
 * Run what @p projector makes of the newest item; the one before is stopped first.
 *
 *     source           -a-----b------|
 *     a                --1--2--3--|
 *     b                --4--5|
 *     switch_map(...)  ---1--2--4--5-|
 *
 * Items:   those of the inner observables, borrowed for the call.
 * Errors:  the first one, of the source or of an inner observable.
 * State:   40 bytes, and a block for the inner observable.
 * See:     https://rxjs.dev/api/operators/switchMap
 */
#define rx_switch_map(...) RX__WITH_CTX(rx_switch_map_fn, _rx_projector, __VA_ARGS__)
/** What rx_switch_map() expands to. */
RX_API rx_operator *rx_switch_map_fn(const rx_projector *projector, void *ctx) RX_MUST_USE;

/**
 * Emit each item, then run what @p projector makes of it, and do the same with what comes from there:
 * `rx_expand(next_page)`, `rx_expand(next_page, &ctx)`, `rx_expand(next_page, &ctx, 4)` for at most four at once.
 *
 *     source                               -1------|
 *     n < 8 ? cold(--m|) with m = 2n : |
 *     expand(...)                          -1-2-4-8|
 *
 * Items:   the source's and those of the inner observables, which are of the same type. What waits is copied.
 * Errors:  the first one, of the source or of an inner observable.
 * State:   88 bytes and an item, and a block for each inner observable. A chain of items that become one each runs at
 *          constant stack.
 * See:     https://rxjs.dev/api/operators/expand
 */
#define rx_expand(...) RX__WITH_LIMIT(rx_expand_fn, _rx_projector, __VA_ARGS__)
/** What rx_expand() expands to; @p limit 0: none. */
RX_API rx_operator *rx_expand_fn(const rx_projector *projector, void *ctx, size_t limit) RX_MUST_USE;

/**
 * Collect items into lists; each item of @p notifier (consumed) ends one and begins the next.
 *
 *     source    --1--2--3--4--|
 *     notifier  ------x-----x-----
 *     buffer    ------a-----b-(c|)      a = [1, 2], b = [3, 4], c = []
 *
 * The source is subscribed first. The source's completion emits the last list; the notifier's changes nothing.
 *
 * Items:   rx_list, borrowed for the call; RX_LIST_ITEMS(list, T) reads it.
 * Errors:  those of both, which drop the list; -ENOMEM where an item cannot be kept.
 * State:   48 bytes and the items; memory that doubles.
 * See:     https://rxjs.dev/api/operators/buffer
 */
RX_API rx_operator *rx_buffer(rx_observable *notifier) RX_MUST_USE;

/**
 * Collect @p size items into each list, and begin one every @p every items (0: as soon as one is full, without gaps or
 * overlaps).
 *
 *     source              --1--2--3--4--5--|
 *     buffer_count(3, 2)  --------a-----b--(c|)      a = [1, 2, 3], b = [3, 4, 5], c = [5]
 *
 * @param size  0 counts as 1
 *
 * Items:   rx_list, borrowed for the call; RX_LIST_ITEMS(list, T) reads it.
 * Errors:  the source's, which drop the lists; -ENOMEM where an item cannot be kept.
 * State:   16 bytes; 40 for each open list, and its items.
 * See:     https://rxjs.dev/api/operators/bufferCount
 */
RX_API rx_operator *rx_buffer_count(size_t size, size_t every) RX_MUST_USE;

typedef struct rx_buffer_time_options {
	rx_nsec interval;        /**< begin a list this often; 0: when the one before ends */
	size_t max_size;         /**< end a list early when it has so many items; 0: never */
	rx_scheduler *scheduler; /**< NULL: the subscription's */
} rx_buffer_time_options;

/**
 * Collect the items of @p span (RX_NEVER: of all time) into each list.
 *
 *     source          --1--2---3---4--|
 *     buffer_time(4)  ----a---b---c---(d|)      a = [1], b = [2], c = [3], d = [4]
 *
 * @param options  NULL: the defaults
 *
 * The source's completion emits all open lists.
 *
 * Items:   rx_list, borrowed for the call; RX_LIST_ITEMS(list, T) reads it.
 * Errors:  the source's, which drop the lists; -ENOMEM where an item cannot be kept.
 * State:   80 bytes; 112 for each open list, and its items.
 * See:     https://rxjs.dev/api/operators/bufferTime
 */
RX_API rx_operator *rx_buffer_time(rx_nsec span, const rx_buffer_time_options *options) RX_MUST_USE;

/**
 * Begin a list at each item of @p openings (consumed), and end it at the first item of the observable that
 * @p closing returns for that: `rx_buffer_toggle(openings, until)` or `rx_buffer_toggle(openings, until, &ctx)`.
 *
 *     source    --1--2--3--4--5--|
 *     openings  ----x-----x-------
 *     closing       ----x
 *                         ----x
 *     toggle    --------a-----b--|      a = [2, 3], b = [4, 5]
 *
 * The openings are subscribed first. The source's completion emits all open lists.
 *
 * Items:   rx_list, borrowed for the call; RX_LIST_ITEMS(list, T) reads it.
 * Errors:  those of all, which drop the lists; -ENOMEM where an item cannot be kept.
 * State:   32 bytes; for each open list 40, its items, and a subscription.
 * See:     https://rxjs.dev/api/operators/bufferToggle
 */
#define rx_buffer_toggle(openings, ...) RX__TOGGLE(rx_buffer_toggle_fn, (openings), __VA_ARGS__, NULL, NULL)
#define RX__TOGGLE(call, openings, fn, ctx, ...) call(openings, &fn##_rx_projector, (ctx))
/** What rx_buffer_toggle() expands to. */
RX_API rx_operator *rx_buffer_toggle_fn(rx_observable *openings, const rx_projector *closing, void *ctx) RX_MUST_USE;

/**
 * Collect items into lists, each of which ends at the first item of the observable that @p closing returns; it is
 * called at the beginning of each list.
 *
 *     source       --1--2--3--4--|
 *     closing      -----x
 *                       -----x
 *                            -----x
 *     buffer_when  -----a----b---(c|)      a = [1], b = [2, 3], c = [4]
 *
 * The first closing observable is subscribed before the source. The source's completion emits the last list.
 *
 * Items:   rx_list, borrowed for the call; RX_LIST_ITEMS(list, T) reads it.
 * Errors:  those of all, which drop the list; -ENOMEM where an item cannot be kept.
 * State:   48 bytes and the items; memory that doubles.
 * See:     https://rxjs.dev/api/operators/bufferWhen
 */
RX_API rx_operator *rx_buffer_when(rx_observable *(*closing)(void *ctx), void *ctx) RX_MUST_USE;

/**
 * A window is an observable of the source's items, an item of type rx_stream: take a reference to subscribe to it
 * (`rx_observable_ref(*window)`), at once, for it is hot.
 *
 * Cut the source into windows; each item of @p boundaries (consumed) ends one and begins the next.
 *
 *     source      --1--2--3--4--|
 *     boundaries  ------x-----x-----
 *     window      a-----b-----c-|      a = --1--2|, b = --3--4|, c = --|
 *
 * The first window comes on subscription, then the source is subscribed, then the boundaries. Their completion changes
 * nothing.
 *
 * Items:   rx_stream, borrowed for the call.
 * Errors:  those of both, which go to the open window first.
 * State:   24 bytes, a subject.
 * See:     https://rxjs.dev/api/operators/window
 */
RX_API rx_operator *rx_window(rx_observable *boundaries) RX_MUST_USE;

/**
 * Windows of @p size items, of which one begins every @p every items (0: as soon as one is full). What is full closes,
 * then the next one opens, at once, not at its first item.
 *
 *     source           --1--2--3--|
 *     window_count(2)  a----b-----|      a = --1--(2|), b = ---3--|
 *
 * @param size  0 counts as 1
 *
 * Items:   rx_stream, borrowed for the call; see rx_window().
 * Errors:  the source's, which goes to the open windows first; -ENOMEM.
 * State:   40 bytes; for each open window a block and a subject.
 * See:     https://rxjs.dev/api/operators/windowCount
 */
RX_API rx_operator *rx_window_count(size_t size, size_t every) RX_MUST_USE;

typedef struct rx_window_time_options {
	rx_nsec interval;        /**< begin a window this often; 0: when the one before ends */
	size_t max_size;         /**< end a window early when it has so many items; 0: never */
	rx_scheduler *scheduler; /**< NULL: the subscription's */
} rx_window_time_options;

/**
 * Windows of the items of @p span (RX_NEVER: of all time).
 *
 *     source          --1--2---3-|
 *     window_time(4)  a---b---c--|      a = --1-|, b = -2--|, c = -3-|
 *
 * @param options  NULL: the defaults
 *
 * Items:   rx_stream, borrowed for the call; see rx_window().
 * Errors:  the source's, which goes to the open windows first; -ENOMEM.
 * State:   128 bytes; for each open window a block and a subject.
 * See:     https://rxjs.dev/api/operators/windowTime
 */
RX_API rx_operator *rx_window_time(rx_nsec span, const rx_window_time_options *options) RX_MUST_USE;

/**
 * Begin a window at each item of @p openings (consumed), and end it at the first item of the observable that
 * @p closing returns for that: `rx_window_toggle(openings, until)` or `rx_window_toggle(openings, until, &ctx)`.
 *
 *     source         --1--2--3--4--5--|
 *     openings       ----x-----y------
 *     closing            ----c
 *                              ---c
 *     window_toggle  ----a-----b------|      a = -2--|, b = --4|
 *
 * The openings are subscribed first. Their completion changes nothing, nor does that of what closes a window.
 *
 * Items:   rx_stream, borrowed for the call; see rx_window().
 * Errors:  those of all; the source's and those of what closes go to the open windows first; -ENOMEM.
 * State:   64 bytes; for each open window a block, a subject and a subscription.
 * See:     https://rxjs.dev/api/operators/windowToggle
 */
#define rx_window_toggle(openings, ...) RX__TOGGLE(rx_window_toggle_fn, (openings), __VA_ARGS__, NULL, NULL)
/** What rx_window_toggle() expands to. */
RX_API rx_operator *rx_window_toggle_fn(rx_observable *openings, const rx_projector *closing, void *ctx) RX_MUST_USE;

/**
 * Windows one after the other, each of which ends at the first item, or the completion, of the observable that
 * @p closing returns; it is called when a window has been emitted.
 *
 *     source       --1--2--3--4--|
 *     closing      -----c
 *                       -----c
 *                            -----c
 *     window_when  a----b----c---|      a = --1--|, b = (2)-3-|, c = --4-|
 *
 * The first window, and what closes it, come before the source is subscribed.
 *
 * Items:   rx_stream, borrowed for the call; see rx_window().
 * Errors:  those of all, which go to the open window first.
 * State:   24 bytes, a subject and a subscription.
 * See:     https://rxjs.dev/api/operators/windowWhen
 */
RX_API rx_operator *rx_window_when(rx_observable *(*closing)(void *ctx), void *ctx) RX_MUST_USE;

/** A group: its key, and its items. Who keeps one copies it by its type, as any item. */
typedef struct rx_group {
	const rx_type *key_type;
	const void *key;
	rx_stream items; /**< hot; take a reference to subscribe to it */
} rx_group;
RX__DECLARE_TYPE(rx_group);

/** The key of a group as a `const T *`; NULL when it is of another type. */
#define RX_GROUP_KEY(group, T) ((const T *)rx_group_key((group), &rx_type_##T))
/** What RX_GROUP_KEY() expands to. */
RX_API const void *rx_group_key(const rx_group *group, const rx_type *type);

/** Zero: the items themselves, in groups that last as long as the source. */
typedef struct rx_group_by_options {
	const rx_mapper *element; /**< what a group emits for an item, set with RX_ELEMENT(fn); NULL: the item */
	/** Ends a group at the first item of the observable (of any type) that it returns; its key is then forgotten. */
	rx_observable *(*duration)(const rx_group *group, void *ctx);
	rx_connector connector; /**< makes the subject of a group; NULL: a plain one */
	void *ctx;              /**< of these three functions */
} rx_group_by_options;

/** `&(rx_group_by_options){ RX_ELEMENT(price_of) }`, with `RX_MAPPER(price_of, T, In);` above. */
#define RX_ELEMENT(fn) .element = &fn##_rx_mapper

/**
 * Put items of the same key into a group of their own, which comes with the first of them: `rx_group_by(parity)`
 * or `rx_group_by(parity, &ctx)`.
 *
 *     source            --1--2--3--4--|
 *     group_by(parity)  --a--b--------|      a = 1-----3-----|, b = 2-----4--|
 *
 * Keys are compared by their type. Groups end before the stream of groups does. The source is kept while any group has a
 * subscriber, even when nobody wants further groups. What a duration does concerns its group alone: its first item
 * completes the group, and so does its completion; its error is the group's.
 *
 * Items:   rx_group, borrowed for the call; RX_GROUP_KEY(group, T) reads the key.
 * Errors:  the source's and a negative result of a function, which go to all groups first; -ENOMEM.
 * State:   two blocks; for each group one, a subject and its key.
 * See:     https://rxjs.dev/api/operators/groupBy
 */
#define rx_group_by(...) RX__WITH_OPTIONS(rx_group_by_fn, _rx_mapper, __VA_ARGS__)
/** rx_group_by() with options: `rx_group_by_with(parity, NULL, &(rx_group_by_options){ RX_ELEMENT(price_of) })`. */
#define rx_group_by_with(key, ...) rx_group_by_fn(&key##_rx_mapper, __VA_ARGS__)
/** What these expand to. */
RX_API rx_operator *rx_group_by_fn(const rx_mapper *key, void *ctx, const rx_group_by_options *options) RX_MUST_USE;

/**
 * Run what @p projector makes of an item to its end, and leave out the items that come meanwhile.
 *
 *     source            -a---b----b-|
 *     a                 --1--2--|
 *     b                 -3--4|
 *     exhaust_map(...)  ---1--2----3--4|
 *
 * The index of the function counts the items that were taken.
 *
 * Items:   those of the inner observables, borrowed for the call.
 * Errors:  the first one, of the source or of an inner observable.
 * State:   32 bytes, and a block for the inner observable.
 * See:     https://rxjs.dev/api/operators/exhaustMap
 */
#define rx_exhaust_map(...) RX__WITH_CTX(rx_exhaust_map_fn, _rx_projector, __VA_ARGS__)
/** What rx_exhaust_map() expands to. */
RX_API rx_operator *rx_exhaust_map_fn(const rx_projector *projector, void *ctx) RX_MUST_USE;

/** (Acc, In) → an observable of Acc: rx_merge_scan(), rx_switch_scan(). */
typedef struct rx_stream_reducer {
	const char *name;
	const rx_type *in, *acc;
	rx_observable *(*call)(const void *acc, const void *in, size_t index, void *ctx);
} rx_stream_reducer;

/** `rx_observable *fn(const Acc *acc, const In *item, void *ctx)`: an observable of Acc. */
#define RX_STREAM_REDUCER(fn, Acc, In)                                                                                 \
	static rx_observable *fn##_rx_stream_reduce_call(const void *acc, const void *in, size_t index, void *ctx)     \
	{                                                                                                              \
		(void)index;                                                                                           \
		return fn((const Acc *)acc, (const In *)in, ctx);                                                      \
	}                                                                                                              \
	static const rx_stream_reducer fn##_rx_stream_reducer RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Acc,         \
	                                                                   fn##_rx_stream_reduce_call}

/** `rx_observable *fn(const Acc *acc, const In *item, size_t index, void *ctx)` */
#define RX_STREAM_REDUCER_INDEXED(fn, Acc, In)                                                                         \
	static rx_observable *fn##_rx_stream_reduce_call(const void *acc, const void *in, size_t index, void *ctx)     \
	{                                                                                                              \
		return fn((const Acc *)acc, (const In *)in, index, ctx);                                               \
	}                                                                                                              \
	static const rx_stream_reducer fn##_rx_stream_reducer RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Acc,         \
	                                                                   fn##_rx_stream_reduce_call}

/**
 * Run what @p fn makes of an accumulator and an item, all at once; each item that comes from there is emitted, and is
 * the accumulator from then on. `rx_merge_scan(total, int64_t, 0)`, then perhaps a context, and a limit of how many run
 * at once.
 *
 *     source                                   -1--2----3--|
 *     (acc, n) => cold(--x|) with x = acc + n
 *     merge_scan(..., 0)                       ---1--3----6|
 *
 * Items:   those of the inner observables, borrowed for the call; the last one is copied.
 * Errors:  the first one, of the source or of an inner observable; -ENOMEM where an item cannot be kept.
 * State:   112 bytes and the accumulator, and a block for each inner observable.
 * See:     https://rxjs.dev/api/operators/mergeScan
 */
#define rx_merge_scan(...) RX__MERGE_SCAN(__VA_ARGS__, 0, 0, 0)
#define RX__MERGE_SCAN(fn, T, seed, ctx, limit, ...)                                                                   \
	rx_merge_scan_fn(&fn##_rx_stream_reducer, (ctx), &rx_type_##T, (const T[]){seed}, (limit))
/** What rx_merge_scan() expands to; @p seed is copied, @p limit 0: none. */
RX_API rx_operator *rx_merge_scan_fn(const rx_stream_reducer *reducer, void *ctx, const rx_type *type, const void *seed,
                                     size_t limit) RX_MUST_USE;

/**
 * As rx_merge_scan(), but only the newest inner observable runs: `rx_switch_scan(total, int64_t, 0)`, then perhaps a
 * context.
 *
 *     source                                    -1-2----3--|
 *     (acc, n) => cold(--x|) with x = acc + n
 *     switch_scan(..., 0)                       -----2----5|
 *
 * Items:   those of the inner observables, borrowed for the call; the last one is copied.
 * Errors:  the first one, of the source or of an inner observable; -ENOMEM where an item cannot be kept.
 * State:   64 bytes and the accumulator, and a block for the inner observable.
 * See:     https://rxjs.dev/api/operators/switchScan
 */
#define rx_switch_scan(...) RX__SWITCH_SCAN(__VA_ARGS__, 0, 0)
#define RX__SWITCH_SCAN(fn, T, seed, ctx, ...)                                                                         \
	rx_switch_scan_fn(&fn##_rx_stream_reducer, (ctx), &rx_type_##T, (const T[]){seed})
/** What rx_switch_scan() expands to; @p seed is copied. */
RX_API rx_operator *rx_switch_scan_fn(const rx_stream_reducer *reducer, void *ctx, const rx_type *type,
                                      const void *seed) RX_MUST_USE;

RX_END_DECLS
#endif
