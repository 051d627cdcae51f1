/*
 * SIGINT, which a terminal sends to the whole group, and workers that have not joined yet.
 */
#include <unistd.h>

#include "tests/support/cluster.h"

enum { GATE = 9 };

/* Joins once a byte has come; argument "plain": without graceful signals. */
PROGRAM(late)
{
	char byte;
	const cy_options graceful = {.graceful_signals = {SIGINT, SIGTERM}};
	const bool plain = argc > 1 && strcmp(argv[1], "plain") == 0;
	while (read(GATE, &byte, 1) < 0 && errno == EINTR)
		;
	cy_cluster *cluster = cy_join(plain ? NULL : &graceful);
	return cluster ? cy_run(cluster) : 99;
}

static uint32_t fork_late(cy_cluster *cluster, const char *argument, int *gate)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	const cy_descriptor descriptor = {.fd = ends[0], .number = GATE};
	const uint32_t id = cluster_fork(cluster, "Paul",
	                                 &(cy_worker_options){.process = {.arguments = (const char *[]){argument, NULL},
	                                                                  .descriptors = &descriptor,
	                                                                  .descriptor_count = 1}});
	close(ends[0]);
	*gate = ends[1];
	return id;
}

static void open_gate(int gate)
{
	ck_assert_int_eq(write(gate, "x", 1), 1);
	close(gate);
}

TEST(a_worker_that_has_not_joined_survives_the_sigint_that_stops_the_cluster)
{
	int gate;
	cy_cluster *cluster = cluster_begin("late", &(cy_options){.graceful_signals = {SIGINT}});
	const uint32_t id = fork_late(cluster, "graceful", &gate);
	ck_assert_int_eq(cy_kill(cluster, cy_worker(id), SIGINT), 0);
	open_gate(gate);
	cluster_ready(cluster);
	ck_assert_int_eq(cy_kill(cluster, cy_worker(id), SIGINT), 0);
	ck_assert_int_eq(cluster_code(cluster, cy_worker(id), "cy_get_timestamp", NULL), 0);
	cluster_end(cluster);
}

TEST(a_worker_that_does_not_list_sigint_dies_of_it_once_it_has_joined)
{
	int gate;
	event_log log;
	cy_cluster *cluster = cluster_begin("late", &(cy_options){.graceful_signals = {SIGTERM, SIGINT}});
	event_log_start(&log, cluster, NULL);
	const uint32_t id = fork_late(cluster, "plain", &gate);
	ck_assert_int_eq(cy_kill(cluster, cy_worker(id), SIGINT), 0);
	open_gate(gate);
	cluster_ready(cluster);
	ck_assert_int_eq(cy_kill(cluster, cy_worker(id), SIGINT), 0);
	event_log_await(&log, "exit Paul signal 2 gone");
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(without_sigint_among_the_primarys_signals_a_worker_has_the_default)
{
	int gate;
	event_log log;
	cy_cluster *cluster = cluster_begin("late", NULL);
	event_log_start(&log, cluster, NULL);
	const uint32_t id = fork_late(cluster, "graceful", &gate);
	ck_assert_int_eq(cy_kill(cluster, cy_worker(id), SIGINT), 0);
	event_log_await(&log, "exit Paul signal 2 gone");
	close(gate);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(the_whole_group_is_interrupted_while_a_worker_starts)
{
	int gate;
	event_log log;
	/* A sanitized process may take seconds to start on a busy machine. */
	cy_cluster *cluster =
		cluster_begin("late", &(cy_options){.graceful_signals = {SIGINT}, .shutdown_timeout = RX_S(30)});
	event_log_start(&log, cluster, NULL);
	const uint32_t id = fork_late(cluster, "graceful", &gate);
	cy_kill(cluster, cy_worker(id), SIGINT);
	raise(SIGINT);
	open_gate(gate);
	ck_assert_int_eq(cy_run(cluster), 0);
	ck_assert_uint_eq(event_log_count(&log, "exit Paul 0 gone"), 1);
}
