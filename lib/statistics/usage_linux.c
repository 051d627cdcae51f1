/*
 * Linux: /proc/PID/statm and /proc/PID/stat, see proc(5).
 */
#include "lib/statistics/usage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As text; "" if it cannot be read. */
static void read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static size_t memory_of(pid_t pid)
{
	char text[256];
	size_t pages = 0;
	read_file(pid, "statm", text, sizeof text);
	return sscanf(text, "%*u %zu", &pages) == 1 ? pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Fields 14 and 15; the second is the program's name in parentheses, which may hold anything. */
static rx_nsec processor_of(pid_t pid)
{
	char text[1024];
	uint64_t own = 0, kernel = 0;
	read_file(pid, "stat", text, sizeof text);
	const char *rest = strrchr(text, ')');
	if (!rest ||
	    sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &own, &kernel) != 2)
		return 0;
	return (rx_nsec)((own + kernel) * (uint64_t)(RX_S(1) / sysconf(_SC_CLK_TCK)));
}

cy__usage cy__usage_of(pid_t pid)
{
	return (cy__usage){.memory = memory_of(pid), .processor = processor_of(pid)};
}
