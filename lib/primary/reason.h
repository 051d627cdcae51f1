/*
 * Why a worker has ended, for people.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_REASON_H
#define CLUSTERFY_LIB_PRIMARY_REASON_H

#include "lib/primary/worker.h"

/* What is known of an end besides the supervisor's judgement. */
typedef struct cy__reasons {
	int code, signal;
	bool core;
	char start[256]; /* why no process could be started */
} cy__reasons;

/* Whose act it was. */
uint32_t cy__reason_origin(const cy__worker *worker, const cy__end *end);
/* A sentence, in words[]. */
const char *cy__reason_describe(const cy__worker *worker, const cy__end *end, const cy__reasons *reasons, char *words,
                                size_t size);

#endif
