/* Open addressing with linear probing; a power of two of places, at most three quarters of them taken. */
#include "observables/core/set.h"

static uint64_t hash_of(const rx_type *type, const void *key)
{
	const uint64_t hash = rx_type_hash(type, key);
	return hash ? hash : 1;
}

static int allocate(rx_set *set, const rx_type *type, size_t capacity)
{
	*set = (rx_set){.hashes = rx_alloc_zero(capacity * sizeof *set->hashes),
	                .keys = rx_alloc(capacity * type->size),
	                .capacity = capacity};
	if (set->hashes && set->keys)
		return 0;
	rx_free(set->hashes);
	rx_free(set->keys);
	*set = (rx_set){0};
	return -ENOMEM;
}

/* The place of a key that is not in the set. */
static size_t free_place(const rx_set *set, uint64_t hash)
{
	size_t place = hash & (set->capacity - 1);
	while (set->hashes[place])
		place = (place + 1) & (set->capacity - 1);
	return place;
}

static int grow(rx_set *set, const rx_type *type)
{
	rx_set larger;
	if (allocate(&larger, type, set->capacity ? 2 * set->capacity : 8) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < set->capacity; i++) {
		if (!set->hashes[i])
			continue;
		const size_t place = free_place(&larger, set->hashes[i]);
		larger.hashes[place] = set->hashes[i];
		memcpy(larger.keys + place * type->size, set->keys + i * type->size, type->size);
	}
	larger.count = set->count;
	rx_free(set->hashes);
	rx_free(set->keys);
	*set = larger;
	return 0;
}

static bool contains(const rx_set *set, const rx_type *type, const void *key, uint64_t hash)
{
	if (!set->count)
		return false;
	for (size_t place = hash & (set->capacity - 1); set->hashes[place]; place = (place + 1) & (set->capacity - 1))
		if (set->hashes[place] == hash && rx_type_equal(type, set->keys + place * type->size, key))
			return true;
	return false;
}

/* Add a key that was copied, which may have come back here and added the same. @returns as rx__set_add() */
static int add_copy(rx_set *set, const rx_type *type, const void *copy, uint64_t hash)
{
	if (type->copy && contains(set, type, copy, hash))
		return 0;
	if (4 * (set->count + 1) > 3 * set->capacity && grow(set, type) < 0)
		return -ENOMEM;
	const size_t place = free_place(set, hash);
	memcpy(set->keys + place * type->size, copy, type->size);
	set->hashes[place] = hash;
	set->count++;
	return 1;
}

int rx__set_add(rx_set *set, const rx_type *type, const void *key)
{
	const uint64_t hash = hash_of(type, key);
	if (contains(set, type, key, hash))
		return 0;
	void *copy = RX__STACK(type);
	const int code = rx_type_copy(type, copy, key);
	if (code < 0)
		return code;
	const int added = add_copy(set, type, copy, hash);
	if (added <= 0)
		rx_type_drop(type, copy);
	return added;
}

void rx__set_clear(rx_set *set, const rx_type *type)
{
	const rx_set old = *set;
	*set = (rx_set){0}; /* first, for a drop may come back here */
	for (size_t i = 0; i < old.capacity; i++)
		if (old.hashes[i])
			rx_type_drop(type, old.keys + i * type->size);
	rx_free(old.hashes);
	rx_free(old.keys);
}
