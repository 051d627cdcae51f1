/*
 * The second half of a filter kernel: its loop has marked which items stay, and here they move together, four at a time
 * and without a branch. That takes a shuffle by a table of masks, which no compiler makes of a loop; where the processor
 * has none, the kernel goes on with its loop.
 */
#include "observables/core/stage.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx2,popcnt")))

/* For the four bits of a mask: the places of the items that stay, each as two halves of 32 bits. */
#define PLACES(a, b, c, d)                                                                                             \
	{                                                                                                              \
		2 * (a), 2 * (a) + 1, 2 * (b), 2 * (b) + 1, 2 * (c), 2 * (c) + 1, 2 * (d), 2 * (d) + 1                 \
	}
static const int32_t places[16][8] __attribute__((aligned(32))) = {
	PLACES(0, 0, 0, 0), PLACES(0, 0, 0, 0), PLACES(1, 0, 0, 0), PLACES(0, 1, 0, 0),
	PLACES(2, 0, 0, 0), PLACES(0, 2, 0, 0), PLACES(1, 2, 0, 0), PLACES(0, 1, 2, 0),
	PLACES(3, 0, 0, 0), PLACES(0, 3, 0, 0), PLACES(1, 3, 0, 0), PLACES(0, 1, 3, 0),
	PLACES(2, 3, 0, 0), PLACES(0, 2, 3, 0), PLACES(1, 2, 3, 0), PLACES(0, 1, 2, 3),
};

/* What is written past the items that stay is written over by the next ones, and never past those that were read. */
WIDE static size_t pack(const int64_t *marks, const void *items, size_t count, void *out)
{
	const char *from = items;
	char *to = out;
	for (size_t i = 0; i < count; i += 4) {
		const int mask = _mm256_movemask_pd(_mm256_loadu_pd((const double *)(marks + i)));
		const __m256i four = _mm256_loadu_si256((const void *)(from + i * sizeof(uint64_t)));
		const __m256i order = _mm256_load_si256((const void *)places[mask]);
		_mm256_storeu_si256((void *)to, _mm256_permutevar8x32_epi32(four, order));
		to += (size_t)_mm_popcnt_u32((unsigned)mask) * sizeof(uint64_t);
	}
	return (size_t)(to - (char *)out) / sizeof(uint64_t);
}

rx__packer rx__packer_for(size_t size)
{
	return size == sizeof(uint64_t) && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? pack
	                                                                                                      : NULL;
}
#else
rx__packer rx__packer_for(size_t size)
{
	(void)size;
	return NULL;
}
#endif
