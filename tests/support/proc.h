/*
 * A system without /proc, for one test's process and what it starts: a mount over it in a name space of its own.
 */
#ifndef CLUSTERFY_TEST_PROC_H
#define CLUSTERFY_TEST_PROC_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

/* @returns false, and says so, if this process may not; else proc_show() before the test ends */
static inline bool proc_hide(void)
{
	if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", "/proc", "tmpfs", 0, NULL) == 0)
		return true;
	fprintf(stderr, "skipped: this process may not take /proc away\n");
	return false;
}

static inline void proc_show(void)
{
	umount("/proc");
}

#endif
