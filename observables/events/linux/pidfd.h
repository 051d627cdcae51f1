/*
 * Linux: a descriptor for a process, which becomes readable when that has ended.
 */
#ifndef RX_EVENTS_LINUX_PIDFD_H
#define RX_EVENTS_LINUX_PIDFD_H

#include <clusterfy/rx/events.h>

/* A descriptor for a child, 3 or above, CLOEXEC; -ENOSYS where the system has none, and what else it may answer. */
int rx__pidfd_open(int pid);
/* Wait for that child, without blocking: 1 and @p ended; 0: it has not ended; -ECHILD. */
int rx__pidfd_wait(int pidfd, rx_exit *ended);

#endif
