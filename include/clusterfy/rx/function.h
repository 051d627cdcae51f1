/**
 * @file
 * How a program's own functions enter a chain: declared with their types, in one line each.
 *
 * An ordinary function stays one; the macro below it makes a thunk and a description, never a cast of a function
 * pointer:
 *
 *     static int scale(const int64_t *n, double *out, void *ctx);
 *     RX_MAPPER(scale, double, int64_t);                    results first, as in C
 *     ... rx_map(scale, &factor)
 *
 * A pure kernel is a name, its types, the item and an expression. It has no context and no side effects, and it must
 * be defined for any item that the filters before it let through, perhaps for a few past the end of a `take`:
 *
 *     RX_MAP(twice, int64_t, int64_t, n, 2 * n)
 *     RX_FILTER(is_even, int64_t, n, n % 2 == 0)
 *
 * Operators take either alike. Functions that return int answer 0 (or, for a predicate, 0 or 1), or a negative errno
 * that becomes the stream's error; rx_raise() attaches words. The forms ending in _INDEXED also receive the number
 * of the item, counted from 0 within the subscription.
 */
#ifndef CLUSTERFY_RX_FUNCTION_H
#define CLUSTERFY_RX_FUNCTION_H

#include <clusterfy/rx/type.h>

RX_BEGIN_DECLS

typedef struct rx_observable rx_observable;

/*
 * A kernel's loop is compiled for several generations of x86-64, and the program takes the best when it starts: gcc and
 * glibc do that, but a sanitizer is not ready for it so early. Define RX_NO_CLONES where a linker cannot.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&                           \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(RX_NO_CLONES)
#if __GNUC__ >= 12
#define RX__KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#endif
#endif
#if !defined(RX__KERNEL)
#define RX__KERNEL
#endif

/*
 * How a filter's loop leaves out what it does not let through: it marks items (-1: stays), and this moves those that stay
 * to @p out, which has room for all @p count, a multiple of 4. NULL where the processor does no better than a loop.
 */
typedef size_t (*rx__packer)(const int64_t *marks, const void *items, size_t count, void *out);
RX_API rx__packer rx__packer_for(size_t size);
#define RX__MARKS 128

/** In → Out: rx_map(), key selectors. */
typedef struct rx_mapper {
	const char *name;
	const rx_type *in, *out;
	int (*call)(const void *in, size_t index, void *out, void *ctx);
	/** A kernel's loop: @p count results into @p out, which does not overlap @p in. NULL for ordinary functions. */
	void (*span)(const void *in, size_t count, void *out);
} rx_mapper;

/** In → yes or no: rx_filter(), rx_take_while(). */
typedef struct rx_predicate {
	const char *name;
	const rx_type *in;
	int (*call)(const void *in, size_t index, void *ctx);
	/** A kernel's loop: the items let through into @p out (room for @p count); returns how many. */
	size_t (*span)(const void *in, size_t count, void *out);
} rx_predicate;

/** In → nothing: observers, rx_tap(). */
typedef struct rx_consumer {
	const char *name;
	const rx_type *in;
	int (*call)(const void *in, void *ctx);
} rx_consumer;

/** (Acc, In) → Acc, in place: rx_scan(), rx_reduce(). */
typedef struct rx_reducer {
	const char *name;
	const rx_type *in, *acc;
	int (*call)(void *acc, const void *in, size_t index, void *ctx);
	/** A kernel's fold of @p count items into @p acc. NULL for ordinary functions. */
	void (*fold)(void *acc, const void *in, size_t count);
	/** A kernel's running fold: every intermediate value into @p out as well. */
	void (*span)(void *acc, const void *in, size_t count, void *out);
} rx_reducer;

/** In → an observable of Out: rx_merge_map(), rx_switch_map(). */
typedef struct rx_projector {
	const char *name;
	const rx_type *in, *out;
	rx_observable *(*call)(const void *in, size_t index, void *ctx);
} rx_projector;

/** Whether two items count as equal: rx_distinct_until_changed(). */
typedef struct rx_equality {
	const char *name;
	const rx_type *in;
	int (*call)(const void *a, const void *b, void *ctx);
} rx_equality;

