/*
 * Starting the guardian, telling it of workers, noticing its end.
 *
 * It is executed from memory, out of an array that the build has made of guardian/main.c: there is no file to be found,
 * replaced or forgotten at an installation. Its socket and a pidfd of the primary tell it of the primary's end; the
 * socket alone would not, where a child that the program has forked without an exec holds a copy.
 *
 * A child says by itself that it is there, for nobody else can before its exec: the primary sleeps in vfork, and may not
 * wake up. On Linux 6.5 the kernel adds a pidfd of the sender to what it sends; before that the child encloses one, which
 * counts as in flight until it is received, and can be refused where somebody else has too many there (ETOOMANYREFS).
 */
#include "lib/primary/guardian.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/descriptor/descriptor.h"
#include "lib/guardian/protocol.h"
#include "lib/primary/launch.h"
#include "lib/primary/worker.h"
#include "lib/primary/workers.h"

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

static const unsigned char image[] = {
#include "guardian-image.h"
};

/* One that is killed again and again is replaced so often at once, and then once in so long. */
enum { AT_ONCE = 3 };
#define AGAIN_AFTER RX_S(1)
/* How long its end may take, where it has to remove a cgroup, before it is killed, ms. */
enum { PATIENCE = 6000 };

static const char guarding[] = CY__GUARDING; /* the step of a start that failed */

struct cy__guardian {
	cy_cluster *cluster;
	cy__process process; /* its channel is the socket */
	bool passes_pidfd;   /* the kernel adds the sender's */
	bool impossible;     /* here is none, and everybody knows */
	rx_subscription watch;
	rx_nsec started;
	unsigned short_lived; /* that were killed soon, one after the other */
	rx_task again;
	/* The option `cgroup`; descriptors are -1 without it. */
	int directory, processes, kill;
	char cgroup[CY__GUARD_NAME];
};

/* ---- Starting it ------------------------------------------------------------------------------------------------- */

static int make_file(unsigned flags)
{
	flags |= MFD_CLOEXEC | MFD_ALLOW_SEALING;
	return cy__fd_above((int)syscall(SYS_memfd_create, "clusterfy-guardian", flags));
}

/* What is executed: nobody can write to it any more. */
static int make_program(void)
{
	int fd = make_file(MFD_EXEC);
	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 every one can be executed */
		fd = make_file(0);
	if (fd < 0)
		return rx_plain(-errno);
	const ssize_t written = write(fd, image, sizeof image);
	if (written != sizeof image ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
		const int code = written >= 0 && written != sizeof image ? rx_plain(-ENOSPC) : rx_plain(-errno);
		close(fd);
		return code;
	}
	return fd;
}

