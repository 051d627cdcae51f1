/*
 * Whether bytes from elsewhere are a value.
 *
 * msgpack-c takes an array's count on trust and reserves memory for it, so nothing is given to it, nor read in any other
 * way, that has not been here. Counts are held against the bytes that are there cumulatively: every element needs at
 * least one byte, so more elements still owed than bytes left is a lie, on whichever level it was told.
 *
 * It is one walk, keys included, whose state lies beside it, so that it can be done in slices: each byte is looked at once
 * and each key is looked up once, whatever the nesting.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <clusterfy/rx/error.h>

#include "lib/value/keys.h"
#include "lib/value/scan.h"

#define FEW_KEYS 16

/* Levels on the stack of whoever validates at once: all of them would touch two pages of it, in each process. */
#define FEW_LEVELS 4

/* A collection that is open. */
struct level {
	uint64_t left;     /* elements still to come */
	uint64_t children; /* at first */
	bool is_map;
	unsigned few_count;
	const unsigned char *few[FEW_KEYS]; /* its keys so far, where it has no more than these */
	cy__keys *many;                     /* else */
};

struct cy__validation {
	const unsigned char *start, *at, *end;
	/* elements promised and not yet seen, on all levels */
	uint64_t owed;
	size_t elements, element_limit, size_limit;
	size_t text_done; /* bytes of the string at `at` that have been looked at */
	unsigned level, deepest, depth_limit;
	unsigned room; /* levels that there are */
	char *words;
	struct level *levels; /* not initialised; `level` of them are open */
};

struct deep {
	cy__validation walk;
	struct level levels[CY_DEPTH];
};

RX_RARE RX_PRINTF(3, 4) static int refuse(const cy__validation *walk, int code, const char *format, ...)
{
	va_list args;
	int used = snprintf(walk->words, CY__WORDS, "at byte %zu: ", (size_t)(walk->at - walk->start));

	va_start(args, format);
	vsnprintf(walk->words + used, (size_t)(CY__WORDS - used), format, args);
	va_end(args);
	return code;
}

static size_t bytes_left(const cy__validation *walk)
{
	return (size_t)(walk->end - walk->at);
}

static int read_head(cy__validation *walk, struct cy__head *head)
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

/* A long text is looked at in pieces. */
#define PIECE ((size_t)16384)

/* @retval 1  there is more of it */
static int check_text(cy__validation *walk, const char *text, size_t size)
{
	const size_t left = size - walk->text_done, piece = left > PIECE ? PIECE : left;
	const size_t end = walk->text_done + cy__utf8_end(text + walk->text_done, piece);

	/* A piece may end within a character: those bytes belong to the next one. */
	if (end < walk->text_done + piece && !(piece < left && walk->text_done + piece - end < 4))
		return refuse(walk, -EILSEQ, "text that is not UTF-8 from its byte %zu on", end);
	walk->text_done = end;
	if (end < size)
		return 1;
	walk->text_done = 0;
	return 0;
}

static int check_payload(cy__validation *walk, const struct cy__head *head)
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

static int open_level(cy__validation *walk, const struct cy__head *head)
{
	size_t behind = bytes_left(walk) - head->size;

	if (walk->level >= walk->depth_limit)
		return refuse(walk, -ELOOP, "nested deeper than %u", walk->depth_limit);
	if (walk->owed + head->children > behind)
		return refuse(walk, -EOVERFLOW, "%" PRIu64 " elements to come where %zu bytes are left",
		              walk->owed + head->children, behind);
	walk->owed += head->children;
	struct level *level = &walk->levels[walk->level];
	level->left = level->children = head->children;
	level->is_map = head->type == CY_MAP;
	level->few_count = 0;
	level->many = NULL;
	if (level->is_map && head->children > (uint64_t)2 * FEW_KEYS) {
		level->many = cy__keys_create(head->children / 2);
		if (!level->many)
			return refuse(walk, -ENOMEM, "no memory to compare the keys of a map");
	}
	walk->level++;
	if (walk->deepest < walk->level)
		walk->deepest = walk->level;
	return 0;
}

