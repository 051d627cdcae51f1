#include "lib/primary/spawn.h"
#include "lib/wire/frame.h"
#include "tests/support/memory.h"
#include "tests/support/proc.h"
#include "tests/support/test.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *why;

static void start(const cy_process_options *options, cy__process *process)
{
	int error = cy__spawn(options, process, &why);
	ck_assert_msg(error == 0, "%s: %s", why, strerror(-error));
}

/* Its wait status, once it has ended. */
static int finish(cy__process *process)
{
	int status;
	ck_assert_int_eq(waitpid(process->pid, &status, 0), process->pid);
	cy__process_reaped(process);
	cy__process_finish(process);
	return status;
}

static void read_to_end(int fd, char *text, size_t size)
{
	size_t used = 0;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	for (;;) {
		ck_assert_int_eq(poll(&ready, 1, 20000), 1);
		ssize_t got = read(fd, text + used, size - 1 - used);
		ck_assert_int_ge(got, 0);
		if (got == 0)
			break;
		used += (size_t)got;
	}
	text[used] = '\0';
}

/* What a shell prints that is started with @p options. */
static char output[8192];

static const char *print(const char *command, cy_process_options options)
{
	const char *const arguments[] = {"-c", command, NULL};
	if (!options.program)
		options.program = "/bin/sh";
	options.arguments = arguments;
	options.output.kind = CY_STREAM_CAPTURE;
	cy__process process;
	start(&options, &process);
	read_to_end(process.streams[1], output, sizeof output);
	ck_assert_int_eq(finish(&process), 0);
	return output;
}

/* The channel */

PROGRAM(finds_its_channel)
{
	int fd = cy__inherited_channel();
	if (fd < 0 || getenv(CY__CHANNEL_VARIABLE) || fcntl(fd, F_GETFD) != FD_CLOEXEC)
		return EXIT_FAILURE;
	if (cy__inherited_channel() != -ENOENT)
		return EXIT_FAILURE;
	char word[6] = "";
	bool heard = read(fd, word, 5) == 5 && !strcmp(word, "hello");
	return heard && write(fd, argv[1], 3) == 3 ? EXIT_SUCCESS : EXIT_FAILURE;
}

