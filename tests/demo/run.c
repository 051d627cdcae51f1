#include "tests/demo/run.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *open_pipe(posix_spawn_file_actions_t *actions, int number, int *inner)
{
	int ends[2];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(posix_spawn_file_actions_adddup2(actions, ends[1], number), 0);
	*inner = ends[1];
	FILE *stream = fdopen(ends[0], "r");
	ck_assert_ptr_nonnull(stream);
	return stream;
}

void run_start(struct run *run, const char *name, const char *const *arguments)
{
	char path[4096];
	char *argv[32] = {path};
	int inner[2];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	snprintf(path, sizeof path, "%s/%s", DEMO_DIRECTORY, name);
	for (size_t i = 0; arguments[i]; i++)
		argv[i + 1] = (char *)arguments[i];
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	run->output = open_pipe(&actions, STDOUT_FILENO, &inner[0]);
	run->errors = open_pipe(&actions, STDERR_FILENO, &inner[1]);
	ck_assert_int_eq(posix_spawn(&run->pid, path, &actions, &attributes, argv, environ), 0);
	close(inner[0]);
	close(inner[1]);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
}

const char *run_line(struct run *run)
{
	static char line[4096];
	if (!fgets(line, sizeof line, run->output))
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

char *run_rest(FILE *stream, size_t *size)
{
	char *text = NULL;
	size_t room = 0;
	const ssize_t got = getdelim(&text, &room, EOF, stream);
	if (size)
		*size = got < 0 ? 0 : (size_t)got;
	if (got < 0)
		text[0] = '\0';
	return text;
}

int run_finish(struct run *run)
{
	int status;
	ck_assert_int_eq(waitpid(run->pid, &status, 0), run->pid);
	/* What the program has not reaped itself, its heir does; what lives on keeps the test until its timeout. */
	while (kill(-run->pid, 0) == 0)
		sched_yield();
	ck_assert_int_eq(errno, ESRCH);
	fclose(run->output);
	fclose(run->errors);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
