/*
 * Many small tables instead of one: which one is the high bits of a key's hash, where in it the low ones. Each grows by
 * itself, so that no addition takes long, and memory is taken for keys that are there, not for those that a head announces.
 */
#include "lib/value/keys.h"

#include <clusterfy/rx/error.h>
#include <errno.h>

#include "lib/value/seed.h"

enum {
	PART = 256, /* keys of a table, on average */
	SMALLEST = 16,
};

/* Open addressing, half full at most. */
struct part {
	const unsigned char **slots;
	size_t room, count;
};

struct cy__keys {
	size_t mask;
	struct part parts[];
};

cy__keys *cy__keys_create(uint64_t count)
{
	size_t parts = 1;
	while (parts < count / PART && parts < SIZE_MAX / 4 / sizeof(struct part))
		parts *= 2;
	cy__keys *keys = rx_alloc_zero(sizeof *keys + parts * sizeof *keys->parts);
	if (keys)
		keys->mask = parts - 1;
	return keys;
}

void cy__keys_destroy(cy__keys *keys)
{
	for (size_t i = 0; keys && i <= keys->mask; i++)
		rx_free(keys->parts[i].slots);
	rx_free(keys);
}

/* Where it is, or would be. */
static const unsigned char **look(const struct part *part, const unsigned char *key, uint64_t hash)
{
	size_t i = (size_t)hash & (part->room - 1);
	while (part->slots[i] && cy__scalar_compare(part->slots[i], key) != 0)
		i = (i + 1) & (part->room - 1);
	return &part->slots[i];
}

static int grow(struct part *part)
{
	const struct part old = *part;
	const size_t room = old.room ? 2 * old.room : (size_t)SMALLEST;
	const unsigned char **slots = rx_alloc_zero(room * sizeof *slots);
	if (!slots)
		return -ENOMEM;
	part->slots = slots;
	part->room = room;
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i])
			*look(part, old.slots[i], cy__seed_hash_scalar(cy__seed_shared(), old.slots[i])) = old.slots[i];
	rx_free(old.slots);
	return 0;
}

int cy__keys_add(cy__keys *keys, const unsigned char *key)
{
	const uint64_t hash = cy__seed_hash_scalar(cy__seed_shared(), key);
	struct part *part = &keys->parts[(size_t)(hash >> 32) & keys->mask];
	if (2 * (part->count + 1) > part->room && grow(part) < 0)
		return -ENOMEM;
	const unsigned char **slot = look(part, key, hash);
	if (*slot)
		return rx_plain(-EEXIST);
	*slot = key;
	part->count++;
	return 0;
}

const unsigned char *cy__keys_find(const cy__keys *keys, const unsigned char *key)
{
	const uint64_t hash = cy__seed_hash_scalar(cy__seed_shared(), key);
	const struct part *part = &keys->parts[(size_t)(hash >> 32) & keys->mask];
	return part->room ? *look(part, key, hash) : NULL;
}
