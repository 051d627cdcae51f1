/*
 * What the creation functions have in common that join several observables, and the operators that join others to
 * their source.
 */
#ifndef RX_CORE_JOIN_H
#define RX_CORE_JOIN_H

#include "observables/core/stage.h"

/* The parameters of a stage that joins. */
typedef struct rx_join {
	size_t count;
	rx_observable **sources; /* owned */
	const rx_type **types;   /* of their items, in the same block; NULL for one that has none */
	size_t widest;           /* bytes of the largest item */
	bool plain;              /* no item is copied or dropped by a function of its type */
} rx_join;

/*
 * A source of @p ops that joins @p sources, an array that ends with NULL; they are consumed. @p type NULL: they must be
 * of one type, which the result has too. The first mistake among them becomes the result. Never NULL.
 */
rx_observable *rx__join(const rx_stage_ops *ops, const rx_type *type, rx_observable *const *sources);
/* The same with parameters of @p size bytes that begin with an rx_join, which is filled in. */
rx_observable *rx__join_as(const rx_stage_ops *ops, const rx_type *type, rx_observable *const *sources, rx_join *params,
                           size_t size);
/*
 * Take the sources over into @p join. NULL on success, else what the caller returns instead: a mistake among them, or a
 * lack of memory.
 */
rx_observable *rx__join_take(rx_join *join, rx_observable *const *sources);
/* The drop of such parameters. */
void rx__join_drop(void *params);
/* A reference to one of the sources. */
static inline rx_observable *rx__join_source(const rx_join *join, size_t index)
{
	return rx_observable_ref(join->sources[index]);
}

/*
 * Bytes for a tuple's two arrays of pointers, with one more before them, and for an item of each source, at multiples of
 * 16: what a stage lends. How many sources there are may be data (zip_all), so more than RX__SPAN_BYTES of it are not put
 * on the C stack.
 */
static inline size_t rx__join_room(const rx_join *join)
{
	return (join->count + 1) * 2 * sizeof(void *) + join->count * ((join->widest + 15) & ~(size_t)15) + 16;
}

/* An operator that puts its source before @p others (consumed), and gives them all to @p create. Never NULL. */
rx_operator *rx__join_with(rx_observable *(*create)(rx_observable *const *sources), rx_observable *const *others);

#endif