/* Few keys: each against all before it, which needs no memory. */
static int add_to_few(struct level *level, const unsigned char *key)
{
	for (unsigned i = 0; i < level->few_count; i++)
		if (cy__scalar_compare(level->few[i], key) == 0)
			return rx_plain(-EEXIST);
	level->few[level->few_count++] = key;
	return 0;
}

/* The key at `at`, all of which is there. */
static int check_key(cy__validation *walk, struct level *level)
{
	switch (level->many ? cy__keys_add(level->many, walk->at) : add_to_few(level, walk->at)) {
	case -EEXIST:
		return refuse(walk, -EEXIST, "a key that the map has already");
	case -ENOMEM:
		return refuse(walk, -ENOMEM, "no memory to compare the keys of a map");
	default:
		return 0;
	}
}

static struct level *innermost(const cy__validation *walk)
{
	return &walk->levels[walk->level - 1];
}

/* A map has an even number left where a key is due. */
static bool is_key_next(const cy__validation *walk)
{
	return walk->level > 0 && innermost(walk)->is_map && innermost(walk)->left % 2 == 0;
}

static int check_counts(cy__validation *walk, const struct cy__head *head, bool is_key)
{
	if (walk->elements + 1 > walk->element_limit)
		return refuse(walk, -EMSGSIZE, "more than %zu elements", walk->element_limit);
	if (is_key && is_collection(head))
		return refuse(walk, -EINVAL, "an array or a map as a key");
	return 0;
}

static void close_levels(cy__validation *walk)
{
	while (walk->level > 0 && innermost(walk)->left == 0)
		cy__keys_destroy(walk->levels[--walk->level].many);
}

/* @retval 1  only a piece of it */
static int check_element(cy__validation *walk)
{
	const bool is_key = is_key_next(walk);
	struct cy__head head;
	int error = read_head(walk, &head);

	if (error == 0)
		error = check_counts(walk, &head, is_key);
	if (error == 0)
		error = check_payload(walk, &head);
	if (error != 0)
		return error;
	if (is_key)
		error = check_key(walk, innermost(walk));
	walk->elements++;
	walk->owed--;
	if (walk->level > 0)
		innermost(walk)->left--;
	if (error == 0 && is_collection(&head))
		error = open_level(walk, &head);
	if (error < 0)
		return error;
	walk->at += head.size + head.payload;
	close_levels(walk);
	return 0;
}

static int check_size(const cy__validation *walk)
{
	if (!walk->start)
		return refuse(walk, -EINVAL, "no bytes at all (NULL)");
	if (walk->size_limit && bytes_left(walk) > walk->size_limit)
		return refuse(walk, -EMSGSIZE, "%zu bytes, and the limit is %zu", bytes_left(walk), walk->size_limit);
	return 0;
}

/* The next element may need a level that there is not. */
static bool is_cramped(const cy__validation *walk)
{
	return walk->level == walk->room && walk->room < CY_DEPTH;
}

/* Elements, and pieces of texts, until the budget is spent, or there are not enough levels. @retval 1  there is more to do */
static int check_some(cy__validation *walk, size_t budget)
{
	int error = walk->elements || walk->text_done ? 0 : check_size(walk);
	while (error >= 0 && walk->owed > 0) {
		if (budget-- == 0 || is_cramped(walk))
			return 1;
		error = check_element(walk);
	}
	if (error < 0)
		return error;
	if (walk->at < walk->end)
		return refuse(walk, -E2BIG, "%zu bytes after the value", bytes_left(walk));
	return 0;
}

