#include "tests/support/left.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <clusterfy/rx/base.h>
#include <clusterfy/rx/scheduler.h>

#include <dirent.h>
#include <errno.h>
#include <ev.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef TEST_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

enum { MOST_DESCRIPTORS = 4096 };

static bool were_open[MOST_DESCRIPTORS];
static size_t were_live;
static char words[PATH_MAX + 128];

static void list_descriptors(bool open[MOST_DESCRIPTORS])
{
	memset(open, 0, MOST_DESCRIPTORS * sizeof *open);
	DIR *directory = opendir("/proc/self/fd");
	if (!directory)
		return;
	for (struct dirent *entry; (entry = readdir(directory));) {
		long fd = strtol(entry->d_name, NULL, 10);
		if (entry->d_name[0] != '.' && fd != dirfd(directory) && fd < MOST_DESCRIPTORS)
			open[fd] = true;
	}
	closedir(directory);
}

void left_begin(void)
{
	were_live = memory_live();
	list_descriptors(were_open);
}

static void give_back(void)
{
	struct ev_loop *loop = ev_default_loop_uc_();
	if (loop) {
		rx_loop_release(NULL);
		ev_loop_destroy(loop);
	}
	rx_trim();
}

static bool find_child(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG | __WALL);
	if (pid < 0 && errno == ECHILD)
		return false;
	if (pid > 0)
		snprintf(words, sizeof words, "a child is left: %d was not reaped (wait status %#x)", (int)pid, status);
	else
		snprintf(words, sizeof words, "a child is left: it still runs");
	return true;
}

static void describe_descriptor(int fd)
{
	char path[64], target[PATH_MAX] = "";
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (readlink(path, target, sizeof target - 1) < 0)
		strcpy(target, "?");
	snprintf(words, sizeof words, "a descriptor is left: %d, %s", fd, target);
}

static bool find_descriptor(bool inherited)
{
	bool are_open[MOST_DESCRIPTORS];
	list_descriptors(are_open);
	for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
		if (are_open[fd] == were_open[fd] || (inherited && !are_open[fd]))
			continue;
		if (are_open[fd])
			describe_descriptor(fd);
		else
			snprintf(words, sizeof words, "descriptor %d was open before, and has been closed", fd);
		return true;
	}
	return false;
}

static bool other_threads_run(void)
{
	size_t count = 0;
	DIR *directory = opendir("/proc/self/task");
	for (const struct dirent *entry; directory && (entry = readdir(directory));)
		count += entry->d_name[0] != '.';
	if (directory)
		closedir(directory);
	return count > 1;
}

/* What the library closes on a thread, as its end may take long, stays open for as long as that thread runs. */
static bool find_descriptor_that_stays(bool inherited)
{
	while (find_descriptor(inherited)) {
		if (!other_threads_run())
			return find_descriptor(inherited);
		sched_yield();
	}
	return false;
}

static bool find_memory(void)
{
	if (memory_live() == were_live)
		return false;
	snprintf(words, sizeof words, "memory is left: %zu blocks, %zu before; %zu bytes in all", memory_live(),
	         were_live, memory_bytes());
	return true;
}

#ifdef TEST_SANITIZED
/* LeakSanitizer asks: it looks at the process's threads in /proc, and ends the process where there is none. */
int __lsan_is_turned_off(void)
{
	return access("/proc/self/task", R_OK) < 0;
}
#endif

static bool find_leak(void)
{
#ifdef TEST_SANITIZED
	if (__lsan_do_recoverable_leak_check()) {
		snprintf(words, sizeof words, "memory is left: the report of LeakSanitizer is above");
		return true;
	}
#endif
	return false;
}

const char *left_find(bool inherited)
{
	give_back();
	return find_child() || find_descriptor_that_stays(inherited) || find_memory() || find_leak() ? words : NULL;
}
