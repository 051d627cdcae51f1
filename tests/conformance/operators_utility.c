/*
 * Operators of <clusterfy/rx/utility.h> and <clusterfy/rx/mathematical.h>.
 */
#include "tests/conformance/operators.h"

static void call_nothing(void *ctx)
{
	if (ctx)
		function_call(ctx, NULL, 0, NULL);
}

OPERATOR(finalize, rx_finalize(call_nothing, FUNCTION(0)))

struct tap {
	struct function *next, *error, *complete, *subscribe, *unsubscribe, *finalize;
};

static int tap_next(const void *item, void *ctx)
{
	const struct tap *tap = ctx;
	return tap->next ? function_call(tap->next, (js *[]){*(const js_item *)item}, 1, NULL) : 0;
}

static int tap_error(const rx_error *error, void *ctx)
{
	struct function *function = ((const struct tap *)ctx)->error;
	return function ? function_call(function, (js *[]){error_value(function->replay, error)}, 1, NULL) : 0;
}

static int tap_complete(void *ctx)
{
	struct function *function = ((const struct tap *)ctx)->complete;
	return function ? function_call(function, NULL, 0, NULL) : 0;
}

static int tap_subscribe(void *ctx)
{
	struct function *function = ((const struct tap *)ctx)->subscribe;
	return function ? function_call(function, NULL, 0, NULL) : 0;
}

static void tap_unsubscribe(void *ctx)
{
	call_nothing(((const struct tap *)ctx)->unsubscribe);
}

static void tap_finalize(void *ctx)
{
	call_nothing(((const struct tap *)ctx)->finalize);
}

/* tap(next, error, complete), or all of them by name. */
static struct tap *tap_of(const struct call *call)
{
	struct tap *tap = js_memory(sizeof *tap);
	const bool named = argument(call, 0)->kind == JS_OBJECT;
	*tap = (struct tap){
		.next = named ? function_of(option(call, 0, "next")) : FUNCTION(0),
		.error = named ? function_of(option(call, 0, "error")) : FUNCTION(1),
		.complete = named ? function_of(option(call, 0, "complete")) : FUNCTION(2),
		.subscribe = function_of(option(call, 0, "subscribe")),
		.unsubscribe = function_of(option(call, 0, "unsubscribe")),
		.finalize = function_of(option(call, 0, "finalize")),
	};
	return tap;
}

static rx_operator *build_tap(const struct call *call)
{
	static const rx_consumer next = {"recorded", &rx_type_js_item, tap_next};
	return rx_tap_with(&(rx_tap_observer){
		.next = &next,
		.error = tap_error,
		.complete = tap_complete,
		.subscribe = tap_subscribe,
		.unsubscribe = tap_unsubscribe,
		.finalize = tap_finalize,
		.ctx = tap_of(call),
	});
}

/* ---- Notifications --------------------------------------------------------------------------------------------- */

static int value_of(const void *in, size_t index, void *out, void *ctx)
{
	const rx_notification *notification = in;
	const js_item *value = RX_NOTIFICATION_VALUE(notification, js_item);
	if (notification->kind == RX_NOTIFICATION_NEXT)
		return give(out, js_notification(RX_MESSAGE_NEXT, *value));
	if (notification->kind == RX_NOTIFICATION_ERROR)
		return give(out, js_notification(RX_MESSAGE_ERROR, error_value(ctx, notification->error)));
	return give(out, js_notification(RX_MESSAGE_COMPLETE, js_undefined()));
}

static int notification_of(const void *in, size_t index, void *out, void *ctx)
{
	js *value = *(const js_item *)in;
	if (value->kind != JS_NOTIFICATION)
		return throw_value(ctx, js_error("TypeError", "Invalid notification, missing \"kind\""));
	const bool fails = value->notification == RX_MESSAGE_ERROR;
	const rx_notification notification = {
		.kind = (rx_notification_kind)value->notification,
		.type = &rx_type_js_item,
		.value = value->notification == RX_MESSAGE_NEXT ? &value->carried : NULL,
		.error = fails ? error_create(ctx, value->carried) : NULL,
	};
	const int code = rx_type_copy(&rx_type_rx_notification, out, &notification);
	rx_error_unref(notification.error);
	return code;
}

static const rx_mapper to_value = {"value", &rx_type_rx_notification, &rx_type_js_item, value_of, NULL};
static const rx_mapper to_notification = {"notification", &rx_type_js_item, &rx_type_rx_notification, notification_of,
                                          NULL};

OPERATOR(materialize, rx_compose(rx_materialize(), rx_map_fn(&to_value, call->replay)))
OPERATOR(dematerialize, rx_compose(rx_map_fn(&to_notification, call->replay), rx_dematerialize_to(&rx_type_js_item)))

/* ---- Of all items ---------------------------------------------------------------------------------------------- */

#define ANY_OR(declared) (FUNCTION(0) ? &(declared) : NULL), FUNCTION(0)

OPERATOR(count, rx_compose(rx_count_fn(ANY_OR(replay_predicate)), from_int64()))
OPERATOR(defaultIfEmpty, rx_default_if_empty_fn(&rx_type_js_item, (js *[]){argument(call, 0)}))
OPERATOR(every, rx_compose(rx_every_fn(&replay_predicate, FUNCTION(0)), from_bool()))
OPERATOR(isEmpty, rx_compose(rx_is_empty(), from_bool()))
OPERATOR(max, rx_max_fn(ANY_OR(replay_comparator)))
OPERATOR(min, rx_min_fn(ANY_OR(replay_comparator)))
OPERATOR(reduce, rx_reduce_fn(&replay_reducer, FUNCTION(0), SEED_TYPE(1), SEED(1)))
OPERATOR(toArray, rx_compose(rx_to_array(), from_list()))

static rx_operator *build_sequenceEqual(const struct call *call)
{
	struct function *equality = FUNCTION(1);
	return rx_compose(rx_sequence_equal_fn(OBSERVABLE(0), equality ? &replay_equality : NULL, equality),
	                  from_bool());
}

OPERATOR(identity, rx_compose_array((rx_operator *[]){NULL}))

const struct operator_row utility_rows[] = {
	ROW(identity), ROW(count),    ROW(defaultIfEmpty), ROW(dematerialize),
	ROW(every),    ROW(finalize), ROW(isEmpty),        ROW(materialize),
	ROW(max),      ROW(min),      ROW(reduce),         ROW(sequenceEqual),
	ROW(tap),      ROW(toArray),  END_OF_ROWS,
};
