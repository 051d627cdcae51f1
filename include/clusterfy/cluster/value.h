/**
 * @file
 * Values: what travels between processes and what the storage keeps.
 *
 * A `cy_value` is an immutable MessagePack value with a count of references. It is kept as its encoded bytes, and a
 * value inside it is read, by path and by type, without unpacking the rest:
 *
 *     cy_value *point = cy_map("name", cy_string("home"), "at", cy_array(cy_double(52.5), cy_double(13.4)));
 *     double north;
 *     if (cy_get_double(point, "at.0", &north) < 0) ...
 *
 * **Values are consumed where one is built into another or handed on, and borrowed where one is read.** A function that
 * takes a `cy_value *` takes that reference over (cy_value_ref() first, to use it twice); one that takes a
 * `const cy_value *` only looks.
 *
 * Builders never return NULL. Without memory, or given something that is no value (text that is not UTF-8, a bad
 * format string, a key twice), they return a *mistake*: a value that swallows what it is built into, and reports its
 * errno and its words where it is used. So a chain of builders needs no checks, and the first mistake is the one
 * reported.
 *
 * What is inside a value holds whoever made it: text is UTF-8, nesting is at most CY_DEPTH, a map has no key twice and
 * no array or map as a key. Values may be shared between threads; the counts are atomic.
 */
#ifndef CLUSTERFY_CLUSTER_VALUE_H
#define CLUSTERFY_CLUSTER_VALUE_H

#include <stdarg.h>
#include <stdio.h>

#include <clusterfy/rx/base.h>
#include <clusterfy/rx/type.h>

RX_BEGIN_DECLS

/** How deep arrays and maps may lie in one another; `[[]]` is 2. Deeper ones are refused with -ELOOP. */
#define CY_DEPTH 32

typedef enum cy_type {
	CY_NIL,
	CY_BOOL,
	CY_INT,    /**< signed or unsigned, in any width: read it with cy_get_int() or cy_get_uint() */
	CY_DOUBLE, /**< single precision as well */
	CY_STRING, /**< UTF-8 */
	CY_BINARY,
	CY_ARRAY,
	CY_MAP,
	CY_EXT,     /**< an application's own type; number -1 is a time, see cy_time() */
	CY_MISTAKE, /**< see cy_value_error() */
} cy_type;

/** The words for a type: "nil", "bool", "int", "double", "string", "binary", "array", "map", "ext", "mistake". */
RX_API const char *cy_type_name(cy_type type);

/** The fields are the library's. Always a pointer; cy_value_ref() keeps one. */
typedef struct cy_value {
	const unsigned char *bytes;
	size_t size;
	struct cy__root *root;
	unsigned references;
	int error;
	unsigned depth;
} cy_value;

/**
 * A value as an item of a stream: `RX_CONSUMER(print, cy_body)` declares `void print(const cy_body *body, void *ctx)`,
 * and `*body` is the value, borrowed. An operator that keeps one holds a reference and copies nothing; two are equal as
 * cy_value_equal() says, and have no order.
 */
typedef cy_value *cy_body;
extern RX_API const rx_type rx_type_cy_body;

/**
 * A reference to @p value that the caller keeps: itself with one more reference, or, for a value that an iterator
 * lends, a new value that shares its bytes. Never NULL: only the latter needs memory, and without it is a mistake.
 */
RX_API cy_value *cy_value_ref(cy_value *value);
/** Release a reference; NULL is accepted. */
RX_API void cy_value_unref(cy_value *value);

/** 0 for a good value, the negative errno of a mistake, -EINVAL for NULL. */
RX_API int cy_value_error(const cy_value *value);
/** The words of a mistake, which live as long as it does; "" for a good value. */
RX_API const char *cy_value_words(const cy_value *value);

/* ------------------------------------------------------------------------------------------------- building */

RX_API cy_value *cy_nil(void) RX_MUST_USE;
RX_API cy_value *cy_bool(bool value) RX_MUST_USE;
RX_API cy_value *cy_int(int64_t value) RX_MUST_USE;
RX_API cy_value *cy_uint(uint64_t value) RX_MUST_USE;
RX_API cy_value *cy_float(float value) RX_MUST_USE;
RX_API cy_value *cy_double(double value) RX_MUST_USE;
/**
 * Text, copied.
 * Mistakes: -EINVAL @p text is NULL; -EILSEQ it is not UTF-8; -EMSGSIZE it has 4 GiB or more.
 */
