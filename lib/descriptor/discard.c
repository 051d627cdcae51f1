/*
 * Closing what a stranger has opened. Whoever closes a file last pays for its end, and some ends take as long as the
 * stranger likes: a socket that lingers waits for a peer that does not read, a file without a name gives its memory back
 * page by page, and a socket of the Unix domain closes what others have sent into it, which may be either. Those are closed
 * by a thread that lives for it; what is not of their kind is closed at once, and costs two or three system calls more.
 */
#include "lib/descriptor/descriptor.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	/* threads that wait for an end; each has one descriptor, which is on no account any more */
	WAITING_MAX = 64,
	/* of a file: less is given back in some 100 us */
	LARGE = 1 << 20,
	BLOCK = 512, /* the unit of stx_blocks */
	STACK = 64 << 10,
	NOBODY_ASKED = AT_EMPTY_PATH | 0x4000, /* AT_STATX_DONT_SYNC: musl does not name it */
};

static atomic_int waiting;

static bool lingers(int fd)
{
	struct linger linger = {.l_onoff = 0};
	socklen_t size = sizeof linger;
	return getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) == 0 && linger.l_onoff && linger.l_linger > 0;
}

/* Something has been sent to it and not been read: there may be descriptors with it. */
static bool holds_others(int fd)
{
	int unread = 0, domain = 0;
	socklen_t size = sizeof domain;
	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
	       ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
}

/* As far as the kernel knows by itself: no file system is asked. */
static bool takes_long(int fd)
{
	struct statx found = {.stx_mode = 0};
	if (syscall(SYS_statx, fd, "", NOBODY_ASKED, STATX_TYPE | STATX_BLOCKS, &found) < 0)
		return lingers(fd) || holds_others(fd); /* before Linux 4.11 */
	if ((found.stx_mode & S_IFMT) == S_IFSOCK)
		return lingers(fd) || holds_others(fd);
	return (found.stx_mode & S_IFMT) == S_IFREG && found.stx_blocks >= LARGE / BLOCK;
}

static void *wait_for_the_end(void *number)
{
	close((int)(intptr_t)number);
	atomic_fetch_sub(&waiting, 1);
	return NULL;
}

static int start(int fd)
{
	pthread_t thread;
	pthread_attr_t attributes;
	if (pthread_attr_init(&attributes) != 0)
		return -1;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	const int code = pthread_create(&thread, &attributes, wait_for_the_end, (void *)(intptr_t)fd);
	pthread_attr_destroy(&attributes);
	return code == 0 ? 0 : -1;
}

/* Signals are for the program's own threads. */
static int start_without_signals(int fd)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int code = start(fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static bool close_elsewhere(int fd)
{
	if (atomic_fetch_add(&waiting, 1) < WAITING_MAX && start_without_signals(fd) == 0)
		return true;
	atomic_fetch_sub(&waiting, 1);
	return false;
}

void cy__fd_discard(int fd)
{
	if (fd < 0)
		return;
	if (takes_long(fd)) {
		if (close_elsewhere(fd))
			return;
		/* There are too many that wait, or no threads: it does not linger, then. Of no other file is this an option. */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 0}, sizeof(struct linger));
	}
	close(fd);
}
