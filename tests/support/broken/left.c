/*
 * Tests that leave something behind. Each must fail, and in the words that follow its name in support/broken.sh.
 */
#include "tests/support/test.h"

#include <clusterfy/rx/base.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile kept;

TEST(leaves_a_block_of_the_library)
{
	kept = rx_alloc(10);
}

TEST(leaves_a_descriptor)
{
	ck_assert_int_ge(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
}

TEST(closes_a_descriptor_of_others)
{
	close(STDIN_FILENO);
}

TEST(leaves_a_child)
{
	if (fork() == 0) {
		pause();
		_exit(0);
	}
}

TEST(leaves_a_zombie)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(3);
	siginfo_t info;
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

TEST(asserts_what_is_not_so)
{
	ck_assert_int_eq(1, 2);
}

TEST(hangs, .timeout = 0.5)
{
	for (;;)
		pause();
}

TEST(crashes)
{
	abort();
}

TEST(exits)
{
	exit(0);
}

#ifdef TEST_SANITIZED
TEST(leaks_memory_of_the_c_library)
{
	kept = malloc(10);
	memset(kept, 0, 10);
	kept = NULL;
}

TEST(reads_what_was_freed)
{
	char *volatile block = malloc(10);
	free(block);
	ck_assert_int_ne(block[3], 'x');
}

TEST(overflows_an_integer)
{
	volatile int most = 0x7fffffff;
	most = most + 1;
	ck_assert_int_lt(most, 0);
}
#endif
