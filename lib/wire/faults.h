/**
 * @file
 * Faults on purpose: a thin layer between a channel and its socket, for tests; see clusterfy/cluster/testing.h. A channel
 * without them has a NULL here.
 */
#ifndef CLUSTERFY_LIB_WIRE_FAULTS_H
#define CLUSTERFY_LIB_WIRE_FAULTS_H

#include <sys/socket.h>

#include <clusterfy/cluster/testing.h>

#include "lib/wire/frame.h"

typedef struct cy__faults cy__faults;

/** @retval -EINVAL  a probability that is none, a delay below zero */
int cy__faults_create(const cy_faults *faults, cy__faults **created);
/** NULL is accepted. */
void cy__faults_destroy(cy__faults *faults);

/** sendmsg() and recvmsg() on a socket that has these faults. */
ssize_t cy__faults_write(cy__faults *faults, int fd, const struct msghdr *message, int flags);
ssize_t cy__faults_read(cy__faults *faults, int fd, struct msghdr *message, int flags);
/** Whether a frame of this kind is lost. */
bool cy__faults_lose(cy__faults *faults, cy__kind kind);
rx_nsec cy__faults_delay(const cy__faults *faults);

static inline ssize_t cy__socket_write(cy__faults *faults, int fd, const struct msghdr *message, int flags)
{
	return faults ? cy__faults_write(faults, fd, message, flags) : sendmsg(fd, message, flags);
}

static inline ssize_t cy__socket_read(cy__faults *faults, int fd, struct msghdr *message, int flags)
{
	return faults ? cy__faults_read(faults, fd, message, flags) : recvmsg(fd, message, flags);
}

#endif
