/*
 * Whose rights count when a worker listens: its own. Most of this needs root, who alone can start workers as others.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/cluster/cluster.h"
#include "lib/listen/path.h"
#include "tests/listen/hearing.h"
#include "tests/support/scratch.h"
#include "tests/support/stopper.h"

enum { NOBODY = 65534 };

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

/* ---- Places -------------------------------------------------------------------------------------------------------- */

/* Two directories: everybody's, and within it one that is nobody's own, and one of root's that nobody may read. */
struct place {
	char top[SCRATCH_PATH], own[96], roots[96];
};

static void make_file(const char *path)
{
	const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void make_place(struct place *place)
{
	scratch_directory(place->top);
	ck_assert_int_eq(chmod(place->top, 0755), 0);
	snprintf(place->own, sizeof place->own, "%s/own", place->top);
	snprintf(place->roots, sizeof place->roots, "%s/roots", place->top);
	ck_assert_int_eq(mkdir(place->own, 0755), 0);
	ck_assert_int_eq(mkdir(place->roots, 0755), 0);
	ck_assert_int_eq(chown(place->own, NOBODY, NOBODY), 0);
}

static void remove_place(const struct place *place)
{
	ck_assert_int_eq(rmdir(place->own), 0);
	ck_assert_int_eq(rmdir(place->roots), 0);
	ck_assert_int_eq(rmdir(place->top), 0);
}

static const char *in(char path[128], const char *directory, const char *name)
{
	snprintf(path, 128, "%s/%s", directory, name);
	return path;
}

static bool is_root(void)
{
	if (geteuid() != 0)
		fprintf(stderr, "skipped: only root can start a worker as another user\n");
	return geteuid() == 0;
}

/* Nobody, who may listen at @p list. @returns false, aloud, where nobody may not execute this program */
static bool fork_nobody(cy_cluster *cluster, const char *name, const char *const *list)
{
	const int64_t id = cy_fork(
		cluster, name, &(cy_worker_options){.process.user = "65534", .process.group = "65534", .listen = list});
	if (id == -EACCES)
		fprintf(stderr, "skipped: nobody may not execute this program where it lies\n");
	else
		ck_assert_msg(id > 0, "fork: %s", rx_words((int)id));
	return id > 0;
}

/* What the worker hears. */
static void expect_refusal(cy_cluster *cluster, const char *name, const char *address, int code)
{
	struct hearing hearing;
	hear_with(&hearing, cluster, name, address, false);
	rx_unsubscribe(&hearing.call);
	ck_assert_msg(hearing.code == code, "%s: %d, %s", address, hearing.code, hearing.words);
	ck_assert_msg(code != -EACCES || strstr(hearing.words, address), "%s: %s", address, hearing.words);
}

static void expect_listening(cy_cluster *cluster, const char *name, const char *address)
{
	struct hearing hearing;
	hear(&hearing, cluster, name, address);
	hear_no_more(&hearing, cluster, name);
}

/* ---- A directory that is now this and now that ------------------------------------------------------------------- */

/* What nobody does meanwhile, until it is killed: the directory and the link change places. */
static pid_t start_swapping(const char *directory, const char *link)
{
	const pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) < 0 || syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0)
		_exit(1);
	for (;;)
		syscall(SYS_renameat2, AT_FDCWD, directory, AT_FDCWD, link, RENAME_EXCHANGE);
}

