/*
 * Signalling a process, and nobody else. A pidfd means this process even after its number belongs to another; where the
 * kernel has none, the number is used as long as the process has not been reaped, for until then it belongs to nobody
 * else.
 */
#include "lib/descriptor/descriptor.h"
#include "lib/primary/spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int cy__process_open(pid_t pid)
{
	return cy__fd_above((int)syscall(SYS_pidfd_open, pid, 0));
}

int cy__process_signal(const cy__process *process, int signal)
{
	if (process->pid <= 0)
		return -ESRCH;
	if (process->pidfd >= 0 && syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0) == 0)
		return 0;
	if (process->pidfd >= 0 && errno != ENOSYS && errno != EPERM)
		return -errno;
	return kill(process->pid, signal) < 0 ? -errno : 0;
}

int cy__process_signal_group(const cy__process *process, int signal)
{
	if (process->pid <= 0)
		return -ESRCH;
	if (!process->own_group)
		return cy__process_signal(process, signal);
	return kill(-process->pid, signal) < 0 ? -errno : 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The group's number stays taken while one of its members lives, so this hits them or nobody. */
void cy__process_reaped(cy__process *process)
{
	if (process->pid > 0 && process->own_group)
		kill(-process->pid, SIGKILL);
	process->pid = 0;
	close_fd(&process->pidfd);
}

void cy__process_finish(cy__process *process)
{
	close_fd(&process->pidfd);
	close_fd(&process->channel);
	for (int i = 0; i < 3; i++)
		close_fd(&process->streams[i]);
	rx_free(process->identity.list);
	process->identity = (cy__identity){.list = NULL};
}
