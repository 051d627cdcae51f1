/*
 * Whether bytes from elsewhere are a value.
 *
 * msgpack-c takes an array's count on trust and reserves memory for it, so nothing is given to it, nor read in any other
 * way, that has not been here. Counts are held against the bytes that are there cumulatively: every element needs at
 * least one byte, so more elements still owed than bytes left is a lie, on whichever level it was told.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/value/scan.h"

struct walk {
	const unsigned char *start, *at, *end;
	char *words;
	/* the levels that are open: elements still to come, and whether of a map */
	uint64_t left[CY_DEPTH];
	bool is_map[CY_DEPTH];
	unsigned level, deepest, depth_limit;
	/* elements promised and not yet seen, on all levels */
	uint64_t owed;
	size_t elements, element_limit;
	bool maps;
};

RX_PRINTF(3, 4) static int refuse(const struct walk *walk, int code, const char *format, ...)
{
	va_list args;
	int used = snprintf(walk->words, CY__WORDS, "at byte %zu: ", (size_t)(walk->at - walk->start));

	va_start(args, format);
	vsnprintf(walk->words + used, (size_t)(CY__WORDS - used), format, args);
	va_end(args);
	return code;
}

static size_t bytes_left(const struct walk *walk)
{
	return (size_t)(walk->end - walk->at);
}

static int read_head(struct walk *walk, struct cy__head *head)
{
	switch (cy__head_read(walk->at, bytes_left(walk), head)) {
	case -EBADMSG:
		return refuse(walk, -EBADMSG, "the reserved byte 0xc1");
	case -ENODATA:
		return refuse(walk, -ENODATA, "the bytes end where a value or the rest of its head should be");
	default:
		return 0;
	}
}

static int check_text(const struct walk *walk, const char *text, size_t size)
{
	size_t end = cy__utf8_end(text, size);

	if (end < size)
		return refuse(walk, -EILSEQ, "text that is not UTF-8 from its byte %zu on", end);
	return 0;
}

static int check_payload(const struct walk *walk, const struct cy__head *head)
{
	const unsigned char *payload = walk->at + head->size;
	int64_t seconds;
	uint32_t nanoseconds;

	if (head->payload > bytes_left(walk) - head->size)
		return refuse(walk, -EOVERFLOW, "a length of %zu where %zu bytes are left", head->payload,
		              bytes_left(walk) - head->size);
	if (head->type == CY_STRING)
		return check_text(walk, (const char *)payload, head->payload);
	if (head->type == CY_EXT && head->ext == -1 &&
	    cy__time_read(payload, head->payload, &seconds, &nanoseconds) < 0)
		return refuse(walk, -EBADMSG, "a time that is none");
	return 0;
}

static bool is_collection(const struct cy__head *head)
{
	return head->type == CY_ARRAY || head->type == CY_MAP;
}

static int open_level(struct walk *walk, const struct cy__head *head)
{
	size_t behind = bytes_left(walk) - head->size;

	if (walk->level >= walk->depth_limit)
		return refuse(walk, -ELOOP, "nested deeper than %u", walk->depth_limit);
	if (walk->owed + head->children > behind)
		return refuse(walk, -EOVERFLOW, "%" PRIu64 " elements to come where %zu bytes are left",
		              walk->owed + head->children, behind);
	walk->owed += head->children;
	walk->left[walk->level] = head->children;
	walk->is_map[walk->level] = head->type == CY_MAP;
	walk->maps |= head->type == CY_MAP;
	walk->level++;
	if (walk->deepest < walk->level)
		walk->deepest = walk->level;
	return 0;
}

static int count_element(struct walk *walk, const struct cy__head *head)
{
	unsigned inner = walk->level;

	if (++walk->elements > walk->element_limit)
		return refuse(walk, -EMSGSIZE, "more than %zu elements", walk->element_limit);
	walk->owed--;
	if (inner == 0)
		return 0;
	/* A map has an even number left where a key is due. */
	if (walk->is_map[inner - 1] && walk->left[inner - 1] % 2 == 0 && is_collection(head))
		return refuse(walk, -EINVAL, "an array or a map as a key");
	walk->left[inner - 1]--;
	return 0;
}

