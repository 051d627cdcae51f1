/**
 * @file
 * What a primary, its workers' children and its guardian say to each other. The socket keeps messages apart.
 *
 * The first message is a greeting. Each further one to the guardian is a note, with the pidfds of processes that it is to
 * guard: enclosed, or, if there is none, that of the sender, which the kernel adds (SO_PASSPIDFD, Linux 6.5). A note from
 * the guardian says that it could not keep one.
 */
#ifndef CLUSTERFY_LIB_GUARDIAN_PROTOCOL_H
#define CLUSTERFY_LIB_GUARDIAN_PROTOCOL_H

#include <stdint.h>

/** The guardian's descriptors when it starts; it has no standard streams. Those behind the program are there or not. */
enum {
	CY__GUARD_SOCKET,
	CY__GUARD_PRIMARY, /**< a pidfd */
	CY__GUARD_PROGRAM, /**< its own, to be closed */
	CY__GUARD_KILL,    /**< cgroup.kill of the workers' cgroup, for writing */
	CY__GUARD_CGROUP,  /**< the directory that the cgroup is in */
};

enum { CY__GUARD_VERSION = 1, CY__GUARD_NAME = 64, CY__GUARD_FDS = 64 };

typedef struct cy__guard_hello {
	uint32_t version;
	uint32_t has_cgroup;
	int64_t timeout;             /**< from the primary's end to SIGKILL, ns; below 0: for ever */
	char cgroup[CY__GUARD_NAME]; /**< its name in its directory */
} cy__guard_hello;

enum { CY__GUARD_OWN_GROUP = 1 }; /**< they lead process groups that end with them */

typedef struct cy__guard_note {
	uint32_t flags;
	int32_t code; /**< of an answer: a negative errno, why a process is not guarded */
} cy__guard_note;

#endif
