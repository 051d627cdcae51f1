/*
 * Equality and hash: by what is meant, not by how it is encoded.
 *
 * Maps are the reason that this is not a comparison of bytes: their keys may stand in any order. As long as the orders
 * agree, pairs are compared as they come; from the first difference on, the other map's keys are looked up in a set. Each
 * element of either is passed once, or twice where it lies in such a map, and once more for each such map around it.
 */
#include <errno.h>
#include <string.h>

#include "lib/value/keys.h"
#include "lib/value/scan.h"

/* A collection of which the elements are being compared. */
struct level {
	uint64_t left; /* elements to come */
	bool is_map;
	cy__keys *others; /* the keys of the second one that are left, where the orders differ */
	/* putting them there: pairs to come, elements of the present one, and where that is; at last the end */
	uint64_t unseen, owed;
	const unsigned char *seen;
};

struct cy__equality {
	const unsigned char *a, *b;
	bool equal;
	unsigned depth;
	struct level levels[CY_DEPTH]; /* `depth` of them are in use */
};

static void begin(cy__equality *equality, const unsigned char *a, const unsigned char *b)
{
	equality->a = a;
	equality->b = b;
	equality->equal = true;
	equality->depth = 0;
}

static void finish(cy__equality *equality)
{
	while (equality->depth > 0)
		cy__keys_destroy(equality->levels[--equality->depth].others);
}

static const unsigned char *behind(const unsigned char *scalar)
{
	const struct cy__head head = cy__head_at(scalar);
	return scalar + head.size + head.payload;
}

static void compare_element(cy__equality *equality)
{
	const struct cy__head left = cy__head_at(equality->a), right = cy__head_at(equality->b);
	equality->equal = left.type == right.type && left.children == right.children;
	if (equality->equal && left.type != CY_ARRAY && left.type != CY_MAP)
		equality->equal = cy__scalar_compare(equality->a, equality->b) == 0;
	if (!equality->equal)
		return;
	equality->a += left.size + left.payload;
	equality->b += right.size + right.payload;
	if (equality->depth)
		equality->levels[equality->depth - 1].left--;
	if (left.type != CY_ARRAY && left.type != CY_MAP)
		return;
	struct level *level = &equality->levels[equality->depth++];
	level->left = left.children;
	level->is_map = left.type == CY_MAP;
	level->others = NULL;
}

/* Some of what is needed to look keys up: a key, or an element behind it. */
static int gather(struct level *level)
{
	if (level->owed) {
		const struct cy__head head = cy__head_at(level->seen);
		level->seen += head.size + head.payload;
		level->owed += head.children - 1;
		level->unseen -= level->owed == 0;
		return 0;
	}
	const int code = cy__keys_add(level->others, level->seen);
	level->seen = behind(level->seen);
	level->owed = 1;
	return code;
}

static int compare_key(cy__equality *equality, struct level *level)
{
	if (!level->others && cy__scalar_compare(equality->a, equality->b) != 0) {
		level->others = cy__keys_create(level->left / 2);
		if (!level->others)
			return -ENOMEM;
		level->unseen = level->left / 2;
		level->owed = 0;
		level->seen = equality->b;
	}
	if (!level->others) {
		equality->b = behind(equality->b);
	} else if (level->unseen) {
		return gather(level);
	} else {
		const unsigned char *other = cy__keys_find(level->others, equality->a);
		equality->equal = other;
		if (!other)
			return 0;
		equality->b = behind(other);
	}
	equality->a = behind(equality->a);
	level->left--;
	return 0;
}

static void leave(cy__equality *equality)
{
	struct level *level = &equality->levels[--equality->depth];
	if (level->others)
		equality->b = level->seen;
	cy__keys_destroy(level->others);
}

int cy__equality_step(cy__equality *equality, size_t budget)
{
	for (; equality->equal && budget > 0; budget--) {
		struct level *level = equality->depth ? &equality->levels[equality->depth - 1] : NULL;
		int code = 0;
		if (level && level->left == 0)
			leave(equality);
		else if (level && level->is_map && level->left % 2 == 0)
			code = compare_key(equality, level);
		else
			compare_element(equality);
		if (code < 0)
			return code;
		if (!equality->depth)
			return 0;
	}
	return equality->equal;
}

cy__equality *cy__equality_create(const unsigned char *a, const unsigned char *b)
{
	cy__equality *equality = rx_alloc(sizeof *equality);
	if (equality)
		begin(equality, a, b);
	return equality;
}

bool cy__equality_is_equal(const cy__equality *equality)
{
	return equality->equal;
}

const unsigned char *cy__equality_end(const cy__equality *equality)
{
	return equality->b;
}

void cy__equality_destroy(cy__equality *equality)
{
	if (equality)
		finish(equality);
	rx_free(equality);
}

/* ---- Without memory: keys are searched ---------------------------------------------------------------------------- */

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

static bool equal_maps(const unsigned char *a, const unsigned char *b, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		const unsigned char *other = b;
		uint64_t j = 0;
		for (; j < count && cy__scalar_compare(a, other) != 0; j++)
			other = cy__skip(cy__skip(other));
		if (j == count || !equal_elements(cy__skip(a), cy__skip(other)))
			return false;
		a = cy__skip(cy__skip(a));
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
		return equal_maps(a + left.size, b + right.size, left.children / 2);
	return cy__scalar_compare(a, b) == 0;
}

bool cy_value_equal(const cy_value *a, const cy_value *b)
{
	if (cy_value_error(a) < 0 || cy_value_error(b) < 0)
		return false;
	cy__equality equality;
	begin(&equality, a->bytes, b->bytes);
	int code;
	do {
		code = cy__equality_step(&equality, SIZE_MAX);
	} while (code > 0);
	const bool equal = code < 0 ? equal_elements(a->bytes, b->bytes) : equality.equal;
	finish(&equality);
	return equal;
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

static uint64_t hash_element(const unsigned char **at);

/* The elements of an array in their order; the pairs of a map added up, for they have none. */
static uint64_t hash_children(const unsigned char **at, const struct cy__head *head)
{
	uint64_t hash = 0;

	for (uint64_t left = head->children; left > 0; left--)
		if (head->type == CY_ARRAY) {
			hash = mix(hash, hash_element(at));
		} else {
			const uint64_t key = hash_element(at);
			hash += mix(key, hash_element(at));
			left--;
		}
	return hash;
}

/* And step over it. */
static uint64_t hash_element(const unsigned char **at)
{
	const unsigned char *start = *at;
	struct cy__head head = cy__head_at(start);
	uint64_t hash = mix((uint64_t)head.type + 1, head.bits);

	*at += head.size + head.payload;
	hash = mix(hash, head.children + (head.negative ? 1 : 0) + ((uint64_t)(uint8_t)head.ext << 40));
	if (head.children)
		return mix(hash, hash_children(at, &head));
	return hash_bytes(mix(hash, head.payload), start + head.size, head.payload);
}

uint64_t cy_value_hash(const cy_value *value)
{
	if (cy_value_error(value) < 0)
		return 0;
	const unsigned char *at = value->bytes;
	return hash_element(&at);
}
