/*
 * The story, told by the primary: one chain, a step after the other. Each step is an observable of lines that begins
 * when the step before has completed.
 */
#include "demo.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- Sentences -------------------------------------------------------------------------------------------------------- */

/* The primary says something, after a moment for the reader. */
static rx_observable *say(const char *sentence)
{
	line spoken = {.speaker = 0};
	snprintf(spoken.text, sizeof spoken.text, "%s", sentence);
	return rx_pipe(rx_of(line, spoken), rx_delay(pause_of(0.8)));
}

/* What a worker answers becomes what it says. */
static int quote(const cy_reply *reply, line *spoken, void *ctx)
{
	const char *text;
	if (reply->error)
		return rx_raise(reply->error->code, "%s", reply->error->message);
	const int code = cy_get_string(reply->value, NULL, &text);
	if (code < 0)
		return code;
	*spoken = (line){.speaker = reply->worker};
	snprintf(spoken->text, sizeof spoken->text, "%s", text);
	return 0;
}
RX_MAPPER(quote, line, cy_reply);

static int quote_time(const cy_reply *reply, line *spoken, void *ctx)
{
	int64_t time;
	if (reply->error)
		return rx_raise(reply->error->code, "%s", reply->error->message);
	const int code = cy_get_int(reply->value, "time", &time);
	if (code < 0)
		return code;
	*spoken = (line){.speaker = reply->worker};
	snprintf(spoken->text, sizeof spoken->text, "It is %" PRId64 " ms since 1970", time / 1000000);
	return 0;
}
RX_MAPPER(quote_time, line, cy_reply);

/* ---- Steps ------------------------------------------------------------------------------------------------------------ */

struct character {
	const char *name;
	cy_revive revive;
};
static const struct character paul = {"Paul", CY_REVIVE_NEVER}, sarah = {"Sarah", CY_REVIVE_NEVER},
			      john = {"John", CY_REVIVE_ON_FAILURE}, michael = {"Michael", CY_REVIVE_NEVER};

static rx_observable *fork_now(void *ctx)
{
	const struct character *who = ctx;
	const cy_worker_options options = {.revive = who->revive, .revival = {.first = pause_of(1), .jitter = -1}};
	const int64_t id = cy_fork(cy_current(), who->name, &options);
	return id < 0 ? rx_throw_error((int)id, "%s", rx_words((int)id)) : rx_empty();
}

static rx_observable *create(const struct character *who)
{
	char sentence[64];
	snprintf(sentence, sizeof sentence, "I create %s%s", who->name, who->revive ? ", who revives" : "");
	return rx_concat(say(sentence), rx_defer(&rx_type_line, fork_now, (void *)who));
}

static rx_observable *ask_time(cy_cluster *cluster, cy_target whom, const char *sentence)
{
	return rx_concat(say(sentence), rx_pipe(cy_call(cluster, whom, "cy_get_timestamp", NULL), rx_map(quote_time)));
}

/* Let a worker run one of its commands: its answers are what it says. */
static rx_observable *instruct(cy_cluster *cluster, const char *name, const char *command, cy_value *arguments)
{
	return rx_pipe(cy_call(cluster, cy_named(name), command, arguments), rx_map(quote));
}

static int is_john(const cy_event *event, void *cluster)
{
	return event->type == CY_EVENT_READY && !strncmp(cy_label_of(cluster, event->worker), "John", 4);
}
RX_PREDICATE(is_john, cy_event);

static int welcome(const cy_event *event, line *spoken, void *ctx)
{
	*spoken = (line){.speaker = event->worker};
	snprintf(spoken->text, sizeof spoken->text, "I am back, in my incarnation %" PRIu32, event->incarnation);
	return 0;
}
RX_MAPPER(welcome, line, cy_event);

static rx_observable *kill_now(void *cluster)
{
	const int code = cy_kill(cluster, cy_named("John"), SIGKILL);
	return code < 0 ? rx_throw_error(code, "%s", rx_words(code)) : rx_empty();
}

/* His return is awaited before he is killed, so that it cannot be missed. */
static rx_observable *kill_john(cy_cluster *cluster)
{
	rx_observable *back = rx_pipe(cy_events(cluster), rx_filter(is_john, cluster), rx_take(1), rx_map(welcome));
	return rx_concat(say("I kill John with SIGKILL"), rx_merge(back, rx_defer(&rx_type_line, kill_now, cluster)));
}

static rx_observable *print_table(void *cluster)
{
	const int code = cy_statistics_print(cluster, stdout, true);
	return code < 0 ? rx_throw_error(code, "%s", rx_words(code)) : rx_empty();
}

static rx_observable *stop_now(void *cluster)
{
	cy_stop(cluster, 0);
	return rx_empty();
}

/* ---- The story -------------------------------------------------------------------------------------------------------- */

static rx_observable *creation(cy_cluster *cluster)
{
	return rx_concat(create(&paul), create(&sarah), create(&john), create(&michael), cy_ready(cluster, NULL, 0),
	                 say("All of them are ready"));
}

static rx_observable *conversation(cy_cluster *cluster)
{
	return rx_concat(ask_time(cluster, cy_named("Paul"), "Paul, what is the timestamp?"),
	                 ask_time(cluster, cy_named("Sarah"), "Sarah, what is the timestamp?"),
	                 ask_time(cluster, cy_all(), "Everybody, what is the timestamp?"), say("Paul, ask Sarah"),
	                 instruct(cluster, "Paul", "ask", cy_string("Sarah")));
}

static rx_observable *storage(cy_cluster *cluster)
{
	return rx_concat(say("Paul, have something saved"),
	                 instruct(cluster, "Paul", "save", cy_array(cy_string("test"), cy_string("Hello World!"))),
	                 say("Paul, read it back"), instruct(cluster, "Paul", "read", cy_string("test")),
	                 say("Sarah, read it too"), instruct(cluster, "Sarah", "read", cy_string("test")));
}

rx_observable *story(cy_cluster *cluster)
{
	return rx_concat(creation(cluster), conversation(cluster), storage(cluster), kill_john(cluster),
	                 say("These are the statistics"), rx_defer(&rx_type_line, print_table, cluster),
	                 say("I shut everybody down"), rx_defer(&rx_type_line, stop_now, cluster));
}