TEST(a_link_that_takes_a_directorys_place_never_costs_root_a_file)
{
	enum { TRIES = 400 };
	struct place place;
	char directory[128], link[128], path[140], file[128];
	if (!is_root())
		return;
	make_place(&place);
	in(directory, place.own, "directory"), in(link, place.own, "link"), in(file, place.roots, "socket");
	ck_assert_int_eq(mkdir(directory, 0755), 0);
	ck_assert_int_eq(chown(directory, NOBODY, NOBODY), 0);
	ck_assert_int_eq(symlink(place.roots, link), 0);
	make_file(file);
	snprintf(path, sizeof path, "%s/socket", directory);
	char named[140];
	snprintf(named, sizeof named, "%s/", directory);
	cy_cluster *cluster = cluster_begin("listener", NULL);
	if (fork_nobody(cluster, "Mallory", (const char *[]){named, NULL})) {
		cluster_ready(cluster);
		const int home = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
		const pid_t swapper = start_swapping(directory, link);
		int listened = 0;
		for (int i = 0; i < TRIES; i++) {
			struct hearing hearing;
			hear_with(&hearing, cluster, "Mallory", path, false);
			listened += hearing.code == 0;
			hear_no_more(&hearing, cluster, "Mallory");
			ck_assert_msg(access(file, F_OK) == 0, "root's file is gone after %d tries", i + 1);
			unlinkat(home, "socket", 0);
		}
		end_process(swapper);
		close(home);
		ck_assert_int_gt(listened, 0);
	}
	cluster_end(cluster);
	unlink(file);
	if (rmdir(directory) < 0)
		unlink(directory);
	if (rmdir(link) < 0)
		unlink(link);
	remove_place(&place);
}

/* The directory stays the one that was opened, wherever it has gone. */
TEST(a_directory_that_was_replaced_by_a_link_gives_up_its_own_file)
{
	struct place place;
	struct hearing paul;
	char directory[128], moved[128], path[140], file[128];
	if (!is_root())
		return;
	make_place(&place);
	in(directory, place.own, "directory"), in(moved, place.own, "moved"), in(file, place.roots, "socket");
	ck_assert_int_eq(mkdir(directory, 0755), 0);
	ck_assert_int_eq(chown(directory, NOBODY, NOBODY), 0);
	snprintf(path, sizeof path, "%s/socket", directory);
	cy_cluster *cluster = cluster_begin("listener", NULL);
	if (fork_nobody(cluster, "Paul", (const char *[]){path, NULL})) {
		hear(&paul, cluster, "Paul", path);
		ck_assert_int_eq(rename(directory, moved), 0);
		ck_assert_int_eq(symlink(place.roots, directory), 0);
		char there[140];
		snprintf(there, sizeof there, "%s/socket", moved);
		ck_assert_int_eq(link(there, file), 0); /* the same inode, in another's directory */
		hear_no_more(&paul, cluster, "Paul");
		ck_assert_int_eq(access(there, F_OK), -1);
		ck_assert_int_eq(unlink(file), 0);
		ck_assert_int_eq(unlink(directory), 0);
		ck_assert_int_eq(rename(moved, directory), 0);
	}
	cluster_end(cluster);
	ck_assert_int_eq(rmdir(directory), 0);
	remove_place(&place);
}

TEST(a_directory_that_was_removed_is_no_error)
{
	event_log log;
	struct hearing paul;
	char top[SCRATCH_PATH], directory[96], path[140];
	cy_cluster *cluster = begin_two();
	event_log_start(&log, cluster, NULL);
	scratch_directory(top);
	snprintf(directory, sizeof directory, "%s/directory", top);
	snprintf(path, sizeof path, "%s/socket", directory);
	ck_assert_int_eq(mkdir(directory, 0700), 0);
	hear(&paul, cluster, "Paul", path);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(directory), 0);
	hear_no_more(&paul, cluster, "Paul");
	ck_assert_ptr_null(strstr(log.text, "error"));
	event_log_stop(&log);
	ck_assert_int_eq(rmdir(top), 0);
	cluster_end(cluster);
}

/* ---- What is named, and what is not ------------------------------------------------------------------------------ */

