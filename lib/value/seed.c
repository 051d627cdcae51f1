/*
 * SipHash-1-3 with a random key: one round for eight bytes and three at the end, as hash tables elsewhere have it.
 *
 * Any process of a cluster, a hostile one too, chooses the keys of the storage. A hash that it can compute would let it
 * fill one bucket and make each look-up walk through all of it.
 */
#include <endian.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/value/scan.h"
#include "lib/value/seed.h"

struct seed cy__seed_create(void)
{
	struct seed seed;

	if (getentropy(&seed, sizeof(seed)) < 0) {
		struct timespec now;
		clock_gettime(CLOCK_MONOTONIC, &now);
		seed = (struct seed){{(uint64_t)now.tv_nsec * UINT64_C(0x9e3779b97f4a7c15), (uintptr_t)&seed}};
	}
	return seed;
}

const struct seed *cy__seed_shared(void)
{
	static _Thread_local struct seed shared;
	static _Thread_local bool made;
	if (!made)
		shared = cy__seed_create();
	made = true;
	return &shared;
}

struct words {
	uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline struct words turn(struct words v)
{
	v.a += v.b;
	v.b = rotate(v.b, 13) ^ v.a;
	v.a = rotate(v.a, 32);
	v.c += v.d;
	v.d = rotate(v.d, 16) ^ v.c;
	v.a += v.d;
	v.d = rotate(v.d, 21) ^ v.a;
	v.c += v.b;
	v.b = rotate(v.b, 17) ^ v.c;
	v.c = rotate(v.c, 32);
	return v;
}

static inline struct words absorb(struct words v, uint64_t word)
{
	v.d ^= word;
	v = turn(v);
	v.a ^= word;
	return v;
}

uint64_t cy__seed_hash(const struct seed *seed, const void *bytes, size_t size)
{
	struct words v = {
		seed->words[0] ^ UINT64_C(0x736f6d6570736575),
		seed->words[1] ^ UINT64_C(0x646f72616e646f6d),
		seed->words[0] ^ UINT64_C(0x6c7967656e657261),
		seed->words[1] ^ UINT64_C(0x7465646279746573),
	};
	const unsigned char *at = bytes;
	uint64_t word = 0;
	size_t left = size;

	for (; left >= sizeof(word); at += sizeof(word), left -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		v = absorb(v, le64toh(word));
	}
	for (word = (uint64_t)size << 56; left > 0; left--)
		word |= (uint64_t)at[left - 1] << (8 * (left - 1));
	v = absorb(v, word);
	v.c ^= 0xff;
	v = turn(turn(turn(v)));
	return v.a ^ v.b ^ v.c ^ v.d;
}

uint64_t cy__seed_hash_scalar(const struct seed *seed, const unsigned char *at)
{
	const struct cy__head head = cy__head_at(at);
	if (head.type == CY_STRING)
		return cy__seed_hash(seed, at + head.size, head.payload);
	const uint64_t meaning[] = {(uint64_t)head.type << 16 | (uint64_t)head.negative << 8 | (uint8_t)head.ext,
	                            head.bits};
	const uint64_t hash = cy__seed_hash(seed, meaning, sizeof meaning);
	return head.payload ? hash ^ cy__seed_hash(seed, at + head.size, head.payload) : hash;
}
