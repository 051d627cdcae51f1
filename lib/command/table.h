/*
 * Numbers to pointers: calls by their numbers. Open addressing, a quarter full at most, so that a look-up is one probe as
 * a rule, whatever is in flight, and whatever numbers a peer has chosen: they are hashed with a secret. Warm, nothing is
 * allocated; a table that was large shrinks.
 */
#ifndef CLUSTERFY_LIB_COMMAND_TABLE_H
#define CLUSTERFY_LIB_COMMAND_TABLE_H

#include <clusterfy/rx/base.h>

/* Zero is an empty table. */
typedef struct cy__table {
	struct cy__slot *slots;
	size_t room; /* a power of two, or 0 */
	size_t count;
	size_t at; /* where cy__table_any() found the last one */
} cy__table;

/* NULL if it is not there. */
void *cy__table_get(const cy__table *table, uint64_t number);
/* @retval -EEXIST, -ENOMEM */
int cy__table_add(cy__table *table, uint64_t number, void *value);
/* What was there, or NULL. */
void *cy__table_remove(cy__table *table, uint64_t number);
/*
 * Any entry, or NULL when there is none: to empty a table from outside. To empty all of it costs its room, not the square
 * of that.
 */
void *cy__table_any(cy__table *table);
void cy__table_finish(cy__table *table);

#endif
