/**
 * @file
 * Several observables become one: creation functions, and the operators that do the same to their source.
 *
 * All of them consume what they join. `rx_merge(a, b, c)` takes the observables themselves; the function behind it,
 * rx_merge_array(), an array of them that ends with NULL, and that may be empty. Where items are passed on, all must be
 * of one type; where they are put side by side, in an rx_tuple, each has its own. A mistake among the inputs is the
 * result's.
 */
#ifndef CLUSTERFY_RX_JOINING_H
#define CLUSTERFY_RX_JOINING_H

#include <clusterfy/rx/composite.h>
#include <clusterfy/rx/transformation.h>

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
 * Emit the latest items of all of them whenever one emits, once each has.
 *
 *     a                     -a----b----|
 *     b                     ---1----2-|
 *     combine_latest(a, b)  ---x--y-z--|      x = a 1, y = b 1, z = b 2
 *
 * Completes when all have; at once when there is none.
 *
 * Items:   rx_tuple, lent from the stack; RX_TUPLE_ITEM(tuple, 0, T) reads it.
 * Errors:  the first one; -ENOMEM where an item cannot be kept.
 * State:   48 bytes and, for each source, 16 and the largest item; a block for each source.
 * See:     https://rxjs.dev/api/index/function/combineLatest
 */
#ifndef __cplusplus
#define rx_combine_latest(...) rx_combine_latest_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_combine_latest() expands to. */
RX_API rx_observable *rx_combine_latest_array(rx_observable *const *sources) RX_MUST_USE;

/**
 * Emit the first items of all of them together, then the second ones, and so on.
 *
 *     a          -a--b-----c-|
 *     b          ---1--2|
 *     zip(a, b)  ---x--y|          x = a 1, y = b 2
 *
 * Completes when a source has completed and none of its items is left; at once when there is no source.
 *
 * Items:   rx_tuple, lent from the stack; RX_TUPLE_ITEM(tuple, 0, T) reads it. What waits is copied.
 * Errors:  the first one; -ENOMEM where an item cannot be kept.
 * State:   24 bytes and 40 for each source; a block for each source; queues that double.
 * See:     https://rxjs.dev/api/index/function/zip
 */
#ifndef __cplusplus
#define rx_zip(...) rx_zip_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_zip() expands to. */
RX_API rx_observable *rx_zip_array(rx_observable *const *sources) RX_MUST_USE;

/**
 * Emit the last items of all of them when they have completed.
 *
 *     a                -a--b---|
 *     b                --1--2|
 *     fork_join(a, b)  --------(x|)      x = b 2
 *
 * Completes without an item as soon as a source completes without one; at once when there is no source.
 *
 * Items:   one rx_tuple, lent from the stack; RX_TUPLE_ITEM(tuple, 0, T) reads it.
 * Errors:  the first one; -ENOMEM where an item cannot be kept.
 * State:   48 bytes and, for each source, 16 and the largest item; a block for each source.
 * See:     https://rxjs.dev/api/index/function/forkJoin
 */
#ifndef __cplusplus
#define rx_fork_join(...) rx_fork_join_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_fork_join() expands to. */
RX_API rx_observable *rx_fork_join_array(rx_observable *const *sources) RX_MUST_USE;

/**
 * Subscribe to all of them, and stay with the one that is first to emit; the others are stopped.
 *
 *     a           ---1--1--|
 *     b           -2---2---2--|
 *     race(a, b)  -2---2---2--|
 *
 * One that ends before anybody has emitted wins, too. The race of nobody never ends.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the winner's.
 * State:   24 bytes, and a block for each source that runs.
 * See:     https://rxjs.dev/api/index/function/race
 */
#ifndef __cplusplus
#define rx_race(...) rx_race_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_race() expands to. */
RX_API rx_observable *rx_race_array(rx_observable *const *sources) RX_MUST_USE;

/**
 * Subscribe to one after the other, and do not mind how they end.
 *
 *     a                           --1--#
 *     b                           --2--|
 *     on_error_resume_next(a, b)  --1----2--|
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  none.
 * State:   56 bytes, and a block for the source that runs. Any number of synchronous sources at constant stack.
 * See:     https://rxjs.dev/api/index/function/onErrorResumeNext
 */
#ifndef __cplusplus
#define rx_on_error_resume_next(...) rx_on_error_resume_next_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_on_error_resume_next() expands to. */
RX_API rx_observable *rx_on_error_resume_next_array(rx_observable *const *sources) RX_MUST_USE;

/** What rx_partition() gives: both are to be subscribed or released. */
typedef struct rx_parts {
	rx_observable *passing, *failing;
} rx_parts;

/**
 * Two observables of one: the items for which a predicate holds, and the others. `rx_partition(source, is_even)` or
 * `rx_partition(source, above, &limit)`.
 *
 *     source   -1-2-3-4-|
 *     passing  ---2---4-|      is_even
 *     failing  -1---3---|
 *
 * Each subscribes to the source for itself.
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and a negative result of the function.
 * State:   as rx_filter(), and 8 bytes.
 * See:     https://rxjs.dev/api/index/function/partition
 */
