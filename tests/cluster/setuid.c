/*
 * A program with more rights than whoever executes it: this one again, with the set-uid bit, executed by nobody. Its caller
 * plays the primary, with a socket and an environment that look as if it were one; the program does not obey.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/primary/spawn.h"
#include "tests/support/cluster.h"
#include "tests/support/scratch.h"

enum { NOBODY = 65534, CHANNEL = 7, WORKER = 41, PRIMARY = 42, REFUSED = 43, NOT_SECURE = 44 };

/* How it ends says what it was. It reads nothing: a caller that is obeyed has said nothing yet. */
PROGRAM(elevated)
{
	if (!getauxval(AT_SECURE))
		return NOT_SECURE;
	const int fd = cy__inherited_channel();
	return fd >= 0 ? WORKER : fd == -ENOENT ? PRIMARY : REFUSED;
}

/* A primary whose workers are executed with the bit, too: they are its workers, and not primaries that fork. */
PROGRAM(elevated_primary)
{
	if (!getauxval(AT_SECURE))
		return NOT_SECURE;
	cy_value *value;
	int64_t number = 0;
	program_select("worker");
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster || !cy_is_primary(cluster))
		return 99;
	cy_start(cluster);
	if (cy_fork(cluster, "Paul", NULL) < 0)
		return 98;
	cluster_call(cluster, cy_named("Paul"), "square", cy_int(7), &value);
	cy_get_int(value, NULL, &number);
	cy_value_unref(value);
	cy_stop(cluster, number == 49 ? PRIMARY : 97);
	return cy_run(cluster);
}

static char directory[SCRATCH_PATH], copy[SCRATCH_PATH + 16];

static bool copy_self(void)
{
	char bytes[65536];
	scratch_directory(directory);
	chmod(directory, 0755);
	snprintf(copy, sizeof copy, "%s/elevated", directory);
	const int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const int to = open(copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t got;
	while ((got = read(from, bytes, sizeof bytes)) > 0)
		ck_assert_int_eq(write(to, bytes, (size_t)got), got);
	ck_assert_int_eq(fchown(to, 0, 0), 0);
	ck_assert_int_eq(fchmod(to, 04755), 0);
	close(from);
	close(to);
	struct statvfs found;
	return statvfs(copy, &found) == 0 && !(found.f_flag & (ST_NOSUID | ST_NOEXEC));
}

static void remove_copy(void)
{
	unlink(copy);
	rmdir(directory);
}

static void announce(int fd)
{
	char variable[64];
	struct stat socket;
	fstat(fd, &socket);
	snprintf(variable, sizeof variable, "%d:%ju", CHANNEL, (uintmax_t)socket.st_ino);
	setenv(CY__CHANNEL_VARIABLE, variable, 1);
	dup2(fd, CHANNEL);
}

/* A socket whose other end root's rights are attached to, and whose bytes are the caller's all the same. */
static int connect_to(const struct sockaddr_un *name)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(fd, (const struct sockaddr *)name, sizeof *name) == 0 ? fd : -1;
}

/* How the copy ends if nobody executes it, with a channel that was made in one of some ways. */
enum { PAIR, CONNECTION, NO_CHANNEL, CALLERS };

static int run_as_nobody(const char *program, int way, const struct sockaddr_un *name)
{
	int status, ends[2];
	const pid_t pid = fork();
	if (pid == 0) {
		program_select(program);
		if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) < 0)
			_exit(100);
		if ((way == PAIR && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) ||
		    (way == CONNECTION && (ends[0] = connect_to(name)) >= 0))
			announce(ends[0]);
		else if (way != NO_CHANNEL)
			_exit(101);
		execl(copy, copy, (char *)NULL);
		_exit(102);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool prepare(void)
{
	if (geteuid() != 0) {
		fprintf(stderr, "skipped: only root can make a program that is set-uid root\n");
		return false;
	}
	if (copy_self())
		return true;
	fprintf(stderr, "skipped: the set-uid bit has no effect in %s\n", directory);
	remove_copy();
	return false;
}

TEST(a_set_uid_program_does_not_take_its_unprivileged_caller_for_its_primary, .to = CALLERS)
{
	if (!prepare())
		return;
	/* Root listens for everybody, as many daemons do. */
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "clusterfy-test-%d", (int)getpid());
	const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	const int status = run_as_nobody("elevated", _i, &name);
	close(listener);
	remove_copy();
	ck_assert_int_eq(status, PRIMARY);
}

TEST(workers_of_a_set_uid_primary_are_its_workers)
{
	if (!prepare())
		return;
	const int status = run_as_nobody("elevated_primary", NO_CHANNEL, NULL);
	remove_copy();
	ck_assert_int_eq(status, PRIMARY);
}
