/*
 * Signalling a process, and nobody else. A pidfd means this process even after its number belongs to another; where the
 * kernel has none, the number is used as long as the process has not been reaped, for until then it belongs to nobody
 * else.
 */
#include "lib/descriptor/descriptor.h"
#include "lib/primary/spawn.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define TO_THE_GROUP 4U /* PIDFD_SIGNAL_PROCESS_GROUP: Linux 6.9 */

int cy__process_open(pid_t pid)
{
	return cy__fd_above((int)syscall(SYS_pidfd_open, pid, 0));
}

/* libev may have reaped it before anybody was told. One that has not been keeps its number. */
static bool has_its_number(const cy__process *process)
{
	return waitid(P_PID, (id_t)process->pid, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* @returns whether the kernel knows how; then *code is what came of it */
static bool signal_by_pidfd(const cy__process *process, int signal, unsigned to, int *code)
{
	if (process->pidfd < 0)
		return false;
	*code = syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, to) < 0 ? -errno : 0;
	return *code != -ENOSYS && *code != -EPERM && *code != -EINVAL;
}

int cy__process_signal(const cy__process *process, int signal)
{
	int code = 0;
	if (process->pid <= 0)
		return rx_plain(-ESRCH);
	if (signal_by_pidfd(process, signal, 0, &code))
		return code;
	if (!has_its_number(process))
		return rx_plain(-ESRCH);
	return kill(process->pid, signal) < 0 ? rx_plain(-errno) : 0;
}

int cy__process_signal_group(const cy__process *process, int signal)
{
	int code = 0;
	if (process->pid <= 0)
		return rx_plain(-ESRCH);
	if (!process->own_group)
		return cy__process_signal(process, signal);
	if (signal_by_pidfd(process, signal, TO_THE_GROUP, &code))
		return code;
	if (!has_its_number(process))
		return rx_plain(-ESRCH);
	return kill(-process->pid, signal) < 0 ? rx_plain(-errno) : 0;
}

/*
 * A pidfd stands for the group that its process led even when that has been reaped. Without that, the number is used,
 * which stays taken while a member of the group lives: if a process has it now, the group was empty, and it is somebody
 * else's by now. What remains is that this one, too, has ended, and has left a group.
 */
static void kill_group(const cy__process *process)
{
	int code;
	if (signal_by_pidfd(process, SIGKILL, TO_THE_GROUP, &code))
		return;
	if (kill(process->pid, 0) < 0 && errno == ESRCH)
		kill(-process->pid, SIGKILL);
}

void cy__process_reaped(cy__process *process)
{
	if (process->pid > 0 && process->own_group)
		kill_group(process);
	process->pid = 0;
	cy__fd_close(&process->pidfd);
}

void cy__process_discard(cy__process *process)
{
	const pid_t pid = process->pid;
	if (pid > 0) {
		cy__process_signal_group(process, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		cy__process_reaped(process);
	}
	cy__process_finish(process);
}

void cy__process_finish(cy__process *process)
{
	cy__fd_close(&process->pidfd);
	cy__fd_close(&process->channel);
	for (int i = 0; i < 3; i++)
		cy__fd_close(&process->streams[i]);
	rx_free(process->identity.list);
	process->identity = (cy__identity){.list = NULL};
}
