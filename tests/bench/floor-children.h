/*
 * The plainest way to have processes that are ready: posix_spawn, a socket each, a libev loop in each child.
 */
#ifndef CLUSTERFY_BENCH_FLOOR_CHILDREN_H
#define CLUSTERFY_BENCH_FLOOR_CHILDREN_H

#include <stddef.h>
#include <sys/types.h>

/* A child, and our end of its socket. */
struct floor_child {
	pid_t pid;
	int fd;
};

/* Start so many, and wait until each has said that its loop is about to turn. */
void floor_children_start(struct floor_child *children, size_t count);
/* Close their sockets, which ends them, and wait for their ends. */
void floor_children_end(struct floor_child *children, size_t count);

#endif
