/*
 * How a value lies in memory, for the files of lib/value/ only.
 *
 * A *root* owns encoded bytes and what is derived from them on demand. A `cy_value` is a root's first member, or a
 * *slice*: a small block that points into a root's bytes and holds a reference to it, or a *view*: a slice that lies in
 * an iterator, holds no reference and has none to count. So a root's caches are reached from any `const cy_value *`.
 */
#ifndef CLUSTERFY_VALUE_LAYOUT_H
#define CLUSTERFY_VALUE_LAYOUT_H

#include <limits.h>

#include <clusterfy/cluster/value.h>

struct cy__root {
	cy_value value;
	/* The bytes again, with a zero after every string: see cy_get_string(). */
	unsigned char *terminated;
	struct cy__unpacked *unpacked;
	/* Its memory goes back to a home (home.h); NULL: it is released. */
	struct cy__lease *lease;
	/* The bytes and a zero; the words of a mistake. */
	unsigned char own[];
};

/* Counts that are none. */
#define CY__VIEW 0U
#define CY__IMMORTAL UINT_MAX

/* cy_value.depth where nobody has looked yet. */
#define CY__DEPTH_UNKNOWN UINT_MAX

/* A root with room for @p size bytes and one reference; NULL without memory. */
cy_value *cy__value_allocate(size_t size);
/* A root that nobody has any more becomes one with room for @p size bytes, for which it is large enough. */
cy_value *cy__value_renew(struct cy__root *root, size_t size);
/*
 * The value that begins @p at bytes into the bytes of @p block, which come from elsewhere, and ends with them; it holds a
 * reference to the block. Never NULL: a mistake if it is none.
 */
cy_value *cy__value_within(cy_value *block, size_t at, const cy_value_limits *limits);
/* Its bytes, while nobody else has seen it. */
unsigned char *cy__value_room(cy_value *value);

/* A mistake; never NULL. */
cy_value *cy__mistake(int code, const char *format, ...) RX_PRINTF(2, 3) RX_RARE;
/* Raise the words of a mistake. Returns its errno; -EINVAL for NULL; 0 for a good value. */
int cy__value_refuse(const cy_value *value);

/* A new value for the element of @p value at @p at; never NULL. */
cy_value *cy__value_slice(const cy_value *value, const unsigned char *at);
/* The same, where it is known where the element ends. */
cy_value *cy__value_between(const cy_value *value, const unsigned char *at, const unsigned char *end);
/*
 * The same for the last element of an array, which begins @p at bytes into it and has only scalars before it: found without
 * walking over it.
 */
cy_value *cy__value_rest(const cy_value *value, size_t at);
/* A root with a copy of the element at @p at; NULL without memory. */
cy_value *cy__value_copy(const unsigned char *at);
/* Nesting of the value itself, counted if need be. */
unsigned cy__value_depth(const cy_value *value);

/* msgpack-c's half of a root; see objects.c. */
void cy__unpacked_destroy(struct cy__unpacked *unpacked);

#endif
