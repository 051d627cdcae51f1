#include "tests/support/notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char text[4096], taken[sizeof text];
static size_t length;

void note(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	length += (size_t)vsnprintf(text + length, sizeof text - length, format, arguments);
	va_end(arguments);
	ck_assert_uint_lt(length + 3, sizeof text);
	length += (size_t)snprintf(text + length, sizeof text - length, ", ");
}

const char *notes(void)
{
	text[length >= 2 ? length - 2 : 0] = '\0';
	snprintf(taken, sizeof taken, "%s", text);
	length = 0;
	text[0] = '\0';
	return taken;
}

static void note_number(const int64_t *number, void *ctx)
{
	note("%" PRId64, *number);
}
RX_CONSUMER(note_number, int64_t);

static void note_error(const rx_error *error, void *ctx)
{
	note("error");
}

static void note_complete(void *ctx)
{
	note("complete");
}

const rx_observer noting = {RX_NEXT(note_number), .error = note_error, .complete = note_complete};

struct noted {
	const char *name;
	rx_observable *source;
};

/* One subscription of a noted source. */
struct watch {
	const struct noted *noted;
	rx_subscriber *subscriber;
	rx_subscription subscription;
};

static int pass_number(const int64_t *number, void *ctx)
{
	rx_next(((struct watch *)ctx)->subscriber, number);
	return 0;
}
RX_INSPECTOR(pass_number, int64_t);

static void pass_error(const rx_error *error, void *ctx)
{
	rx_fail_with(((struct watch *)ctx)->subscriber, error);
}

static void pass_complete(void *ctx)
{
	rx_complete(((struct watch *)ctx)->subscriber);
}

static void stop_watching(void *ctx)
{
	struct watch *watch = ctx;
	note("%s torn down", watch->noted->name);
	rx_unsubscribe(&watch->subscription);
}

static void release_watch(void *ctx)
{
	struct watch *watch = ctx;
	rx_subscriber_unref(watch->subscriber);
	free(watch);
}

static int subscribe_noted(rx_subscriber *subscriber, void *ctx)
{
	struct watch *watch = calloc(1, sizeof *watch);
	watch->noted = ctx;
	watch->subscriber = rx_subscriber_ref(subscriber);
	note("%s subscribed", watch->noted->name);
	rx_on_teardown(subscriber, stop_watching, watch);
	rx_subscribe(rx_observable_ref(watch->noted->source),
	             &(rx_observer){.next = &pass_number_rx_consumer,
	                            .error = pass_error,
	                            .complete = pass_complete,
	                            .ctx = watch,
	                            .drop = release_watch,
	                            .scheduler = rx_subscriber_scheduler(subscriber)},
	             &watch->subscription);
	return 0;
}

static void drop_noted(void *ctx)
{
	struct noted *noted = ctx;
	rx_observable_unref(noted->source);
	free(noted);
}

rx_observable *noted(const char *name, rx_observable *source)
{
	struct noted *noted = malloc(sizeof *noted);
	*noted = (struct noted){name, source};
	return rx_create(&rx_type_int64_t, subscribe_noted, noted, drop_noted);
}