/* It was sent before there is somebody to read it. */
static int greet(const cy__guardian *guardian, int socket)
{
	const rx_nsec timeout = guardian->cluster->options.shutdown_timeout;
	cy__guard_hello hello = {.version = CY__GUARD_VERSION,
	                         .has_cgroup = guardian->kill >= 0,
	                         .timeout = timeout >= RX_NEVER / 4 ? -1 : timeout};
	snprintf(hello.cgroup, sizeof hello.cgroup, "%s", guardian->cgroup);
	return send(socket, &hello, sizeof hello, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? rx_plain(-errno) : 0;
}

static int run_program(const cy__guardian *guardian, int theirs, int primary, int program, cy__process *process)
{
	static char name[] = "clusterfy-guardian", *arguments[] = {name, NULL}, *environment[] = {NULL};
	const char *why;
	cy__planned_fd fds[] = {{theirs, CY__GUARD_SOCKET, -1},
	                        {primary, CY__GUARD_PRIMARY, -1},
	                        {program, CY__GUARD_PROGRAM, -1},
	                        {guardian->kill, CY__GUARD_KILL, -1},
	                        {guardian->directory, CY__GUARD_CGROUP, -1}};
	cy__plan plan = {.arguments = arguments,
	                 .environment = environment,
	                 .directory = "/",
	                 .fds = fds,
	                 .fd_count = guardian->kill >= 0 ? 5 : 3,
	                 .program = CY__GUARD_PROGRAM,
	                 .executes_fd = true,
	                 .apart = true,
	                 .guardian = -1,
	                 .cgroup = -1,
	                 .parent = getpid()};
	*process = (cy__process){.pidfd = -1, .channel = -1, .streams = {-1, -1, -1}};
	const int code = cy__plan_run(&plan, &process->pid, &why);
	if (code < 0)
		return code;
	process->pidfd = cy__process_open(process->pid);
	if (process->pidfd >= 0)
		return 0;
	const int error = -errno; /* its end could not be awaited: closing its socket ends it */
	cy__process_discard(process);
	return error;
}

static int start_with(cy__guardian *guardian, int ours, int theirs)
{
	const int yes = 1;
	guardian->passes_pidfd = setsockopt(theirs, SOL_SOCKET, SO_PASSPIDFD, &yes, sizeof yes) == 0;
	int primary = cy__process_open(getpid());
	if (primary < 0)
		return rx_plain(-errno);
	int program = make_program();
	int code = program < 0 ? program : greet(guardian, ours);
	if (code >= 0)
		code = run_program(guardian, theirs, primary, program, &guardian->process);
	cy__fd_close(&program);
	cy__fd_close(&primary);
	return code;
}

static void watch(cy__guardian *guardian);

static int start(cy__guardian *guardian)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 || cy__fd_pair_above(ends) < 0)
		return rx_plain(-errno);
	const int code = start_with(guardian, ends[0], ends[1]);
	cy__fd_close(&ends[1]);
	if (code < 0) {
		cy__fd_close(&ends[0]);
		return code;
	}
	guardian->process.channel = ends[0];
	guardian->started = rx_now(guardian->cluster->scheduler);
	watch(guardian);
	return 0;
}

/* What is lacking now may be there later; all else says that this system has no guardian for us. */
static bool may_pass(int code)
{
	return code == -ENOMEM || code == -EMFILE || code == -ENFILE || code == -EAGAIN || code == -ENOBUFS;
}

/* ---- Its end ----------------------------------------------------------------------------------------------------- */

static void forget(cy__guardian *guardian)
{
	rx_unsubscribe(&guardian->watch);
	cy__process_discard(&guardian->process);
}

struct handover {
	int fds[CY__GUARD_FDS];
	size_t count;
	uint32_t flags;
	int code;
};