/** The order of two items, into @p order (below, equal to or above zero): rx_min(), rx_max(). */
typedef struct rx_comparator {
	const char *name;
	const rx_type *in;
	int (*call)(const void *a, const void *b, int *order, void *ctx);
} rx_comparator;

/** In → words, as snprintf() writes them: rx_trace(). */
typedef struct rx_formatter {
	const char *name;
	const rx_type *in;
	int (*call)(const void *in, char *text, size_t size, void *ctx);
} rx_formatter;

/** `int fn(const In *item, Out *out, void *ctx)` */
#define RX_MAPPER(fn, Out, In)                                                                                         \
	static int fn##_rx_map_call(const void *in, size_t index, void *out, void *ctx)                                \
	{                                                                                                              \
		(void)index;                                                                                           \
		return fn((const In *)in, (Out *)out, ctx);                                                            \
	}                                                                                                              \
	static const rx_mapper fn##_rx_mapper RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Out, fn##_rx_map_call, NULL}

/** `int fn(const In *item, size_t index, Out *out, void *ctx)` */
#define RX_MAPPER_INDEXED(fn, Out, In)                                                                                 \
	static int fn##_rx_map_call(const void *in, size_t index, void *out, void *ctx)                                \
	{                                                                                                              \
		return fn((const In *)in, index, (Out *)out, ctx);                                                     \
	}                                                                                                              \
	static const rx_mapper fn##_rx_mapper RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Out, fn##_rx_map_call, NULL}

/** A pure kernel: `RX_MAP(twice, int64_t, int64_t, n, 2 * n)`. Also defines the function `Out twice(In n)`. */
#define RX_MAP(fn, Out, In, item, expression)                                                                          \
	static inline Out fn(In item)                                                                                  \
	{                                                                                                              \
		return (expression);                                                                                   \
	}                                                                                                              \
	static int fn##_rx_map_call(const void *in, size_t index, void *out, void *ctx)                                \
	{                                                                                                              \
		(void)index, (void)ctx;                                                                                \
		*(Out *)out = fn(*(const In *)in);                                                                     \
		return 0;                                                                                              \
	}                                                                                                              \
	RX__KERNEL static void fn##_rx_map_span(const void *in, size_t count, void *out)                               \
	{                                                                                                              \
		const In *RX__RESTRICT from = (const In *)in;                                                          \
		Out *RX__RESTRICT to = (Out *)out;                                                                     \
		for (size_t i = 0; i < count; i++)                                                                     \
			to[i] = fn(from[i]);                                                                           \
	}                                                                                                              \
	static const rx_mapper fn##_rx_mapper RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Out, fn##_rx_map_call,       \
	                                                   fn##_rx_map_span};

/** `int fn(const In *item, void *ctx)` (or a function that returns bool) */
#define RX_PREDICATE(fn, In)                                                                                           \
	static int fn##_rx_test_call(const void *in, size_t index, void *ctx)                                          \
	{                                                                                                              \
		(void)index;                                                                                           \
		return fn((const In *)in, ctx);                                                                        \
	}                                                                                                              \
	static const rx_predicate fn##_rx_predicate RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_test_call, NULL}

/** `int fn(const In *item, size_t index, void *ctx)` */
#define RX_PREDICATE_INDEXED(fn, In)                                                                                   \
	static int fn##_rx_test_call(const void *in, size_t index, void *ctx)                                          \
	{                                                                                                              \
		return fn((const In *)in, index, ctx);                                                                 \
	}                                                                                                              \
	static const rx_predicate fn##_rx_predicate RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_test_call, NULL}

