/*
 * What a process uses.
 */
#ifndef CLUSTERFY_LIB_STATISTICS_USAGE_H
#define CLUSTERFY_LIB_STATISTICS_USAGE_H

#include <clusterfy/rx/base.h>
#include <stddef.h>
#include <sys/types.h>

/* Zero where it cannot be told. */
typedef struct cy__usage {
	size_t memory;     /* bytes that are resident */
	rx_nsec processor; /* time, its own and the kernel's for it */
} cy__usage;

/* Of a process that has not been reaped. */
cy__usage cy__usage_of(pid_t pid);

#endif
