/*
 * Tests of the cluster read from top to bottom: the test's process is the primary, its workers run a PROGRAM of the
 * test runner, and whatever takes time is awaited with the loop running.
 *
 *     TEST(a_worker_answers)
 *     {
 *             cy_cluster *cluster = cluster_begin("worker", NULL);
 *             cluster_fork(cluster, "Paul", NULL);
 *             ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
 *             cluster_end(cluster);
 *     }
 */
#ifndef CLUSTERFY_TEST_CLUSTER_H
#define CLUSTERFY_TEST_CLUSTER_H

#include <clusterfy/cluster.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

/* Join as the primary of workers that run @p program. */
cy_cluster *cluster_begin(const char *program, const cy_options *options);
/* Stop, and expect status 0. */
void cluster_end(cy_cluster *cluster);
/* Fork, and expect that it works. */
uint32_t cluster_fork(cy_cluster *cluster, const char *name, const cy_worker_options *options);
/* Wait until all workers are ready. */
void cluster_ready(cy_cluster *cluster);
/* Run until @p source ends; 0 or its error. */
int cluster_finish(rx_observable *source);
/* What a call answers: 0 or its error's code; the last value of the reply, to be released, or NULL. */
int cluster_call(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments, cy_value **value);
/* Of a call that answers with a number. */
int64_t cluster_number(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments);
/* The code of a call that fails, or 0. */
int cluster_code(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments);

/* Events in words: "online Paul", "status Paul IDLE", "exit Paul 0", "exit Paul signal 9 revives", "group Paul failed". */
typedef struct event_log {
	char text[16384];
	cy_cluster *cluster;
	rx_subscription subscription;
	const char *worker; /* only of this one; NULL: of all */
} event_log;
void event_log_start(event_log *log, cy_cluster *cluster, const char *worker);
void event_log_stop(event_log *log);
/* How often @p words are a line of it. */
size_t event_log_count(const event_log *log, const char *words);
/* Run until a line that says @p words has come (it may be there already). */
void event_log_await(event_log *log, const char *words);

#endif