#define rx_partition(...) RX__PARTITION(__VA_ARGS__, NULL, NULL)
#define RX__PARTITION(source, fn, ctx, ...) rx_partition_fn((source), &fn##_rx_predicate, (ctx))
/** What rx_partition() expands to. */
RX_API rx_parts rx_partition_fn(rx_observable *source, const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/* ---- Operators ------------------------------------------------------------------------------------------------- */

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

/**
 * rx_merge() of the source and of others.
 *
 *     source             -1---2--|
 *     other              --3---4--|
 *     merge_with(other)  -13--24--|
 *
 * Items, errors, state: as rx_merge().
 * See:     https://rxjs.dev/api/operators/mergeWith
 */
#ifndef __cplusplus
#define rx_merge_with(...) rx_merge_with_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_merge_with() expands to. */
RX_API rx_operator *rx_merge_with_array(rx_observable *const *others) RX_MUST_USE;

/**
 * rx_concat() of the source and of others.
 *
 *     source              -1-|
 *     other               -2-|
 *     concat_with(other)  -1--2-|
 *
 * Items, errors, state: as rx_concat().
 * See:     https://rxjs.dev/api/operators/concatWith
 */
#ifndef __cplusplus
#define rx_concat_with(...) rx_concat_with_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_concat_with() expands to. */
RX_API rx_operator *rx_concat_with_array(rx_observable *const *others) RX_MUST_USE;

/**
 * rx_combine_latest() of the source and of others.
 *
 *     source                      -a----b----|
 *     other                       ---1----2-|
 *     combine_latest_with(other)  ---x--y-z--|      x = a 1, y = b 1, z = b 2
 *
 * Items, errors, state: as rx_combine_latest().
 * See:     https://rxjs.dev/api/operators/combineLatestWith
 */
#ifndef __cplusplus
#define rx_combine_latest_with(...) rx_combine_latest_with_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_combine_latest_with() expands to. */
RX_API rx_operator *rx_combine_latest_with_array(rx_observable *const *others) RX_MUST_USE;

/**
 * rx_zip() of the source and of others.
 *
 *     source           -a--b-----c-|
 *     other            ---1--2|
 *     zip_with(other)  ---x--y|          x = a 1, y = b 2
 *
 * Items, errors, state: as rx_zip().
 * See:     https://rxjs.dev/api/operators/zipWith
 */
#ifndef __cplusplus
#define rx_zip_with(...) rx_zip_with_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_zip_with() expands to. */
RX_API rx_operator *rx_zip_with_array(rx_observable *const *others) RX_MUST_USE;

/**
 * rx_race() of the source and of others.
 *
 *     source            ---1--1--|
 *     other             -2---2---2--|
 *     race_with(other)  -2---2---2--|
 *
 * Items, errors, state: as rx_race().
 * See:     https://rxjs.dev/api/operators/raceWith
 */
#ifndef __cplusplus
#define rx_race_with(...) rx_race_with_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_race_with() expands to. */
RX_API rx_operator *rx_race_with_array(rx_observable *const *others) RX_MUST_USE;

/**
 * rx_on_error_resume_next() of the source and of others.
 *
 *     source                            --1--#
 *     other                             --2--|
 *     on_error_resume_next_with(other)  --1----2--|
 *
 * Items, errors, state: as rx_on_error_resume_next().
 * See:     https://rxjs.dev/api/operators/onErrorResumeNextWith
 */
#ifndef __cplusplus
#define rx_on_error_resume_next_with(...) rx_on_error_resume_next_with_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_on_error_resume_next_with() expands to. */
RX_API rx_operator *rx_on_error_resume_next_with_array(rx_observable *const *others) RX_MUST_USE;

/**
 * Emit each item together with the latest ones of other observables, once each of them has emitted.
 *
 *     source                   -a--b----c-|
 *     other                    --1---2|
 *     with_latest_from(other)  ----x----y-|      x = b 1, y = c 2
 *
 * The others are subscribed first; that they complete means nothing.
 *
 * Items:   rx_tuple, lent from the stack, the source's item first; RX_TUPLE_ITEM(tuple, 0, T) reads it.
 * Errors:  the first one, of the source or of another; -ENOMEM where an item cannot be kept.
 * State:   32 bytes and, for each of the others, 16 and the largest item; a block for each of them.
 * See:     https://rxjs.dev/api/operators/withLatestFrom
 */
#ifndef __cplusplus
#define rx_with_latest_from(...) rx_with_latest_from_array(RX__OBSERVABLES(__VA_ARGS__))
#endif
/** What rx_with_latest_from() expands to. */
RX_API rx_operator *rx_with_latest_from_array(rx_observable *const *inputs) RX_MUST_USE;

/**
 * Of a stream of streams of @p T, run all at once: `rx_merge_all(int64_t)`, or `rx_merge_all(int64_t, 4)` for at most
 * four at once.
 *
 *     source          -a----b----|
 *     a               --1--2--|
 *     b               -3--4|
 *     merge_all(...)  ---1--23--4|
 *
 * Items, errors, state: as rx_merge_map(); -EINVAL for a stream that is NULL.
 * See:     https://rxjs.dev/api/operators/mergeAll
 */
#define rx_merge_all(...) RX__MERGE_ALL(__VA_ARGS__, 0, 0)
#define RX__MERGE_ALL(T, limit, ...) rx_merge_all_of(&rx_type_##T, (limit))
/** What rx_merge_all() expands to; @p limit 0: none. */
RX_API rx_operator *rx_merge_all_of(const rx_type *type, size_t limit) RX_MUST_USE;

/**
 * Of a stream of streams of @p T, run one after the other.
 *
 *     source           -a----b----|
 *     a                --1--2--|
 *     b                -3--4|
 *     concat_all(...)  ---1--2---3--4|
 *
 * Items, errors, state: as rx_concat_map(); -EINVAL for a stream that is NULL.
 * See:     https://rxjs.dev/api/operators/concatAll
 */
#define rx_concat_all(T) rx_concat_all_of(&rx_type_##T)
/** What rx_concat_all() expands to. */
RX_API rx_operator *rx_concat_all_of(const rx_type *type) RX_MUST_USE;

/**
 * Of a stream of streams of @p T, run the newest.
 *
 *     source           -a---b----|
 *     a                --1--2--|
 *     b                -3--4|
 *     switch_all(...)  ---1--3--4|
 *
 * Items, errors, state: as rx_switch_map(); -EINVAL for a stream that is NULL.
 * See:     https://rxjs.dev/api/operators/switchAll
 */
#define rx_switch_all(T) rx_switch_all_of(&rx_type_##T)
/** What rx_switch_all() expands to. */
RX_API rx_operator *rx_switch_all_of(const rx_type *type) RX_MUST_USE;

/**
 * Of a stream of streams of @p T, run one to its end, and leave out those that come meanwhile.
 *
 *     source            -a---b----b-|
 *     a                 --1--2--|
 *     b                 -3--4|
 *     exhaust_all(...)  ---1--2----3--4|
 *
 * Items, errors, state: as rx_exhaust_map(); -EINVAL for a stream that is NULL.
 * See:     https://rxjs.dev/api/operators/exhaustAll
 */
#define rx_exhaust_all(T) rx_exhaust_all_of(&rx_type_##T)
/** What rx_exhaust_all() expands to. */
RX_API rx_operator *rx_exhaust_all_of(const rx_type *type) RX_MUST_USE;

/**
 * Wait until a stream of streams has completed, then rx_combine_latest() all of them.
 *
 *     source              -a--b--|
 *     a                   -x---y|
 *     b                   --1-|
 *     combine_latest_all  ---------m--n|      m = x 1, n = y 1
 *
 * Items, errors, state: as rx_combine_latest(), and a reference to each stream; -EINVAL for one that is NULL.
 * See:     https://rxjs.dev/api/operators/combineLatestAll
 */
RX_API rx_operator *rx_combine_latest_all(void) RX_MUST_USE;

/**
 * Wait until a stream of streams has completed, then rx_zip() all of them.
 *
 *     source   -a--b--|
 *     a        -x---y|
 *     b        --1-|
 *     zip_all  ---------m-|      m = x 1
 *
 * Items, errors, state: as rx_zip(), and a reference to each stream; -EINVAL for one that is NULL.
 * See:     https://rxjs.dev/api/operators/zipAll
 */
RX_API rx_operator *rx_zip_all(void) RX_MUST_USE;

RX_END_DECLS

#ifdef __cplusplus
/* C++ has no compound literals; a pack of arguments makes the array. */
#define RX__FROM_PACK(Result, name)                                                                                    \
	template <typename... Sources> RX_MUST_USE inline Result *name(Sources... sources)                             \
	{                                                                                                              \
		rx_observable *array[] = {sources..., nullptr};                                                        \
		return name##_array(array);                                                                            \
	}
RX__FROM_PACK(rx_observable, rx_concat)
RX__FROM_PACK(rx_observable, rx_combine_latest)
RX__FROM_PACK(rx_observable, rx_zip)
RX__FROM_PACK(rx_observable, rx_fork_join)
RX__FROM_PACK(rx_observable, rx_race)
RX__FROM_PACK(rx_observable, rx_on_error_resume_next)
RX__FROM_PACK(rx_operator, rx_merge_with)
RX__FROM_PACK(rx_operator, rx_concat_with)
RX__FROM_PACK(rx_operator, rx_combine_latest_with)
RX__FROM_PACK(rx_operator, rx_zip_with)
RX__FROM_PACK(rx_operator, rx_race_with)
RX__FROM_PACK(rx_operator, rx_on_error_resume_next_with)
RX__FROM_PACK(rx_operator, rx_with_latest_from)
#undef RX__FROM_PACK
template <typename... Sources> RX_MUST_USE inline rx_observable *rx_merge(Sources... sources)
{
	rx_observable *array[] = {sources..., nullptr};
	return rx_merge_array(array, 0);
}
#endif
#endif
