/*
 * The graceful signals. The primary stops the cluster; a second SIGINT forces. A worker lets SIGINT pass, for a terminal
 * sends it to everybody, and stops by itself on any other. Until it has joined, the primary lets it ignore SIGINT
 * (primary/worker.c); a worker that does not want to is interruptible from its joining on (worker/join.c).
 */
#include "lib/shutdown/shutdown.h"

#include <signal.h>

static void in_primary(cy_cluster *cluster, int signal)
{
	if (signal == SIGINT && ++cluster->interrupts > 1)
		cy__stop_force(cluster, 128 + SIGINT);
	else
		cy__stop_begin(cluster, signal);
}

static void caught(const int *signal, void *ctx)
{
	cy_cluster *cluster = ctx;
	if (cluster->primary)
		in_primary(cluster, *signal);
	else if (*signal != SIGINT)
		cy__stop_begin(cluster, *signal);
}
RX_CONSUMER(caught, int);

static void not_caught(const rx_error *error, void *ctx)
{
	cy_cluster *cluster = ctx;
	cluster->uncaught = rx_raise(error->code, "a graceful signal cannot be caught: %s", error->message);
}

int cy__signals_start(cy_cluster *cluster)
{
	for (size_t i = 0; i < CY_SIGNALS && cluster->options.graceful_signals[i] && !cluster->uncaught; i++)
		rx_subscribe(rx_signal(cluster->options.graceful_signals[i]),
		             &(rx_observer){RX_NEXT(caught), .error = not_caught, .ctx = cluster,
		                            .scheduler = cluster->scheduler},
		             &cluster->signals[i]);
	return cluster->uncaught;
}

void cy__signals_let_go(cy_cluster *cluster)
{
	for (size_t i = 0; i < CY_SIGNALS; i++)
		if (cluster->options.graceful_signals[i] != SIGINT)
			rx_unsubscribe(&cluster->signals[i]);
}

bool cy__signals_include(const cy_cluster *cluster, int signal)
{
	for (size_t i = 0; i < CY_SIGNALS && cluster->options.graceful_signals[i]; i++)
		if (cluster->options.graceful_signals[i] == signal)
			return true;
	return false;
}

void cy__signals_stop(cy_cluster *cluster)
{
	for (size_t i = 0; i < CY_SIGNALS; i++)
		rx_unsubscribe(&cluster->signals[i]);
}
