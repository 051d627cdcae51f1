#include "observables/core/stage.h"

static int throw_start(rx_stage *self)
{
	rx__error(self, *(const rx_error *const *)RX__PARAMS(self));
	return 0;
}

static void throw_drop(void *params)
{
	rx_error_unref(*(const rx_error **)params);
}

static const rx_stage_ops throw_ops = {.name = "throw_error", .start = throw_start, .drop = throw_drop};

const rx_error *rx__thrown(const rx_observable *observable)
{
	return observable && observable->ops == &throw_ops ? *(const rx_error *const *)observable->params : NULL;
}

rx_observable *rx_throw(const rx_error *error)
{
	return rx__source(&throw_ops, NULL, &error, sizeof error);
}

rx_observable *rx_throw_error(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const rx_error *error = rx__error_create(code, format, arguments);
	va_end(arguments);
	return rx_throw(error);
}