/* All but the levels, which are not looked at before they are opened. */
static void begin(cy__validation *walk, const unsigned char *bytes, size_t size, const cy_value_limits *limits,
                  char *words, struct level *levels, unsigned room)
{
	walk->levels = levels;
	walk->room = room;
	walk->start = walk->at = bytes;
	walk->end = bytes ? bytes + size : bytes;
	walk->owed = 1;
	walk->elements = walk->text_done = 0;
	walk->element_limit = limits && limits->elements ? limits->elements : SIZE_MAX;
	walk->size_limit = limits ? limits->size : 0;
	walk->level = walk->deepest = 0;
	walk->depth_limit = limits && limits->depth && limits->depth < CY_DEPTH ? limits->depth : CY_DEPTH;
	walk->words = words;
}

static void finish(cy__validation *walk)
{
	while (walk->level > 0)
		cy__keys_destroy(walk->levels[--walk->level].many);
}

/* The rest, with as many levels as there may be. */
RX_RARE static int check_deep(cy__validation *walk)
{
	struct level levels[CY_DEPTH];
	memcpy(levels, walk->levels, walk->level * sizeof *levels);
	walk->levels = levels;
	walk->room = CY_DEPTH;
	int error;
	do {
		error = check_some(walk, SIZE_MAX);
	} while (error > 0);
	finish(walk);
	return error;
}

int cy__validate(const unsigned char *bytes, size_t size, const cy_value_limits *limits, unsigned *depth,
                 char words[CY__WORDS])
{
	cy__validation walk;
	struct level levels[FEW_LEVELS];
	begin(&walk, bytes, size, limits, words, levels, FEW_LEVELS);
	int error;
	do {
		error = check_some(&walk, SIZE_MAX);
	} while (error > 0 && !is_cramped(&walk));
	if (error > 0)
		error = check_deep(&walk);
	finish(&walk);
	if (error == 0 && depth)
		*depth = walk.deepest;
	return error;
}

cy__validation *cy__validation_create(const unsigned char *bytes, size_t size, const cy_value_limits *limits,
                                      char words[CY__WORDS])
{
	struct deep *deep = rx_alloc(sizeof *deep);
	if (!deep)
		return NULL;
	begin(&deep->walk, bytes, size, limits, words, deep->levels, CY_DEPTH);
	return &deep->walk;
}

int cy__validation_step(cy__validation *validation, size_t budget)
{
	return check_some(validation, budget);
}

unsigned cy__validation_depth(const cy__validation *validation)
{
	return validation->deepest;
}

void cy__validation_destroy(cy__validation *validation)
{
	if (validation)
		finish(validation);
	rx_free(validation);
}

int cy_value_validate(const void *bytes, size_t size, const cy_value_limits *limits)
{
	char words[CY__WORDS];
	int error = cy__validate(bytes, size, limits, NULL, words);

	return error < 0 ? rx_raise(error, "%s", words) : 0;
}

/* Few: each against all before it, without memory. */
static int few_keys_differ(const unsigned char *pairs, uint64_t count, const unsigned char **twice)
{
	struct level level = {.left = 0};
	int error = 0;
	for (; error == 0 && count > 0; count--) {
		*twice = pairs;
		error = add_to_few(&level, pairs);
		pairs = cy__skip(cy__skip(pairs));
	}
	return error;
}

static int many_keys_differ(const unsigned char *pairs, uint64_t count, const unsigned char **twice)
{
	cy__keys *keys = cy__keys_create(count);
	int error = keys ? 0 : -ENOMEM;
	for (; error == 0 && count > 0; count--) {
		*twice = pairs;
		error = cy__keys_add(keys, pairs);
		pairs = cy__skip(cy__skip(pairs));
	}
	cy__keys_destroy(keys);
	return error;
}

int cy__keys_differ(const unsigned char *pairs, uint64_t count, const unsigned char **twice)
{
	return count <= FEW_KEYS ? few_keys_differ(pairs, count, twice) : many_keys_differ(pairs, count, twice);
}