RX_API cy_value *cy_string(const char *text) RX_MUST_USE;
/** As cy_string() for @p size bytes, zeros among them or not; NULL is accepted for a size of 0. */
RX_API cy_value *cy_string_n(const char *text, size_t size) RX_MUST_USE;
/** As printf(). Mistakes: as cy_string(). */
RX_API cy_value *cy_stringf(const char *format, ...) RX_PRINTF(1, 2) RX_MUST_USE;
/** Bytes, copied; NULL is accepted for a size of 0. Mistakes: -EINVAL for NULL; -EMSGSIZE 4 GiB or more. */
RX_API cy_value *cy_binary(const void *bytes, size_t size) RX_MUST_USE;
/** MessagePack's extension: a number of the application's (those below 0 are MessagePack's own) and bytes, copied. */
RX_API cy_value *cy_ext(int8_t type, const void *bytes, size_t size) RX_MUST_USE;
/** A time since 1970, as MessagePack's timestamp (ext -1). Mistake: -ERANGE @p nanoseconds is above 999,999,999. */
RX_API cy_value *cy_time(int64_t seconds, uint32_t nanoseconds) RX_MUST_USE;

/** A key and its value. */
typedef struct cy_pair {
	const char *key;
	cy_value *value;
} cy_pair;

#ifndef __cplusplus
/** `cy_array(cy_int(1), cy_string("x"))`, `cy_array()`: up to 64 values, consumed. More: cy_array_from(). */
#define cy_array(...)                                                                                                  \
	cy__array_from((cy_value *[CY__COUNT(__VA_ARGS__) + 1]){NULL, __VA_ARGS__}, CY__COUNT(__VA_ARGS__))
/** `cy_map("a", cy_int(1), "b", cy_nil())`, `cy_map()`: up to 16 keys and values (consumed). More: cy_map_from(). */
#define cy_map(...) cy_map_from((cy_pair[]){CY__PAIRS(__VA_ARGS__){NULL, NULL}}, CY__PAIR_COUNT(__VA_ARGS__))
#endif

/**
 * An array of @p count values, each consumed, in a C array that stays the caller's.
 * Cost: one block; the bytes of each value are copied.
 * Mistakes: the first one among the values; -EINVAL one is NULL; -ELOOP nested deeper than CY_DEPTH; -ENOMEM.
 */
RX_API cy_value *cy_array_from(cy_value *const *items, size_t count) RX_MUST_USE;
/**
 * A map of @p count keys and values; the values are consumed, the keys copied. Their order is kept.
 * Mistakes: as cy_array_from(); -EINVAL a key is NULL; -EILSEQ it is not UTF-8; -EEXIST it is there twice.
 */
RX_API cy_value *cy_map_from(const cy_pair *pairs, size_t count) RX_MUST_USE;

/**
 * A value by format string: the shorthand for the builders.
 *
 *     cy_pack("{s:i, s:[d, d]}", "count", 3, "at", 52.5, 13.4)
 *     cy_pack("{'count': i, 'at': [d, d]}", 3, 52.5, 13.4)
 *
 *     value  = "n"                        nil
 *            | "b"                        bool, promoted to int
 *            | "i" | "I" | "u" | "U"      int, int64_t, unsigned, uint64_t
 *            | "d"                        double
 *            | "s" | "z"                  const char *; const char *, size_t
 *            | "x"                        binary: const void *, size_t
 *            | "e"                        ext: int, const void *, size_t
 *            | "t"                        time: int64_t, uint32_t
 *            | "v"                        cy_value *, consumed
 *            | "[" [ value { "," value } ] "]"
 *            | "{" [ key ":" value { "," key ":" value } ] "}"
 *     key    = "s"                        const char *
 *            | "'" characters "'"         the key itself
 *
 * Spaces may stand between these. A count behind a pointer must be a size_t (`(size_t)3`, not `3`).
 *
 * Mistakes: -EINVAL the format is wrong, and the words say at which character (then no argument has been looked at,
 * nor any value consumed); otherwise as the builders, and every value is consumed.
 */