/** A pure kernel: `RX_FILTER(is_even, int64_t, n, n % 2 == 0)`. Also defines the function `bool is_even(In n)`. */
#define RX_FILTER(fn, In, item, expression)                                                                            \
	static inline bool fn(In item)                                                                                 \
	{                                                                                                              \
		return (expression);                                                                                   \
	}                                                                                                              \
	static int fn##_rx_test_call(const void *in, size_t index, void *ctx)                                          \
	{                                                                                                              \
		(void)index, (void)ctx;                                                                                \
		return fn(*(const In *)in);                                                                            \
	}                                                                                                              \
	RX__KERNEL static size_t fn##_rx_test_span(const void *in, size_t count, void *out)                            \
	{                                                                                                              \
		const In *RX__RESTRICT from = (const In *)in;                                                          \
		In *RX__RESTRICT to = (In *)out;                                                                       \
		const rx__packer pack = rx__packer_for(sizeof(In));                                                    \
		size_t kept = 0, i = 0;                                                                                \
		for (; pack && i + RX__MARKS <= count; i += RX__MARKS) {                                               \
			int64_t marks[RX__MARKS];                                                                      \
			for (size_t j = 0; j < RX__MARKS; j++)                                                         \
				marks[j] = -(int64_t)fn(from[i + j]);                                                  \
			kept += pack(marks, from + i, RX__MARKS, to + kept);                                           \
		}                                                                                                      \
		for (; i + 4 <= count; i += 4) {                                                                       \
			to[kept] = from[i], kept += fn(from[i]);                                                       \
			to[kept] = from[i + 1], kept += fn(from[i + 1]);                                               \
			to[kept] = from[i + 2], kept += fn(from[i + 2]);                                               \
			to[kept] = from[i + 3], kept += fn(from[i + 3]);                                               \
		}                                                                                                      \
		for (; i < count; i++)                                                                                 \
			to[kept] = from[i], kept += fn(from[i]);                                                       \
		return kept;                                                                                           \
	}                                                                                                              \
	static const rx_predicate fn##_rx_predicate RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_test_call,                \
	                                                         fn##_rx_test_span};

/** `void fn(const In *item, void *ctx)` */
#define RX_CONSUMER(fn, In)                                                                                            \
	static int fn##_rx_consume_call(const void *in, void *ctx)                                                     \
	{                                                                                                              \
		fn((const In *)in, ctx);                                                                               \
		return 0;                                                                                              \
	}                                                                                                              \
	static const rx_consumer fn##_rx_consumer RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_consume_call}

/** `int fn(const In *item, void *ctx)`: a consumer that can fail, for rx_tap(); an observer's result is ignored. */
#define RX_INSPECTOR(fn, In)                                                                                           \
	static int fn##_rx_consume_call(const void *in, void *ctx)                                                     \
	{                                                                                                              \
		return fn((const In *)in, ctx);                                                                        \
	}                                                                                                              \
	static const rx_consumer fn##_rx_consumer RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_consume_call}

/** `int fn(Acc *acc, const In *item, void *ctx)`: changes @p acc in place. */
#define RX_REDUCER(fn, Acc, In)                                                                                        \
	static int fn##_rx_reduce_call(void *acc, const void *in, size_t index, void *ctx)                             \
	{                                                                                                              \
		(void)index;                                                                                           \
		return fn((Acc *)acc, (const In *)in, ctx);                                                            \
	}                                                                                                              \
	static const rx_reducer fn##_rx_reducer RX_UNUSED = {#fn,  &rx_type_##In, &rx_type_##Acc, fn##_rx_reduce_call, \
	                                                     NULL, NULL}

/** `int fn(Acc *acc, const In *item, size_t index, void *ctx)` */
#define RX_REDUCER_INDEXED(fn, Acc, In)                                                                                \
	static int fn##_rx_reduce_call(void *acc, const void *in, size_t index, void *ctx)                             \
	{                                                                                                              \
		return fn((Acc *)acc, (const In *)in, index, ctx);                                                     \
	}                                                                                                              \
	static const rx_reducer fn##_rx_reducer RX_UNUSED = {#fn,  &rx_type_##In, &rx_type_##Acc, fn##_rx_reduce_call, \
	                                                     NULL, NULL}

