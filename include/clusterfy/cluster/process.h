/**
 * @file
 * How a worker's process is started, and when it is started again: options structs. Zero means the default.
 */
#ifndef CLUSTERFY_CLUSTER_PROCESS_H
#define CLUSTERFY_CLUSTER_PROCESS_H

#include <clusterfy/rx/base.h>

RX_BEGIN_DECLS

struct sock_fprog;

/** Where a standard stream of the worker leads. */
typedef enum cy_stream_kind {
	CY_STREAM_INHERIT = 0, /**< where the primary's leads (to /dev/null, if the primary has closed its own) */
	CY_STREAM_NULL,        /**< /dev/null */
	CY_STREAM_FD,          /**< to `fd`, which stays the caller's */
	CY_STREAM_CAPTURE      /**< through a pipe to the primary */
} cy_stream_kind;

typedef struct cy_stream {
	cy_stream_kind kind;
	int fd; /**< for CY_STREAM_FD */
} cy_stream;

/** A descriptor that the worker gets besides its standard streams and its channel. */
typedef struct cy_descriptor {
	int fd;     /**< in the primary; stays the caller's */
	int number; /**< in the worker; 3 or above, each once */
} cy_descriptor;

/** A limit of the kernel's: see setrlimit(2). */
typedef struct cy_limit {
	int resource;        /**< RLIMIT_NOFILE, ... */
	uint64_t soft, hard; /**< UINT64_MAX: none */
} cy_limit;

/** A worker's process. All that it points to is copied, or used, before the call that takes it returns. */
typedef struct cy_process_options {
	/** NULL: this program again. A name without a slash is looked up in PATH. */
	const char *program;
	/** What follows the program's name, ended by NULL. NULL: of this program, the arguments it was given; of another,
	 * none. */
	const char *const *arguments;
	/** "NAME=value" adds or replaces, "NAME" removes; ended by NULL; applied to this process's environment. */
	const char *const *environment;
	/** Start from an empty environment instead. */
	bool clear_environment;
	/** Working directory; NULL: the primary's. */
	const char *directory;
	/** Standard input, output and error. */
	cy_stream input, output, error;
	/** Further descriptors. Nothing else that the primary has open is open in a worker. */
	const cy_descriptor *descriptors;
	size_t descriptor_count;
	const cy_limit *limits;
	size_t limit_count;
	/** A user's name or number, whose groups it gets as well; NULL: the primary's own. Where such a worker may listen has
	 * to be said: `listen` of cy_worker_options. */
	const char *user;
	/** A group's name or number; NULL: the user's first. */
	const char *group;
	/** Never more privileges than at its start, whatever it executes (PR_SET_NO_NEW_PRIVS). */
	bool no_new_privileges;
	/** Refuse system calls of administrators and debuggers, which an ordinary program never makes, with -EPERM:
	 * SECURITY.md names them. It holds for whatever the worker executes. Includes `no_new_privileges`. */
	bool seccomp;
	/** A filter of one's own, as in seccomp(2), besides; that too includes `no_new_privileges`. It is the last thing
	 * before the exec, which it has to allow, with all that the program needs until it has joined. */
	const struct sock_fprog *seccomp_filter;
	/** A process group of its own, which is killed with it. */
	bool own_group;
} cy_process_options;

/** When a worker that has ended is started again. */
typedef enum cy_revive {
	CY_REVIVE_NEVER = 0,
	/** After an end that nobody asked for, by a code other than 0 or by a signal, or before it said hello. */
	CY_REVIVE_ON_FAILURE,
	/** After every end that nobody asked for. */
	CY_REVIVE_ALWAYS,
	/** The program decides, each time that nobody asked for the end. */
	CY_REVIVE_DECIDE
} cy_revive;

/** As cy_revival.limit: no limit. */
#define CY_UNLIMITED UINT32_MAX

/** How fast and how often a worker is revived. */
typedef struct cy_revival {
	rx_nsec first;   /**< the delay of the first revival; 0: 100 ms; RX_NOW: none, of none */
	double factor;   /**< each further delay is the one before times this, at least 1; 0: 2 */
	rx_nsec ceiling; /**< no delay is longer; 0: 30 s; RX_NEVER: no ceiling */
	double jitter;   /**< a delay is shortened by a random share of up to this, at most 1; 0: 0.1; below 0: none */
	/** Revivals within the window, at most 65536; one more end, and it has failed; 0: 10; CY_UNLIMITED. 8 bytes each. */
	uint32_t limit;
	rx_nsec window; /**< 0: 60 s; RX_NEVER: all of its life */
	rx_nsec hold; /**< delays and limit begin anew once it was ready for so long; 0: 60 s; RX_NEVER: they never do */
	rx_nsec start; /**< a start counts as failed, and is killed, if it is not ready by then; 0: 30 s; RX_NEVER */
} cy_revival;

/**
 * Whether a worker's loop turns, asked now and then, once it is ready and until it is asked to stop. One that computes
 * without giving the loop a turn (cy_poll()) for so long counts as hung, however well it may be.
 *
 * A primary that was stopped itself, or was too busy to ask in time, judges nobody: it reads what came meanwhile, and
 * asks again.
 */
typedef struct cy_heartbeat {
	rx_nsec interval; /**< between two questions; 0: the cluster's (none, unless set); RX_NEVER: none are asked */
	rx_nsec timeout; /**< without an answer for so long it is told on: an `error` event, -ETIMEDOUT; 0: 4 intervals */
	rx_nsec abort_after; /**< so long after that it gets a SIGABRT; 0: as `timeout`; RX_NOW; RX_NEVER: nor a SIGKILL */
	rx_nsec kill_after; /**< and so long after that a SIGKILL; 0: 5 s (a core takes its time); RX_NOW; RX_NEVER */
} cy_heartbeat;

/**
 * When a worker's process is replaced by a fresh one, which is ready before the old one is asked to stop: see reload.h.
 * Never, unless one of the first three is set.
 */
typedef struct cy_recycle {
	size_t memory;  /**< when more bytes than this are resident; 0: no matter how many */
	rx_nsec age;    /**< so long after it was ready; 0: no matter how long */
	uint64_t calls; /**< when it has answered so many calls; 0: no matter how many */
	double jitter;  /**< each limit is lowered by a random share of up to this, at most 1; 0: 0.1; below 0: none */
	rx_nsec interval; /**< how often its memory is looked at; 0: 1 s */
	rx_nsec drain;    /**< how long the old one may take to finish what it serves, and stop; 0: 30 s; RX_NEVER */
} cy_recycle;

RX_END_DECLS
#endif
