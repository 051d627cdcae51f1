/*
 * Hashes with a secret: keys come from anybody, and must not be able to fall into one bucket.
 */
#ifndef CLUSTERFY_VALUE_SEED_H
#define CLUSTERFY_VALUE_SEED_H

#include <stddef.h>
#include <stdint.h>

struct seed {
	uint64_t words[2];
};

struct seed cy__seed_create(void);
/* One for the whole process, made when it is first wanted. */
const struct seed *cy__seed_shared(void);
uint64_t cy__seed_hash(const struct seed *seed, const void *bytes, size_t size);
/* The hash of a scalar of validated bytes by what it means: equal ones have equal hashes, however they are encoded. */
uint64_t cy__seed_hash_scalar(const struct seed *seed, const unsigned char *at);

#endif
