/*
 * A case from its first step to its last comparison.
 */
#include "tests/conformance/replay.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void complain(struct replay *replay, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("    ", replay->complain);
	vfprintf(replay->complain, format, arguments);
	fputc('\n', replay->complain);
	va_end(arguments);
}

static rx_observable *stream_of(const void *item)
{
	const js *value = *(const js_item *)item;
	return value->kind == JS_OBSERVABLE ? value->observable : NULL;
}

static void open_case(struct replay *replay, const json_t *json)
{
	const json_t *functions = json_object_get(json, "functions");
	*replay = (struct replay){.json = json};
	replay->run = strcmp(json_string_value(json_object_get(json, "mode")), "run") == 0;
	replay->scale = replay->run ? 1 : 10;
	replay->complain = open_memstream(&replay->complaints, &replay->complaints_size);
	replay->node_count = json_array_size(json_object_get(json, "nodes"));
	replay->nodes = calloc(replay->node_count + 1, sizeof *replay->nodes);
	replay->value_count = json_array_size(json_object_get(json, "values"));
	replay->values = calloc(replay->value_count + 1, sizeof *replay->values);
	replay->function_count = json_array_size(functions);
	replay->functions = calloc(replay->function_count + 1, sizeof *replay->functions);
	for (size_t i = 0; i < replay->function_count; i++)
		replay->functions[i] = (struct function){replay, json_array_get(functions, i), i, 0};
	replay->test = replay->run ? rx_test_create() : rx_test_create_legacy();
	rx_test_streams(replay->test, &rx_type_js_item, stream_of);
}

static void close_case(struct replay *replay)
{
	replay->over = true;
	expectations_finish(replay);
	js_release_observables();
	rx_test_destroy(replay->test);
	js_end();
	free(replay->nodes);
	free(replay->values);
	free(replay->functions);
	free(replay->thrown);
}

static void do_step(struct replay *replay, const json_t *step)
{
	const json_t *create = json_object_get(step, "create");
	if (create)
		node(replay, (int)json_integer_value(create));
	else if (json_object_get(step, "expect"))
		expect_observable(replay, step);
	else
		expect_subscriptions(replay, step);
}

static void check_calls(struct replay *replay)
{
	for (size_t i = 0; i < replay->function_count; i++) {
		const struct function *function = &replay->functions[i];
		if (function->done < json_array_size(function->calls))
			complain(replay, "function %zu was called %zu times, RxJS called it %zu times", i,
			         function->done, json_array_size(function->calls));
	}
}

/* What a notifier of `share` throws is nobody's, in RxJS too. */
static void ignore(const rx_error *error, void *ctx)
{
}

bool replay_case(const json_t *json, char **report)
{
	struct replay replay;
	const long balance = js_balance;
	const json_t *steps = json_object_get(json, "steps");
	size_t i;
	json_t *step;
	open_case(&replay, json);
	rx_on_unhandled_error(ignore, NULL);
	json_array_foreach(steps, i, step) do_step(&replay, step);
	rx_test_flush(replay.test);
	expectations_check(&replay);
	check_calls(&replay);
	close_case(&replay);
	if (js_balance != balance)
		complain(&replay, "%ld items were copied and not dropped", js_balance - balance);
	fclose(replay.complain);
	const bool passed = replay.complaints_size == 0;
	*report = replay.complaints;
	return passed;
}
