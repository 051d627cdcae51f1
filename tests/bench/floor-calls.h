/*
 * The plainest C that does what calls do: two processes, a libev loop and a socketpair; each message a head of one width, as
 * a frame's, and a body. Writes are gathered at the end of a turn, reads take what is there.
 */
#ifndef CLUSTERFY_BENCH_FLOOR_CALLS_H
#define CLUSTERFY_BENCH_FLOOR_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages of so many bytes that another process echoes, so many of them under way: how many a second come back. */
double floor_rate(size_t size, size_t in_flight, int64_t count);
/* Messages of so many bytes to another process, which counts them: how many a second. */
double floor_one_way(size_t size, int64_t count);
/* One message of 64 bytes under way, and neither end ever sleeps: the median of @p rounds, in ns. */
double floor_polling(int rounds);
/* Write a head and read it; nanoseconds each. */
void floor_head(double *pack, double *unpack);

#endif
