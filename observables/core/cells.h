/*
 * The latest item of each of several sources: combine_latest, fork_join, with_latest_from. An rx_cells is the end of
 * the stage's state; rx__cells_room() is its `extra`.
 */
#ifndef RX_CORE_CELLS_H
#define RX_CORE_CELLS_H

#include "observables/core/join.h"
#include "observables/core/slot.h"

typedef struct rx_cells {
	_Alignas(16) size_t missing; /* how many sources have not emitted */
} rx_cells;

size_t rx__cells_room(const rx_join *join);
/* The state is zero before. */
void rx__cells_init(rx_cells *cells, const rx_join *join);
void rx__cells_clear(rx_cells *cells, const rx_join *join);
/* Keep a copy of @p item as the latest of source @p index; -ENOMEM or what the type's copy returned. */
int rx__cells_put(rx_cells *cells, const rx_join *join, size_t index, const void *item);
/* Whether source @p index has emitted. */
bool rx__cells_has(rx_cells *cells, const rx_join *join, size_t index);
/*
 * Emit the items, none of which is missing, as a tuple; before them @p first, if it is not NULL, of the stage's input
 * type. A failure ends the stream.
 */
void rx__cells_emit(rx_stage *self, rx_cells *cells, const rx_join *join, const void *first);

/* ---- All sources at once: combine_latest, fork_join ----------------------------------------------------------------- */

/* The stage's state. */
typedef struct rx_assembly {
	rx_inners inners;
	size_t active; /* sources that have not completed */
	rx_cells cells;
} rx_assembly;

/* The stage's `extra`, `start` and `clear`; its parameters are an rx_join. */
size_t rx__assembly_extra(const rx_observable *node);
int rx__assembly_start(rx_stage *self);
void rx__assembly_clear(rx_stage *self);

#endif
