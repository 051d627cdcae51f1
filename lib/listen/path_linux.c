/*
 * There is no bindat(2): a name is bound in the working directory, with the rights of the process. So a child does it that
 * lives for these few system calls: it takes on the rights of whoever asked, opens the directory with them, once, goes
 * there, binds the last part of the path, and hands the directory back. The same directory, and no path, is what the file
 * is removed from, again with those rights. What the primary itself may do is never used on a name that another has
 * chosen; a link that takes the place of a directory leads to where its maker could have gone himself.
 *
 * The child shares the primary's memory as that of a vfork does, and the primary sleeps until it has ended. Three things
 * keep that from becoming a weapon:
 *
 * - It takes on effective ids, those of files, and capabilities. Real and saved ones stay the primary's, so that processes of
 *   that user can neither stop, kill nor trace it, nor have their own file systems (FUSE) answer it.
 * - A timer kills it if a file system does not answer.
 * - It has no exit signal, so that neither libev nor the program, which wait for any child, ever find it.
 *
 * The outcome is in memory that is shared in any case, for a tool that makes a fork of a vfork (valgrind).
 */
#include "lib/listen/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/descriptor/descriptor.h"

/* 16-bit ids hide behind the plain names on some machines. */
#ifdef SYS_setresuid32
enum { SET_USER = SYS_setresuid32, SET_GROUP = SYS_setresgid32, SET_GROUPS = SYS_setgroups32 };
#else
enum { SET_USER = SYS_setresuid, SET_GROUP = SYS_setresgid, SET_GROUPS = SYS_setgroups };
#endif

enum { STACK = 64 << 10, PATIENCE = 2 /* seconds */ };

/* What a child does, and what came of it. */
struct errand {
	int (*act)(struct errand *errand);
	const cy__rights *rights;
	cy__path *at;
	const cy__allowed *allowed; /* NULL: anywhere */
	bool exact;
	/* To bind: */
	char directory[PATH_MAX];
	int socket, backlog, link;
	/* The outcome. */
	int code;
	const char *why;
	bool bound, seen;
	struct stat home, file;
};

/* ---- In the child ------------------------------------------------------------------------------------------------- */

static int limit_time(void)
{
	struct sigaction action;
	sigset_t alarms;
	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_DFL;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	if (sigaction(SIGALRM, &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &alarms, NULL) < 0)
		return -errno;
	alarm(PATIENCE);
	return 0;
}

