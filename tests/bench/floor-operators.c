#include "tests/bench/floor-operators.h"

#include <stdlib.h>
#include <string.h>

#define SPAN 256

/* ---- combine_latest ------------------------------------------------------------------------------------------------------ */

struct pair {
	int64_t first, second;
};

static void pair_up(const struct pair *latest, struct pair *out, void *ctx)
{
	(void)ctx;
	*out = *latest;
}

static void count_pair(const struct pair *pair, void *ctx)
{
	(void)pair;
	++*(int64_t *)ctx;
}

/* Volatile, so that the compiler does not see through them. */
static void (*volatile pair_pointer)(const struct pair *, struct pair *, void *) = pair_up;
static void (*volatile count_pointer)(const struct pair *, void *) = count_pair;

int64_t floor_combine(int64_t count)
{
	struct pair latest = {0}, combined;
	int64_t seen = 0;
	for (int64_t i = 0; i < count; i++) {
		latest.second = i;
		pair_pointer(&latest, &combined, NULL);
		count_pointer(&combined, &seen);
	}
	return seen;
}

/* ---- group_by ------------------------------------------------------------------------------------------------------------ */

static void key_of(const int64_t *n, int64_t *key, void *ctx)
{
	*key = *n % *(const int64_t *)ctx;
}

static void add(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx += *n;
}

static void (*volatile key_pointer)(const int64_t *, int64_t *, void *) = key_of;

struct group {
	int64_t key;
	void (*next)(const int64_t *n, void *ctx);
	void *ctx;
};

static struct group *find(struct group *groups, size_t mask, int64_t key, void *ctx)
{
	size_t at = ((uint64_t)key * 0x9e3779b97f4a7c15u >> 32) & mask;
	while (groups[at].next && groups[at].key != key)
		at = (at + 1) & mask;
	if (!groups[at].next)
		groups[at] = (struct group){key, add, ctx};
	return &groups[at];
}

int64_t floor_group(int64_t count, int64_t keys)
{
	size_t room = 16;
	while (room < 2 * (size_t)keys)
		room *= 2;
	struct group *groups = calloc(room, sizeof *groups);
	if (!groups)
		abort();
	int64_t sum = 0, key;
	for (int64_t i = 0; i < count; i++) {
		key_pointer(&i, &key, &keys);
		struct group *group = find(groups, room - 1, key, &sum);
		group->next(&i, group->ctx);
	}
	free(groups);
	return sum;
}

/* ---- buffer ---------------------------------------------------------------------------------------------------------------- */

static void count_block(const int64_t *items, size_t size, void *ctx)
{
	(void)items, (void)size;
	++*(int64_t *)ctx;
}

static void (*volatile block_pointer)(const int64_t *, size_t, void *) = count_block;

int64_t floor_buffer(int64_t count, int64_t size)
{
	int64_t *block = malloc((size_t)size * sizeof *block), used = 0, seen = 0;
	if (!block)
		abort();
	for (int64_t i = 0; i < count; i++) {
		block[used++] = i;
		if (used < size)
			continue;
		block_pointer(block, (size_t)size, &seen);
		used = 0;
	}
	free(block);
	return seen;
}

/* ---- share_replay ---------------------------------------------------------------------------------------------------------- */

struct replay {
	int64_t last, sum;
};

static void keep(const int64_t *items, size_t count, void *ctx)
{
	struct replay *replay = ctx;
	memcpy(&replay->last, &items[count - 1], sizeof *items);
	for (size_t i = 0; i < count; i++)
		replay->sum += items[i];
}

static void (*volatile keep_pointer)(const int64_t *, size_t, void *) = keep;

int64_t floor_replay(int64_t count)
{
	struct replay replay = {0};
	int64_t span[SPAN];
	for (int64_t first = 0; first < count; first += SPAN) {
		const size_t part = count - first < SPAN ? (size_t)(count - first) : SPAN;
		for (size_t i = 0; i < part; i++)
			span[i] = first + (int64_t)i;
		keep_pointer(span, part, &replay);
	}
	return replay.sum + replay.last;
}

/* ---- debounce_time --------------------------------------------------------------------------------------------------------- */

struct pending {
	int64_t item, due, now;
};

static void postpone(const int64_t *n, void *ctx)
{
	struct pending *pending = ctx;
	pending->item = *n;
	pending->due = pending->now + 10000000;
}

static void (*volatile postpone_pointer)(const int64_t *, void *) = postpone;

int64_t floor_debounce(int64_t count)
{
	struct pending pending = {0};
	for (int64_t i = 0; i < count; i++)
		postpone_pointer(&i, &pending);
	return pending.item + pending.due;
}
