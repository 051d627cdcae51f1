/*
 * What the primary counts of its workers.
 */
#include <stdio.h>

#include "tests/support/cluster.h"

static cy_worker_statistics take(cy_cluster *cluster, cy_worker_statistics *sum)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const cy_worker_statistics first = statistics.count ? statistics.workers[0] : (cy_worker_statistics){0};
	*sum = statistics.sum;
	cy_statistics_finish(&statistics);
	return first;
}

TEST(what_is_counted_never_falls_over_incarnations_nor_when_the_worker_is_gone)
{
	event_log log;
	cy_worker_statistics sum;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log_start(&log, cluster, "Paul");
	cluster_fork(cluster, "Paul",
	             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE, .revival = {.first = RX_NOW}});
	for (int i = 0; i < 3; i++)
		cluster_number(cluster, cy_named("Paul"), "square", cy_int(i));
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "fail", NULL), -EDOM);
	const cy_worker_statistics before = take(cluster, &sum);
	ck_assert_uint_eq(before.served, 4);
	ck_assert_uint_gt(before.memory, 4096);
	ck_assert_uint_eq(sum.memory, before.memory);
	ck_assert_uint_eq(before.calls, 0);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	cluster_number(cluster, cy_named("Paul"), "square", cy_int(5));
	const cy_worker_statistics after = take(cluster, &sum);
	ck_assert_uint_eq(after.served, 5);
	ck_assert_uint_eq(after.restarts, 1);
	ck_assert_uint_gt(after.frames_in, before.frames_in);
	ck_assert_uint_gt(after.bytes_out, before.bytes_out);
	cluster_finish(rx_pipe(cy_shutdown(cluster, cy_all(), 0), rx_ignore_elements()));
	ck_assert_uint_eq(take(cluster, &sum).id, 0);
	ck_assert_uint_ge(sum.served, 5);
	ck_assert_uint_eq(sum.restarts, 1);
	ck_assert_uint_ge(sum.frames_in, after.frames_in);
	ck_assert_uint_eq(sum.memory, 0);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(what_waits_for_a_worker_is_its_queue)
{
	cy_worker_statistics sum;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(cy_send(cluster, cy_named("Paul"), "hello", cy_int(i)), 0);
	ck_assert_uint_ge(take(cluster, &sum).queued_frames, 3);
	ck_assert_uint_ge(sum.queued, 3);
	cluster_end(cluster);
}

/* Each process that takes another's place begins with nothing served, and the worker goes on from what it had. */
TEST(what_is_counted_goes_on_when_a_process_takes_the_place_of_another)
{
	cy_worker_statistics sum;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	cy_worker_statistics before = take(cluster, &sum);
	for (uint64_t i = 1; i <= 3; i++) {
		cluster_number(cluster, cy_named("Paul"), "square", cy_int(3));
		ck_assert_int_eq(cluster_finish(rx_pipe(cy_reload(cluster, NULL, 0), rx_ignore_elements())), 0);
		const cy_worker_statistics after = take(cluster, &sum);
		ck_assert_uint_ge(after.served, before.served + 1);
		ck_assert_uint_eq(after.restarts, i);
		ck_assert_uint_eq(after.failed_starts, 0);
		ck_assert_uint_gt(after.frames_in, before.frames_in);
		ck_assert_uint_gt(after.bytes_out, before.bytes_out);
		ck_assert_uint_eq(sum.served, after.served);
		ck_assert_uint_eq(sum.restarts, after.restarts);
		before = after;
	}
	cluster_end(cluster);
}

static void add_up(const cy_statistics *statistics, void *ctx)
{
	cy_worker_statistics sum = {0};
	for (size_t i = 0; i < statistics->count; i++) {
		sum.served += statistics->workers[i].served;
		sum.memory += statistics->workers[i].memory;
		sum.processor += statistics->workers[i].processor;
		sum.frames_in += statistics->workers[i].frames_in;
		sum.frames_out += statistics->workers[i].frames_out;
		sum.bytes_in += statistics->workers[i].bytes_in;
		sum.bytes_out += statistics->workers[i].bytes_out;
	}
	ck_assert_uint_eq(statistics->count, 2);
	ck_assert_uint_eq(sum.served, statistics->sum.served);
	ck_assert_uint_eq(sum.memory, statistics->sum.memory);
	ck_assert_int_eq(sum.processor, statistics->sum.processor);
	ck_assert_uint_eq(sum.frames_in, statistics->sum.frames_in);
	ck_assert_uint_eq(sum.frames_out, statistics->sum.frames_out);
	ck_assert_uint_eq(sum.bytes_in, statistics->sum.bytes_in);
	ck_assert_uint_eq(sum.bytes_out, statistics->sum.bytes_out);
	++*(int *)ctx;
}
RX_CONSUMER(add_up, cy_statistics);

TEST(as_an_observable_each_item_adds_up)
{
	int items = 0;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	cluster_number(cluster, cy_named("Paul"), "square", cy_int(3));
	cluster_number(cluster, cy_named("Sarah"), "square", cy_int(3));
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_statistics_every(cluster, RX_MS(1)), rx_take(3),
	                                        rx_tap(add_up, &items), rx_ignore_elements())),
	                 0);
	ck_assert_int_eq(items, 3);
	cluster_end(cluster);
}
