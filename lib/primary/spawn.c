/*
 * Starting a worker. Everything that can be looked up, allocated or opened is, before there is a child; then vfork,
 * with every signal blocked so that no handler runs in a memory that is shared. A fork would copy the page tables of
 * a primary that may hold gigabytes: 33 ms for one, against 2.
 *
 * The child writes its failure into our memory before it ends, so the errno of a failing exec is at hand when vfork
 * returns, and its zombie is waited for at once.
 */
#include "lib/primary/spawn.h"
#include "lib/descriptor/descriptor.h"
#include "lib/primary/filter.h"
#include "lib/primary/launch.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is made on the way, and undone if it fails. */
struct attempt {
	cy__plan plan;
	int null; /* /dev/null */
	int ours; /* the channel */
	int theirs;
	int pipes_ours[3], pipes_theirs[3];
	char channel[sizeof CY__CHANNEL_VARIABLE + 64];
};

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* What only the child needed. */
static void finish_plan(struct attempt *attempt)
{
	close_if_open(attempt->null);
	close_if_open(attempt->theirs);
	for (int i = 0; i < 3; i++)
		close_if_open(attempt->pipes_theirs[i]);
	rx_free(attempt->plan.path);
	rx_free(attempt->plan.arguments);
	rx_free(attempt->plan.environment);
	rx_free(attempt->plan.fds);
	rx_free(attempt->plan.identity.list);
}

static void abandon(struct attempt *attempt)
{
	finish_plan(attempt);
	close_if_open(attempt->ours);
	for (int i = 0; i < 3; i++)
		close_if_open(attempt->pipes_ours[i]);
}

/* Descriptors */

static int open_null(struct attempt *attempt, int *fd)
{
	if (attempt->null < 0)
		attempt->null = cy__fd_above(open("/dev/null", O_RDWR | O_CLOEXEC));
	*fd = attempt->null;
	return *fd < 0 ? rx_plain(-errno) : 0;
}

static int open_pipe(struct attempt *attempt, int number, int *fd)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0 || cy__fd_pair_above(ends) < 0)
		return rx_plain(-errno);
	int child = number == STDIN_FILENO ? 0 : 1;
	attempt->pipes_theirs[number] = *fd = ends[child];
	attempt->pipes_ours[number] = ends[!child];
	return fcntl(ends[!child], F_SETFL, O_NONBLOCK) < 0 ? rx_plain(-errno) : 0;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int open_stream(struct attempt *attempt, const cy_stream *stream, int number, int *fd)
{
	switch (stream->kind) {
	case CY_STREAM_INHERIT:
		*fd = number;
		return cy__fd_is_inherited(number) ? 0 : open_null(attempt, fd);
	case CY_STREAM_NULL:
		return open_null(attempt, fd);
	case CY_STREAM_FD:
		*fd = stream->fd;
		return is_open(stream->fd) ? 0 : rx_plain(-EBADF);
	case CY_STREAM_CAPTURE:
		return open_pipe(attempt, number, fd);
	}
	return rx_plain(-EINVAL);
}

static bool is_taken(const cy_process_options *options, int number)
{
	for (size_t i = 0; i < options->descriptor_count; i++)
		if (options->descriptors[i].number == number)
			return true;
	return false;
}

static int open_channel(struct attempt *attempt, const cy_process_options *options, int *number)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 || cy__fd_pair_above(ends) < 0)
		return rx_plain(-errno);
	attempt->ours = ends[0];
	attempt->theirs = ends[1];
	*number = 3;
	while (is_taken(options, *number))
		++*number;
	/* Which of all sockets it is, no other descriptor of that number can imitate. */
	struct stat socket;
	if (fstat(ends[1], &socket) < 0)
		return rx_plain(-errno);
	snprintf(attempt->channel, sizeof attempt->channel, "%s=%d:%ju", CY__CHANNEL_VARIABLE, *number,
	         (uintmax_t)socket.st_ino);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const cy__planned_fd *first = a, *second = b;
	return (first->number > second->number) - (first->number < second->number);
}

static int check_descriptors(const cy_process_options *options)
{
	for (size_t i = 0; i < options->descriptor_count; i++) {
		const cy_descriptor *descriptor = &options->descriptors[i];
		if (descriptor->number < 3 || descriptor->number > 65535)
			return rx_plain(-EINVAL);
		if (!is_open(descriptor->fd))
			return rx_plain(-EBADF);
		for (size_t j = 0; j < i; j++)
			if (options->descriptors[j].number == descriptor->number)
				return rx_plain(-EINVAL);
	}
	return 0;
}

