/*
 * SipHash-2-4 with a random key.
 *
 * Any process of a cluster, a hostile one too, chooses the keys of the storage. A hash that it can compute would let it
 * fill one bucket and make each look-up walk through all of it.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/storage/tree.h"

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

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void rounds(uint64_t v[4], int count)
{
	while (count-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

static uint64_t little_endian(const unsigned char *bytes, size_t size)
{
	uint64_t word = 0;

	while (size > 0)
		word = word << 8 | bytes[--size];
	return word;
}

uint64_t cy__seed_hash(const struct seed *seed, const void *bytes, size_t size)
{
	uint64_t v[4] = {
		seed->words[0] ^ UINT64_C(0x736f6d6570736575),
		seed->words[1] ^ UINT64_C(0x646f72616e646f6d),
		seed->words[0] ^ UINT64_C(0x6c7967656e657261),
		seed->words[1] ^ UINT64_C(0x7465646279746573),
	};
	const unsigned char *at = bytes;
	size_t left = size;

	for (; left >= 8; at += 8, left -= 8)
		absorb(v, little_endian(at, 8));
	absorb(v, little_endian(at, left) | (uint64_t)size << 56);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
