/*
 * One line for each thing said, in the colour of the process that says it.
 */
#include "demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool coloured;

void screen_open(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	coloured = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && !(terminal && !strcmp(terminal, "dumb"));
	/* Whoever reads along through a pipe sees each line at once. */
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static const char *colour_of(uint32_t process)
{
	static const char *const colours[] = {"\033[1m", "\033[36m", "\033[35m", "\033[33m", "\033[32m", "\033[34m"};
	const size_t count = sizeof colours / sizeof *colours;
	return colours[process ? 1 + (process - 1) % (count - 1) : 0];
}

static void print_time(void)
{
	struct timespec now;
	struct tm day;
	char text[16];
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &day);
	strftime(text, sizeof text, "%H:%M:%S", &day);
	printf("%s.%03ld  ", text, now.tv_nsec / 1000000);
}

void screen_print(const line *spoken, void *ctx)
{
	const cy_cluster *cluster = ctx;
	const char *label = cy_label_of(cluster, spoken->speaker);
	print_time();
	if (coloured)
		printf("%s%s%-12s%s\033[0m\n", colour_of(spoken->speaker), spoken->aside ? "\033[2m" : "", label,
		       spoken->text);
	else
		printf("%-12s%s\n", label, spoken->text);
}
