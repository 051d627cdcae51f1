#include <clusterfy/cluster.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

static rx_observable *square(const cy_request *request, void *ctx)
{
	int64_t n;
	if (cy_get_int(request->arguments, NULL, &n) < 0)
		return cy_refuse(-EINVAL, "square takes a number");
	return cy_answer(cy_int(n * n));
}

static void print_reply(const cy_reply *reply, void *ctx)
{
	printf("%s answers ", cy_label_of(ctx, reply->worker));
	cy_value_print(reply->value, stdout);
	puts("");
}
RX_CONSUMER(print_reply, cy_reply);

static void print_error(const rx_error *error, void *ctx)
{
	printf("no answer: %s\n", error->message);
}

static void stop(void *ctx)
{
	cy_stop(ctx, EXIT_SUCCESS);
}

static void primary(cy_cluster *cluster)
{
	cy_fork(cluster, "Paul", &(cy_worker_options){.revive = CY_REVIVE_ON_FAILURE});
	cy_fork(cluster, "Sarah", NULL);

	/* a reply is an observable: cold, cancellable, composable */
	rx_subscribe(rx_pipe(cy_call(cluster, cy_named("Paul"), "square", cy_int(7)), rx_timeout(RX_S(5))),
	             &(rx_observer){RX_NEXT(print_reply), .error = print_error, .complete = stop, .ctx = cluster},
	             NULL);
}

int main(void)
{
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
	if (!cluster)
		return EXIT_FAILURE;
	cy_register(cluster, &(cy_command){.name = "square", .target = CY_ON_WORKER, .run = square});
	if (cy_is_primary(cluster))
		primary(cluster);
	return cy_run(cluster); /* runs the loop, shuts down in order, returns the exit status */
}
