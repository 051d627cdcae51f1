#include <inttypes.h>

#include "observables/testing/testing.h"

/* Shared by the subscriptions of an operator: it numbers them. */
struct trace {
	FILE *file;
	rx_trace_options options;
	size_t subscriptions;
};

struct state {
	rx_nsec begun;
	size_t number;
	bool ended;
	bool undrawn; /* something could not be kept */
	rx_message_list seen;
};

static struct trace *trace_of(const rx_stage *self)
{
	return *(struct trace *const *)RX__PARAMS(self);
}

static rx_nsec elapsed(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	return rx_now(rx__scheduler(self)) - state->begun;
}

/* One line, or several: @p what. */
static void write_line(rx_stage *self, const rx_text *what)
{
	const struct state *state = RX__STATE(self);
	const char *label = rx__stage_label(self->node);
	const rx_nsec time = elapsed(self) / RX_US(1);
	char name[160];
	if (!label)
		rx__stage_name(self->node->upstream, name, sizeof name);
	fprintf(trace_of(self)->file, "%9" PRId64 ".%03" PRId64 " ms  %s #%zu  %s\n", time / 1000, time % 1000,
	        label ? label : name, state->number, what->bytes ? what->bytes : "");
}

static void write_words(rx_stage *self, const char *words)
{
	rx_text text = {0};
	rx__text_add(&text, "%s", words);
	write_line(self, &text);
	rx__text_clear(&text);
}

static void remember(rx_stage *self, rx_message message)
{
	struct state *state = RX__STATE(self);
	if (!trace_of(self)->options.draw)
		return;
	message.frame = elapsed(self) / RX__FRAME;
	if (rx__messages_add(&state->seen, &message) < 0)
		state->undrawn = true;
}

static int trace_start(rx_stage *self)
{
	struct trace *trace = trace_of(self);
	struct state *state = RX__STATE(self);
	state->begun = rx_now(rx__scheduler(self));
	state->number = ++trace->subscriptions;
	state->seen.view.type = rx__in(self);
	write_words(self, "subscribe");
	return 0;
}

static void trace_next(rx_stage *self, const void *item)
{
	const rx_trace_options *options = &trace_of(self)->options;
	rx_text text = {0};
	rx__text_add(&text, "next ");
	if (options->format)
		rx__text_add_formatted(&text, options->format, item, options->ctx);
	else
		rx__text_add_item(&text, rx__in(self), item);
	write_line(self, &text);
	rx__text_clear(&text);
	remember(self, (rx_message){.kind = RX_MESSAGE_NEXT, .item = item});
	rx__emit(self, item);
}

static void trace_error(rx_stage *self, const rx_error *error)
{
	struct state *state = RX__STATE(self);
	rx_text text = {0};
	state->ended = true;
	rx__text_add(&text, "error \"%s\" (%d)%s%s", error->message, error->code, error->stage ? " in " : "",
	             error->stage ? error->stage : "");
	write_line(self, &text);
	rx__text_clear(&text);
	remember(self, (rx_message){.kind = RX_MESSAGE_ERROR, .error = error});
	rx__error(self, error);
}

static void trace_complete(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	state->ended = true;
	write_words(self, "complete");
	remember(self, (rx_message){.kind = RX_MESSAGE_COMPLETE});
	rx__complete(self);
}

static void draw(rx_stage *self)
{
	const struct state *state = RX__STATE(self);
	const rx_trace_options *options = &trace_of(self)->options;
	rx_text text = {0};
	rx__draw_stream(&text, &state->seen.view, options->format, options->ctx);
	if (text.length)
		text.bytes[--text.length] = '\0';
	write_line(self, &text);
	rx__text_clear(&text);
}

static void trace_stop(rx_stage *self)
{
	struct state *state = RX__STATE(self);
	if (!state->ended)
		write_words(self, "unsubscribe");
	if (trace_of(self)->options.draw && !state->undrawn)
		draw(self);
}

static void trace_clear(rx_stage *self)
{
	rx__messages_clear(&((struct state *)RX__STATE(self))->seen);
}

static void trace_drop(void *params)
{
	rx_free(*(struct trace **)params);
}

static const rx_stage_ops trace_ops = {.name = "trace",
                                       .state_size = sizeof(struct state),
                                       .drop = trace_drop,
                                       .start = trace_start,
                                       .next = trace_next,
                                       .error = trace_error,
                                       .complete = trace_complete,
                                       .stop = trace_stop,
                                       .clear = trace_clear};

rx_operator *rx_trace(FILE *file, const rx_trace_options *options)
{
	struct trace *trace = rx_alloc_zero(sizeof *trace);
	if (!trace)
		return rx__operator_no_memory();
	trace->file = file ? file : stderr;
	if (options)
		trace->options = *options;
	const rx_formatter *format = trace->options.format;
	return rx__operator(&trace_ops, format ? format->in : NULL, NULL, NULL, &trace, sizeof trace);
}
