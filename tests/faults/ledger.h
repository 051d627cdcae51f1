/*
 * Calls whose outcomes are known beforehand, and the book in which each must end exactly once: with its own reply, or an
 * error that can be explained.
 */
#ifndef CLUSTERFY_TEST_LEDGER_H
#define CLUSTERFY_TEST_LEDGER_H

#include <clusterfy/cluster.h>

/* The exit code of a process that has seen something wrong. */
#define LEDGER_VIOLATION 99

/* How long a strict call waits, which is for ever as far as a machine that is busy goes. */
#define LEDGER_PATIENCE RX_S(45)

/* The errors that a fault may bring. */
#define LEDGER_ERRORS 7
extern const int ledger_errors[LEDGER_ERRORS];
extern const char *const ledger_error_names[LEDGER_ERRORS];

struct ledger {
	cy_cluster *cluster;
	uint64_t random; /* never 0 */
	uint64_t begun, answered, failed, cancelled, items;
	size_t open;
	uint64_t errors[LEDGER_ERRORS]; /* how often each came, as in ledger_errors */
	/* Nothing but the death of whoever was called may make a call fail: no queue is full, no deadline passes. */
	bool strict;
	bool violated;
};

/* The next random number below @p bound. */
uint64_t ledger_random(struct ledger *ledger, uint64_t bound);
/* Say what is wrong, and remember that something is. */
void ledger_violation(struct ledger *ledger, const char *format, ...) RX_PRINTF(2, 3);
/* Make a random call to @p target; @p names, of which it takes one at times, are those that a worker may pass it on to. */
void ledger_call(struct ledger *ledger, cy_target target, const char *const *names, size_t name_count);
/* Whether @p code is one of ledger_errors, or, where that is strict, of those that a death explains; and count it. */
bool ledger_explains(struct ledger *ledger, int code);

/* Serve the commands that ledger_call() calls. */
void ledger_serve(struct ledger *ledger);

#endif
