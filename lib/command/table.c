#include "lib/command/table.h"

#include <errno.h>
#include <string.h>

struct cy__slot {
	uint64_t number;
	void *value; /* NULL: free */
};

static inline size_t home(const cy__table *table, uint64_t number)
{
	return (size_t)((number * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (table->room - 1);
}

static struct cy__slot *find(const cy__table *table, uint64_t number)
{
	size_t at = home(table, number);
	while (table->slots[at].value && table->slots[at].number != number)
		at = (at + 1) & (table->room - 1);
	return &table->slots[at];
}

static int grow(cy__table *table)
{
	const cy__table old = *table;
	const size_t room = old.room ? 2 * old.room : 16;
	struct cy__slot *slots = rx_alloc_zero(room * sizeof *slots);
	if (!slots)
		return -ENOMEM;
	table->slots = slots;
	table->room = room;
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].value)
			*find(table, old.slots[i].number) = old.slots[i];
	rx_free(old.slots);
	return 0;
}

void *cy__table_get(const cy__table *table, uint64_t number)
{
	return table->count ? find(table, number)->value : NULL;
}

int cy__table_add(cy__table *table, uint64_t number, void *value)
{
	if (2 * (table->count + 1) > table->room) {
		const int code = grow(table);
		if (code < 0)
			return code;
	}
	struct cy__slot *slot = find(table, number);
	if (slot->value)
		return -EEXIST;
	*slot = (struct cy__slot){number, value};
	table->count++;
	return 0;
}

/* Later entries of the same run move up, so that no run is ever broken. */
void *cy__table_remove(cy__table *table, uint64_t number)
{
	if (!table->count)
		return NULL;
	struct cy__slot *slot = find(table, number);
	void *value = slot->value;
	if (!value)
		return NULL;
	const size_t mask = table->room - 1;
	size_t hole = (size_t)(slot - table->slots);
	for (size_t at = (hole + 1) & mask; table->slots[at].value; at = (at + 1) & mask) {
		const size_t wanted = home(table, table->slots[at].number);
		if (((at - wanted) & mask) < ((at - hole) & mask))
			continue;
		table->slots[hole] = table->slots[at];
		hole = at;
	}
	table->slots[hole].value = NULL;
	table->count--;
	return value;
}

void *cy__table_any(const cy__table *table)
{
	for (size_t i = 0; table->count && i < table->room; i++)
		if (table->slots[i].value)
			return table->slots[i].value;
	return NULL;
}

void cy__table_finish(cy__table *table)
{
	rx_free(table->slots);
	memset(table, 0, sizeof *table);
}
