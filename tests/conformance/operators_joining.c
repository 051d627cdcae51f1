/*
 * Operators of <clusterfy/rx/joining.h>, those that put items before or behind a source, and their older forms.
 */
#include <stdlib.h>

#include "tests/conformance/operators.h"

/* ---- With others ----------------------------------------------------------------------------------------------- */

static rx_operator *with_others(const struct call *call, rx_operator *(*build)(rx_observable *const *others))
{
	size_t count;
	rx_observable **others = elements_of(call, 0, &count);
	rx_operator *result = build(others);
	free(others);
	return result;
}

/* Those that take no array instead of their arguments. */
static rx_operator *with_arguments(const struct call *call, rx_operator *(*build)(rx_observable *const *others))
{
	size_t count;
	rx_observable **others = observables_of(call, 0, &count);
	rx_operator *result = build(others);
	free(others);
	return result;
}

/* merge() as an operator also took a limit; a number behind it all. */
static rx_operator *build_merge(const struct call *call)
{
	struct call others = *call;
	others.count = plain_count(call);
	if (others.count && call->arguments[others.count - 1]->kind == JS_NUMBER)
		others.count--;
	return with_arguments(&others, rx_merge_with_array);
}

OPERATOR(combineLatestWith, rx_compose(with_others(call, rx_combine_latest_with_array), from_tuple(call)))
OPERATOR(concatWith, with_arguments(call, rx_concat_with_array))
OPERATOR(mergeWith, with_arguments(call, rx_merge_with_array))
OPERATOR(onErrorResumeNextWith, with_others(call, rx_on_error_resume_next_with_array))
OPERATOR(raceWith, with_others(call, rx_race_with_array))
OPERATOR(withLatestFrom, rx_compose(with_arguments(call, rx_with_latest_from_array), from_tuple(call)))
OPERATOR(zipWith, rx_compose(with_arguments(call, rx_zip_with_array), from_tuple(call)))

/* ---- Of a stream of streams ------------------------------------------------------------------------------------ */

static int stream_of(const void *in, size_t index, void *out, void *ctx)
{
	*(rx_stream *)out = observable_of(ctx, *(const js_item *)in);
	return 0;
}

static const rx_mapper stream_mapper = {"stream", &rx_type_js_item, &rx_type_rx_stream, stream_of, NULL};

#define STREAMS rx_map_fn(&stream_mapper, call->replay)

OPERATOR(combineLatestAll, rx_compose(STREAMS, rx_combine_latest_all(), from_tuple(call)))
OPERATOR(concatAll, rx_compose(STREAMS, rx_concat_all_of(&rx_type_js_item)))
OPERATOR(exhaustAll, rx_compose(STREAMS, rx_exhaust_all_of(&rx_type_js_item)))
OPERATOR(mergeAll, rx_compose(STREAMS, rx_merge_all_of(&rx_type_js_item, LIMIT(0))))
OPERATOR(switchAll, rx_compose(STREAMS, rx_switch_all_of(&rx_type_js_item)))
OPERATOR(zipAll, rx_compose(STREAMS, rx_zip_all(), from_tuple(call)))

/* ---- With items ------------------------------------------------------------------------------------------------ */

/* Items on a scheduler are an observable of their own, joined to the source. */
static rx_observable *before(rx_observable *source, void *items)
{
	return rx_concat_array((rx_observable *[]){rx_observable_ref(items), source, NULL});
}

static rx_observable *behind(rx_observable *source, void *items)
{
	return rx_concat_array((rx_observable *[]){source, rx_observable_ref(items), NULL});
}

static rx_operator *joined(const struct call *call, rx_observable *(*join)(rx_observable *source, void *items))
{
	rx_observable *items =
		rx_scheduled(rx_from(&rx_type_js_item, call->arguments, plain_count(call)), trailing_scheduler(call));
	return rx_operator_create(&rx_type_js_item, join, js_observable(items)->observable, NULL);
}

static rx_operator *build_startWith(const struct call *call)
{
	if (trailing_scheduler(call))
		return joined(call, before);
	return rx_start_with_items(&rx_type_js_item, call->arguments, call->count);
}

static rx_operator *build_endWith(const struct call *call)
{
	if (trailing_scheduler(call))
		return joined(call, behind);
	return rx_end_with_items(&rx_type_js_item, call->arguments, call->count);
}

const struct operator_row joining_rows[] = {
	ALIAS(combineAll, combineLatestAll),
	ALIAS(combineLatest, combineLatestWith),
	ROW(combineLatestAll),
	ROW(combineLatestWith),
	ALIAS(concat, concatWith),
	ROW(concatAll),
	ROW(concatWith),
	ROW(endWith),
	ALIAS(exhaust, exhaustAll),
	ROW(exhaustAll),
	ROW(merge),
	ROW(mergeAll),
	ROW(mergeWith),
	ALIAS(onErrorResumeNext, onErrorResumeNextWith),
	ROW(onErrorResumeNextWith),
	ALIAS(race, raceWith),
	ROW(raceWith),
	ROW(startWith),
	ROW(switchAll),
	ROW(withLatestFrom),
	ALIAS(zip, zipWith),
	ROW(zipAll),
	ROW(zipWith),
	END_OF_ROWS,
};