static int limit_capabilities(uint64_t capabilities)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(capabilities >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* By bare system calls: the C library's own would do it to every thread of the parent. */
static int take_on(const cy__rights *rights)
{
	if (rights->mask != CY__ANY_MASK)
		umask(rights->mask);
	if (rights->own)
		return 0;
	if ((!rights->same_groups && syscall(SET_GROUPS, rights->count, rights->groups) < 0) ||
	    (rights->gid != getegid() && syscall(SET_GROUP, -1, rights->gid, -1) < 0) ||
	    (rights->uid != geteuid() && syscall(SET_USER, -1, rights->uid, -1) < 0))
		return -errno;
	return limit_capabilities(rights->capabilities);
}

/* Its end is that of the process: nothing that does not return may be called here. */
static int run_errand(void *ctx)
{
	struct errand *errand = ctx;
	int code = limit_time();
	errand->why = "rights";
	if (code >= 0)
		code = take_on(errand->rights);
	errand->code = code < 0 ? code : errand->act(errand);
	return 0;
}

static int send_directory(int link, int directory)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))];
	char byte = 0;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	memset(room, 0, sizeof room);
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &directory, sizeof directory);
	return sendmsg(link, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int go_there(struct errand *errand)
{
	errand->why = "directory";
	const int directory = cy__fd_above(open(errand->directory, O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (directory < 0 || fstat(directory, &errand->home) < 0)
		return -errno;
	errand->why = NULL;
	if (errand->allowed &&
	    !cy__allowed_path(errand->allowed, errand->home.st_dev, errand->home.st_ino, errand->at->name, false))
		return -EACCES;
	errand->why = "directory";
	if (fchdir(directory) < 0)
		return -errno;
	const int code = send_directory(errand->link, directory);
	return code < 0 ? code : directory;
}

static int bind_name(struct errand *errand)
{
	const char *name = errand->at->name;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int directory = go_there(errand);
	if (directory < 0)
		return directory;
	errand->why = "bind";
	memcpy(address.sun_path, name, strlen(name));
	if (bind(errand->socket, (const struct sockaddr *)&address,
	         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) < 0)
		return -errno;
	errand->bound = true;
	errand->seen =
		fstatat(directory, name, &errand->file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(errand->file.st_mode);
	/* Clients are shown who made it listen; and by which process, which is the primary while that is true. */
	errand->why = "listen";
	return !errand->rights->own && listen(errand->socket, errand->backlog) < 0 ? -errno : 0;
}

static int look_up(struct errand *errand)
{
	const cy__path *at = errand->at;
	return cy__allowed_path(errand->allowed, at->device, at->inode, at->name, errand->exact) ? 0 : -EACCES;
}

static int remove_name(struct errand *errand)
{
	const cy__path *at = errand->at;
	if (fstatat(at->directory, at->name, &errand->file, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (errand->file.st_dev != at->socket_device || errand->file.st_ino != at->socket_inode)
		return -ESTALE;
	return unlinkat(at->directory, at->name, 0) < 0 ? -errno : 0;
}

/* ---- In the primary ------------------------------------------------------------------------------------------------ */

static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
		;
}

/* Whoever changes its identity is not to be traced nor to leave a core, and who shares its memory neither. */
static int dumpable(const struct errand *errand)
{
	return errand->rights->own ? -1 : prctl(PR_GET_DUMPABLE);
}

/* @returns an errand with nothing in it, and a stack above it; NULL without memory */
static struct errand *begin_errand(const cy__rights *rights, cy__path *at)
{
	void *room = mmap(NULL, sizeof(struct errand) + STACK, PROT_READ | PROT_WRITE,
	                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return NULL;
	struct errand *errand = room;
	errand->rights = rights;
	errand->at = at;
	return errand;
}

static void end_errand(struct errand *errand)
{
	munmap(errand, sizeof *errand + STACK);
}

static int do_errand(struct errand *errand)
{
	sigset_t all, before;
	char *top = (char *)(errand + 1) + STACK;
	const int dumps = dumpable(errand);
	errand->code = -ETIMEDOUT; /* if it cannot say anything else */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const pid_t pid = clone(run_errand, top - (uintptr_t)top % 64, CLONE_VM | CLONE_VFORK, errand);
	if (pid < 0)
		errand->code = -errno;
	else
		wait_for(pid);
	if (dumps == 1)
		prctl(PR_SET_DUMPABLE, 1);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return errand->code;
}

static int receive_directory(int link)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))];
	char byte;
	int directory;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	if (recvmsg(link, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		return -errno;
	const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return -EMFILE;
	memcpy(&directory, CMSG_DATA(head), sizeof directory);
	directory = cy__fd_above(directory);
	return directory < 0 ? -errno : directory;
}

/* The directory takes the place of the child's end of the link: where there is no descriptor left, there is that. */
static int send_child(struct errand *errand)
{
	int link[2];
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, link) < 0 || cy__fd_pair_above(link) < 0)
		return -errno;
	errand->link = link[1];
	const int code = do_errand(errand);
	close(link[1]);
	const int directory = errand->bound ? receive_directory(link[0]) : -1;
	close(link[0]);
	errand->at->directory = directory;
	return code < 0 || directory >= 0 ? code : directory;
}

/* The directory, and the name in it. */
static int split(const char *path, struct errand *errand)
{
	const char *name = strrchr(path, '/') + 1;
	const size_t length = strlen(name), before = (size_t)(name - path);
	errand->why = "name";
	if (!length)
		return -EISDIR;
	if (length >= sizeof errand->at->name || before >= sizeof errand->directory)
		return -ENAMETOOLONG;
	memcpy(errand->at->name, name, length + 1);
	memcpy(errand->directory, path, before);
	return 0;
}

static int bind_socket(const char *path, struct errand *errand)
{
	int code = split(path, errand);
	if (code < 0)
		return code;
	errand->why = "socket";
	const int fd = cy__fd_above(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return -errno;
	errand->socket = fd;
	code = send_child(errand);
	if (code >= 0 && errand->rights->own && listen(fd, errand->backlog) < 0)
		code = -errno;
	if (code < 0)
		close(fd);
	return code < 0 ? code : fd;
}

static void keep_what_it_saw(const struct errand *errand)
{
	cy__path *at = errand->at;
	at->device = errand->home.st_dev;
	at->inode = errand->home.st_ino;
	at->known = errand->seen;
	at->socket_device = errand->file.st_dev;
	at->socket_inode = errand->file.st_ino;
}

int cy__path_bind(const char *path, int backlog, const cy__rights *rights, const cy__allowed *allowed, cy__path *at,
                  const char **why)
{
	*at = (cy__path){.directory = -1};
	*why = "memory";
	struct errand *errand = begin_errand(rights, at);
	if (!errand)
		return -ENOMEM;
	errand->act = bind_name;
	errand->allowed = allowed;
	errand->backlog = backlog;
	const int code = bind_socket(path, errand);
	*why = errand->why;
	keep_what_it_saw(errand);
	end_errand(errand);
	if (code < 0 && at->directory >= 0)
		cy__path_remove(at, rights);
	return code;
}

int cy__path_check(cy__path *at, const cy__rights *rights, const cy__allowed *allowed, bool exact)
{
	struct errand *errand = begin_errand(rights, at);
	if (!errand)
		return -ENOMEM;
	errand->act = look_up;
	errand->allowed = allowed;
	errand->exact = exact;
	const int code = do_errand(errand);
	end_errand(errand);
	return code;
}

/* With the primary's rights it needs no child, for it needs no working directory. */
static int send_remover(cy__path *at, const cy__rights *rights)
{
	struct errand *errand = begin_errand(rights, at);
	if (!errand)
		return -ENOMEM;
	errand->act = remove_name;
	const int code = rights->own ? remove_name(errand) : do_errand(errand);
	end_errand(errand);
	return code;
}

int cy__path_remove(cy__path *at, const cy__rights *rights)
{
	const int code = at->known ? send_remover(at, rights) : 0;
	cy__fd_close(&at->directory);
	return code;
}
