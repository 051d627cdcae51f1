/*
 * No worker outlives its primary, whatever it does to its signals, its user, its timers. The test starts a primary that
 * starts workers, kills it, and is then the parent of whatever is left (PR_SET_CHILD_SUBREAPER): all of it ends, the
 * guardian, too.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/primary/guardian.h"
#include "tests/support/cluster.h"

enum { HELD = 9, NOBODY = 65534, SKIPPED = 77 };

static void block_signals(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static void ignore_signals(void)
{
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_IGN);
}

static void disown_parent(void)
{
	prctl(PR_SET_PDEATHSIG, 0);
}

/* All of POSIX's have small numbers. */
static void delete_timers(void)
{
	block_signals();
	for (int id = 0; id < 16; id++)
		syscall(SYS_timer_delete, id);
}

static void change_user(void)
{
	if (geteuid() == 0 && syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0)
		_exit(95);
}

static void lead_session(void)
{
	setsid();
	ignore_signals();
	disown_parent();
}

static void be_stopped(void)
{
	ignore_signals();
	disown_parent();
}

static const struct way {
	const char *name;
	void (*evade)(void);
} ways[] = {
	{"blocks", block_signals},  {"ignores", ignore_signals},   {"disowns", disown_parent},
	{"deletes", delete_timers}, {"changes user", change_user}, {"leads", lead_session},
	{"stops", be_stopped},
};

enum { WAYS = sizeof ways / sizeof *ways };

static const struct way *way_of(const char *name)
{
	for (size_t i = 0; i < WAYS; i++)
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	return NULL;
}

/* Says "r" when it has done what it can not to be killed, and never gives its loop another turn. */
PROGRAM(evader)
{
	const struct way *way = way_of(argv[1]);
	const bool early = argc > 2 && strcmp(argv[2], "early") == 0;
	if (!way || (!early && !cy_join(NULL)))
		return 99;
	way->evade();
	if (write(HELD, "r", 1) != 1)
		return 98;
	if (way->evade == be_stopped)
		raise(SIGSTOP);
	for (;;)
		;
}

static int fork_held(cy_cluster *cluster, bool own_group)
{
	const cy_descriptor descriptor = {.fd = HELD, .number = HELD};
	const cy_worker_options options = {
		.process = {.descriptors = &descriptor, .descriptor_count = 1, .own_group = own_group}};
	return cy_fork(cluster, NULL, &options) < 0 ? -1 : 0;
}

/* Its guardian is killed, and replaced. */
static int lose_guardian(cy_cluster *cluster)
{
	const pid_t pid = cy__guardian_pid(cluster);
	kill(pid, SIGKILL);
	if (cluster_finish(rx_pipe(cy_events_of(cluster, CY_EVENT_ERROR), rx_take(1), rx_ignore_elements())) != 0)
		return -1;
	while (!cy__guardian_pid(cluster) || cy__guardian_pid(cluster) == pid)
		cy_poll(cluster);
	return 0;
}

/* The primary of "evader"; its own arguments go there. A third one says what else happens to it. */
PROGRAM(mortal_primary)
{
	const char *more = argc > 3 ? argv[3] : "";
	program_select("evader");
	cy_cluster *cluster = cy_join(&(cy_options){.shutdown_timeout = RX_MS(50)});
	if (!cluster)
		return 97;
	for (int i = 0; i < 2; i++)
		if (fork_held(cluster, i) < 0)
			return 96;
	if (strcmp(more, "loses its guardian") == 0 && (lose_guardian(cluster) < 0 || write(HELD, "g", 1) != 1))
		return 95;
	/* A child without an exec has copies of all that the primary has. */
	if (strcmp(more, "has forked") == 0 && fork() == 0) {
		struct stat found;
		for (int fd = 3; fd < 64; fd++)
			if (fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode))
				close(fd); /* but for HELD, and what is kept of it for further incarnations */
		for (;;)
			pause();
	}
	close(HELD);
	return cy_run(cluster);
}

static pid_t start_primary(char *const arguments[], int *held)
{
	int ends[2];
	posix_spawn_file_actions_t actions;
	pid_t pid;
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], HELD);
	program_select(arguments[0]);
	ck_assert_int_eq(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*held = ends[0];
	return pid;
}

/* Until nothing of the primary's is left. */
static void kill_primary(pid_t pid, int held)
{
	char byte;
	int status;
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(read(held, &byte, 1), 0);
	close(held);
	while (waitpid(-1, &status, __WALL) > 0)
		;
}

static void await_ready(int held, int count)
{
	char byte;
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(read(held, &byte, 1), 1);
}

static void kill_and_see(const char *way, const char *when, const char *more)
{
	int held;
	char name[] = "mortal_primary", first[32], second[32], third[32];
	strcpy(first, way);
	strcpy(second, when);
	strcpy(third, more);
	char *arguments[] = {name, first, second, third, NULL};
	const pid_t pid = start_primary(arguments, &held);
	await_ready(held, *more ? 3 : 2);
	kill_primary(pid, held);
}

