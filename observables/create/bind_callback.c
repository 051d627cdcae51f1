/*
 * A function that answers through a callback, as an observable of one item. The first subscription calls it; the
 * answer is kept in an async subject, so that everybody who subscribes gets it.
 */
#include "observables/core/stage.h"

struct bound {
	const rx_type *type;
	int (*call)(rx_callback *callback, void *ctx);
	void *ctx;
	rx_subject *subject;
	bool called;
};

/* Between the call and its answer. */
struct rx_callback {
	rx_subject *subject;
	bool calling, answered;
};

static void release(rx_callback *callback)
{
	rx_subject_unref(callback->subject);
	rx_free(callback);
}

/* An answer from inside the call takes effect when that has returned. */
static void settle(rx_callback *callback)
{
	callback->answered = true;
	if (callback->calling)
		return;
	rx_subject_complete(callback->subject);
	release(callback);
}

void rx_callback_return(rx_callback *callback, const void *result)
{
	rx_subject_next(callback->subject, result);
	settle(callback);
}

void rx_callback_fail(rx_callback *callback, int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const rx_error *error = rx__error_create(code, format, arguments);
	va_end(arguments);
	rx_subject_error_with(callback->subject, error);
	rx_error_unref(error);
	settle(callback);
}

static void call_now(rx_stage *self, struct bound *bound)
{
	rx_callback *callback = rx_alloc(sizeof *callback);
	if (!callback) {
		rx__fail(self, -ENOMEM);
		return;
	}
	bound->called = true;
	*callback = (rx_callback){.subject = rx_subject_ref(bound->subject), .calling = true};
	const int code = bound->call(callback, bound->ctx);
	callback->calling = false;
	if (callback->answered) {
		settle(callback);
	} else if (code < 0) {
		const rx_error *error = rx__error_from_code(code, self->node);
		rx_subject_error_with(callback->subject, error);
		rx_error_unref(error);
		release(callback);
	}
}

static int bind_callback_start(rx_stage *self)
{
	struct bound *bound = (struct bound *)RX__PARAMS(self);
	rx__subscribe_inner(self, rx_subject_observe(bound->subject), bound->type, 0, NULL);
	if (!bound->called && rx__open(self))
		call_now(self, bound);
	return 0;
}

static void bind_callback_inner_complete(rx_stage *self, rx_inner *inner)
{
	(void)inner;
	rx__complete(self);
}

static void bind_callback_drop(void *params)
{
	rx_subject_unref(((struct bound *)params)->subject);
}

static const rx_stage_ops bind_callback_ops = {.name = "bind_callback",
                                               .state_size = sizeof(rx_inners),
                                               .flags = RX__SUBSCRIBES,
                                               .start = bind_callback_start,
                                               .inner_complete = bind_callback_inner_complete,
                                               .drop = bind_callback_drop};

rx_observable *rx_bind_callback(const rx_type *type, int (*call)(rx_callback *callback, void *ctx), void *ctx)
{
	return rx__source(&bind_callback_ops, type,
	                  &(struct bound){.type = type, .call = call, .ctx = ctx, .subject = rx_async_create(type)},
	                  sizeof(struct bound));
}
