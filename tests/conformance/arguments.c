/*
 * Reading arguments, with the liberties that JavaScript's signatures take.
 */
#include "tests/conformance/operators.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool has(const struct call *call, size_t i)
{
	return i < call->count && call->arguments[i]->kind != JS_UNDEFINED && call->arguments[i]->kind != JS_NULL;
}

js *argument(const struct call *call, size_t i)
{
	return i < call->count ? call->arguments[i] : js_undefined();
}

js *option(const struct call *call, size_t i, const char *name)
{
	return js_get(argument(call, i), name);
}

struct function *function_of(const js *value)
{
	return value->kind == JS_FUNCTION ? value->function : NULL;
}

static bool absent_value(const js *value)
{
	return value->kind == JS_UNDEFINED || value->kind == JS_NULL;
}

size_t count_of(const js *value, size_t absent)
{
	const double number = js_to_number(value);
	if (absent_value(value))
		return absent;
	if (isnan(number) || number <= 0)
		return 0;
	return isinf(number) ? SIZE_MAX : (size_t)number;
}

size_t limit_of(const js *value)
{
	const size_t count = count_of(value, 0);
	return count == SIZE_MAX ? 0 : count;
}

rx_nsec time_of(const struct call *call, const js *value, rx_nsec absent)
{
	double number = js_to_number(value);
	if (absent_value(value))
		return absent;
	if (value->kind == JS_DATE)
		number -= (double)rx_test_frame(call->replay->test);
	if (isnan(number))
		return 0;
	return number >= 1e12 ? RX_NEVER : (rx_nsec)(number * (double)RX_MS(1));
}

rx_scheduler *scheduler_of(const struct call *call, const js *value)
{
	return value->kind != JS_SCHEDULER ? NULL : rx_test_scheduler(call->replay->test);
}

/* The length of the UTF-8 character at @p text. */
static size_t character(const char *text)
{
	size_t length = 1;
	while ((text[length] & 0xc0) == 0x80)
		length++;
	return length;
}

static js *characters_of(const char *text)
{
	js *array = js_array(NULL, strlen(text));
	array->count = 0;
	for (; *text; text += character(text))
		array->items[array->count++] = js_string_of(text, character(text));
	return array;
}

js *elements(js *value)
{
	if (value->kind == JS_STRING)
		return characters_of(value->string);
	return value->kind == JS_ARRAY ? value : NULL;
}

rx_observable *observable_of(struct replay *replay, js *value)
{
	const js *items = elements(value);
	if (value->kind == JS_OBSERVABLE)
		return rx_observable_ref(value->observable);
	if (items)
		return rx_from(&rx_type_js_item, items->items, items->count);
	return rx_throw(error_create(replay, js_error("TypeError", "not an observable")));
}

size_t plain_count(const struct call *call)
{
	size_t count = call->count;
	while (count > 0 &&
	       (call->arguments[count - 1]->kind == JS_SCHEDULER || call->arguments[count - 1]->kind == JS_FUNCTION))
		count--;
	return count;
}

rx_scheduler *trailing_scheduler(const struct call *call)
{
	return call->count ? scheduler_of(call, call->arguments[call->count - 1]) : NULL;
}

struct function *trailing_function(const struct call *call)
{
	return call->count ? function_of(call->arguments[call->count - 1]) : NULL;
}

static rx_observable **observables(struct replay *replay, js *const *values, size_t count)
{
	rx_observable **all = calloc(count + 1, sizeof *all);
	for (size_t i = 0; i < count; i++)
		all[i] = observable_of(replay, values[i]);
	return all;
}

rx_observable **observables_of(const struct call *call, size_t from, size_t *count)
{
	const size_t plain = plain_count(call);
	*count = plain > from ? plain - from : 0;
	return observables(call->replay, call->arguments + from, *count);
}

rx_observable **elements_of(const struct call *call, size_t from, size_t *count)
{
	if (plain_count(call) != from + 1 || call->arguments[from]->kind != JS_ARRAY)
		return observables_of(call, from, count);
	const js *array = call->arguments[from];
	*count = array->count;
	return observables(call->replay, array->items, array->count);
}