RX_API cy_value *cy_pack(const char *format, ...) RX_MUST_USE;
RX_API cy_value *cy_vpack(const char *format, va_list args) RX_MUST_USE;

/* ---------------------------------------------------------------------------------------------------- bytes */

/** What bytes from elsewhere may be; zero means the default. */
typedef struct cy_value_limits {
	size_t size;     /**< bytes; default: any number */
	size_t elements; /**< values in the value, itself and keys included; default: as many as there are bytes */
	unsigned depth;  /**< nesting; default and at most CY_DEPTH */
} cy_value_limits;

/**
 * Whether bytes are one value, without unpacking anything: what a hostile peer can send is refused here.
 *
 * @param limits  NULL: the defaults
 * @retval 0           they are
 * @retval -EINVAL     an array or a map as the key of a map, or @p bytes is NULL
 * @retval -ENODATA    they end inside the head of a value; or there are none
 * @retval -EOVERFLOW  a length or a count promises more than the bytes that are there
 * @retval -ELOOP      nesting deeper than the limit
 * @retval -EILSEQ     text that is not UTF-8
 * @retval -EBADMSG    the byte 0xc1, which MessagePack reserves, or a time (ext -1) of a wrong form
 * @retval -EEXIST     a key twice in one map
 * @retval -E2BIG      further bytes after the value
 * @retval -EMSGSIZE   more bytes or more elements than the limit
 * @retval -ENOMEM     for a map of more than 16 keys only
 * rx_raise() has said where.
 *
 * Cost: one pass; if there are maps, the bytes of each once more, for its keys (n log n for n of them). Constant stack.
 */
RX_API int cy_value_validate(const void *bytes, size_t size, const cy_value_limits *limits);
/** A value from its encoded bytes, validated and copied. Mistakes: as cy_value_validate(); -ENOMEM. */
RX_API cy_value *cy_value_from_bytes(const void *bytes, size_t size, const cy_value_limits *limits) RX_MUST_USE;
/** The encoded bytes, which live as long as @p value; NULL and 0 for a mistake. */
RX_API const void *cy_value_bytes(const cy_value *value, size_t *size);

/* -------------------------------------------------------------------------------------------------- reading */

RX_API cy_type cy_value_type(const cy_value *value);
/** Elements of an array, pairs of a map; 0 for everything else. */
RX_API size_t cy_value_count(const cy_value *value);

/**
 * Read what is at @p path: the keys of maps and the indices of arrays, joined with dots (`"points.0.x"`); NULL is the
 * value itself. A key that is empty or has a dot in it cannot be reached in this way: use an iterator.
 *
 * @retval 0         @p out is set; otherwise it is untouched
 * @retval -ENOENT   nothing is there, or what the path leads through is neither a map nor an array
 * @retval -EINVAL   it is of another type; or the path is wrong (empty, or with an empty segment); or @p value is NULL
 * @retval -ERANGE   a number that does not fit
 * @retval -E…       that of the mistake that @p value is
 * rx_raise() has said which path and what is there instead.
 *
 * Cost: the entries before it, each level skipped over, are looked at; no memory.
 */
RX_API int cy_get_bool(const cy_value *value, const char *path, bool *out);
RX_API int cy_get_int(const cy_value *value, const char *path, int64_t *out);
RX_API int cy_get_uint(const cy_value *value, const char *path, uint64_t *out);
/** An int is accepted where it is exact as a double, otherwise -ERANGE: other languages send 1.0 as 1. */
RX_API int cy_get_double(const cy_value *value, const char *path, double *out);
/**
 * As a C string, borrowed from @p value.
 * @retval -EILSEQ  there is a zero within it: use cy_get_string_n()
 * @retval -ENOMEM  the first C string that is read from a value may copy the whole value, once
 */