/* A low port of the loopback that nobody has. */
static int free_low_port(void)
{
	for (int port = 1023; port > 0; port--) {
		const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		const struct sockaddr_in address = {
			.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
		const bool free = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
		close(fd);
		if (free)
			return port;
	}
	return 0;
}

static void keep_words(const cy_event *event, void *ctx)
{
	snprintf(ctx, 256, "%d %s", event->code, event->words);
}
RX_CONSUMER(keep_words, cy_event);

TEST(another_user_listens_nowhere_unless_it_is_named)
{
	struct place place;
	char path[128], port[64], words[256] = "";
	rx_subscription errors;
	if (!is_root())
		return;
	make_place(&place);
	snprintf(port, sizeof port, "127.0.0.1:%d", free_low_port());
	cy_cluster *cluster = cluster_begin("listener", NULL);
	rx_subscribe(cy_events_of(cluster, CY_EVENT_ERROR), &(rx_observer){RX_NEXT(keep_words), .ctx = words}, &errors);
	if (fork_nobody(cluster, "Mallory", NULL)) {
		expect_refusal(cluster, "Mallory", port, -EACCES);
		ck_assert_ptr_nonnull(strstr(words, "-13 Mallory (1) may not listen on 127.0.0.1:"));
		expect_refusal(cluster, "Mallory", "127.0.0.1:0", -EACCES);
		expect_refusal(cluster, "Mallory", ":0", -EACCES);
		expect_refusal(cluster, "Mallory", "[::1]:0", -EACCES);
		expect_refusal(cluster, "Mallory", in(path, place.own, "socket"), -EACCES);
		expect_refusal(cluster, "Mallory", in(path, place.roots, "socket"), -EACCES);
		ck_assert_int_eq(access(path, F_OK), -1);
	}
	rx_unsubscribe(&errors);
	cluster_end(cluster);
	remove_place(&place);
}

TEST(another_user_listens_where_it_is_named_and_nowhere_else)
{
	struct place place;
	struct hearing hearing;
	char low[64], path[128], directory[128], other[128], text[160];
	if (!is_root())
		return;
	make_place(&place);
	snprintf(low, sizeof low, "127.0.0.1:%d", free_low_port());
	in(path, place.own, "named"), in(directory, place.own, "sub/"), in(other, place.own, "sub");
	ck_assert_int_eq(mkdir(other, 0755), 0);
	ck_assert_int_eq(chown(other, NOBODY, NOBODY), 0);
	cy_cluster *cluster = cluster_begin("listener", NULL);
	const char *const list[] = {low, "127.0.0.2:*", "127.0.0.3:0", path, directory, NULL};
	if (fork_nobody(cluster, "Paul", list)) {
		expect_listening(cluster, "Paul", low);
		expect_listening(cluster, "Paul", "127.0.0.2:0");
		hear(&hearing, cluster, "Paul", "127.0.0.3:0");
		expect_listening(cluster, "Paul", hearing.address); /* by the port that it was given */
		hear_no_more(&hearing, cluster, "Paul");
		expect_listening(cluster, "Paul", path);
		expect_listening(cluster, "Paul", in(text, other, "anything"));
		snprintf(text, sizeof text, "%s/../own//./named", place.own);
		expect_listening(cluster, "Paul", text); /* which is that path, however it is called */
		expect_refusal(cluster, "Paul", "127.0.0.1:0", -EACCES);
		expect_refusal(cluster, "Paul", "127.0.0.3:65000", -EACCES);
		expect_refusal(cluster, "Paul", ":0", -EACCES);
		expect_refusal(cluster, "Paul", "[::ffff:127.0.0.2]:0", -EACCES);
		expect_refusal(cluster, "Paul", in(text, place.own, "named2"), -EACCES);
		expect_refusal(cluster, "Paul", in(text, place.own, "sub/../other"), -EACCES);
		expect_refusal(cluster, "Paul", in(text, other, ""), -EISDIR);
		ck_assert_int_eq(symlink(place.roots, in(text, other, "link")), 0);
		expect_refusal(cluster, "Paul", in(text, other, "link/socket"), -EACCES);
		ck_assert_int_eq(unlink(in(text, other, "link")), 0);
	}
	cluster_end(cluster);
	ck_assert_int_eq(rmdir(other), 0);
	remove_place(&place);
}

/* Named by the primary, and yet the worker's rights are those that count. */
TEST(a_name_on_the_list_gives_no_rights_in_a_directory)
{
	struct place place;
	char path[128];
	if (!is_root())
		return;
	make_place(&place);
	in(path, place.roots, "socket");
	cy_cluster *cluster = cluster_begin("listener", NULL);
	if (fork_nobody(cluster, "Paul", (const char *[]){path, NULL})) {
		expect_refusal(cluster, "Paul", path, -EACCES);
		ck_assert_int_eq(access(path, F_OK), -1);
		ck_assert_int_eq(chmod(place.roots, 0700), 0); /* nor can it go through */
		char below[160];
		snprintf(below, sizeof below, "%s/../own/socket", place.roots);
		expect_refusal(cluster, "Paul", below, -EACCES);
	}
	cluster_end(cluster);
	remove_place(&place);
}

TEST(a_socket_is_the_workers_own)
{
	struct place place;
	struct hearing paul;
	struct stat status;
	char path[128];
	struct ucred peer;
	socklen_t size = sizeof peer;
	if (!is_root())
		return;
	make_place(&place);
	in(path, place.own, "socket");
	cy_cluster *cluster = cluster_begin("listener", NULL);
	if (fork_nobody(cluster, "Paul", (const char *[]){path, NULL})) {
		ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "mask", cy_uint(0027)), 0);
		prctl(PR_SET_DUMPABLE, 1);
		hear(&paul, cluster, "Paul", path);
		ck_assert_int_eq(lstat(path, &status), 0);
		ck_assert_uint_eq(status.st_uid, NOBODY);
		ck_assert_uint_eq(status.st_gid, NOBODY);
		ck_assert_uint_eq(status.st_mode, S_IFSOCK | 0750);
		const int fd = connect_path(path);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
		ck_assert_uint_eq(peer.uid, NOBODY);
		ck_assert_uint_eq(peer.gid, NOBODY);
		close(fd);
		hear_no_more(&paul, cluster, "Paul");
		ck_assert_int_eq(access(path, F_OK), -1);
		ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
	}
	cluster_end(cluster);
	remove_place(&place);
}

