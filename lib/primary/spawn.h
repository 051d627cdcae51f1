/**
 * @file
 * Starting a worker's process, and signalling it. Who waits for its end is rx_child's business.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_SPAWN_H
#define CLUSTERFY_LIB_PRIMARY_SPAWN_H

#include <clusterfy/cluster/process.h>
#include <sys/types.h>

/** The variable that leads a worker to its channel: "number:token". */
#define CY__CHANNEL_VARIABLE "CLUSTERFY_CHANNEL"

/** Who a process becomes before its program is executed. */
typedef struct cy__identity {
	bool user, groups, group; /**< what is set; nothing: it is who its primary was */
	uid_t uid;
	gid_t gid;
	gid_t *list; /**< of the groups */
	size_t count;
} cy__identity;

/** A process that was started; the caller's memory. */
typedef struct cy__process {
	pid_t pid;      /**< 0: none */
	int pidfd;      /**< -1: the kernel has none */
	int channel;    /**< the primary's end, CLOEXEC, blocking; the caller's to close (or to hand to a channel) */
	int streams[3]; /**< the primary's ends of captured streams, CLOEXEC, non-blocking; else -1 */
	bool own_group;
	cy__identity identity; /**< who it was started as; its list is released by cy__process_finish() */
} cy__process;

/**
 * Start a process. When it returns, the exec has succeeded, or nothing is left of the attempt.
 * @param options  NULL: all defaults
 * @param process  written on success only
 * @param why      on failure only: static words, the step that failed ("exec", "directory", "user", ...)
 * @retval -E…  of the step that failed; of exec its own
 */
int cy__spawn(const cy_process_options *options, cy__process *process, const char **why);

/** The step of a start that fails where the guardian cannot be told of it. */
#define CY__GUARDING "guardian"

/** What a process is besides its options. */
typedef struct cy__spawning {
	int ignored;       /**< a signal that it ignores from its first moment on; 0: none */
	int guardian;      /**< the guardian's socket, which hears of it before its exec; -1: nobody does */
	bool passes_pidfd; /**< the kernel adds a pidfd to what is said there */
	int cgroup;        /**< cgroup.procs of the cgroup that it is put into; -1: it stays in the primary's */
} cy__spawning;
/** cy__spawn() of such a process. */
int cy__spawn_as(const cy_process_options *options, const cy__spawning *spawning, cy__process *process,
                 const char **why);

/** A descriptor that stands for the process, CLOEXEC; -1 if the kernel has none. */
int cy__process_open(pid_t pid);
/**
 * Signal the process, and nobody else.
 * @retval -ESRCH  it has been reaped
 */
int cy__process_signal(const cy__process *process, int signal);
/** Signal its whole group, if it has its own; else as cy__process_signal(). */
int cy__process_signal_group(const cy__process *process, int signal);
/** It has been reaped: it cannot be signalled any more. Closes the pidfd; its group, if it has one, is killed. */
void cy__process_reaped(cy__process *process);
/** Kill a process that nobody else waits for, wait for it, and close what is here of it. One that has no pid has ended. */
void cy__process_discard(cy__process *process);
/** Close every descriptor that is still here (set those to -1 that have gone elsewhere). */
void cy__process_finish(cy__process *process);

/**
 * In a worker: the channel that this process was started with, verified, CLOEXEC from now on, and taken out of the
 * environment, so that its own children do not take themselves for workers. Call it once, before threads.
 * A program that its exec gave more rights (set-uid, set-gid, file capabilities) is a worker only of a parent that has
 * the same: an environment that somebody else has made is passed over.
 * @returns the descriptor
 * @retval -ENOENT   not a worker
 * @retval -EPERM    in such a program: the primary was not the one that executed it, or is dead
 * @retval -EINVAL   the variable is malformed
 * @retval -ENOTSOCK the descriptor is not the socket that was meant
 */
int cy__inherited_channel(void);

/** This program's path, resolved once; NULL if it cannot be told. */
const char *cy__self_path(void);

#endif
