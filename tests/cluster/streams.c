/*
 * A primary whose standard streams are closed, as a daemon's are: before it joins, or after. What it opens then does not
 * take their numbers, and a worker gets /dev/null for them: nothing of the primary's own.
 */
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/cluster.h"

enum { BEFORE = 1, OWN_LOOP = 2, WAYS = 4, SAVED = 100 };

/* Where a worker's streams led when it started. */
static char found[3][PATH_MAX];

static void look(void)
{
	char name[32];
	for (int fd = 0; fd < 3; fd++) {
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		if (readlink(name, found[fd], sizeof found[fd] - 1) < 0)
			strcpy(found[fd], "closed");
	}
}

static rx_observable *tell_streams(const cy_request *request, void *ctx)
{
	return cy_answer(cy_array(cy_string(found[0]), cy_string(found[1]), cy_string(found[2])));
}

PROGRAM(streamed)
{
	look();
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "streams", .run = tell_streams});
	return cy_run(cluster);
}

static void close_streams(void)
{
	for (int fd = 0; fd < 3; fd++) {
		ck_assert_int_eq(fcntl(fd, F_DUPFD_CLOEXEC, SAVED + fd), SAVED + fd);
		close(fd);
	}
}

/* What took a stream's number meanwhile goes. */
static void restore_streams(void)
{
	for (int fd = 0; fd < 3; fd++) {
		dup2(SAVED + fd, fd);
		close(SAVED + fd);
	}
}

/* A worker's streams, as it found them, in one line. */
static void check_streams(cy_cluster *cluster, const char *name)
{
	cy_value *told;
	const char *streams[3];
	const int code = cluster_call(cluster, cy_named(name), "streams", NULL, &told);
	ck_assert_msg(code == 0, "%s: %s", name, rx_words(code));
	cy_unpack(told, "[s, s, s]", &streams[0], &streams[1], &streams[2]);
	for (int fd = 0; fd < 3; fd++)
		ck_assert_msg(strcmp(streams[fd], "/dev/null") == 0, "%s's stream %d is %s", name, fd, streams[fd]);
	cy_value_unref(told);
}

/* What was open before there was a cluster. */
static bool were_open[SAVED];

static void note_open(void)
{
	for (int fd = 0; fd < SAVED; fd++)
		were_open[fd] = fcntl(fd, F_GETFD) >= 0;
}

/* The primary's own: none is where a standard stream was, and an exec closes all of them. */
static void check_own(void)
{
	char name[32], target[PATH_MAX];
	for (int fd = 0; fd < SAVED; fd++) {
		const int flags = fcntl(fd, F_GETFD);
		if (flags < 0 || (fd >= 3 && (were_open[fd] || flags & FD_CLOEXEC)))
			continue;
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		const ssize_t length = readlink(name, target, sizeof target);
		ck_abort_msg("%d is %.*s of the primary's", fd, length > 0 ? (int)length : 0, target);
	}
}

TEST(a_worker_of_a_primary_without_standard_streams_gets_nothing_of_the_primarys, .to = WAYS)
{
	struct ev_loop *loop = _i & OWN_LOOP ? ev_loop_new(EVFLAG_AUTO) : NULL;
	rx_scheduler *before = rx_scheduler_set_current(loop ? rx_loop(loop) : NULL);
	note_open();
	if (_i & BEFORE)
		close_streams();
	cy_cluster *cluster = cluster_begin("streamed", &(cy_options){.loop = loop});
	if (!(_i & BEFORE))
		close_streams();
	const int extra = fcntl(SAVED, F_DUPFD_CLOEXEC, SAVED + 3);
	for (int i = 0; i < 4; i++)
		cluster_fork(cluster, (const char *[]){"Paul", "Sarah", "John", "Mary"}[i],
		             &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE});
	/* While it has not said hello, what it is sent is kept, descriptors included. */
	cy_send_descriptors(cluster, cy_named("Mary"), "kept", NULL, (const int[]){extra, extra}, 2);
	check_own();
	for (int i = 0; i < 4; i++)
		check_streams(cluster, (const char *[]){"Paul", "Sarah", "John", "Mary"}[i]);
	/* A new incarnation opens anew, with those of its siblings open. */
	event_log log;
	event_log_start(&log, cluster, "Paul");
	ck_assert_int_eq(cy_kill(cluster, cy_named("Paul"), SIGKILL), 0);
	event_log_await(&log, "online Paul");
	event_log_stop(&log);
	check_own();
	check_streams(cluster, "Paul");
	close(extra);
	cluster_end(cluster);
	restore_streams();
	rx_scheduler_set_current(before);
	if (loop) {
		rx_loop_release(loop);
		ev_loop_destroy(loop);
	}
}

/* One worker's output was another's channel. */
TEST(a_worker_that_prints_under_a_primary_without_standard_streams_hurts_no_sibling)
{
	close_streams();
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	const char *const arguments[] = {
		"-c", "i=0; while [ $i -lt 200 ]; do echo noise; echo noise >&2; i=$((i+1)); done", NULL};
	event_log log;
	event_log_start(&log, cluster, "Printer");
	cluster_fork(cluster, "Printer",
	             &(cy_worker_options){.process = {.program = "/bin/sh", .arguments = arguments}});
	event_log_await(&log, "exit Printer 0 gone");
	event_log_stop(&log);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Paul"), "square", cy_int(7)), 49);
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "square", cy_int(8)), 64);
	cluster_end(cluster);
	restore_streams();
}