TEST(who_gives_its_user_up_gives_its_addresses_up)
{
	struct place place;
	char path[128];
	if (!is_root())
		return;
	make_place(&place);
	cy_cluster *cluster = cluster_begin("listener", NULL);
	cluster_fork(cluster, "Paul", NULL);
	expect_listening(cluster, "Paul", "127.0.0.1:0");
	expect_listening(cluster, "Paul", in(path, place.roots, "socket"));
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "become", cy_uint(NOBODY)), 0);
	expect_refusal(cluster, "Paul", "127.0.0.1:0", -EACCES);
	expect_refusal(cluster, "Paul", path, -EACCES);
	cluster_end(cluster);
	remove_place(&place);
}

TEST(a_path_is_shared_with_its_user_and_with_whose_list_has_its_name)
{
	struct place place;
	struct hearing paul;
	char path[128], directory[128];
	if (!is_root())
		return;
	make_place(&place);
	in(path, place.own, "socket"), in(directory, place.own, "");
	cy_cluster *cluster = cluster_begin("listener", NULL);
	cluster_fork(cluster, "Root", NULL);
	if (fork_nobody(cluster, "Directory", (const char *[]){directory, NULL})) {
		fork_nobody(cluster, "Name", (const char *[]){path, NULL});
		fork_nobody(cluster, "Nothing", NULL);
		hear(&paul, cluster, "Root", path);
		expect_refusal(cluster, "Directory", path, -EACCES);
		expect_refusal(cluster, "Nothing", path, -EACCES);
		expect_listening(cluster, "Name", path);
		hear_no_more(&paul, cluster, "Root");
		hear(&paul, cluster, "Directory", path);
		expect_listening(cluster, "Name", path);
		expect_listening(cluster, "Root", path);
		expect_refusal(cluster, "Nothing", path, -EACCES);
		hear_no_more(&paul, cluster, "Directory");
		ck_assert_int_eq(access(path, F_OK), -1);
	}
	cluster_end(cluster);
	remove_place(&place);
}

