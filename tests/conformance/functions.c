/*
 * A function that was recorded: its n-th call gets the n-th entry of its log, after a look at the arguments.
 */
#include <stdlib.h>

#include "tests/conformance/replay.h"

static void print_arguments(FILE *file, js *const *arguments, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ", " : "", file);
		js_print(file, arguments[i]);
	}
}

static void complain_of_arguments(struct function *function, js *const *got, js *const *wanted, size_t count)
{
	FILE *file = function->replay->complain;
	fprintf(file, "    call %zu of function %zu: got (", function->done, function->index);
	print_arguments(file, got, count);
	fputs("), RxJS (", file);
	print_arguments(file, wanted, count);
	fputs(")\n", file);
}

/* RxJS may give more than C does (the source to `every`), never less. */
static void check_arguments(struct function *function, const json_t *recorded, js *const *arguments, size_t count)
{
	const size_t known = json_array_size(recorded);
	js **wanted = calloc(count + 1, sizeof *wanted);
	bool equal = true;
	if (count > known)
		count = known;
	for (size_t i = 0; i < count; i++) {
		wanted[i] = decode(function->replay, json_array_get(recorded, i));
		equal = equal && js_equal(arguments[i], wanted[i]);
	}
	if (!equal)
		complain_of_arguments(function, arguments, wanted, count);
	free(wanted);
}

int function_call(struct function *function, js *const *arguments, size_t count, js **result)
{
	struct replay *replay = function->replay;
	const json_t *call = json_array_get(function->calls, function->done);
	if (replay->over)
		return throw_value(replay, js_undefined());
	if (!call) {
		complain(replay, "function %zu was called more often than recorded", function->index);
		return throw_value(replay, js_error("Error", "called more often than recorded"));
	}
	check_arguments(function, json_object_get(call, "args"), arguments, count);
	function->done++;
	const json_t *throws = json_object_get(call, "throws");
	if (throws)
		return throw_value(replay, decode(replay, throws));
	js *returned = decode(replay, json_object_get(call, "returns"));
	if (result)
		*result = returned;
	return 0;
}