static int plan_descriptors(struct attempt *attempt, const cy_process_options *options)
{
	int error = check_descriptors(options);
	if (error < 0)
		return error;
	size_t count = 4 + options->descriptor_count;
	cy__planned_fd *fds = rx_alloc(count * sizeof *fds);
	if (!fds)
		return -ENOMEM;
	attempt->plan.fds = fds;
	attempt->plan.fd_count = count;
	const cy_stream *streams[] = {&options->input, &options->output, &options->error};
	for (int i = 0; i < 3 && error == 0; i++) {
		fds[i].number = i;
		error = open_stream(attempt, streams[i], i, &fds[i].from);
	}
	if (error == 0)
		error = open_channel(attempt, options, &fds[3].number);
	fds[3].from = attempt->theirs;
	for (size_t i = 0; i < options->descriptor_count; i++)
		fds[4 + i] = (cy__planned_fd){options->descriptors[i].fd, options->descriptors[i].number, -1};
	if (error == 0)
		qsort(fds, count, sizeof *fds, by_number);
	return error;
}

/* The rest of the plan */

static int make_plan(struct attempt *attempt, const cy_process_options *options, const char **why)
{
	cy__plan *plan = &attempt->plan;
	plan->directory = options->directory;
	plan->limits = options->limits;
	plan->limit_count = options->limit_count;
	plan->own_group = options->own_group;
	plan->no_new_privileges = options->no_new_privileges || options->seccomp || options->seccomp_filter;
	plan->filters[0] = options->seccomp ? cy__filter() : NULL;
	plan->filters[1] = options->seccomp_filter;
	plan->parent = getpid();
	*why = "filter";
	if (options->seccomp && !plan->filters[0])
		return rx_plain(-ENOTSUP);
	*why = "program";
	int error = cy__program_find(options->program, &plan->path);
	if (error < 0)
		return error;
	*why = "arguments";
	error = cy__arguments_make(options->program, options->arguments, &plan->arguments);
	if (error < 0)
		return error;
	*why = "descriptors";
	error = plan_descriptors(attempt, options);
	if (error < 0)
		return error;
	*why = "environment";
	error = cy__environment_make(options->environment, options->clear_environment, attempt->channel,
	                             &plan->environment);
	if (error < 0)
		return error;
	return cy__identity_find(options->user, options->group, &plan->identity, why);
}

/* Nothing but the vfork and its two ways on: what is here lives on the stack that both share. */
static pid_t launch(cy__plan *plan)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t pid = plan->identity.user ? cy__launch_apart(plan) : vfork();
	if (pid == 0)
		cy__child_run(plan);
	int error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

int cy__plan_run(cy__plan *plan, pid_t *child, const char **why)
{
	pid_t pid = launch(plan);
	if (pid < 0) {
		*why = "process";
		return rx_plain(-errno);
	}
	if (plan->error) {
		*why = plan->step;
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return -plan->error;
	}
	*child = pid;
	return 0;
}

int cy__spawn_as(const cy_process_options *options, const cy__spawning *spawning, cy__process *process,
                 const char **why)
{
	static const cy_process_options defaults;
	struct attempt attempt = {
		.null = -1, .ours = -1, .theirs = -1, .pipes_ours = {-1, -1, -1}, .pipes_theirs = {-1, -1, -1}};
	const char *step = NULL;
	pid_t pid = 0;
	attempt.plan.ignored = spawning->ignored;
	attempt.plan.guardian = spawning->guardian;
	attempt.plan.passes_pidfd = spawning->passes_pidfd;
	attempt.plan.cgroup = spawning->cgroup;
	int error = make_plan(&attempt, options ? options : &defaults, &step);
	if (error == 0)
		error = cy__plan_run(&attempt.plan, &pid, &step);
	if (error < 0) {
		abandon(&attempt);
		*why = step;
		return error;
	}
	*process = (cy__process){.pid = pid,
	                         .channel = attempt.ours,
	                         .own_group = attempt.plan.own_group,
	                         .identity = attempt.plan.identity};
	memcpy(process->streams, attempt.pipes_ours, sizeof process->streams);
	attempt.plan.identity.list = NULL;
	finish_plan(&attempt);
	process->pidfd = cy__process_open(pid);
	return 0;
}

int cy__spawn(const cy_process_options *options, cy__process *process, const char **why)
{
	return cy__spawn_as(options, &(cy__spawning){.guardian = -1, .cgroup = -1}, process, why);
}