TEST(a_list_counts_for_the_primarys_own_user_too)
{
	char directory[SCRATCH_PATH], path[96], other[96], named[] = "127.0.0.1:0";
	scratch_directory(directory);
	snprintf(path, sizeof path, "%s/socket", directory);
	snprintf(other, sizeof other, "%s/other", directory);
	cy_cluster *cluster = cluster_begin("listener", NULL);
	cluster_fork(cluster, "Nowhere", &(cy_worker_options){.listen = (const char *[]){NULL}});
	cluster_fork(cluster, "Somewhere",
	             &(cy_worker_options){.listen = (const char *[]){named, path, NULL},
	                                  .revive = CY_REVIVE_ALWAYS,
	                                  .revival = {.first = RX_NOW}});
	memset(named, 'x', sizeof named - 1);
	expect_refusal(cluster, "Nowhere", "127.0.0.1:0", -EACCES);
	expect_refusal(cluster, "Nowhere", path, -EACCES);
	for (int i = 0; i < 2; i++) {
		event_log log;
		expect_listening(cluster, "Somewhere", "127.0.0.1:0");
		expect_listening(cluster, "Somewhere", path);
		expect_refusal(cluster, "Somewhere", "127.0.0.2:0", -EACCES);
		expect_refusal(cluster, "Somewhere", other, -EACCES);
		event_log_start(&log, cluster, "Somewhere");
		cy_kill(cluster, cy_named("Somewhere"), SIGKILL);
		event_log_await(&log, "ready Somewhere");
		event_log_stop(&log);
	}
	cluster_end(cluster);
	ck_assert_int_eq(rmdir(directory), 0);
}

TEST(a_list_that_makes_no_sense_is_refused)
{
	static const char *const wrong[] = {"",        "socket", "./socket", "127.0.0.1",    "127.0.0.1:x", "*:80",
	                                    "/run/..", "*",      ":",        "127.0.0.1:**", "[::1]:*0"};
	cy_cluster *cluster = cluster_begin("listener", NULL);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *const list[] = {"127.0.0.1:80", wrong[i], NULL};
		ck_assert_int_eq(cy_fork(cluster, NULL, &(cy_worker_options){.listen = list}), -EINVAL);
	}
	cluster_end(cluster);
}

/* Were the child that binds nobody's altogether, nobody could stop it, and the primary that waits for it. */
TEST(who_stops_what_becomes_its_user_does_not_stop_a_primary_that_binds)
{
	enum { BINDS = 300 };
	struct place place;
	char path[128];
	const char *why;
	cy__path at;
	if (!is_root())
		return;
	make_place(&place);
	ck_assert_int_eq(chown(place.own, STRANGER, STRANGER), 0);
	in(path, place.own, "socket");
	cy__rights *rights = rx_alloc_zero(sizeof *rights);
	*rights = (cy__rights){.uid = STRANGER, .gid = STRANGER, .mask = CY__ANY_MASK};
	const pid_t stopper = start_stopping();
	for (int i = 0; i < BINDS; i++) {
		const int fd = cy__path_bind(path, 1, rights, NULL, &at, &why);
		ck_assert_msg(fd >= 0, "%d: %s", fd, why);
		ck_assert_int_eq(cy__path_remove(&at, rights), 0);
		close(fd);
	}
	end_process(stopper);
	rx_free(rights);
	remove_place(&place);
}

/* ---- Whose rights a process has ------------------------------------------------------------------------------------ */

static void lend(void)
{
	syscall(SYS_setresgid, NOBODY, 0, 0);
	syscall(SYS_setresuid, NOBODY, 0, 0);
}

static void give_up(void)
{
	syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY);
}

static void keep_no_capability(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	syscall(SYS_capset, &header, data);
}

static void join_a_group(void)
{
	const gid_t group = NOBODY;
	syscall(SYS_setgroups, 1, &group);
}

