/*
 * Random chains that are entered from inside, with fixed seeds; ./dev fuzz reentrant looks for others.
 */
#include "tests/support/reentrant.h"

#include "tests/support/memory.h"
#include "tests/support/test.h"
#include "tests/support/ways.h"

#include <stdlib.h>

enum { ROUNDS = 16, CHAINS = 250, BYTES = 160 };

static uint64_t random_number(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t mixed = *state;
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

static void run_chain(uint64_t seed)
{
	uint8_t bytes[BYTES];
	uint64_t state = seed;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)random_number(&state);
	reentrant_run(bytes, sizeof bytes, memory_live);
}

TEST(random_chains_hold_to_their_contract_whoever_enters_them, .from = 0, .to = ROUNDS, .timeout = 120)
{
	ways_choose(_i % WAYS);
	const char *given = getenv("REENTRANT_SEED");
	const uint64_t first = given ? strtoull(given, NULL, 10) + (uint64_t)_i * CHAINS * 1000 : (uint64_t)_i * CHAINS;
	for (uint64_t seed = first; seed < first + CHAINS; seed++)
		run_chain(seed);
}