static void hand_over(const cy__guardian *guardian, struct handover *over)
{
	union {
		struct cmsghdr header;
		unsigned char bytes[CMSG_SPACE(CY__GUARD_FDS * sizeof(int))];
	} control;
	cy__guard_note note = {.flags = over->flags};
	struct iovec part = {&note, sizeof note};
	const size_t size = over->count * sizeof(int);
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(size)};
	if (!over->count)
		return;
	memset(&control, 0, sizeof control);
	control.header =
		(struct cmsghdr){.cmsg_len = CMSG_LEN(size), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), over->fds, size);
	if (sendmsg(guardian->process.channel, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		over->code = -errno;
	over->count = 0;
}

static void hand_over_one(const cy__guardian *guardian, const cy__worker *worker, struct handover over[2])
{
	struct handover *mine = &over[worker->process.own_group];
	if (!cy__worker_has_process(worker))
		return;
	if (worker->process.pidfd < 0) {
		mine->code = -EMFILE;
		return;
	}
	mine->fds[mine->count++] = worker->process.pidfd;
	if (mine->count == CY__GUARD_FDS)
		hand_over(guardian, mine);
}

static int hand_over_all(const cy__guardian *guardian)
{
	const cy_cluster *cluster = guardian->cluster;
	struct handover over[2] = {{.flags = 0}, {.flags = CY__GUARD_OWN_GROUP}};
	for (size_t i = 0; i < cluster->worker_count; i++)
		hand_over_one(guardian, cluster->workers[i], over);
	for (const cy__worker *worker = cluster->spares; worker; worker = worker->next_spare)
		hand_over_one(guardian, worker, over);
	hand_over(guardian, &over[0]);
	hand_over(guardian, &over[1]);
	return over[0].code < 0 ? over[0].code : over[1].code;
}

static void again_later(cy__guardian *guardian);

/* Another one, which holds whom the last one held. */
static int replace(cy__guardian *guardian)
{
	int code = start(guardian);
	if (code >= 0) {
		code = hand_over_all(guardian);
		if (code < 0)
			forget(guardian);
	}
	if (code < 0) {
		cy__trouble(guardian->cluster, 0, code,
		            "the guardian cannot be replaced: nobody sees to it that workers end with "
		            "their primary: %s",
		            strerror(-code));
		again_later(guardian);
	}
	return code;
}

static void replace_now(rx_task *task)
{
	cy__guardian *guardian = CY__CONTAINER(task, cy__guardian, again);
	if (!guardian->process.pid)
		replace(guardian);
}

static void again_later(cy__guardian *guardian)
{
	guardian->again.run = replace_now;
	rx_schedule(guardian->cluster->scheduler, &guardian->again, AGAIN_AFTER);
}

static void lost(cy__guardian *guardian)
{
	const bool held = rx_now(guardian->cluster->scheduler) - guardian->started >= AGAIN_AFTER;
	guardian->short_lived = held ? 0 : guardian->short_lived + 1;
	forget(guardian);
	cy__trouble(guardian->cluster, 0, -ECONNRESET, "the guardian has ended: somebody has killed it");
	if (guardian->process.pid)
		return; /* whoever heard of it has started a worker */
	if (guardian->short_lived <= AT_ONCE)
		replace(guardian);
	else
		again_later(guardian);
}

/* @returns false when it has ended */
static bool listen_to(cy__guardian *guardian)
{
	cy__guard_note note;
	for (;;) {
		const ssize_t got = recv(guardian->process.channel, &note, sizeof note, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		if (got == sizeof note)
			cy__trouble(guardian->cluster, 0, note.code,
			            "the guardian cannot hold another worker, which may outlive its primary: %s",
			            strerror(-note.code));
	}
}

static void heard(const int *fd, void *ctx)
{
	if (!listen_to(ctx))
		lost(ctx);
}
RX_CONSUMER(heard, int);

static void watch_failed(const rx_error *error, void *ctx)
{
	const cy__guardian *guardian = ctx;
	cy__trouble(guardian->cluster, 0, error->code, "the guardian cannot be watched: %s", error->message);
}

static void watch(cy__guardian *guardian)
{
	rx_subscribe(rx_readable(guardian->process.channel),
	             &(rx_observer){RX_NEXT(heard), .error = watch_failed, .ctx = guardian,
	                            .scheduler = guardian->cluster->scheduler},
	             &guardian->watch);
}

/* ---- Workers ----------------------------------------------------------------------------------------------------- */

static int have(cy_cluster *cluster)
{
	if (cluster->guardian)
		return 0;
	cy__guardian *guardian = rx_alloc_zero(sizeof *guardian);
	if (!guardian)
		return -ENOMEM;
	guardian->cluster = cluster;
	guardian->process = (cy__process){.pidfd = -1, .channel = -1, .streams = {-1, -1, -1}};
	guardian->directory = guardian->processes = guardian->kill = -1;
	cluster->guardian = guardian;
	return 0;
}

/* There is one now, or there cannot be. */
static int need(cy__guardian *guardian)
{
	if (guardian->process.pid || guardian->impossible)
		return 0;
	rx_cancel(&guardian->again);
	int code = start(guardian);
	if (code >= 0) {
		code = hand_over_all(guardian);
		if (code < 0)
			forget(guardian);
		return code;
	}
	if (may_pass(code))
		return code;
	guardian->impossible = true;
	cy__trouble(guardian->cluster, 0, code,
	            "there is no guardian: a worker that ignores its primary's death outlives it: %s", strerror(-code));
	return 0;
}

static bool has_just_ended(int code, const char *why)
{
	return strcmp(why, guarding) == 0 && (code == -EPIPE || code == -ECONNRESET || code == -ENOTCONN);
}

int cy__guardian_spawn(cy_cluster *cluster, const cy_process_options *options, int ignored, cy__process *process,
                       const char **why)
{
	*why = guarding;
	int code = have(cluster);
	cy__guardian *guardian = cluster->guardian;
	if (code < 0)
		return code;
	for (int tries = 0;; tries++) {
		code = need(guardian);
		if (code < 0)
			return code;
		const cy__spawning spawning = {.ignored = ignored,
		                               .guardian = guardian->process.channel,
		                               .passes_pidfd = guardian->passes_pidfd,
		                               .cgroup = guardian->processes};
		code = cy__spawn_as(options, &spawning, process, why);
		if (code >= 0 || !has_just_ended(code, *why) || tries)
			return code;
		*why = guarding;
		forget(guardian);
	}
}

/* ---- The cgroup -------------------------------------------------------------------------------------------------- */

static int open_in(const cy__guardian *guardian, const char *name)
{
	char path[CY__GUARD_NAME + 32];
	snprintf(path, sizeof path, "%s/%s", guardian->cgroup, name);
	return cy__fd_above(openat(guardian->directory, path, O_WRONLY | O_CLOEXEC));
}

static int make_cgroup(cy__guardian *guardian, const char *path)
{
	struct statfs found;
	guardian->directory = cy__fd_above(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (guardian->directory < 0)
		return rx_plain(-errno);
	if (fstatfs(guardian->directory, &found) < 0 || (unsigned long)found.f_type != CGROUP2_SUPER_MAGIC)
		return rx_plain(-ENOTSUP);
	snprintf(guardian->cgroup, sizeof guardian->cgroup, "clusterfy-%d", (int)getpid());
	/* One of that name is left of somebody who had our number: empty, or not ours. */
	unlinkat(guardian->directory, guardian->cgroup, AT_REMOVEDIR);
	if (mkdirat(guardian->directory, guardian->cgroup, 0755) < 0)
		return rx_plain(-errno);
	guardian->processes = open_in(guardian, "cgroup.procs");
	guardian->kill = guardian->processes < 0 ? -1 : open_in(guardian, "cgroup.kill");
	const int code = guardian->kill < 0 ? rx_plain(-errno) : 0;
	if (code < 0)
		unlinkat(guardian->directory, guardian->cgroup, AT_REMOVEDIR);
	return code;
}

static void close_cgroup(cy__guardian *guardian)
{
	cy__fd_close(&guardian->directory);
	cy__fd_close(&guardian->processes);
	cy__fd_close(&guardian->kill);
}

int cy__guardian_open(cy_cluster *cluster)
{
	const char *path = cluster->options.cgroup;
	if (!path)
		return 0;
	int code = have(cluster);
	if (code >= 0)
		code = make_cgroup(cluster->guardian, path);
	cluster->options.cgroup = NULL; /* the program's, and no longer needed */
	if (code >= 0)
		return 0;
	if (cluster->guardian)
		close_cgroup(cluster->guardian);
	return rx_raise(code, "join: the cgroup %s: %s", path, strerror(-code));
}

/* The guardian does it, where there is one. */
static void remove_cgroup(const cy__guardian *guardian)
{
	for (int tries = 0; guardian->kill >= 0 && tries < PATIENCE / 10; tries++) {
		if (write(guardian->kill, "1", 1) < 0 ||
		    unlinkat(guardian->directory, guardian->cgroup, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		poll(NULL, 0, 10);
	}
}

/* ---- With the cluster -------------------------------------------------------------------------------------------- */

void cy__guardian_close(cy_cluster *cluster)
{
	cy__guardian *guardian = cluster->guardian;
	if (!guardian)
		return;
	rx_cancel(&guardian->again);
	rx_unsubscribe(&guardian->watch);
	if (guardian->process.pid) {
		/* Not by closing alone: a child that the program has forked may have a copy. */
		shutdown(guardian->process.channel, SHUT_RDWR);
		poll(&(struct pollfd){.fd = guardian->process.pidfd, .events = POLLIN}, 1, PATIENCE);
		cy__process_discard(&guardian->process);
	}
	remove_cgroup(guardian);
	close_cgroup(guardian);
	cluster->guardian = NULL;
	rx_free(guardian);
}

pid_t cy__guardian_pid(const cy_cluster *cluster)
{
	return cluster->guardian ? cluster->guardian->process.pid : 0;
}
