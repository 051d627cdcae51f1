/**
 * @file
 * What an item is: the run-time description of a C type.
 *
 * Every observable has one `rx_type`. Numbers and plain structs need a name and a size; a type that owns
 * something says how to copy it and how to drop it.
 *
 *     typedef struct { double x, y; } point;
 *     RX_TYPE(point);
 *     RX_TYPE(message, .copy = message_copy, .drop = message_drop);
 */
#ifndef CLUSTERFY_RX_TYPE_H
#define CLUSTERFY_RX_TYPE_H

#include <clusterfy/rx/base.h>

RX_BEGIN_DECLS

typedef struct rx_type {
	const char *name; /**< as written in C; two types are the same when name and size are */
	size_t size;      /**< bytes, as sizeof */
	/** Make @p to an independent copy; 0 or -errno. NULL: the bytes are the value. */
	int (*copy)(void *to, const void *from);
	/** Release what the value owns, not its bytes. NULL: it owns nothing. */
	void (*drop)(void *value);
	/** NULL: the bytes are compared. This and the next two look at their values only: they call nothing that could come
	 * back to a stream. */
	bool (*equal)(const void *a, const void *b);
	/** Below, equal to or above zero. NULL: the type has no order. */
	int (*compare)(const void *a, const void *b);
	/** Equal values hash equally. NULL: the bytes are hashed (so a type with `equal` needs its own). */
	uint64_t (*hash)(const void *value);
} rx_type;

/** Describe the type @p T for use by the macros that take a type's name; further fields as designated initialisers. */
#define RX_TYPE(...) RX__TYPE(__VA_ARGS__, )
#define RX__TYPE(T, ...) static const rx_type rx_type_##T RX_UNUSED = {.name = #T, .size = sizeof(T), __VA_ARGS__}

/** A string as an item: whoever keeps one keeps a copy of its characters. */
typedef const char *rx_string;
/** An untyped pointer as an item; who owns what it points to is between its users. */
typedef void *rx_pointer;

#define RX__DECLARE_TYPE(T) extern RX_API const rx_type rx_type_##T
RX__DECLARE_TYPE(char);
RX__DECLARE_TYPE(int);
RX__DECLARE_TYPE(unsigned);
RX__DECLARE_TYPE(long);
RX__DECLARE_TYPE(float);
RX__DECLARE_TYPE(double);
RX__DECLARE_TYPE(size_t);
RX__DECLARE_TYPE(int8_t);
RX__DECLARE_TYPE(int16_t);
RX__DECLARE_TYPE(int32_t);
RX__DECLARE_TYPE(int64_t);
RX__DECLARE_TYPE(uint8_t);
RX__DECLARE_TYPE(uint16_t);
RX__DECLARE_TYPE(uint32_t);
RX__DECLARE_TYPE(uint64_t);
RX__DECLARE_TYPE(rx_string);
RX__DECLARE_TYPE(rx_pointer);
/** `bool` is a macro in C, so its description has both spellings. */
RX__DECLARE_TYPE(_Bool);
#define rx_type_bool rx_type__Bool

/** Whether two types are the same: equal name, equal size. */
RX_API bool rx_type_same(const rx_type *a, const rx_type *b);
/** Copy an item by its type. @retval -E… what the type's own copy returned; @p to then holds nothing. */
RX_API int rx_type_copy(const rx_type *type, void *to, const void *from);
/** Release what an item owns. */
RX_API void rx_type_drop(const rx_type *type, void *value);
/** Whether two items are equal, by the type's `equal` or by their bytes. */
RX_API bool rx_type_equal(const rx_type *type, const void *a, const void *b);
/** The hash of an item, by the type's `hash` or of its bytes. */
RX_API uint64_t rx_type_hash(const rx_type *type, const void *value);

RX_END_DECLS
#endif
