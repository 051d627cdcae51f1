/*
 * Equality and hash: by what is meant, not by how it is encoded.
 *
 * Maps are the reason that this is not a comparison of bytes: their keys may stand in any order. As long as the orders
 * agree, pairs are compared as they come; from the first difference on, the rest of both is sorted. Recursion is as deep
 * as the nesting, so at most CY_DEPTH.
 */
#include <string.h>

#include "lib/value/scan.h"

static bool equal_elements(const unsigned char *a, const unsigned char *b);

static bool equal_arrays(const unsigned char *a, const unsigned char *b, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (!equal_elements(a, b))
			return false;
		a = cy__skip(a);
		b = cy__skip(b);
	}
	return true;
}

static void gather(const unsigned char *pairs, size_t count, const unsigned char **keys)
{
	for (size_t i = 0; i < count; i++) {
		keys[i] = pairs;
		pairs = cy__skip(cy__skip(pairs));
	}
}

static bool equal_pairs(const unsigned char *a, const unsigned char *b)
{
	return cy__scalar_compare(a, b) == 0 && equal_elements(cy__skip(a), cy__skip(b));
}

static bool equal_sorted(const unsigned char *a, const unsigned char *b, size_t count, const unsigned char **keys)
{
	const unsigned char **others = keys + count;

	gather(a, count, keys);
	gather(b, count, others);
	cy__scalar_sort(keys, count);
	cy__scalar_sort(others, count);
	for (size_t i = 0; i < count; i++)
		if (!equal_pairs(keys[i], others[i]))
			return false;
	return true;
}

/* Without memory to sort in. */
static bool equal_searched(const unsigned char *a, const unsigned char *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const unsigned char *other = b;
		size_t j = 0;
		while (j < count && cy__scalar_compare(a, other) != 0) {
			other = cy__skip(cy__skip(other));
			j++;
		}
		if (j == count || !equal_pairs(a, other))
			return false;
		a = cy__skip(cy__skip(a));
	}
	return true;
}

static bool equal_in_any_order(const unsigned char *a, const unsigned char *b, size_t count)
{
	const unsigned char **keys = count > SIZE_MAX / 2 / sizeof(*keys) ? NULL : rx_alloc(2 * count * sizeof(*keys));

	if (!keys)
		return equal_searched(a, b, count);
	bool equal = equal_sorted(a, b, count, keys);
	rx_free(keys);
	return equal;
}

static bool equal_maps(const unsigned char *a, const unsigned char *b, size_t count)
{
	for (; count > 0; count--) {
		if (cy__scalar_compare(a, b) != 0)
			return equal_in_any_order(a, b, count);
		a = cy__skip(a);
		b = cy__skip(b);
		if (!equal_elements(a, b))
			return false;
		a = cy__skip(a);
		b = cy__skip(b);
	}
	return true;
}

static bool equal_elements(const unsigned char *a, const unsigned char *b)
{
	struct cy__head left = cy__head_at(a), right = cy__head_at(b);

	if (left.type != right.type || left.children != right.children)
		return false;
	if (left.type == CY_ARRAY)
		return equal_arrays(a + left.size, b + right.size, left.children);
	if (left.type == CY_MAP)
		return equal_maps(a + left.size, b + right.size, (size_t)left.children / 2);
	return cy__scalar_compare(a, b) == 0;
}

bool cy_value_equal(const cy_value *a, const cy_value *b)
{
	if (cy_value_error(a) < 0 || cy_value_error(b) < 0)
		return false;
	return equal_elements(a->bytes, b->bytes);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64_t hash_bytes(uint64_t hash, const unsigned char *bytes, size_t size)
{
	for (; size >= 8; bytes += 8, size -= 8) {
		uint64_t word;
		memcpy(&word, bytes, sizeof(word));
		hash = mix(hash, word);
	}
	for (; size > 0; bytes++, size--)
		hash = mix(hash, *bytes);
	return hash;
}

static uint64_t hash_element(const unsigned char *at);

/* The elements of an array in their order; the pairs of a map added up, for they have none. */
static uint64_t hash_children(const unsigned char *at, const struct cy__head *head)
{
	uint64_t hash = 0;

	for (uint64_t left = head->children; left > 0; left--) {
		if (head->type == CY_ARRAY) {
			hash = mix(hash, hash_element(at));
		} else {
			const unsigned char *value = cy__skip(at);
			hash += mix(hash_element(at), hash_element(value));
			at = value;
			left--;
		}
		at = cy__skip(at);
	}
	return hash;
}

static uint64_t hash_element(const unsigned char *at)
{
	struct cy__head head = cy__head_at(at);
	uint64_t hash = mix((uint64_t)head.type + 1, head.bits);

	hash = mix(hash, head.children + (head.negative ? 1 : 0) + ((uint64_t)(uint8_t)head.ext << 40));
	if (head.children)
		return mix(hash, hash_children(at + head.size, &head));
	return hash_bytes(mix(hash, head.payload), at + head.size, head.payload);
}

uint64_t cy_value_hash(const cy_value *value)
{
	return cy_value_error(value) < 0 ? 0 : hash_element(value->bytes);
}
