/*
 * Linux: /proc/PID/statm and /proc/PID/stat, see proc(5).
 */
#include "lib/statistics/usage.h"
#include "lib/descriptor/descriptor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As text; "" if it cannot be read. */
static void read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	const int fd = cy__fd_above(open(path, O_RDONLY | O_CLOEXEC));
	const ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/* The field of that index, from 1; fields are separated by a space. "" if there are not so many. */
static const char *field(const char *text, int index)
{
	for (; index > 1 && *text; index--) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return text;
}

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 10);
}

static size_t memory_of(pid_t pid)
{
	char text[256];
	read_file(pid, "statm", text, sizeof text);
	return (size_t)number(field(text, 2)) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Fields 14 and 15; the second is the program's name in parentheses, which may hold anything. */
static rx_nsec processor_of(pid_t pid)
{
	char text[1024];
	read_file(pid, "stat", text, sizeof text);
	const char *name_end = strrchr(text, ')'), *rest = name_end ? name_end + 2 : "";
	const uint64_t ticks = number(field(rest, 14 - 2)) + number(field(rest, 15 - 2));
	return (rx_nsec)(ticks * (uint64_t)(RX_S(1) / sysconf(_SC_CLK_TCK)));
}

cy__usage cy__usage_of(pid_t pid)
{
	return (cy__usage){.memory = memory_of(pid), .processor = processor_of(pid)};
}
