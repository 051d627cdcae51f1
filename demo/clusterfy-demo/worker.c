/*
 * A worker's part. Its commands are told what to do, and answer with what they have to say, one item a sentence: the
 * primary prints them. What a worker says unasked it sends as a message.
 */
#include "demo.h"

#include <errno.h>

/* PROCESSING as long as the command runs. */
static rx_observable *begin_work(void *cluster)
{
	cy_set_status(cluster, CY_PROCESSING);
	return rx_empty();
}

static void end_work(void *cluster)
{
	cy_set_status(cluster, CY_IDLE);
}

static rx_observable *at_work(cy_cluster *cluster, rx_observable *sentences)
{
	rx_observable *work = rx_concat(rx_defer(&rx_type_cy_body, begin_work, cluster), sentences);
	return rx_pipe(work, rx_finalize(end_work, cluster));
}

/* A sentence, after a moment's thought. */
static rx_observable *say(cy_value *sentence)
{
	return rx_pipe(cy_answer(sentence), rx_delay(pause_of(0.4)));
}

/* ---- ask NAME: ask another worker for the time ----------------------------------------------------------------------- */

static rx_observable *report_time(const cy_reply *reply, void *ctx)
{
	int64_t time = 0;
	const char *label = "nobody";
	const int code = cy_unpack(reply->value, "{'time': I, 'label': s}", &time, &label);
	if (code < 0)
		return rx_throw_error(code, "%s", rx_words(code));
	return cy_answer(cy_stringf("%s tells me that it is %lld ms since 1970", label, (long long)(time / 1000000)));
}
RX_PROJECTOR(report_time, cy_body, cy_reply);

static rx_observable *ask(const cy_request *request, void *ctx)
{
	const char *name;
	if (cy_get_string(request->arguments, NULL, &name) < 0)
		return cy_refuse(-EINVAL, "ask takes a name");
	rx_observable *answer = rx_pipe(cy_call(request->cluster, cy_named(name), "cy_get_timestamp", NULL),
	                                rx_concat_map(report_time));
	return at_work(request->cluster, rx_concat(say(cy_stringf("%s, what is the timestamp?", name)), answer));
}

/* ---- save [PATH, TEXT], read PATH: the storage, which the primary keeps ---------------------------------------------- */

static rx_observable *save(const cy_request *request, void *ctx)
{
	const char *path, *text;
	if (cy_unpack(request->arguments, "[s, s]", &path, &text) < 0)
		return cy_refuse(-EINVAL, "save takes a path and a text");
	rx_observable *saving = cy_save(request->cluster, path, cy_string(text));
	return at_work(request->cluster,
	               rx_concat(say(cy_stringf("Primary, please save \"%s\" under \"%s\"", text, path)), saving,
	                         cy_answer(cy_string("It is saved"))));
}

static rx_observable *quote(const cy_body *value, void *ctx)
{
	char *text = cy_value_to_string(*value);
	rx_observable *sentence = cy_answer(cy_stringf("There I read %s", text ? text : "something"));
	rx_free(text);
	return sentence;
}
RX_PROJECTOR(quote, cy_body, cy_body);

static rx_observable *read_back(const cy_request *request, void *ctx)
{
	const char *path;
	if (cy_get_string(request->arguments, NULL, &path) < 0)
		return cy_refuse(-EINVAL, "read takes a path");
	return at_work(request->cluster, rx_concat(say(cy_stringf("Primary, what is under \"%s\"?", path)),
	                                           rx_pipe(cy_retrieve(request->cluster, path), rx_concat_map(quote))));
}

/* ---- The end ---------------------------------------------------------------------------------------------------------- */

static rx_observable *clean_up(int signal, void *ctx)
{
	cy_send(ctx, cy_primary(), "say", cy_string("I clean up"));
	return NULL;
}

int worker_start(cy_cluster *cluster)
{
	const cy_command commands[] = {
		{.name = "ask", .run = ask}, {.name = "save", .run = save}, {.name = "read", .run = read_back}};
	int code = cy_on_shutdown(cluster, "clean up", clean_up, cluster, NULL);
	for (size_t i = 0; code >= 0 && i < sizeof commands / sizeof *commands; i++)
		code = cy_register(cluster, &commands[i]);
	return code;
}
