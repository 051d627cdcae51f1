/*
 * Operators that wait: those of <clusterfy/rx/filtering.h> and <clusterfy/rx/utility.h> that have a clock or a duration.
 */
#include <string.h>

#include "tests/conformance/operators.h"

OPERATOR(audit, rx_audit_fn(&replay_projector, FUNCTION(0)))
OPERATOR(auditTime, rx_audit_time_on(TIME(0), SCHEDULER(1)))
OPERATOR(debounce, rx_debounce_fn(&replay_projector, FUNCTION(0)))
OPERATOR(debounceTime, rx_debounce_time_on(TIME(0), SCHEDULER(1)))
OPERATOR(sample, rx_sample(OBSERVABLE(0)))
OPERATOR(sampleTime, rx_sample_time_on(TIME(0), SCHEDULER(1)))
OPERATOR(observeOn, rx_observe_on(SCHEDULER(0), TIME(1)))
OPERATOR(subscribeOn, rx_subscribe_on(SCHEDULER(0), TIME(1)))
OPERATOR(timeInterval, rx_compose(rx_time_interval_on(SCHEDULER(0)), from_elapsed()))
OPERATOR(timestamp, rx_compose(rx_timestamp_on(SCHEDULER(0)), from_timestamped()))

/* Both are on unless they are said to be off; trailing is off unless it is said to be on. */
static rx_throttle_options throttle_options(const struct call *call, size_t i)
{
	const js *leading = option(call, i, "leading");
	return (rx_throttle_options){.no_leading = !js_is_undefined(leading) && !js_truthy(leading),
	                             .trailing = js_truthy(option(call, i, "trailing"))};
}

static rx_operator *build_throttle(const struct call *call)
{
	const rx_throttle_options options = throttle_options(call, 1);
	return rx_throttle_fn(&replay_projector, FUNCTION(0), &options);
}

static rx_operator *build_throttleTime(const struct call *call)
{
	rx_throttle_options options = throttle_options(call, 2);
	options.scheduler = SCHEDULER(1);
	return rx_throttle_time_with(TIME(0), &options);
}

static rx_operator *build_delay(const struct call *call)
{
	const js *due = argument(call, 0);
	if (due->kind == JS_DATE)
		return rx_delay_until_on((rx_nsec)(due->number * (double)RX_MS(1)), SCHEDULER(1));
	return rx_delay_on(TIME(0), SCHEDULER(1));
}

/* The older form waits for another observable before it subscribes: concat(its first item's silence, source). */
static rx_observable *subscribe_after(rx_observable *source, void *ctx)
{
	const js *first = ctx;
	rx_observable *wait = rx_pipe(rx_observable_ref(first->observable), rx_take(1), rx_filter_fn(&no_item, NULL));
	return rx_concat_array((rx_observable *[]){wait, source, NULL});
}

static rx_operator *build_delayWhen(const struct call *call)
{
	rx_operator *delay = rx_delay_when_fn(&replay_projector, FUNCTION(0));
	if (!has(call, 1))
		return delay;
	return rx_compose(delay, rx_operator_create(&rx_type_js_item, subscribe_after, argument(call, 1), NULL));
}

/* ---- timeout --------------------------------------------------------------------------------------------------- */

/* RxJS has always forgotten the last value by the time it calls: it clears it as it unsubscribes. */
static js *timeout_value(const rx_timeout_info *info)
{
	js *object = js_object(3);
	object->keys[0] = strdup("meta");
	object->items[0] = js_null();
	object->keys[1] = strdup("lastValue");
	object->items[1] = js_null();
	object->keys[2] = strdup("seen");
	object->items[2] = js_number((double)info->seen);
	return object;
}

static rx_observable *timeout_function(const rx_timeout_info *info, void *ctx)
{
	return project(ctx, (js *[]){timeout_value(info)}, 1);
}

static rx_observable *timeout_observable(const rx_timeout_info *info, void *ctx)
{
	return rx_observable_ref(((const js *)ctx)->observable);
}

static rx_nsec date_of(const js *date)
{
	return (rx_nsec)(date->number * (double)RX_MS(1));
}

static rx_operator *build_timeout(const struct call *call)
{
	const js *first = argument(call, 0);
	rx_timeout_options options = {.type = &rx_type_js_item, .scheduler = SCHEDULER(1)};
	if (first->kind == JS_OBJECT) {
		options.each = time_of(call, option(call, 0, "each"), 0);
		options.scheduler = scheduler_of(call, option(call, 0, "scheduler"));
		options.ctx = function_of(option(call, 0, "with"));
		options.with = options.ctx ? timeout_function : NULL;
		first = option(call, 0, "first");
	} else if (first->kind == JS_NUMBER) {
		options.each = time_of(call, first, 0);
		first = js_undefined();
	}
	if (first->kind == JS_DATE)
		options.first_at = date_of(first);
	else
		options.first = time_of(call, first, 0);
	return rx_timeout_with(&options);
}

static rx_operator *build_timeoutWith(const struct call *call)
{
	const js *due = argument(call, 0);
	const bool date = due->kind == JS_DATE;
	return rx_timeout_with(&(rx_timeout_options){
		.first_at = date ? date_of(due) : 0,
		.each = date ? 0 : time_of(call, due, 0),
		.with = timeout_observable,
		.type = &rx_type_js_item,
		.ctx = argument(call, 1),
		.scheduler = SCHEDULER(2),
	});
}

const struct operator_row time_rows[] = {
	ROW(audit),     ROW(auditTime),   ROW(debounce),     ROW(debounceTime), ROW(delay),    ROW(delayWhen),
	ROW(observeOn), ROW(sample),      ROW(sampleTime),   ROW(subscribeOn),  ROW(throttle), ROW(throttleTime),
	ROW(timeout),   ROW(timeoutWith), ROW(timeInterval), ROW(timestamp),    END_OF_ROWS,
};
