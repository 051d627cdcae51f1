/*
 * Which program a worker runs, and with which arguments.
 */
#include "lib/descriptor/descriptor.h"
#include "lib/primary/launch.h"
#include "lib/primary/spawn.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static char self[PATH_MAX];

/*
 * Where /proc is not mounted, as the kernel was told it: from the root, or from the directory that is still the working
 * one, for no code of the program's has run yet.
 */
static void find_self_told(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	char here[PATH_MAX] = "";
	if (!name || (*name != '/' && !getcwd(here, sizeof here)))
		return;
	const int length = *name == '/' ? snprintf(self, sizeof self, "%s", name)
	                                : snprintf(self, sizeof self, "%s/%s", here, name);
	if (length < 0 || (size_t)length >= sizeof self)
		*self = '\0';
}

static void find_self(void)
{
	const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	self[length > 0 ? length : 0] = '\0';
	if (length <= 0)
		find_self_told();
}

/* The strings of this process's arguments, one behind the other, where the kernel has put them. */
static struct {
	const char *strings;
	size_t size;
} own;

/* Only glibc tells a constructor. */
static void find_arguments(int count, char **arguments)
{
#ifdef __GLIBC__
	const char *end = *arguments;
	for (int i = 0; i < count; i++) {
		if (arguments[i] != end)
			return; /* somebody has moved them: they are read when they are needed */
		end += strlen(end) + 1;
	}
	if (end)
		own.size = (size_t)(end - *arguments);
	own.strings = *arguments;
#endif
}

/*
 * At the start, for a program that is replaced while it runs is "/path (deleted)" afterwards. A worker starts nobody as
 * a rule, and asking would cost it a part of its own start: it looks when it has to.
 */
__attribute__((constructor)) static void look_around(int count, char **arguments)
{
	if (secure_getenv(CY__CHANNEL_VARIABLE))
		return;
	find_self();
	find_arguments(count, arguments);
}

const char *cy__self_path(void)
{
	if (!*self)
		find_self();
	return *self ? self : NULL;
}

static char *join_path(const char *directory, size_t length, const char *name)
{
	size_t size = strlen(name) + 1;
	char *path = rx_alloc(length + 1 + size);
	if (path) {
		memcpy(path, directory, length);
		path[length] = '/';
		memcpy(path + length + 1, name, size);
	}
	return path;
}

static int copy_path(const char *from, char **path)
{
	size_t size = strlen(from) + 1;
	*path = rx_alloc(size);
	return *path ? (memcpy(*path, from, size), 0) : -ENOMEM;
}

static bool is_program(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

/* An empty directory in PATH is the working one. */
static int search_path(const char *name, char **path)
{
	const char *directories = secure_getenv("PATH");
	if (!directories)
		directories = "/usr/local/bin:/usr/bin:/bin";
	for (const char *at = directories;; at++) {
		size_t length = strcspn(at, ":");
		char *tried = length ? join_path(at, length, name) : join_path(".", 1, name);
		if (!tried)
			return -ENOMEM;
		if (is_program(tried)) {
			*path = tried;
			return 0;
		}
		rx_free(tried);
		at += length;
		if (!*at)
			return rx_plain(-ENOENT);
	}
}

/* The child changes its directory before it executes. */
static int make_absolute(const char *relative, char **path)
{
	char here[PATH_MAX];
	if (!getcwd(here, sizeof here))
		return rx_plain(-errno);
	*path = join_path(here, strlen(here), relative);
	return *path ? 0 : -ENOMEM;
}

int cy__program_find(const char *program, char **path)
{
	if (!program)
		return cy__self_path() ? copy_path(cy__self_path(), path) : rx_plain(-ENOENT);
	if (*program == '/')
		return copy_path(program, path);
	if (strchr(program, '/'))
		return make_absolute(program, path);
	char *found = NULL;
	int error = *program ? search_path(program, &found) : rx_plain(-ENOENT);
	if (error < 0 || *found == '/') {
		if (error == 0)
			*path = found;
		return error;
	}
	error = make_absolute(found, path);
	rx_free(found);
	return error;
}

/* All of a file whose size nobody knows. */
static int read_whole(const char *name, char **bytes, size_t *size)
{
	int fd = cy__fd_above(open(name, O_RDONLY | O_CLOEXEC));
	if (fd < 0)
		return rx_plain(-errno);
	size_t capacity = 4096, used = 0;
	char *read_bytes = rx_alloc(capacity);
	ssize_t got = read_bytes ? 1 : -1;
	while (read_bytes && (got = read(fd, read_bytes + used, capacity - used)) > 0) {
		used += (size_t)got;
		if (used < capacity)
			continue;
		char *larger = rx_realloc(read_bytes, capacity *= 2);
		if (!larger)
			rx_free(read_bytes);
		read_bytes = larger;
	}
	int error = !read_bytes ? -ENOMEM : got < 0 ? rx_plain(-errno) : 0;
	close(fd);
	if (error < 0) {
		rx_free(read_bytes);
		return error;
	}
	*bytes = read_bytes;
	*size = used;
	return 0;
}

static size_t count_strings(const char *bytes, size_t size)
{
	size_t count = 0;
	for (size_t i = 0; i < size; i++)
		count += bytes[i] == '\0';
	return count;
}

/* The strings in the same block, behind the pointers. */
static int list_strings(const char *bytes, size_t size, char ***made)
{
	size_t count = count_strings(bytes, size);
	char **list = rx_alloc((count + 1) * sizeof *list + size);
	if (!list)
		return -ENOMEM;
	char *at = memcpy(list + count + 1, bytes, size);
	for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
		list[i] = at;
	list[count] = NULL;
	*made = list;
	return 0;
}

static int copy_own_arguments(char ***made)
{
	char *bytes = NULL;
	size_t size = 0;
	if (own.size)
		return list_strings(own.strings, own.size, made);
	int error = read_whole("/proc/self/cmdline", &bytes, &size);
	if (!bytes)
		return error;
	error = list_strings(bytes, size, made);
	rx_free(bytes);
	return error;
}

int cy__arguments_make(const char *program, const char *const *arguments, char ***made)
{
	if (!program && !arguments)
		return copy_own_arguments(made);
	size_t count = 0;
	while (arguments && arguments[count])
		count++;
	char **list = rx_alloc((count + 2) * sizeof *list);
	if (!list)
		return -ENOMEM;
	const char *name = program ? program : cy__self_path();
	memcpy(list, &name, sizeof name);
	if (count)
		memcpy(list + 1, arguments, count * sizeof *list);
	list[count + 1] = NULL;
	*made = list;
	return 0;
}