static int check_element(struct walk *walk)
{
	struct cy__head head;
	int error = read_head(walk, &head);

	if (error == 0)
		error = count_element(walk, &head);
	if (error == 0)
		error = check_payload(walk, &head);
	if (error == 0 && is_collection(&head))
		error = open_level(walk, &head);
	if (error < 0)
		return error;
	walk->at += head.size + head.payload;
	while (walk->level > 0 && walk->left[walk->level - 1] == 0)
		walk->level--;
	return 0;
}

/* Only after the structure holds: keys are found by stepping over values. */
static int check_keys(struct walk *walk)
{
	const unsigned char *twice;

	for (walk->at = walk->start; walk->at < walk->end;) {
		struct cy__head head = cy__head_at(walk->at);
		const unsigned char *behind = walk->at + head.size;
		int error = head.type == CY_MAP ? cy__keys_differ(behind, head.children / 2, &twice) : 0;
		if (error == -EEXIST)
			walk->at = twice;
		if (error == -EEXIST)
			return refuse(walk, error, "a key that the map has already");
		if (error < 0)
			return refuse(walk, error, "no memory to compare the keys of a map");
		walk->at = behind + head.payload;
	}
	return 0;
}

static int check_all(struct walk *walk, size_t size_limit)
{
	if (!walk->start)
		return refuse(walk, -EINVAL, "no bytes at all (NULL)");
	if (size_limit && bytes_left(walk) > size_limit)
		return refuse(walk, -EMSGSIZE, "%zu bytes, and the limit is %zu", bytes_left(walk), size_limit);
	while (walk->owed > 0) {
		int error = check_element(walk);
		if (error < 0)
			return error;
	}
	if (walk->at < walk->end)
		return refuse(walk, -E2BIG, "%zu bytes after the value", bytes_left(walk));
	return walk->maps ? check_keys(walk) : 0;
}

int cy__validate(const unsigned char *bytes, size_t size, const cy_value_limits *limits, unsigned *depth,
                 char words[CY__WORDS])
{
	struct walk walk = {
		.start = bytes,
		.at = bytes,
		.end = bytes ? bytes + size : bytes,
		.words = words,
		.owed = 1,
		.depth_limit = limits && limits->depth && limits->depth < CY_DEPTH ? limits->depth : CY_DEPTH,
		.element_limit = limits && limits->elements ? limits->elements : SIZE_MAX,
	};
	int error = check_all(&walk, limits ? limits->size : 0);

	if (error == 0 && depth)
		*depth = walk.deepest;
	return error;
}

int cy_value_validate(const void *bytes, size_t size, const cy_value_limits *limits)
{
	char words[CY__WORDS];
	int error = cy__validate(bytes, size, limits, NULL, words);

	return error < 0 ? rx_raise(error, "%s", words) : 0;
}

static void gather_keys(const unsigned char *pairs, size_t count, const unsigned char **keys)
{
	for (size_t i = 0; i < count; i++) {
		keys[i] = pairs;
		pairs = cy__skip(cy__skip(pairs));
	}
}

/* Few keys: each against all before it, which needs no memory. */
static int few_keys_differ(const unsigned char *const *keys, size_t count, const unsigned char **twice)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (cy__scalar_compare(keys[i], keys[j]) == 0) {
				*twice = keys[i];
				return -EEXIST;
			}
	return 0;
}

static int many_keys_differ(const unsigned char **keys, size_t count, const unsigned char **twice)
{
	cy__scalar_sort(keys, count);
	for (size_t i = 1; i < count; i++)
		if (cy__scalar_compare(keys[i - 1], keys[i]) == 0) {
			*twice = keys[i - 1] > keys[i] ? keys[i - 1] : keys[i];
			return -EEXIST;
		}
	return 0;
}

#define FEW_KEYS 16

int cy__keys_differ(const unsigned char *pairs, uint64_t count, const unsigned char **twice)
{
	const unsigned char *few[FEW_KEYS], **many;

	if (count <= FEW_KEYS) {
		gather_keys(pairs, (size_t)count, few);
		return few_keys_differ(few, (size_t)count, twice);
	}
	if (count > SIZE_MAX / sizeof(*many) || !(many = rx_alloc((size_t)count * sizeof(*many))))
		return -ENOMEM;
	gather_keys(pairs, (size_t)count, many);
	int error = many_keys_differ(many, (size_t)count, twice);
	rx_free(many);
	return error;
}
