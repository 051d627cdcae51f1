/*
 * Where /proc is not mounted, as in a bare chroot.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cluster.h"
#include "tests/support/proc.h"

static int square(cy_cluster *cluster, int64_t number)
{
	cy_value *value;
	int64_t result = -1;
	cluster_call(cluster, cy_named("Paul"), "square", cy_int(number), &value);
	cy_get_int(value, NULL, &result);
	cy_value_unref(value);
	return (int)result;
}

/* A primary that was itself started without it: its path is what its exec was told. */
PROGRAM(without_proc)
{
	program_select("worker");
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_start(cluster);
	if (cy_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE}) < 0)
		return 98;
	if (square(cluster, 7) != 49)
		return 97;
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	if (cluster_finish(rx_pipe(cy_events_of(cluster, CY_EVENT_EXIT), rx_take(1), rx_ignore_elements())) != 0)
		return 96;
	if (square(cluster, 8) != 64)
		return 95;
	cy_stop(cluster, 0);
	return cy_run(cluster);
}

TEST(a_primary_that_is_started_without_proc_starts_workers_and_revives_them, .to = 2)
{
	char path[4096], name[] = "without_proc", *arguments[] = {name, NULL};
	int status;
	pid_t pid;
	const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	ck_assert_int_gt(length, 0);
	path[length] = '\0';
	/* By its whole path, and by one that is relative. */
	if (_i) {
		*strrchr(path, '/') = '\0';
		ck_assert_int_eq(chdir(*path ? path : "/"), 0);
		memmove(path + 2, path + strlen(path) + 1, strlen(path + strlen(path) + 1) + 1);
		memcpy(path, "./", 2);
	}
	if (!proc_hide())
		return;
	program_select("without_proc");
	ck_assert_int_eq(posix_spawn(&pid, path, NULL, NULL, arguments, environ), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	proc_show();
	ck_assert_int_eq(status, 0);
}
