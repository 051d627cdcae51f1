/*
 * Errors: how a negative number of a user's function becomes an object with words, and what becomes of those that
 * nobody handles.
 */
#include <stdarg.h>
#include <stdio.h>

#include "observables/core/stage.h"

struct block {
	rx_error error;
	uint32_t refs; /* 0: static */
	char text[];
};

static struct block out_of_memory = {.error = {.code = -ENOMEM, .message = "no memory"}};

/*
 * What rx_raise() said last. Nobody can pick it up for a later error: it is gone once an error has been made of it, when
 * the loop calls back again, when an allocation fails, and where a function fails without words by rx_plain().
 */
static RX__THREAD struct {
	int code;
	char text[512];
} raised;

static RX__THREAD struct {
	rx_error_hook call;
	void *ctx;
} unhandled;

static RX__THREAD struct {
	rx_dropped_hook call;
	void *ctx;
} dropped;

int rx_raise(int code, const char *format, ...)
{
	char text[sizeof raised.text]; /* the arguments may point into the old words */
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	memcpy(raised.text, text, sizeof text);
	raised.code = code;
	return code;
}

/* No words are those of @p code any more. */
int rx_plain(int code)
{
	if (raised.code == code)
		raised.code = 0;
	return code;
}

void rx__forget_words(void)
{
	raised.code = 0;
}

const char *rx_words(int code)
{
	return raised.code == code ? raised.text : strerror(code < 0 ? -code : code);
}

static const rx_error *create(int code, const char *stage, const char *message)
{
	const size_t message_size = strlen(message) + 1, stage_size = stage ? strlen(stage) + 1 : 0;
	struct block *block = rx_alloc(sizeof *block + message_size + stage_size);
	if (!block)
		return &out_of_memory.error;
	memcpy(block->text, message, message_size);
	if (stage)
		memcpy(block->text + message_size, stage, stage_size);
	block->refs = 1;
	block->error =
		(rx_error){.code = code, .message = block->text, .stage = stage ? block->text + message_size : NULL};
	return &block->error;
}

const rx_error *rx_error_create(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const rx_error *error = rx__error_create(code, format, arguments);
	va_end(arguments);
	return error;
}

const rx_error *rx__error_create(int code, const char *format, va_list arguments)
{
	char small[256];
	va_list again;
	va_copy(again, arguments);
	const int length = vsnprintf(small, sizeof small, format, arguments);
	const rx_error *error;
	char *large;
	if (length < (int)sizeof small) {
		error = create(code, NULL, length < 0 ? format : small);
	} else if ((large = rx_alloc((size_t)length + 1))) {
		vsnprintf(large, (size_t)length + 1, format, again);
		error = create(code, NULL, large);
		rx_free(large);
	} else {
		error = create(code, NULL, small);
	}
	rx_plain(code); /* if these were the words, they have been told */
	va_end(again);
	return error;
}

const rx_error *rx__error_from_code(int code, const rx_observable *node)
{
	char words[sizeof raised.text], stage[160];
	snprintf(words, sizeof words, "%s", rx_words(code));
	rx__forget_words();
	if (node)
		rx__stage_name(node, stage, sizeof stage);
	return create(code, node ? stage : NULL, words);
}

const rx_error *rx_error_ref(const rx_error *error)
{
	struct block *block = (struct block *)error;
	if (block && block->refs)
		block->refs++;
	return error;
}

void rx_error_unref(const rx_error *error)
{
	struct block *block = (struct block *)error;
	if (block && block->refs && --block->refs == 0)
		rx_free(block);
}

bool rx_error_equal(const rx_error *a, const rx_error *b)
{
	return a->code == b->code && strcmp(a->message, b->message) == 0;
}

void rx_on_unhandled_error(rx_error_hook hook, void *ctx)
{
	unhandled.call = hook;
	unhandled.ctx = ctx;
}

void rx__unhandled(const rx_error *error)
{
	if (unhandled.call)
		unhandled.call(error, unhandled.ctx);
	else
		fprintf(stderr, "unhandled error%s%s: %s (%d)\n", error->stage ? " in " : "",
		        error->stage ? error->stage : "", error->message, error->code);
}

void rx_on_dropped(rx_dropped_hook hook, void *ctx)
{
	dropped.call = hook;
	dropped.ctx = ctx;
}

void rx__dropped(const rx_observable *node, const rx_error *error)
{
	if (!dropped.call)
		return;
	char stage[160];
	rx__stage_name(node, stage, sizeof stage);
	dropped.call(stage, error, dropped.ctx);
}
