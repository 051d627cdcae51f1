/*
 * Benchmarks: the library and the plainest C that does the same work, in one process, in turns; the median of several.
 * One JSON object a line: bench, metric, value, unit, and floor and ratio where there is a floor.
 */
#ifndef CLUSTERFY_BENCH_H
#define CLUSTERFY_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is measured: does its work once, and returns how many units that were. */
typedef double (*bench_work)(void *ctx);

/* What measures itself, because what it prepares does not count: returns the figure. */
typedef double (*bench_figure)(void *ctx);

/* Set by --short: less work, and fewer rounds. */
extern bool bench_short;

/* Read the command line: [--short] [NAME]. */
void bench_begin(int argc, char **argv);
/* Let this process run on one processor only, the @p nth of those it may use: whether it does, and if not, a note. */
bool bench_pin(unsigned nth);
extern bool bench_pinned;
/* Print what is to be known about the figures of @p bench. */
void bench_note(const char *bench, const char *note);
/* Whether a benchmark of this name was asked for. */
bool bench_wanted(const char *name);
/* Nanoseconds, monotonic. */
double bench_now(void);
/* Nanoseconds that this thread has had of a processor: what others did meanwhile is not in them. */
double bench_processor_now(void);
/* Measure a unit of work in nanoseconds of the processor, and print them; @p floor may be NULL. */
void bench_compare(const char *bench, const char *metric, bench_work library, void *library_ctx, bench_work floor,
                   void *floor_ctx);
/* As bench_compare(), of two figures. */
void bench_compare_figures(const char *bench, const char *metric, const char *unit, bench_figure library,
                           void *library_ctx, bench_figure floor, void *floor_ctx);
/* Print a figure that was measured otherwise; @p floor 0: there is none. A rate's ratio is value to floor as well. */
void bench_print(const char *bench, const char *metric, double value, const char *unit, double floor);
/* Keep the compiler from leaving out what computes @p value. */
void bench_use(int64_t value);
/* Bytes that are taken from malloc, with what it needs itself; 0: it does not tell. */
double bench_heap(void);
/* The numbers below @p count in an order that is always the same, and as good as random; the caller's to free. */
size_t *bench_shuffled(size_t count);
/* The median; sorts @p values. */
double bench_median(double *values, size_t count);

#endif