TEST(no_worker_outlives_a_killed_primary_whatever_it_does, .to = WAYS, .timeout = 20)
{
	kill_and_see(ways[_i].name, "", "");
}

TEST(no_worker_outlives_a_killed_primary_whatever_it_does_before_it_joins, .to = WAYS, .timeout = 20)
{
	kill_and_see(ways[_i].name, "early", "");
}

TEST(workers_of_a_primary_whose_guardian_was_killed_do_not_outlive_it, .to = WAYS, .timeout = 20)
{
	kill_and_see(ways[_i].name, "", "loses its guardian");
}

/* The worker that leads a group of its own, in the session of its primary. */
static pid_t leader_of(pid_t primary)
{
	char path[64], list[256] = "";
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)primary, (int)primary);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(list, sizeof list, file));
	fclose(file);
	pid_t pid;
	for (char *at = list, *rest; (pid = (pid_t)strtol(at, &rest, 10)) && rest != at; at = rest)
		if (getpgid(pid) == pid && getsid(pid) != pid)
			return pid;
	return 0;
}

/* Its pidfds are the primary's own: of one whose primary has not closed it yet the end was told again and again. */
TEST(a_guardian_that_took_workers_over_hears_of_each_end_once, .timeout = 20)
{
	int held;
	char name[] = "mortal_primary", way[] = "ignores", none[] = "", more[] = "loses its guardian";
	char *arguments[] = {name, way, none, more, NULL};
	const pid_t pid = start_primary(arguments, &held);
	await_ready(held, 3);
	const pid_t leader = leader_of(pid);
	ck_assert_int_gt(leader, 0);
	const int pidfd = (int)syscall(SYS_pidfd_open, leader, 0);
	ck_assert_int_ge(pidfd, 0);
	kill(pid, SIGSTOP);
	kill(leader, SIGKILL);
	ck_assert_int_eq(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, -1), 1);
	close(pidfd);
	kill_primary(pid, held);
}

/* The child has the socket, whose end the guardian therefore does not see. */
TEST(a_child_that_the_primary_has_forked_keeps_no_worker_alive)
{
	int held, status;
	char name[] = "mortal_primary", way[] = "blocks", none[] = "", more[] = "has forked";
	char *arguments[] = {name, way, none, more, NULL};
	const pid_t pid = start_primary(arguments, &held);
	char byte;
	await_ready(held, 2);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(read(held, &byte, 1), 0);
	close(held);
	/* Only that child is left, and what has ended. */
	int children = 0;
	char path[64], list[256] = "";
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	FILE *file = fopen(path, "r");
	if (file && fgets(list, sizeof list, file))
		for (char *at = list, *rest; (pid_t)strtol(at, &rest, 10) && rest != at; at = rest, children++)
			kill((pid_t)strtol(at, NULL, 10), SIGKILL);
	if (file)
		fclose(file);
	while (waitpid(-1, &status, __WALL) > 0)
		;
	ck_assert_int_ge(children, 1);
}

/* ---- Before Linux 6.5 --------------------------------------------------------------------------------------------- */

/* setsockopt(SO_PASSPIDFD) is refused to this process, and to all that it starts. */
static void forget_passed_pidfds(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setsockopt, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 76, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOPROTOOPT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(no_worker_outlives_a_killed_primary_where_the_kernel_encloses_no_pidfds)
{
	forget_passed_pidfds();
	kill_and_see("blocks", "", "");
	kill_and_see("blocks", "early", "loses its guardian");
}

/* ---- The guardian itself ------------------------------------------------------------------------------------------- */

TEST(a_guardian_that_is_killed_is_replaced_and_told_of)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log log;
	event_log_start(&log, cluster, NULL);
	ck_assert_int_eq(cy__guardian_pid(cluster), 0);
	cluster_fork(cluster, "Paul", NULL);
	const pid_t first = cy__guardian_pid(cluster);
	ck_assert_int_gt(first, 0);
	kill(first, SIGKILL);
	event_log_await(&log, "error Primary -104");
	while (!cy__guardian_pid(cluster) || cy__guardian_pid(cluster) == first)
		cy_poll(cluster);
	cluster_fork(cluster, "Sarah", NULL);
	cluster_ready(cluster);
	ck_assert_uint_eq(event_log_count(&log, "error Primary -104"), 1);
	event_log_stop(&log);
	cluster_end(cluster);
}

TEST(a_fork_after_the_guardian_was_killed_works)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	siginfo_t info;
	const pid_t first = cy__guardian_pid(cluster);
	kill(first, SIGKILL);
	ck_assert_int_eq(waitid(P_PID, (id_t)first, &info, WEXITED | WNOWAIT), 0);
	cluster_fork(cluster, "Sarah", NULL); /* before the loop has turned */
	ck_assert_int_ne(cy__guardian_pid(cluster), first);
	cluster_ready(cluster);
	cluster_end(cluster);
}

