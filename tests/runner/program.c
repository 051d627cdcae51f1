/*
 * How the runner runs programs: what other tests take for granted.
 */
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <clusterfy/rx/base.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile kept;

PROGRAM(three)
{
	return 3;
}

PROGRAM(tidy)
{
	close(STDIN_FILENO);
	rx_free(rx_alloc(1));
	return EXIT_SUCCESS;
}

PROGRAM(untidy)
{
	kept = rx_alloc(1);
	return EXIT_SUCCESS;
}

/* What another file would do before main(). */
PROGRAM(twin)
{
	static struct program other = {"twin", program_tidy, NULL};
	program_register(&other);
	return EXIT_SUCCESS;
}

static int run(const char *program)
{
	char name[] = "program", *arguments[] = {name, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	program_select(program);
	pid_t pid;
	ck_assert_int_eq(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(its_result_is_the_exit_status)
{
	ck_assert_int_eq(run("three"), 3);
}

TEST(may_close_what_it_inherited)
{
	ck_assert_int_eq(run("tidy"), EXIT_SUCCESS);
}

TEST(is_seen_to_leave_something)
{
	ck_assert_int_eq(run("untidy"), PROGRAM_LEFT_SOMETHING);
}

TEST(of_the_same_name_as_another_is_refused_at_the_start)
{
	ck_assert_int_eq(run("twin"), PROGRAM_THERE_ALREADY);
}

TEST(that_does_not_exist_is_not_the_runner)
{
	ck_assert_int_eq(run("nobody"), 127);
}
