/**
 * @file
 * Between the parts of spawn: a plan, made ready in the parent, and carried out by a child that may do little.
 */
#ifndef CLUSTERFY_LIB_PRIMARY_LAUNCH_H
#define CLUSTERFY_LIB_PRIMARY_LAUNCH_H

#include "lib/primary/spawn.h"

/** A descriptor of the parent's, and its number in the child. */
typedef struct cy__planned_fd {
	int from, number;
	int copy; /**< the child's */
} cy__planned_fd;

/** Everything that a child does, in the form in which it does it: it may not allocate, lock or look anything up. */
typedef struct cy__plan {
	char *path; /**< absolute */
	char **arguments;
	char **environment;
	const char *directory;
	cy__planned_fd *fds; /**< ordered by number; nothing else stays open */
	size_t fd_count;
	const cy_limit *limits;
	size_t limit_count;
	cy__identity identity;
	bool own_group, no_new_privileges;
	const struct sock_fprog *filters[2]; /**< of system calls, in this order; NULL: none */
	int ignored;                         /**< a signal that the child ignores; 0: none */
	int program;                         /**< one of `fds` that is executed instead of `path`, if `executes_fd` */
	bool executes_fd;
	bool apart;        /**< it leads a session of its own, and does not end with its parent */
	int guardian;      /**< a socket, on which the child says that it is there; -1: none */
	bool passes_pidfd; /**< the kernel adds its pidfd to that */
	int cgroup;        /**< cgroup.procs of the child's; -1: its parent's */
	pid_t parent;

	/* What came of it, written by the child into the parent's memory. */
	int error;
	const char *step;
} cy__plan;

/** Run in the child of a vfork, with every signal blocked. */
_Noreturn void cy__child_run(cy__plan *plan);

/**
 * As vfork(), cy__child_run() and the wait for its exec, where that may not be waited for at another's mercy.
 * @returns the child, which has executed or has ended, as the plan's error says; -1 with errno
 */
pid_t cy__launch_apart(cy__plan *plan);
/**
 * Carry a plan out. When it returns, the exec has succeeded, or nothing is left of the child.
 * @param why  on failure only: static words, the step that failed
 * @retval -E… of that step
 */
int cy__plan_run(cy__plan *plan, pid_t *child, const char **why);

/** @retval -ENOENT nobody has that name  @retval -ENOMEM and what the databases say */
int cy__identity_find(const char *user, const char *group, cy__identity *identity, const char **why);

/** The path that execve() wants, absolute. @retval -ENOENT, -EACCES, -ENOMEM */
int cy__program_find(const char *program, char **path);
/**
 * An argument list in one block.
 * @param program  NULL: this one, and its own arguments if @p arguments is NULL, too
 */
int cy__arguments_make(const char *program, const char *const *arguments, char ***made);
/** This process's environment (nothing, if @p clear), changed by @p changes, with @p channel as the channel variable. */
int cy__environment_make(const char *const *changes, bool clear, const char *channel, char ***made);

#endif