TEST(what_a_terminal_or_an_init_sends_leaves_the_guardian_alone)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log log;
	event_log_start(&log, cluster, NULL);
	cluster_fork(cluster, "Paul", NULL);
	const pid_t pid = cy__guardian_pid(cluster);
	ck_assert_int_ne(getpgid(pid), getpgid(0));
	const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTOU, SIGPIPE, SIGUSR1, SIGALRM};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		kill(pid, signals[i]);
	cluster_ready(cluster);
	ck_assert_int_eq(cy__guardian_pid(cluster), pid);
	ck_assert_ptr_null(strstr(log.text, "error"));
	event_log_stop(&log);
	cluster_end(cluster);
}

/* As where programs may be executed from files only. */
TEST(where_there_can_be_no_guardian_forks_work_and_an_event_says_so)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	cy_cluster *cluster = cluster_begin("worker", NULL);
	event_log log;
	event_log_start(&log, cluster, NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	ck_assert_int_eq(cy__guardian_pid(cluster), 0);
	ck_assert_uint_eq(event_log_count(&log, "error Primary -13"), 1);
	cluster_ready(cluster);
	event_log_stop(&log);
	cluster_end(cluster);
}

/* ---- The cgroup ----------------------------------------------------------------------------------------------------- */

static char cgroup[128];

/* A directory as a delegated one would be; or none, and that is said. */
static bool make_cgroup(void)
{
	static const char *const places[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	struct statfs found;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (statfs(places[i], &found) < 0 || (unsigned long)found.f_type != CGROUP2_SUPER_MAGIC)
			continue;
		snprintf(cgroup, sizeof cgroup, "%s/clusterfy-test-%d", places[i], (int)getpid());
		if (mkdir(cgroup, 0755) == 0)
			return true;
	}
	fprintf(stderr, "skipped: there is no cgroup2 that this process may make others in\n");
	return false;
}

/* A worker with a descendant that is nobody's child, has a session of its own, and holds HELD. */
PROGRAM(ancestor)
{
	int ends[2];
	char byte;
	if (!cy_join(NULL) || pipe2(ends, O_CLOEXEC) < 0)
		return 99;
	if (fork() == 0) {
		if (fork() == 0) {
			setsid();
			ignore_signals();
			if (write(HELD, "d", 1) != 1 || write(ends[1], "d", 1) != 1)
				return 98;
			for (;;)
				pause();
		}
		_exit(0);
	}
	if (read(ends[0], &byte, 1) != 1)
		return 97;
	if (argc > 2 && strcmp(argv[2], "leaves") == 0)
		_exit(cy_run(cy_current())); /* and leaves a child */
	block_signals();
	if (write(HELD, "r", 1) != 1)
		return 98;
	for (;;)
		;
}

PROGRAM(cgroup_primary)
{
	program_select("ancestor");
	cy_cluster *cluster = cy_join(&(cy_options){.shutdown_timeout = RX_MS(50), .cgroup = argv[1]});
	if (!cluster)
		return 97;
	if (fork_held(cluster, false) < 0)
		return 96;
	close(HELD);
	if (strcmp(argv[2], "leaves") == 0) {
		if (cluster_finish(cy_ready(cluster, NULL, 0)) != 0)
			return 95;
		cy_stop(cluster, 0);
	}
	return cy_run(cluster);
}

TEST(descendants_of_workers_in_a_cgroup_do_not_outlive_a_killed_primary)
{
	int held;
	char name[] = "cgroup_primary", none[] = "";
	char *arguments[] = {name, cgroup, none, NULL};
	if (!make_cgroup())
		return;
	const pid_t pid = start_primary(arguments, &held);
	await_ready(held, 2);
	kill_primary(pid, held);
	ck_assert_int_eq(rmdir(cgroup), 0); /* the one in it has gone */
}

TEST(descendants_of_workers_in_a_cgroup_do_not_outlive_a_primary_that_leaves)
{
	int held, status;
	char byte, name[] = "cgroup_primary", leaves[] = "leaves";
	char *arguments[] = {name, cgroup, leaves, NULL};
	if (!make_cgroup())
		return;
	const pid_t pid = start_primary(arguments, &held);
	await_ready(held, 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(held, &byte, 1), 0);
	close(held);
	while (waitpid(-1, &status, __WALL) > 0)
		;
	ck_assert_int_eq(rmdir(cgroup), 0);
}

static int refusal;

static void note_refusal(const rx_error *error, void *ctx)
{
	refusal = error->code;
}

TEST(a_directory_that_is_no_cgroup_is_refused)
{
	rx_on_unhandled_error(note_refusal, NULL);
	ck_assert_ptr_null(cy_join(&(cy_options){.cgroup = "/"}));
	ck_assert_int_eq(refusal, -ENOTSUP);
	ck_assert_ptr_null(cy_join(&(cy_options){.cgroup = "/nowhere"}));
	ck_assert_int_eq(refusal, -ENOENT);
	rx_on_unhandled_error(NULL, NULL);
}
