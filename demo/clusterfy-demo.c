/*
 * The demo: a primary and four workers talk to each other, one of them dies and comes back, all are shut down.
 *
 * What is printed is one stream of lines: the story (clusterfy-demo/story.c), and what the workers do beside it
 * (clusterfy-demo/asides.c).
 */
#include "clusterfy-demo/demo.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

double speed = 1;

rx_nsec pause_of(double seconds)
{
	return (rx_nsec)(seconds / speed * 1e9) + 1;
}

/* ---- The command line ------------------------------------------------------------------------------------------------- */

#define SPEED_MIN 0.01
#define SPEED_MAX 1e6

static const char usage[] = "usage: clusterfy-demo [--speed FACTOR]\n"
			    "\n"
			    "A primary and four workers talk to each other.\n"
			    "\n"
			    "  --speed FACTOR  tell it FACTOR times as fast (0.01 to 1000000; default: 1)\n"
			    "  --help          this\n"
			    "\n"
			    "Ctrl-C ends it in order. NO_COLOR=1 prints without colours.\n";

static int parse_speed(const char *text)
{
	char *end;
	errno = 0;
	speed = strtod(text, &end);
	if (end != text && !*end && !errno && speed >= SPEED_MIN && speed <= SPEED_MAX)
		return 0;
	fprintf(stderr, "clusterfy-demo: --speed takes a number from 0.01 to 1000000, not \"%s\"\n", text);
	return -EINVAL;
}

/* 0 to go on, 1 when all is said, -EINVAL */
static int parse(int argc, char **argv)
{
	static const struct option options[] = {
		{"speed", required_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int option, code = 0;
	while (code == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			code = parse_speed(optarg);
		else
			code = option == 'h' ? 1 : -EINVAL;
	}
	if (code == 0 && optind < argc) {
		fprintf(stderr, "clusterfy-demo: unexpected argument \"%s\"\n", argv[optind]);
		code = -EINVAL;
	}
	if (code)
		fputs(usage, code < 0 ? stderr : stdout);
	return code;
}

/* ---- The primary ------------------------------------------------------------------------------------------------------ */

RX_CONSUMER(screen_print, line);

static rx_observable *say_goodbye(int signal, void *cluster)
{
	cy_statistics statistics;
	line last = {.speaker = 0};
	screen_print(&(line){.text = "I clean up"}, cluster);
	if (cy_statistics_take(cluster, &statistics) < 0)
		return NULL;
	snprintf(last.text, sizeof last.text, "Running workers: %zu", statistics.online);
	cy_statistics_finish(&statistics);
	screen_print(&last, cluster);
	return NULL;
}

static int interrupted(const int *number, line *spoken, void *ctx)
{
	*spoken = (line){.speaker = 0};
	snprintf(spoken->text, sizeof spoken->text, "Interrupted (signal %d): I shut everybody down", *number);
	return 0;
}
RX_MAPPER(interrupted, line, int);

struct telling {
	cy_cluster *cluster;
	rx_subscription subscription;
	const rx_error *failure; /* of the story; NULL: none */
};

static rx_observable *judge(void *ctx)
{
	const struct telling *telling = ctx;
	if (!cy_stopping(telling->cluster)) {
		fprintf(stderr, "clusterfy-demo: %s\n", telling->failure->message);
		cy_stop(telling->cluster, EXIT_FAILURE);
	}
	return rx_empty();
}

/*
 * Once the cluster stops, an unfinished story is no failure. A Ctrl-C reaches the workers as well, and one that is just
 * being started may be dead before the primary has heard of the signal: so it is judged a moment later.
 */
static rx_observable *excuse(const rx_error *error, rx_observable *caught, void *ctx)
{
	struct telling *telling = ctx;
	telling->failure = rx_error_ref(error);
	return rx_pipe(rx_defer(&rx_type_line, judge, telling), rx_subscribe_on(NULL, RX_MS(50)));
}
RX_CATCHER(excuse, line);

static void primary(struct telling *telling)
{
	cy_cluster *cluster = telling->cluster;
	rx_observable *signals = rx_merge(rx_signal(SIGINT), rx_signal(SIGTERM));
	rx_observable *told =
		rx_pipe(story(cluster), rx_take_until(rx_observable_ref(signals)), rx_catch_error(excuse, telling));
	screen_open();
	cy_on_shutdown(cluster, "goodbye", say_goodbye, cluster, NULL);
	rx_subscribe(rx_merge(asides(cluster), rx_pipe(signals, rx_take(1), rx_map(interrupted)), told),
	             &(rx_observer){RX_NEXT(screen_print), .ctx = cluster}, &telling->subscription);
}

int main(int argc, char **argv)
{
	const int parsed = parse(argc, argv);
	if (parsed)
		return parsed < 0 ? 2 : EXIT_SUCCESS;
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
	if (!cluster)
		return EXIT_FAILURE;
	struct telling telling = {.cluster = cluster};
	if (cy_is_primary(cluster))
		primary(&telling);
	else if (worker_start(cluster) < 0)
		return EXIT_FAILURE;
	const int status = cy_run(cluster);
	rx_unsubscribe(&telling.subscription);
	rx_error_unref(telling.failure);
	rx_loop_release(NULL);
	rx_trim();
	return status;
}
