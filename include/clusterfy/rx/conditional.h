/**
 * @file
 * Operators that answer a question about a stream, or see to it that there is something in it.
 */
#ifndef CLUSTERFY_RX_CONDITIONAL_H
#define CLUSTERFY_RX_CONDITIONAL_H

#include <clusterfy/rx/transformation.h>

RX_BEGIN_DECLS

/**
 * Emit whether @p predicate holds for every item: false at the first for which it does not, else true at the end.
 *
 *     source          --2--4--5--6--|
 *     every(is_even)  --------(f|)      f = false
 *
 * Items:   one bool, lent from the stack.
 * Errors:  the source's, and a negative result of the function.
 * State:   8 bytes; nothing an item.
 * See:     https://rxjs.dev/api/operators/every
 */
#define rx_every(...) RX__WITH_CTX(rx_every_fn, _rx_predicate, __VA_ARGS__)
/** What rx_every() expands to. */
RX_API rx_operator *rx_every_fn(const rx_predicate *predicate, void *ctx) RX_MUST_USE;

/**
 * Emit whether the source completes without an item.
 *
 *     source    -----|
 *     is_empty  -----(t|)      t = true
 *
 * Items:   one bool, lent from the stack.
 * Errors:  the source's; adds none.
 * State:   nothing.
 * See:     https://rxjs.dev/api/operators/isEmpty
 */
RX_API rx_operator *rx_is_empty(void) RX_MUST_USE;

/**
 * Emit a value where the source completes without an item: `rx_default_if_empty(int64_t, 0)`.
 *
 *     source               -----|
 *     default_if_empty(7)  -----(7|)
 *
 * Items:   forwarded, borrowed for the call; the value is copied into the operator.
 * Errors:  the source's; adds none.
 * State:   1 byte; nothing an item. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/defaultIfEmpty
 */
#define rx_default_if_empty(T, value) rx_default_if_empty_fn(&rx_type_##T, (const T[]){value})
/** What rx_default_if_empty() expands to. */
RX_API rx_operator *rx_default_if_empty_fn(const rx_type *type, const void *value) RX_MUST_USE;

/**
 * End with an error where the source completes without an item.
 *
 *     source          -----|
 *     throw_if_empty  -----#
 *
 * @param failure  called then; returns the error's code (negative), with words by rx_raise(). NULL: -ENODATA
 *
 * Items:   forwarded, borrowed for the call.
 * Errors:  the source's, and that one.
 * State:   1 byte; nothing an item. Takes whole spans.
 * See:     https://rxjs.dev/api/operators/throwIfEmpty
 */
RX_API rx_operator *rx_throw_if_empty(int (*failure)(void *ctx), void *ctx) RX_MUST_USE;

/**
 * Emit whether the source and @p other (consumed) emit equal items in the same order, and complete:
 * `rx_sequence_equal(other)`, by the type's equality, or `rx_sequence_equal(other, same)`,
 * `rx_sequence_equal(other, same, &ctx)`.
 *
 *     source                 --1--2-----|
 *     other                  -----1--2--|
 *     sequence_equal(other)  -----------(t|)      t = true
 *
 * The source is subscribed first. (RxJS says true where the source goes on after an other that has completed, if its
 * items came before that; here it is false.)
 *
 * Items:   one bool, lent from the stack.
 * Errors:  those of both, and a negative result of the function; -ENOMEM where an item cannot be kept.
 * State:   96 bytes, and the items by which one is ahead of the other.
 * See:     https://rxjs.dev/api/operators/sequenceEqual
 */
#define rx_sequence_equal(...) RX__BY_COUNT(RX__SEQUENCE_1, RX__SEQUENCE_2, RX__SEQUENCE_3, , __VA_ARGS__)
#define RX__SEQUENCE_1(other) rx_sequence_equal_fn((other), NULL, NULL)
#define RX__SEQUENCE_2(other, same) rx_sequence_equal_fn((other), &same##_rx_equality, NULL)
#define RX__SEQUENCE_3(other, same, ctx) rx_sequence_equal_fn((other), &same##_rx_equality, (ctx))
/** What rx_sequence_equal() expands to; @p equality NULL: the type's. */
RX_API rx_operator *rx_sequence_equal_fn(rx_observable *other, const rx_equality *equality, void *ctx) RX_MUST_USE;

RX_END_DECLS
#endif