RX_API int cy_get_string(const cy_value *value, const char *path, const char **out);
/** Borrowed, not terminated. */
RX_API int cy_get_string_n(const cy_value *value, const char *path, const char **out, size_t *size);
/** Borrowed. */
RX_API int cy_get_binary(const cy_value *value, const char *path, const void **out, size_t *size);
/** Borrowed. */
RX_API int cy_get_ext(const cy_value *value, const char *path, int8_t *type, const void **out, size_t *size);
RX_API int cy_get_time(const cy_value *value, const char *path, int64_t *seconds, uint32_t *nanoseconds);
/** What is there, as a value of its own that shares the bytes; release it. @retval -ENOMEM */
RX_API int cy_get_value(const cy_value *value, const char *path, cy_value **out);
RX_API int cy_get_type(const cy_value *value, const char *path, cy_type *out);
RX_API int cy_get_count(const cy_value *value, const char *path, size_t *out);
/** Whether something is there, nil included. Raises no words. */
RX_API bool cy_has(const cy_value *value, const char *path);

/** A walk over an array or a map, in the caller's memory; it must not be copied while it runs. */
typedef struct cy_iterator {
	cy_value *key;   /**< in a map; NULL in an array. Lent until the next step; cy_value_ref() to keep it */
	cy_value *value; /**< lent likewise */
	size_t index;    /**< from 0 */
	/* The rest is the library's. */
	cy_value views[2];
	const unsigned char *at;
	size_t left;
} cy_iterator;

/** `cy_iterator it; CY_EACH(&it, value) { ... it.key ... it.value ... }`; nothing, where it is no array and no map. */
#define CY_EACH(iterator, collection) for (cy_iterator_start((iterator), (collection)); cy_iterator_next((iterator));)
/** Begin a walk over @p value, which must outlive it. There is nothing to finish. */
RX_API void cy_iterator_start(cy_iterator *iterator, const cy_value *value);
/** The next element; false after the last. */
RX_API bool cy_iterator_next(cy_iterator *iterator);

/**
 * Take a value apart by format string.
 *
 *     cy_unpack(args, "{s:s, s?:i}", "name", &name, "age", &age)
 *     cy_unpack(args, "{'name': s, 'age'?: i}", &name, &age)
 *
 * The grammar is cy_pack()'s; each argument is a pointer to what cy_pack() takes (`b` takes `bool *`), and
 *
 *     "s"                const char **, borrowed, as cy_get_string()
 *     "z" | "x"          const char **, size_t *; const void **, size_t *: borrowed
 *     "e"                int *, const void **, size_t *
 *     "v"                cy_value **, a reference to release
 *     "n"                no argument: nil must be there
 *     "_"                no argument: anything may be there
 *     key "?" ":" value  need not be there; its arguments are then left as they are
 *     "!" before "}"     no other keys may be there
 *     "*" before "]"     more elements may be there; otherwise the number must be the same
 *
 * A pointer may be NULL: the type is checked, nothing is stored.
 *
 * @retval 0        everything was there; on failure, no argument has been written to, but for `v` at -ENOMEM (NULL)
 * @retval -EINVAL  the format is wrong, or a type is, or there is more than the format admits
 * @retval -ENOENT  a key is not there, or an array is too short
 * @retval -ERANGE  a number does not fit
 * @retval -EILSEQ  `s`: a string with a zero in it
 * @retval -ENOMEM
 * @retval -E…      that of the mistake that @p value is
 * rx_raise() has said at which character of the format.
 */
RX_API int cy_unpack(const cy_value *value, const char *format, ...);
RX_API int cy_vunpack(const cy_value *value, const char *format, va_list args);

/**
 * Whether two values are the same: ints of any width, single and double precision, and maps in any order of their
 * keys are compared by what they mean; an int never equals a double. Doubles are equal when their bits are, so NaN
 * equals itself and 0.0 is not -0.0. A mistake equals nothing.
 * Cost: linear; maps whose orders differ are sorted, or without memory searched.
 */
RX_API bool cy_value_equal(const cy_value *a, const cy_value *b);
/** Equal values hash equally. */
RX_API uint64_t cy_value_hash(const cy_value *value);

/**
 * Print as JSON does, on one line, with `h'6869'` for binary, `ext(5, h'00')`, `time(1700000000.5)`, `nan`, `inf` and
 * `mistake(words)` beside what JSON has. A double always has a point or an exponent.
 * @retval -EIO  the stream failed
 */
RX_API int cy_value_print(const cy_value *value, FILE *stream);
/** The same text in a string; release it with rx_free(). NULL only without memory. */
RX_API char *cy_value_to_string(const cy_value *value) RX_MUST_USE;

