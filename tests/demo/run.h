/*
 * A program of demo/, run as a user runs it: its output is a pipe, and it leads a process group of its own.
 */
#ifndef CLUSTERFY_TEST_RUN_H
#define CLUSTERFY_TEST_RUN_H

#include <stdio.h>
#include <sys/types.h>

struct run {
	pid_t pid; /* and its group */
	FILE *output, *errors;
};

/* Start program @p name of demo/ with @p arguments, which end with NULL. */
void run_start(struct run *run, const char *name, const char *const *arguments);
/* The next line without its newline, valid until the next call; NULL at the end. */
const char *run_line(struct run *run);
/* All that is left of a stream, to be freed; its size is stored, if wanted. */
char *run_rest(FILE *stream, size_t *size);
/* Wait for its end: its exit status, or -signal. No process of its group may be left. */
int run_finish(struct run *run);

#endif