static void change_nothing(void)
{
}

/* As a set-user-ID program would: with the rights of its file, for a real user who has not. */
static const struct {
	const char *name;
	void (*change)(void);
	bool own;
	uid_t uid;
} changes[] = {
	{"nothing", change_nothing, true, 0},          {"runs a set-user-ID program of root's", lend, false, NOBODY},
	{"gives its user up", give_up, false, NOBODY}, {"keeps no capability", keep_no_capability, false, 0},
	{"joins a group", join_a_group, false, 0},
};

/* A process that has changed so, and waits to be killed. */
static pid_t start_changed(void (*change)(void))
{
	int ready[2];
	char byte;
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	const pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		change();
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

TEST(whose_rights_a_process_has_is_who_it_really_is, .to = sizeof changes / sizeof *changes)
{
	cy__rights *rights;
	if (!is_root())
		return;
	const pid_t pid = start_changed(changes[_i].change);
	cy__process process = {.pid = pid, .pidfd = cy__process_open(pid)};
	ck_assert_int_eq(cy__rights_of(&process, &rights), 0);
	ck_assert_msg(rights->own == changes[_i].own, "%s", changes[_i].name);
	ck_assert_msg(rights->uid == changes[_i].uid, "%s", changes[_i].name);
	ck_assert_msg(rights->own || changes[_i].change == join_a_group || rights->capabilities == 0, "%s",
	              changes[_i].name);
	rx_free(rights);
	/* What it was started as counts before what it has become. */
	process.identity = (cy__identity){.user = true, .group = true, .uid = 1, .gid = 1};
	ck_assert_int_eq(cy__rights_of(&process, &rights), 0);
	ck_assert(!rights->own);
	ck_assert_uint_eq(rights->uid, 1);
	ck_assert_uint_eq(rights->capabilities, 0);
	rx_free(rights);
	end_process(pid);
	ck_assert_int_eq(cy__rights_of(&process, &rights), -ESRCH);
	cy__process_reaped(&process);
}

static int without_proc(void)
{
	cy__rights *rights;
	cy__process process = {.pid = getpid(), .pidfd = cy__process_open(getpid())};
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    umount2("/proc", MNT_DETACH) < 0)
		return 77;
	if (cy__rights_of(&process, &rights) < 0 || !rights->own)
		return 1;
	rx_free(rights);
	process.identity = (cy__identity){.user = true, .uid = NOBODY};
	if (cy__rights_of(&process, &rights) < 0 || rights->own || rights->uid != NOBODY)
		return 2;
	rx_free(rights);
	return 0;
}

