/*
 * xoshiro256**, by David Blackman and Sebastiano Vigna; its state is filled by splitmix64, which never leaves it all zero.
 */
#include "lib/cluster/chance.h"

#include <time.h>
#include <unistd.h>

static uint64_t splitmix(uint64_t *state)
{
	uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);
	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

static uint64_t rotate(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

struct secret {
	uint64_t words[2];
};

/* From the clock and an address where the kernel has none to give. */
static struct secret draw_secret(void)
{
	struct secret secret;
	if (getentropy(&secret, sizeof secret) < 0) {
		struct timespec now;
		clock_gettime(CLOCK_MONOTONIC, &now);
		uint64_t state = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 32 ^ (uint64_t)getpid() << 16 ^
		                 (uintptr_t)&secret;
		for (int i = 0; i < 2; i++)
			secret.words[i] = splitmix(&state);
	}
	return secret;
}

void cy__chance_init(cy__chance *chance, uint64_t seed)
{
	const struct secret secret = seed ? (struct secret){{seed, 0}} : draw_secret();
	uint64_t state = secret.words[0];
	for (int i = 0; i < 4; i++)
		chance->state[i] = splitmix(&state) ^ rotate(secret.words[1], 16 * i + 1);
	chance->state[0] += !(chance->state[0] | chance->state[1] | chance->state[2] | chance->state[3]);
}

uint64_t cy__chance_next(cy__chance *chance)
{
	uint64_t *state = chance->state;
	const uint64_t word = rotate(state[1] * 5, 7) * 9, moved = state[1] << 17;
	state[2] ^= state[0];
	state[3] ^= state[1];
	state[1] ^= state[2];
	state[0] ^= state[3];
	state[2] ^= moved;
	state[3] = rotate(state[3], 45);
	return word;
}

uint32_t cy__chance_bits(cy__chance *chance)
{
	return (uint32_t)(cy__chance_next(chance) >> 32);
}