/** A pure kernel: `RX_REDUCE(sum, int64_t, int64_t, total, n, total + n)`. */
#define RX_REDUCE(fn, Acc, In, accumulator, item, expression)                                                          \
	static inline Acc fn(Acc accumulator, In item)                                                                 \
	{                                                                                                              \
		return (expression);                                                                                   \
	}                                                                                                              \
	static int fn##_rx_reduce_call(void *acc, const void *in, size_t index, void *ctx)                             \
	{                                                                                                              \
		(void)index, (void)ctx;                                                                                \
		*(Acc *)acc = fn(*(Acc *)acc, *(const In *)in);                                                        \
		return 0;                                                                                              \
	}                                                                                                              \
	RX__KERNEL static void fn##_rx_reduce_fold(void *acc, const void *in, size_t count)                            \
	{                                                                                                              \
		const In *from = (const In *)in;                                                                       \
		Acc value = *(Acc *)acc;                                                                               \
		for (size_t i = 0; i < count; i++)                                                                     \
			value = fn(value, from[i]);                                                                    \
		*(Acc *)acc = value;                                                                                   \
	}                                                                                                              \
	RX__KERNEL static void fn##_rx_reduce_span(void *acc, const void *in, size_t count, void *out)                 \
	{                                                                                                              \
		const In *RX__RESTRICT from = (const In *)in;                                                          \
		Acc *RX__RESTRICT to = (Acc *)out;                                                                     \
		Acc value = *(Acc *)acc;                                                                               \
		for (size_t i = 0; i < count; i++)                                                                     \
			to[i] = value = fn(value, from[i]);                                                            \
		*(Acc *)acc = value;                                                                                   \
	}                                                                                                              \
	static const rx_reducer fn##_rx_reducer RX_UNUSED = {                                                          \
		#fn, &rx_type_##In, &rx_type_##Acc, fn##_rx_reduce_call, fn##_rx_reduce_fold, fn##_rx_reduce_span};

/** `rx_observable *fn(const In *item, void *ctx)`: an observable of Out; to fail, return rx_throw_error(). */
#define RX_PROJECTOR(fn, Out, In)                                                                                      \
	static rx_observable *fn##_rx_project_call(const void *in, size_t index, void *ctx)                            \
	{                                                                                                              \
		(void)index;                                                                                           \
		return fn((const In *)in, ctx);                                                                        \
	}                                                                                                              \
	static const rx_projector fn##_rx_projector RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Out,                   \
	                                                         fn##_rx_project_call}

/** `rx_observable *fn(const In *item, size_t index, void *ctx)` */
#define RX_PROJECTOR_INDEXED(fn, Out, In)                                                                              \
	static rx_observable *fn##_rx_project_call(const void *in, size_t index, void *ctx)                            \
	{                                                                                                              \
		return fn((const In *)in, index, ctx);                                                                 \
	}                                                                                                              \
	static const rx_projector fn##_rx_projector RX_UNUSED = {#fn, &rx_type_##In, &rx_type_##Out,                   \
	                                                         fn##_rx_project_call}

/** `int fn(const In *a, const In *b, void *ctx)`: 1 equal, 0 different. */
#define RX_EQUALITY(fn, In)                                                                                            \
	static int fn##_rx_equal_call(const void *a, const void *b, void *ctx)                                         \
	{                                                                                                              \
		return fn((const In *)a, (const In *)b, ctx);                                                          \
	}                                                                                                              \
	static const rx_equality fn##_rx_equality RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_equal_call}

/** `int fn(const In *a, const In *b, void *ctx)`: below, equal to or above zero; cannot fail. */
#define RX_COMPARATOR(fn, In)                                                                                          \
	static int fn##_rx_compare_call(const void *a, const void *b, int *order, void *ctx)                           \
	{                                                                                                              \
		*order = fn((const In *)a, (const In *)b, ctx);                                                        \
		return 0;                                                                                              \
	}                                                                                                              \
	static const rx_comparator fn##_rx_comparator RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_compare_call}

/** `int fn(const In *item, char *text, size_t size, void *ctx)`: writes as snprintf(), and returns what that does. */
#define RX_FORMATTER(fn, In)                                                                                           \
	static int fn##_rx_format_call(const void *in, char *text, size_t size, void *ctx)                             \
	{                                                                                                              \
		return fn((const In *)in, text, size, ctx);                                                            \
	}                                                                                                              \
	static const rx_formatter fn##_rx_formatter RX_UNUSED = {#fn, &rx_type_##In, fn##_rx_format_call}

#if defined(__cplusplus)
#define RX__RESTRICT __restrict__
#else
#define RX__RESTRICT restrict
#endif

RX_END_DECLS
#endif
