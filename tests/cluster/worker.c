/*
 * The program that most tests of the cluster start: PROGRAM(worker).
 *
 *     square n      n * n
 *     echo v        v
 *     fail          an error of its own
 *     pipe          a pipe's end to read from, with an "x" in it
 *     never         says that it has begun; no answer; says when it is cancelled
 *     exit code     leaves at once
 *     spin          never gives the loop another turn, and ignores SIGTERM
 *     status s      cy_set_status(s)
 *     ask [name, command, arguments]   calls another worker, and answers what that one does
 *     store n       adds 1 to "count" n times, and answers the last sum
 *
 * Its shutdown method sends the message "tidied" to the primary.
 */

#include <unistd.h>

#include "tests/support/cluster.h"

static rx_observable *square(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t n;
	if (cy_get_int(request->arguments, NULL, &n) < 0)
		return cy_refuse(-EINVAL, "square takes a number");
	return cy_answer(cy_int(n * n));
}

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

static rx_observable *send_pipe(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	int ends[2];
	if (pipe(ends) < 0 || write(ends[1], "x", 1) != 1)
		return cy_refuse(-errno, "no pipe");
	rx_observable *answer = cy_answer_descriptors(cy_string("its end"), ends, 1);
	close(ends[0]);
	close(ends[1]);
	return answer;
}

static rx_observable *fail_on_purpose(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_refuse(-EDOM, "on purpose");
}

static void cancelled(void *ctx)
{
	cy_send(ctx, cy_primary(), "cancelled", NULL);
}

static int tell_cancelled(rx_subscriber *subscriber, void *ctx)
{
	return rx_on_teardown(subscriber, cancelled, ctx);
}

static rx_observable *never(const cy_request *request, void *ctx)
{
	(void)ctx;
	cy_send(request->cluster, cy_primary(), "begun", NULL);
	return rx_create(&rx_type_cy_body, tell_cancelled, request->cluster, NULL);
}

static rx_observable *leave(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t code = 0;
	cy_get_int(request->arguments, NULL, &code);
	_exit((int)code);
}

static volatile bool spinning = true;

static rx_observable *spin(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	signal(SIGTERM, SIG_IGN);
	while (spinning)
		;
	return NULL;
}

static rx_observable *status(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t wanted = 0;
	cy_get_int(request->arguments, NULL, &wanted);
	const int code = cy_set_status(request->cluster, (cy_status)wanted);
	return code < 0 ? cy_refuse(code, "%s", rx_words(code)) : NULL;
}

static rx_observable *ask(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *name, *command;
	cy_value *arguments;
	if (cy_unpack(request->arguments, "[s, s, v]", &name, &command, &arguments) < 0)
		return cy_refuse(-EINVAL, "ask takes [name, command, arguments]");
	return rx_pipe(cy_call(request->cluster, cy_named(name), command, arguments), cy_values());
}

static rx_observable *add_one(const int64_t *n, void *ctx)
{
	(void)n;
	return cy_add(ctx, "count", cy_int(1));
}
RX_PROJECTOR(add_one, cy_body, int64_t);

static rx_observable *store(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t times = 0;
	cy_get_int(request->arguments, NULL, &times);
	return rx_pipe(rx_range(0, times), rx_merge_map(add_one, request->cluster), rx_last());
}

static rx_observable *tidy(int signal, void *ctx)
{
	cy_send(ctx, cy_primary(), "tidied", cy_int(signal));
	return NULL;
}

static void register_all(cy_cluster *cluster)
{
	static const struct {
		const char *name;
		rx_observable *(*run)(const cy_request *request, void *ctx);
	} commands[] = {
		{"square", square}, {"pipe", send_pipe}, {"echo", echo}, {"fail", fail_on_purpose}, {"never", never},
		{"exit", leave},    {"spin", spin},      {"ask", ask},   {"status", status},        {"store", store},
	};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster,
		            &(cy_command){.name = commands[i].name, .target = CY_ON_WORKER, .run = commands[i].run});
}

PROGRAM(worker)
{
	cy_cluster *cluster = cy_join(&(cy_options){.graceful_signals = {SIGINT, SIGTERM}});
	if (!cluster || cy_is_primary(cluster))
		return 99;
	register_all(cluster);
	cy_on_shutdown(cluster, "tidy", tidy, cluster, NULL);
	return cy_run(cluster);
}