TEST(a_worker_finds_its_channel_and_what_waits_in_it)
{
	program_select("finds_its_channel");
	cy__process process;
	start(&(cy_process_options){.arguments = (const char *const[]){"yes", NULL}}, &process);
	ck_assert_int_eq(fcntl(process.channel, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(write(process.channel, "hello", 5), 5);
	char word[4] = "";
	ck_assert_int_eq(read(process.channel, word, 3), 3);
	ck_assert_str_eq(word, "yes");
	ck_assert_int_eq(read(process.channel, word, 3), 0);
	ck_assert_int_eq(finish(&process), 0);
}

TEST(a_shell_may_stand_between)
{
	program_select("finds_its_channel");
	const char *const arguments[] = {"-c", "\"$0\" yes; exit $?", cy__self_path(), NULL};
	cy__process process;
	start(&(cy_process_options){.program = "/bin/sh", .arguments = arguments}, &process);
	ck_assert_int_eq(write(process.channel, "hello", 5), 5);
	char word[4] = "";
	ck_assert_int_eq(read(process.channel, word, 3), 3);
	ck_assert_int_eq(finish(&process), 0);
}

TEST(the_channel_avoids_numbers_that_are_taken)
{
	cy_descriptor taken[] = {{1, 3}, {1, 4}, {1, 6}};
	print("echo ${CLUSTERFY_CHANNEL%%:*}", (cy_process_options){.descriptors = taken, .descriptor_count = 3});
	ck_assert_str_eq(output, "5\n");
}

static const struct forged {
	const char *value;
	int code;
} forged[] = {
	{"", -EINVAL},
	{"3", -EINVAL},
	{"x:1", -EINVAL},
	{"-1:1", -EINVAL},
	{"0:1:2", -EINVAL},
	{"0:1", -ENOTSOCK},
	{"4000:1", -ENOTSOCK},
	{"99999999:1", -ENOTSOCK},
	{"4294967296:1", -EINVAL},
	{"3:", -EINVAL},
	{"3:1 ", -EINVAL},
	{"3:99999999999999999999", -EINVAL},
};

TEST(a_forged_channel_is_refused, .to = sizeof forged / sizeof *forged)
{
	setenv(CY__CHANNEL_VARIABLE, forged[_i].value, 1);
	ck_assert_int_eq(cy__inherited_channel(), forged[_i].code);
	ck_assert_ptr_null(getenv(CY__CHANNEL_VARIABLE));
	ck_assert_int_eq(cy__inherited_channel(), -ENOENT);
}

/* Failing starts: what the fixture finds afterwards is what was left. */

static char scratch[SCRATCH_PATH];

static void assert_fails(cy_process_options options, int code, const char *step)
{
	cy__process process = {.pid = 77};
	ck_assert_int_eq(cy__spawn(&options, &process, &why), code);
	ck_assert_str_eq(why, step);
	ck_assert_int_eq(process.pid, 77);
}

TEST(a_failing_exec_reports_its_errno)
{
	assert_fails((cy_process_options){.program = "/no/such/program"}, -ENOENT, "exec");
	assert_fails((cy_process_options){.program = "/dev/null/program"}, -ENOTDIR, "exec");
	assert_fails((cy_process_options){.program = "/usr"}, -EACCES, "exec");
	assert_fails((cy_process_options){.program = scratch_file(scratch, "echo", 0600)}, -EACCES, "exec");
	unlink(scratch);
	assert_fails((cy_process_options){.program = scratch_file(scratch, "neither script nor program", 0700)},
	             -ENOEXEC, "exec");
	unlink(scratch);
	assert_fails((cy_process_options){.program = scratch_file(scratch, "#!/no/such/shell\n", 0700)}, -ENOENT,
	             "exec");
	unlink(scratch);
}

TEST(so_does_each_step_before_it)
{
	cy_process_options sh = {.program = "sh"}, options;
	assert_fails((cy_process_options){.program = "no-such-program-anywhere"}, -ENOENT, "program");
	assert_fails((cy_process_options){.program = ""}, -ENOENT, "program");
	options = sh, options.directory = "/no/such/directory";
	assert_fails(options, -ENOENT, "directory");
	options = sh, options.user = "no such user";
	assert_fails(options, -ENOENT, "user");
	options = sh, options.group = "no such group";
	assert_fails(options, -ENOENT, "group");
	options = sh, options.user = "4123456789";
	assert_fails(options, -ENOENT, "user");
	options = sh, options.input = (cy_stream){CY_STREAM_FD, 4000}, options.output.kind = CY_STREAM_CAPTURE;
	assert_fails(options, -EBADF, "descriptors");
	options = sh, options.input.kind = (cy_stream_kind)9, options.output.kind = CY_STREAM_NULL;
	assert_fails(options, -EINVAL, "descriptors");
	cy_limit limit = {9999, 1, 1};
	options = sh, options.limits = &limit, options.limit_count = 1;
	assert_fails(options, -EINVAL, "limits");
}

static const struct {
	cy_descriptor descriptors[2];
	int code;
} bad_descriptors[] = {
	{{{1, 2}, {1, 5}}, -EINVAL},       {{{1, -1}, {1, 5}}, -EINVAL},  {{{1, 5}, {2, 5}}, -EINVAL},
	{{{1, 5}, {1, 1 << 20}}, -EINVAL}, {{{4000, 5}, {1, 6}}, -EBADF}, {{{-1, 5}, {1, 6}}, -EBADF},
};

TEST(bad_descriptors_are_refused, .to = sizeof bad_descriptors / sizeof *bad_descriptors)
{
	assert_fails((cy_process_options){.program = "sh",
	                                  .descriptors = bad_descriptors[_i].descriptors,
	                                  .descriptor_count = 2},
	             bad_descriptors[_i].code, "descriptors");
}

TEST(without_memory_nothing_is_left)
{
	cy_process_options options = {.program = "sh",
	                              .arguments = (const char *const[]){"-c", "exit 0", NULL},
	                              .user = "root",
	                              .input.kind = CY_STREAM_CAPTURE,
	                              .output.kind = CY_STREAM_CAPTURE};
	cy__process process;
	size_t failures = 0;
	for (;; failures++) {
		memory_fail_once_after(failures);
		int error = cy__spawn(&options, &process, &why);
		size_t refused = memory_refused();
		memory_recover();
		if (error == 0) {
			ck_assert_uint_eq(refused, 0);
			break;
		}
		ck_assert_int_eq(error, -ENOMEM);
	}
	ck_assert_uint_ge(failures, 5);
	finish(&process);
}

TEST(without_free_numbers_nothing_is_left)
{
	cy_process_options options = {.program = "sh",
	                              .arguments = (const char *const[]){"-c", "exit 0", NULL},
	                              .input.kind = CY_STREAM_NULL,
	                              .output.kind = CY_STREAM_CAPTURE};
	struct rlimit limit, tight;
	getrlimit(RLIMIT_NOFILE, &limit);
	tight = limit;
	cy__process process;
	int failures = 0;
	for (tight.rlim_cur = 3;; tight.rlim_cur++, failures++) {
		setrlimit(RLIMIT_NOFILE, &tight);
		int error = cy__spawn(&options, &process, &why);
		setrlimit(RLIMIT_NOFILE, &limit);
		if (error == 0)
			break;
		ck_assert_msg(error == -EMFILE || (error == -EINVAL && !strcmp(why, "descriptors")), "%s: %s", why,
		              strerror(-error));
	}
	ck_assert_int_ge(failures, 5);
	finish(&process);
}

/* What a worker is given */

TEST(a_program_is_found_in_the_path)
{
	print("echo here", (cy_process_options){.program = "sh"});
	ck_assert_str_eq(output, "here\n");
}

TEST(a_relative_program_is_relative_to_the_primary)
{
	ck_assert_int_eq(chdir("/bin"), 0);
	print("pwd", (cy_process_options){.program = "./sh", .directory = "/"});
	ck_assert_str_eq(output, "/\n");
	setenv("PATH", "/no/where::/bin", 1);
	print("pwd", (cy_process_options){.program = "sh", .directory = "/usr"});
	ck_assert_str_eq(output, "/usr\n");
}

PROGRAM(prints_its_arguments)
{
	for (int i = 1; i < argc; i++)
		printf("[%s]", argv[i]);
	fflush(stdout);
	return EXIT_SUCCESS;
}

/* Started with arguments, it starts itself without any: they are the same. */
PROGRAM(starts_itself)
{
	program_select("prints_its_arguments");
	cy__process process;
	if (cy__spawn(NULL, &process, &why) < 0)
		return EXIT_FAILURE;
	waitpid(process.pid, NULL, 0);
	cy__process_reaped(&process);
	cy__process_finish(&process);
	return EXIT_SUCCESS;
}

/* Who is a worker itself asks the system for them; who is none, as behind the shell, had them noted down at its start. */
TEST(the_same_program_gets_the_same_arguments, .to = 2)
{
	static const char command[] = "unset " CY__CHANNEL_VARIABLE "; exec \"$0\" \"$@\"";
	program_select("starts_itself");
	const char *const direct[] = {"a b", "", "c", NULL};
	const char *const through[] = {"-c", command, cy__self_path(), "a b", "", "c", NULL};
	cy__process process;
	start(&(cy_process_options){.program = _i ? "/bin/sh" : NULL,
	                            .arguments = _i ? through : direct,
	                            .output.kind = CY_STREAM_CAPTURE},
	      &process);
	read_to_end(process.streams[1], output, sizeof output);
	ck_assert_int_eq(finish(&process), 0);
	ck_assert_str_eq(output, "[a b][][c]");
}

TEST(the_environment_is_inherited_changed_or_cleared)
{
	setenv("CY_TEST_A", "1", 1);
	setenv("CY_TEST_B", "2", 1);
	setenv("CY_TEST_BB", "3", 1);
	setenv(CY__CHANNEL_VARIABLE, "nonsense", 1);
	const char *command = "env | grep ^CY_TEST | sort; env | grep -c CLUSTERFY_CHANNEL=";
	print(command, (cy_process_options){0});
	ck_assert_str_eq(output, "CY_TEST_A=1\nCY_TEST_B=2\nCY_TEST_BB=3\n1\n");
	const char *const changes[] = {"CY_TEST_B=x", "CY_TEST_A", "CY_TEST_C=a=b", "CY_TEST_B=y", NULL};
	print(command, (cy_process_options){.environment = changes});
	ck_assert_str_eq(output, "CY_TEST_B=y\nCY_TEST_BB=3\nCY_TEST_C=a=b\n1\n");
	const char *const few[] = {"PATH=/usr/bin:/bin", "CY_TEST_C=1", NULL};
	print(command, (cy_process_options){.environment = few, .clear_environment = true});
	ck_assert_str_eq(output, "CY_TEST_C=1\n1\n");
	unsetenv(CY__CHANNEL_VARIABLE);
}

TEST(standard_streams_lead_where_they_are_told)
{
	int ends[2];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	const char *const arguments[] = {"-c", "cat; echo bad >&2; readlink /proc/self/fd/0", NULL};
	cy__process process;
	start(&(cy_process_options){.program = "/bin/sh",
	                            .arguments = arguments,
	                            .input.kind = CY_STREAM_CAPTURE,
	                            .output = {CY_STREAM_FD, ends[1]},
	                            .error.kind = CY_STREAM_CAPTURE},
	      &process);
	close(ends[1]);
	ck_assert_int_eq(process.streams[1], -1);
	ck_assert_int_eq(fcntl(process.streams[0], F_GETFD), FD_CLOEXEC);
	ck_assert(fcntl(process.streams[2], F_GETFL) & O_NONBLOCK);
	ck_assert_int_eq(write(process.streams[0], "typed\n", 6), 6);
	close(process.streams[0]);
	process.streams[0] = -1;
	read_to_end(ends[0], output, sizeof output);
	ck_assert_mem_eq(output, "typed\npipe:", 11);
	read_to_end(process.streams[2], output, sizeof output);
	ck_assert_str_eq(output, "bad\n");
	ck_assert_int_eq(finish(&process), 0);
	close(ends[0]);

	print("readlink /proc/self/fd/0", (cy_process_options){.input.kind = CY_STREAM_NULL});
	ck_assert_str_eq(output, "/dev/null\n");
}

TEST(a_stream_that_the_primary_has_closed_is_null, .to = 3)
{
	/* The shell prints to a descriptor of its own, for its output may be the one in question. */
	int ends[2];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	int kept = fcntl(_i, F_DUPFD_CLOEXEC, 100);
	close(_i);
	char command[64];
	snprintf(command, sizeof command, "found=$(readlink /proc/$$/fd/%d); echo $found >&9", _i);
	cy_descriptor nine = {ends[1], 9};
	const char *const arguments[] = {"-c", command, NULL};
	cy_process_options options = {
		.program = "/bin/sh", .arguments = arguments, .descriptors = &nine, .descriptor_count = 1};
	cy_stream *other = _i == 0 ? &options.error : &options.input;
	other->kind = CY_STREAM_CAPTURE;
	cy__process process;
	start(&options, &process);
	close(ends[1]);
	read_to_end(ends[0], output, sizeof output);
	ck_assert_str_eq(output, "/dev/null\n");
	finish(&process);
	close(ends[0]);
	dup2(kept, _i);
	close(kept);
}

/* As "0 1 2 4 ". What the shell itself opens to read the directory is gone when it comes to it. */
static const char *list_open = "for fd in /proc/$$/fd/*; do [ -h $fd ] && printf '%s ' ${fd##*/}; done; true";

TEST(nothing_else_is_open)
{
	int opened[20];
	for (int i = 0; i < 20; i++)
		opened[i] = dup(0);
	cy_descriptor wanted = {0, 200};
	print(list_open, (cy_process_options){.descriptors = &wanted, .descriptor_count = 1});
	ck_assert_str_eq(output, "0 1 2 200 3 ");
	for (int i = 0; i < 20; i++)
		close(opened[i]);
}

/* As an older kernel would: close_range is not there. */
static void forget_close_range(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(nothing_else_is_open_on_an_old_kernel)
{
	int opened[300];
	for (int i = 0; i < 300; i++)
		opened[i] = dup(0);
	forget_close_range();
	cy_descriptor wanted = {0, 200};
	print(list_open, (cy_process_options){.descriptors = &wanted, .descriptor_count = 1});
	ck_assert_str_eq(output, "0 1 2 200 3 ");
	for (int i = 0; i < 300; i++)
		close(opened[i]);
}

PROGRAM(counts_open)
{
	int open = 0;
	for (int fd = 0; fd < 200000; fd++)
		open += fcntl(fd, F_GETFD) >= 0;
	return open;
}

/* Its own limit does not say what a process has open: it may have been lowered since. */
TEST(nothing_above_a_lowered_limit_is_open_without_close_range_and_proc)
{
	struct rlimit limit;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	const int high = limit.rlim_max > 150000 ? 150000 : (int)limit.rlim_max - 1;
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(dup2(0, high), high);
	ck_assert_int_eq(dup2(0, high / 2), high / 2);
	limit = (struct rlimit){1000, 1000};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	program_select("counts_open");
	forget_close_range();
	cy__process process;
	if (proc_hide()) {
		start(&(cy_process_options){.arguments = (const char *const[]){NULL}}, &process);
		const int status = finish(&process);
		proc_show();
		ck_assert_int_eq(WEXITSTATUS(status), 4); /* with its channel */
	}
	close(high);
	close(high / 2);
}

static int make_file(const char *content)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	ck_assert_int_eq(write(fd, content, 1), 1);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Each wants the number that the other has. */
TEST(descriptors_that_change_places)
{
	int a = make_file("a"), b = make_file("b"), c = make_file("c");
	cy_descriptor swapped[] = {{a, b}, {b, a}, {c, c}, {c, c + 100}};
	char command[64];
	snprintf(command, sizeof command, "cat <&%d; cat <&%d; cat <&%d", b, a, c);
	print(command, (cy_process_options){.descriptors = swapped, .descriptor_count = 4});
	ck_assert_str_eq(output, "abc");
	close(a);
	close(b);
	close(c);
}

static void never(int signal)
{
	_exit(99);
}

TEST(signals_are_as_at_the_beginning)
{
	sigset_t blocked, before, now;
	sigfillset(&blocked);
	sigprocmask(SIG_SETMASK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, never);
	print("sed -n '/^Sig[BIC]/p' /proc/self/status", (cy_process_options){.program = "/bin/sh"});
	ck_assert_str_eq(output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n");
	sigprocmask(SIG_SETMASK, &before, &now);
	ck_assert_int_eq(sigismember(&now, SIGUSR2), 1);
}

TEST(limits_are_set)
{
	cy_limit limits[] = {{RLIMIT_NOFILE, 50, 60}, {RLIMIT_CORE, 0, UINT64_MAX}};
	print("ulimit -Sn; ulimit -Hn; ulimit -Sc",
	      (cy_process_options){.limits = limits, .limit_count = 1 + (geteuid() == 0)});
	ck_assert_mem_eq(output, "50\n60\n", 6);
}

TEST(another_user_with_its_groups)
{
	if (geteuid() != 0) {
		fprintf(stderr, "skipped: only root can start a worker as another user\n");
		return;
	}
	print("id -u; id -G; id -ru", (cy_process_options){.user = "nobody"});
	ck_assert_str_eq(output, "65534\n65534\n65534\n");
	print("id -u; id -g; id -G", (cy_process_options){.user = "12345", .group = "54321"});
	ck_assert_str_eq(output, "12345\n54321\n54321\n");
	print("id -u; id -g", (cy_process_options){.user = "nobody", .group = "daemon"});
	ck_assert_str_eq(output, "65534\n1\n");
	print("id -u; id -g", (cy_process_options){.group = "54321"});
	ck_assert_str_eq(output, "0\n54321\n");
	/* A directory that is closed to the user is closed to the worker. */
	char closed[SCRATCH_PATH];
	scratch_directory(closed);
	assert_fails((cy_process_options){.program = "sh", .user = "nobody", .directory = closed}, -EACCES,
	             "directory");
	rmdir(closed);
}

TEST(no_new_privileges)
{
	print("grep NoNewPrivs /proc/self/status", (cy_process_options){.no_new_privileges = true});
	ck_assert_str_eq(output, "NoNewPrivs:\t1\n");
}

/* For what it executes, too. */
TEST(a_filter_of_system_calls)
{
	if (prctl(PR_GET_SECCOMP) < 0) {
		fprintf(stderr, "skipped: this kernel has no filters of system calls\n");
		return;
	}
	print("grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status", (cy_process_options){.seccomp = true});
	ck_assert_str_eq(output, "NoNewPrivs:\t1\nSeccomp:\t2\n");
}

/* Ends */

TEST(it_is_signalled_until_it_is_reaped)
{
	cy__process process;
	start(&(cy_process_options){.program = "sleep", .arguments = (const char *const[]){"1000", NULL}}, &process);
	ck_assert_int_ge(process.pidfd, 0);
	ck_assert_int_eq(cy__process_signal(&process, 0), 0);
	ck_assert_int_eq(cy__process_signal(&process, SIGTERM), 0);
	int status;
	waitpid(process.pid, &status, 0);
	ck_assert_int_eq(WTERMSIG(status), SIGTERM);
	/* Reaped, though nobody has said so: the number may be another's by now. */
	ck_assert_int_eq(cy__process_signal(&process, 0), -ESRCH);
	cy__process_reaped(&process);
	ck_assert_int_eq(cy__process_signal(&process, 0), -ESRCH);
	ck_assert_int_eq(cy__process_signal_group(&process, 0), -ESRCH);
	cy__process_finish(&process);
}

TEST(without_a_pidfd_it_is_signalled_by_number)
{
	cy__process process;
	start(&(cy_process_options){.program = "sleep", .arguments = (const char *const[]){"1000", NULL}}, &process);
	close(process.pidfd);
	process.pidfd = -1;
	ck_assert_int_eq(cy__process_signal(&process, SIGKILL), 0);
	ck_assert_int_eq(WTERMSIG(finish(&process)), SIGKILL);
}

/* The sleeper holds the pipe open: its end is the sleeper's. */
TEST(its_group_ends_with_it)
{
	const char *const arguments[] = {"-c", "sleep 1000 & exec sleep 0", NULL};
	cy__process process;
	start(&(cy_process_options){.program = "/bin/sh",
	                            .arguments = arguments,
	                            .own_group = true,
	                            .output.kind = CY_STREAM_CAPTURE},
	      &process);
	int fd = process.streams[1];
	process.streams[1] = -1;
	ck_assert_int_eq(getpgid(process.pid), process.pid);
	ck_assert_int_eq(finish(&process), 0);
	read_to_end(fd, output, sizeof output);
	close(fd);
}

/* Starts a worker that sleeps, says so, and waits to be killed. */
PROGRAM(is_killed)
{
	cy__process process;
	cy_process_options options = {.program = "sleep", .arguments = (const char *const[]){"1000", NULL}};
	if (cy__spawn(&options, &process, &why) < 0 || write(STDOUT_FILENO, "started", 7) != 7)
		return EXIT_FAILURE;
	for (;;)
		pause();
}

TEST(a_worker_dies_with_its_primary, .to = 2)
{
	program_select("is_killed");
	cy__process process;
	/* As another user as well: that makes the kernel forget the death signal, if it was set before. */
	start(&(cy_process_options){.arguments = (const char *const[]){NULL},
	                            .output.kind = CY_STREAM_CAPTURE,
	                            .user = _i && geteuid() == 0 ? "root" : NULL},
	      &process);
	struct pollfd ready = {.fd = process.streams[1], .events = POLLIN};
	ck_assert_int_eq(poll(&ready, 1, 20000), 1);
	int fd = process.streams[1];
	process.streams[1] = -1;
	cy__process_signal(&process, SIGKILL);
	ck_assert_int_eq(WTERMSIG(finish(&process)), SIGKILL);
	read_to_end(fd, output, sizeof output);
	ck_assert_str_eq(output, "started");
	close(fd);
}

TEST(many_starts_leave_nothing, .timeout = 300)
{
	cy_process_options options = {.program = "/bin/true", .output.kind = CY_STREAM_CAPTURE};
	cy_process_options none = {.program = "/no/such/program", .output.kind = CY_STREAM_CAPTURE};
	for (int i = 0; i < 200; i++) {
		cy__process process;
		start(&options, &process);
		ck_assert_int_eq(finish(&process), 0);
		ck_assert_int_eq(cy__spawn(&none, &process, &why), -ENOENT);
	}
}

/* ---- Groups --------------------------------------------------------------------------------------------------------- */

/* A process that leads a group of its own, of that number. @returns 0, where the kernel gives no number away on request */
static pid_t lead_group_of_number(pid_t wanted)
{
	for (int tries = 0; tries < 100; tries++) {
		FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "w");
		if (!file || fprintf(file, "%d", (int)wanted - 1) < 0 || fclose(file) != 0)
			return 0;
		const pid_t pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			for (;;)
				pause();
		}
		if (pid == wanted) {
			setpgid(pid, pid);
			return pid;
		}
		kill(pid, SIGKILL); /* somebody else was faster */
		waitpid(pid, NULL, 0);
	}
	return 0;
}

/* Between the reaping and the news of it others run, and the number of an empty group is free for anybody. */
TEST(a_group_that_has_the_number_of_a_reaped_leader_is_not_killed, .to = 2)
{
	int status;
	cy__process process;
	const char *const arguments[] = {"-c", "exit 0", NULL};
	start(&(cy_process_options){.program = "/bin/sh", .arguments = arguments, .own_group = true}, &process);
	const pid_t number = process.pid;
	ck_assert_int_eq(waitpid(number, &status, 0), number);
	/* With a pidfd, and as where the kernel has none. */
	if (_i) {
		close(process.pidfd);
		process.pidfd = -1;
	}
	const pid_t other = lead_group_of_number(number);
	cy__process_reaped(&process);
	cy__process_finish(&process);
	if (!other) {
		fprintf(stderr, "skipped: the kernel gives this process no number on request\n");
		return;
	}
	ck_assert_int_eq(waitpid(other, &status, WNOHANG), 0); /* a SIGKILL is there at once */
	ck_assert_int_eq(kill(other, SIGUSR1), 0);
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert_int_eq(WTERMSIG(status), SIGUSR1);
}

/* Its members outlive their leader, which has been reaped: they are killed all the same. */
TEST(a_group_whose_leader_was_reaped_is_killed, .to = 2)
{
	int status, ends[2];
	char byte;
	cy__process process;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	const cy_descriptor held = {ends[1], 9};
	const char *const arguments[] = {"-c", "sleep 1000 & exit 0", NULL};
	start(&(cy_process_options){.program = "/bin/sh",
	                            .arguments = arguments,
	                            .own_group = true,
	                            .descriptors = &held,
	                            .descriptor_count = 1},
	      &process);
	close(ends[1]);
	ck_assert_int_eq(waitpid(process.pid, &status, 0), process.pid);
	if (_i) {
		close(process.pidfd);
		process.pidfd = -1;
	}
	cy__process_reaped(&process);
	cy__process_finish(&process);
	ck_assert_int_eq(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}
