/*
 * A primary that is killed leaves no worker. The test starts a primary that starts workers, each of which holds the
 * writing end of a pipe of the test's: its end of file says that all of them are gone.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cluster.h"

enum { HELD = 9 };

/* A worker says "r" when it runs its loop, or never gives it another turn ("busy"), or never joins ("early"). */
PROGRAM(held)
{
	const bool early = strcmp(argv[1], "early") == 0, busy = strcmp(argv[1], "busy") == 0;
	cy_cluster *cluster = early ? NULL : cy_join(NULL);
	if (!early && !cluster)
		return 99;
	signal(SIGTERM, SIG_IGN);
	if (write(HELD, "r", 1) != 1)
		return 98;
	while (early || busy)
		;
	return cy_run(cluster);
}

/* Starts "held" three times, with the descriptor HELD that it has itself, and runs until it is killed. */
PROGRAM(mortal)
{
	const cy_descriptor descriptor = {.fd = HELD, .number = HELD};
	const cy_worker_options options = {.process = {.descriptors = &descriptor, .descriptor_count = 1}};
	program_select("held");
	cy_cluster *cluster = cy_join(&(cy_options){.shutdown_timeout = RX_MS(50)});
	if (!cluster)
		return 97;
	for (int i = 0; i < 3; i++)
		if (cy_fork(cluster, NULL, &options) < 0)
			return 96;
	close(HELD);
	return cy_run(cluster);
}

static pid_t start_mortal(char *how, int *held)
{
	int ends[2];
	char name[] = "mortal", *arguments[] = {name, how, NULL};
	posix_spawn_file_actions_t actions;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], HELD);
	program_select("mortal");
	pid_t pid;
	ck_assert_int_eq(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*held = ends[0];
	return pid;
}

static void kill_and_see(char *how)
{
	int held, status;
	char byte;
	const pid_t pid = start_mortal(how, &held);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(read(held, &byte, 1), 1);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(read(held, &byte, 1), 0);
	close(held);
}

TEST(a_primary_that_is_killed_leaves_no_worker)
{
	char how[] = "idle";
	kill_and_see(how);
}

TEST(a_primary_that_is_killed_leaves_no_worker_that_is_busy)
{
	char how[] = "busy";
	kill_and_see(how);
}

TEST(a_primary_that_is_killed_leaves_no_worker_that_has_not_joined)
{
	char how[] = "early";
	kill_and_see(how);
}