TEST(without_proc_a_process_has_the_rights_that_it_was_started_with)
{
	int status;
	if (!is_root())
		return;
	const pid_t pid = fork();
	if (pid == 0)
		_exit(without_proc());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		fprintf(stderr, "skipped: no mount namespace to be had here\n");
	else
		ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* ---- How much ------------------------------------------------------------------------------------------------------ */

static size_t held(const cy_cluster *cluster, uint32_t worker, cy__resource resource)
{
	const cy__account *account = cy__ledger_find(cluster->ledger, worker);
	return account ? cy__account_held(account, resource) : 0;
}

/* Port 0 is one socket however often it is asked for, so each is another address. */
static void nth_address(char text[32], int n)
{
	snprintf(text, 32, "127.1.%d.%d:0", n / 250, n % 250 + 1);
}

TEST(a_worker_that_listens_everywhere_is_refused_and_nobody_else_notices)
{
	enum { MOST = 8 };
	struct hearing mallory[MOST], sarah;
	char text[32];
	cy_cluster *cluster = cluster_begin("listener", &(cy_options){.quota.sockets = MOST});
	const uint32_t id = cluster_fork(cluster, "Mallory", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	for (int i = 0; i < MOST; i++) {
		nth_address(text, i);
		hear(&mallory[i], cluster, "Mallory", text);
	}
	nth_address(text, MOST);
	expect_refusal(cluster, "Mallory", text, -EDQUOT);
	expect_listening(cluster, "Mallory", mallory[0].address); /* it has paid for that */
	hear(&sarah, cluster, "Sarah", text);
	expect_refusal(cluster, "Mallory", text, -EDQUOT); /* nor may it share a further one */
	ck_assert_uint_eq(held(cluster, id, CY__SOCKETS), MOST);
	hear_no_more(&mallory[0], cluster, "Mallory");
	expect_listening(cluster, "Mallory", text);
	ck_assert_uint_eq(held(cluster, id, CY__SOCKETS), MOST - 1);
	for (int i = 1; i < MOST; i++)
		rx_unsubscribe(&mallory[i].call);
	rx_unsubscribe(&sarah.call);
	cluster_end(cluster);
}

TEST(a_crash_gives_back_what_a_worker_listened_on)
{
	event_log log;
	struct hearing tcp, path;
	char directory[SCRATCH_PATH], name[96];
	scratch_directory(directory);
	snprintf(name, sizeof name, "%s/socket", directory);
	cy_cluster *cluster = cluster_begin("listener", NULL);
	const uint32_t id = cluster_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS});
	event_log_start(&log, cluster, "Paul");
	hear(&tcp, cluster, "Paul", "127.0.0.1:0");
	hear(&path, cluster, "Paul", name);
	ck_assert_uint_eq(held(cluster, id, CY__SOCKETS), 2);
	ck_assert_uint_ge(held(cluster, id, CY__DESCRIPTORS), 3);
	cy_kill(cluster, cy_named("Paul"), SIGKILL);
	event_log_await(&log, "exit Paul signal 9 revives");
	ck_assert_uint_eq(held(cluster, id, CY__SOCKETS), 0);
	ck_assert_uint_eq(held(cluster, id, CY__DESCRIPTORS), 0);
	event_log_stop(&log);
	cluster_end(cluster);
	ck_assert_int_eq(rmdir(directory), 0);
}

static void count_answer(const cy_reply *reply, void *ctx)
{
	(void)reply;
	++*(int *)ctx;
}
RX_CONSUMER(count_answer, cy_reply);

static void take_no_notice(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx; /* refused */
}

/* With so few descriptors to begin with, that those of one worker alone could be all of them. */
TEST(a_worker_that_listens_on_thousands_of_addresses_leaves_descriptors_for_a_sibling_to_come_back)
{
	enum { ASKED = 2000, LIMIT = 256 };
	event_log log;
	int answers = 0;
	struct rlimit before, limit;
	static rx_subscription calls[ASKED];
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = LIMIT;
	cy_cluster *cluster = cluster_begin("listener", NULL);
	cluster_fork(cluster, "Mallory", NULL);
	cluster_fork(cluster, "Sarah", &(cy_worker_options){.revive = CY_REVIVE_ALWAYS, .revival = {.first = RX_NOW}});
	cluster_ready(cluster);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	event_log_start(&log, cluster, "Sarah");
	for (int i = 0; i < ASKED; i++) {
		char text[32];
		nth_address(text, i);
		rx_subscribe(cy_call(cluster, cy_named("Mallory"), "listen", cy_pack("[s, b]", text, 0)),
		             &(rx_observer){RX_NEXT(count_answer), .error = take_no_notice, .ctx = &answers},
		             &calls[i]);
	}
	expect_refusal(cluster, "Mallory", "127.0.0.9:0", -EDQUOT);
	ck_assert_int_gt(answers, 0);
	ck_assert_int_lt(answers, LIMIT / 2);
	cy_kill(cluster, cy_named("Sarah"), SIGKILL);
	event_log_await(&log, "exit Sarah signal 9 revives");
	event_log_await(&log, "ready Sarah");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Sarah"), "ping", NULL), 0);
	event_log_stop(&log);
	for (int i = 0; i < ASKED; i++)
		rx_unsubscribe(&calls[i]);
	setrlimit(RLIMIT_NOFILE, &before);
	cluster_end(cluster);
}