RX_END_DECLS

#ifdef __cplusplus
/* C++ has no compound literals; packs of arguments make the arrays. */
inline void cy__fill_pairs(cy_pair *)
{
}
template <typename... Rest> inline void cy__fill_pairs(cy_pair *at, const char *key, cy_value *value, Rest... rest)
{
	*at = {key, value};
	cy__fill_pairs(at + 1, rest...);
}
template <typename... Values> RX_MUST_USE inline cy_value *cy_array(Values... values)
{
	cy_value *items[] = {nullptr, values...};
	return cy_array_from(items + 1, sizeof...(values));
}
template <typename... KeysAndValues> RX_MUST_USE inline cy_value *cy_map(KeysAndValues... rest)
{
	static_assert(sizeof...(rest) % 2 == 0, "cy_map() takes a value after each key");
	cy_pair pairs[sizeof...(rest) / 2 + 1];
	cy__fill_pairs(pairs, rest...);
	return cy_map_from(pairs, sizeof...(rest) / 2);
}
#else
/* An empty argument list counts as one empty argument: its array then holds only the leading NULL. */
RX_MUST_USE static inline cy_value *cy__array_from(cy_value *const *items, size_t count)
{
	return cy_array_from(items + 1, count == 1 && !items[1] ? 0 : count);
}

/* How many arguments (an empty list: 1), up to 64. The arguments appear in the result nowhere, so nesting is cheap. */
#define CY__COUNT(...)                                                                                                 \
	CY__COUNT_(__VA_ARGS__, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44,    \
	           43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, \
	           18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, )
#define CY__COUNT_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21,     \
                   a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, \
                   a42, a43, a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, \
                   a62, a63, a64, count, ...)                                                                          \
	count

/* A key without a value ends in a name that does not exist and says so. */
#define CY__PAIR_COUNT(...) (CY__COUNT(__VA_ARGS__) / 2)
#define CY__PAIRS(...) CY__JOIN(CY__PAIRS_, CY__COUNT(__VA_ARGS__))(__VA_ARGS__)
#define CY__JOIN(a, b) CY__JOIN_(a, b)
#define CY__JOIN_(a, b) a##b
#define CY__PAIRS_1(nothing) nothing
#define CY__PAIRS_2(k, v) {k, v},
#define CY__PAIRS_4(k, v, ...) {k, v}, CY__PAIRS_2(__VA_ARGS__)
#define CY__PAIRS_6(k, v, ...) {k, v}, CY__PAIRS_4(__VA_ARGS__)
#define CY__PAIRS_8(k, v, ...) {k, v}, CY__PAIRS_6(__VA_ARGS__)
#define CY__PAIRS_10(k, v, ...) {k, v}, CY__PAIRS_8(__VA_ARGS__)
#define CY__PAIRS_12(k, v, ...) {k, v}, CY__PAIRS_10(__VA_ARGS__)
#define CY__PAIRS_14(k, v, ...) {k, v}, CY__PAIRS_12(__VA_ARGS__)
#define CY__PAIRS_16(k, v, ...) {k, v}, CY__PAIRS_14(__VA_ARGS__)
#define CY__PAIRS_18(k, v, ...) {k, v}, CY__PAIRS_16(__VA_ARGS__)
#define CY__PAIRS_20(k, v, ...) {k, v}, CY__PAIRS_18(__VA_ARGS__)
#define CY__PAIRS_22(k, v, ...) {k, v}, CY__PAIRS_20(__VA_ARGS__)
#define CY__PAIRS_24(k, v, ...) {k, v}, CY__PAIRS_22(__VA_ARGS__)
#define CY__PAIRS_26(k, v, ...) {k, v}, CY__PAIRS_24(__VA_ARGS__)
#define CY__PAIRS_28(k, v, ...) {k, v}, CY__PAIRS_26(__VA_ARGS__)
#define CY__PAIRS_30(k, v, ...) {k, v}, CY__PAIRS_28(__VA_ARGS__)
#define CY__PAIRS_32(k, v, ...) {k, v}, CY__PAIRS_30(__VA_ARGS__)
#endif
#endif
