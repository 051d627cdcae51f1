/*
 * A worker of the chaos: serves, calls others at random, keeps a mirror, and does what it is told to do wrong.
 */
#include "tests/faults/chaos.h"

#include "lib/cluster/cluster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct ledger book;
static int channel = -1;
static uint64_t revision; /* of the last change that the mirror has told */

void chaos_find_channel(void)
{
	const char *variable = getenv("CLUSTERFY_CHANNEL");
	if (variable)
		channel = (int)strtol(variable, NULL, 10);
}

/* Whether something is on its way to the primary: in the socket, or half written and waiting for room there. */
static bool is_in_the_middle(const cy_cluster *cluster)
{
	int unread = 0;
	return ioctl(channel, TIOCOUTQ, &unread) < 0 || unread > 0 || !cluster->peer.channel ||
	       cy__channel_pending(cluster->peer.channel, NULL) > 0;
}

/*
 * Random bytes into the channel, past all that speaks frames there. Not in the middle of a frame: within a body they would
 * be a wrong reply that nobody could know for one, as there is no checksum.
 */
static rx_observable *lie(const cy_request *request, void *ctx)
{
	(void)ctx;
	if (is_in_the_middle(request->cluster))
		return cy_refuse(-EAGAIN, "no room for a lie");
	uint64_t nonsense[32];
	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
		nonsense[i] = ledger_random(&book, UINT64_MAX);
	const ssize_t size = (ssize_t)(1 + ledger_random(&book, sizeof nonsense));
	return write(channel, nonsense, (size_t)size) == size ? NULL : cy_refuse(-EAGAIN, "no room for a lie");
}

static rx_observable *leave(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	_exit((int)ledger_random(&book, 4));
}

/* Never gives the loop a turn, for so many milliseconds. */
static rx_observable *spin(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t time = 0;
	cy_get_int(request->arguments, NULL, &time);
	for (const rx_nsec end = rx_now(NULL) + RX_MS(time); rx_now(NULL) < end;)
		;
	return NULL;
}

/* [path, value], and [path, amount] */
static rx_observable *save(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	cy_value *value;
	if (cy_unpack(request->arguments, "[s, v]", &path, &value) < 0)
		return cy_refuse(-EINVAL, "save takes a path and a value");
	return cy_save(request->cluster, path, value);
}

static rx_observable *add(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	cy_value *amount;
	if (cy_unpack(request->arguments, "[s, v]", &path, &amount) < 0)
		return cy_refuse(-EINVAL, "add takes a path and an amount");
	return cy_add(request->cluster, path, amount);
}

static void take_change(const cy_change *change, void *ctx)
{
	(void)ctx;
	if (change->revision < revision)
		ledger_violation(&book, "a mirror went back from revision %d to %d", (int)revision,
		                 (int)change->revision);
	revision = change->revision;
}
RX_CONSUMER(take_change, cy_change);

static void ignore(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static void keep_mirror(cy_cluster *cluster, rx_subscription *mirror)
{
	rx_subscribe(rx_pipe(cy_mirror(cluster, "key"), rx_retry_with(&(rx_retry_options){.delay = RX_MS(10)})),
	             &(rx_observer){RX_NEXT(take_change), .error = ignore}, mirror);
}

static void tick(const int64_t *n, void *ctx)
{
	(void)n, (void)ctx;
	cy_target target = cy_any();
	if (ledger_random(&book, 4) == 0)
		target = cy_primary();
	else if (ledger_random(&book, 3) == 0)
		target = cy_named(chaos_names[ledger_random(&book, CHAOS_WORKERS)]);
	else if (ledger_random(&book, 20) == 0)
		target = cy_others();
	if (!cy_stopping(book.cluster) && book.open < 64)
		ledger_call(&book, target, chaos_names, CHAOS_WORKERS);
}
RX_CONSUMER(tick, int64_t);

int chaos_worker(cy_cluster *cluster)
{
	static const cy_command commands[] = {{.name = "lie", .run = lie},
	                                      {.name = "leave", .run = leave},
	                                      {.name = "spin", .run = spin},
	                                      {.name = "save", .run = save},
	                                      {.name = "add", .run = add}};
	rx_subscription ticking, mirror;
	uint64_t seed = 1;
	cy_get_uint(cy_metadata(cluster), NULL, &seed);
	book = (struct ledger){.cluster = cluster, .random = seed * 31 + cy_incarnation(cluster)};
	ledger_serve(&book);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	keep_mirror(cluster, &mirror);
	rx_subscribe(rx_interval(RX_MS(5)), &(rx_observer){RX_NEXT(tick)}, &ticking);
	const int status = cy_run(cluster);
	rx_unsubscribe(&ticking);
	rx_unsubscribe(&mirror);
	return book.violated ? LEDGER_VIOLATION : status;
}
