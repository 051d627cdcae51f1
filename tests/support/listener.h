/*
 * Listeners that write what they hear into one log: "A1 B1 A| B#-5". A hook lets a listener do something about it.
 */
#ifndef CLUSTERFY_TEST_LISTENER_H
#define CLUSTERFY_TEST_LISTENER_H

#include "tests/support/test.h"

#include <clusterfy/rx.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char heard[4096];

struct listener {
	const char *name;
	void (*then)(struct listener *self, int64_t item);
	void (*at_end)(struct listener *self);
	rx_subject *subject;
	rx_subscription subscription;
};

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
	const size_t used = strlen(heard);
	va_list arguments;
	va_start(arguments, format);
	if (used)
		strcat(heard, " ");
	vsnprintf(heard + strlen(heard), sizeof heard - used - 1, format, arguments);
	va_end(arguments);
}

static inline void listener_next(const int64_t *item, void *ctx)
{
	struct listener *self = ctx;
	const int64_t n = *item;
	say("%s%" PRId64, self->name, n);
	if (self->then)
		self->then(self, n);
	ck_assert_int_eq(*item, n); /* an item does not change while it is lent */
}
RX_CONSUMER(listener_next, int64_t);

static inline void listener_error(const rx_error *error, void *ctx)
{
	struct listener *self = ctx;
	say("%s#%d", self->name, error->code);
	if (self->at_end)
		self->at_end(self);
}

static inline void listener_complete(void *ctx)
{
	struct listener *self = ctx;
	say("%s|", self->name);
	if (self->at_end)
		self->at_end(self);
}

static inline void listen_to(struct listener *self, rx_observable *source)
{
	rx_subscribe(source,
	             &(rx_observer){RX_NEXT(listener_next), .error = listener_error, .complete = listener_complete,
	                            .ctx = self},
	             &self->subscription);
}

static inline void listen(struct listener *self, rx_subject *subject)
{
	self->subject = subject;
	listen_to(self, rx_subject_observe(subject));
}

static inline void emit(rx_subject *subject, int64_t n)
{
	rx_subject_next(subject, &n);
}

/* What was heard since the last time. */
#define ck_assert_heard(text)                                                                                          \
	do {                                                                                                           \
		ck_assert_str_eq(heard, text);                                                                         \
		heard[0] = '\0';                                                                                       \
	} while (0)

#endif
