#include "tests/bench/floor-children.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void start(struct floor_child *child)
{
	static char program[] = FLOOR_CHILD;
	char *arguments[] = {program, NULL};
	int pair[2];
	posix_spawn_file_actions_t actions;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		fail("socketpair");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[1], 3);
	errno = posix_spawn(&child->pid, program, &actions, NULL, arguments, environ);
	if (errno)
		fail(program);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[1]);
	child->fd = pair[0];
}

void floor_children_start(struct floor_child *children, size_t count)
{
	char word;
	for (size_t i = 0; i < count; i++)
		start(&children[i]);
	for (size_t i = 0; i < count; i++)
		if (read(children[i].fd, &word, 1) != 1)
			fail("the child's word");
}

void floor_children_end(struct floor_child *children, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(children[i].fd);
	for (size_t i = 0; i < count; i++)
		while (waitpid(children[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
}
