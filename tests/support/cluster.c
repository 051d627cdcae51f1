#include "tests/support/cluster.h"

#include <stdio.h>

cy_cluster *cluster_begin(const char *program, const cy_options *options)
{
	/* How long a turn takes depends on the machine, and the sanitizers: who asks for that says how long. */
	cy_options given = options ? *options : (cy_options){.turn_limit = 0};
	if (!given.turn_limit)
		given.turn_limit = RX_NEVER;
	program_select(program);
	cy_cluster *cluster = cy_join(&given);
	ck_assert_ptr_nonnull(cluster);
	ck_assert(cy_is_primary(cluster));
	cy_start(cluster);
	return cluster;
}

void cluster_end(cy_cluster *cluster)
{
	cy_stop(cluster, 0);
	ck_assert_int_eq(cy_run(cluster), 0);
}

uint32_t cluster_fork(cy_cluster *cluster, const char *name, const cy_worker_options *options)
{
	const int64_t id = cy_fork(cluster, name, options);
	ck_assert_msg(id > 0, "fork: %s", rx_words((int)id));
	return (uint32_t)id;
}

int cluster_finish(rx_observable *source)
{
	int nothing;
	const int code = rx_await_last(int, source, &nothing);
	return code == -ENODATA ? 0 : code;
}

void cluster_ready(cy_cluster *cluster)
{
	const int code = cluster_finish(cy_ready(cluster, NULL, 0));
	ck_assert_msg(code == 0, "ready: %s", rx_words(code));
}

int cluster_call(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments, cy_value **value)
{
	cy_body body = NULL;
	const int code =
		rx_await_last(cy_body, rx_pipe(cy_call(cluster, target, command, arguments), cy_values()), &body);
	*value = body;
	return code == -ENODATA ? 0 : code;
}

int64_t cluster_number(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments)
{
	cy_value *value;
	int64_t number = -1;
	const int code = cluster_call(cluster, target, command, arguments, &value);
	ck_assert_msg(code == 0, "%s: %s", command, rx_words(code));
	ck_assert_int_eq(cy_get_int(value, NULL, &number), 0);
	cy_value_unref(value);
	return number;
}

int cluster_code(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments)
{
	cy_value *value;
	const int code = cluster_call(cluster, target, command, arguments, &value);
	cy_value_unref(value);
	return code;
}

/* ---- Events in words ---------------------------------------------------------------------------------------------- */

static const char *plain_name(const cy_cluster *cluster, uint32_t id, char *text, size_t size)
{
	snprintf(text, size, "%s", cy_label_of(cluster, id));
	char *number = strstr(text, " (");
	if (number)
		*number = '\0';
	return text;
}

static const char *sequel_name(cy_sequel sequel)
{
	static const char *const names[] = {"", "", " gone", " failed", " undecided", " replaced"};
	return sequel == CY_REVIVES ? " revives" : names[sequel];
}

static void describe(const cy_event *event, char *text, size_t size, const char *who)
{
	const char *kind = cy_event_name(event->type);
	if (event->type == CY_EVENT_STATUS)
		snprintf(text, size, "%s %s %s", kind, who, cy_status_name(event->status));
	else if (event->type == CY_EVENT_EXIT && event->signal)
		snprintf(text, size, "%s %s signal %d%s", kind, who, event->signal, sequel_name(event->sequel));
	else if (event->type == CY_EVENT_EXIT)
		snprintf(text, size, "%s %s %d%s", kind, who, event->code, sequel_name(event->sequel));
	else if (event->type == CY_EVENT_GROUP)
		snprintf(text, size, "%s %s%s", kind, who, sequel_name(event->sequel));
	else if (event->type == CY_EVENT_MESSAGE)
		snprintf(text, size, "%s %s %s", kind, who, event->name);
	else if (event->type == CY_EVENT_ERROR)
		snprintf(text, size, "%s %s %d", kind, who, event->code);
	else if (event->type == CY_EVENT_COMMAND || event->type == CY_EVENT_RESULT)
		snprintf(text, size, "%s %s %d", kind, event->name, event->code);
	else
		snprintf(text, size, "%s %s", kind, who);
}

static void log_event(const cy_event *event, void *ctx)
{
	event_log *log = ctx;
	char who[300], line[512];
	plain_name(log->cluster, event->worker, who, sizeof who);
	if (log->worker && strcmp(log->worker, who) != 0)
		return;
	describe(event, line, sizeof line, who);
	const size_t length = strlen(log->text);
	ck_assert_uint_lt(length + strlen(line) + 2, sizeof log->text);
	sprintf(log->text + length, "%s\n", line);
}
RX_CONSUMER(log_event, cy_event);

void event_log_start(event_log *log, cy_cluster *cluster, const char *worker)
{
	*log = (event_log){.cluster = cluster, .worker = worker};
	rx_subscribe(cy_events(cluster), &(rx_observer){RX_NEXT(log_event), .ctx = log}, &log->subscription);
}

void event_log_stop(event_log *log)
{
	rx_unsubscribe(&log->subscription);
}

size_t event_log_count(const event_log *log, const char *words)
{
	size_t count = 0;
	const size_t length = strlen(words);
	for (const char *line = log->text; *line; line = strchr(line, '\n') + 1)
		count += strncmp(line, words, length) == 0 && line[length] == '\n';
	return count;
}

static int says(const cy_event *event, void *ctx)
{
	const void *const *both = ctx;
	(void)event;
	return event_log_count(both[0], both[1]) > 0;
}
RX_PREDICATE(says, cy_event);

void event_log_await(event_log *log, const char *words)
{
	const void *both[] = {log, words};
	if (event_log_count(log, words))
		return;
	const int code =
		rx_await_first(cy_event, rx_pipe(cy_events(log->cluster), rx_filter(says, both)), (cy_event *)NULL);
	ck_assert_msg(code == 0, "waiting for \"%s\": %s\n%s", words, rx_words(code), log->text);
}
