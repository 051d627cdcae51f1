#include "observables/core/parameters.h"

struct generate {
	rx_constants initial;
	const rx_predicate *proceed; /* NULL: for ever */
	const rx_mapper *step;
	void *ctx;
};

/* Emit @p state, and make its successor. Below zero: a failure; zero: the end. */
static int advance(rx_stage *self, size_t index, const void *state, void *next)
{
	const struct generate *generate = RX__PARAMS(self);
	const int proceeds = generate->proceed ? generate->proceed->call(state, index, generate->ctx) : 1;
	if (proceeds <= 0)
		return proceeds;
	rx__emit(self, state);
	if (!rx__open(self))
		return 0;
	const int code = generate->step->call(state, index, next, generate->ctx);
	return code < 0 ? code : 1;
}

static int generate_start(rx_stage *self)
{
	const struct generate *generate = RX__PARAMS(self);
	const rx_type *type = self->node->type;
	void *state = RX__STACK(type), *next = RX__STACK(type);
	int code = rx_type_copy(type, state, generate->initial.items);
	if (code < 0)
		return code;
	for (size_t index = 0; (code = advance(self, index, state, next)) > 0; index++) {
		void *old = state;
		state = next;
		next = old;
		rx_type_drop(type, old);
	}
	rx_type_drop(type, state);
	if (code == 0 && rx__open(self))
		rx__complete(self);
	return code;
}

static void generate_drop(void *params)
{
	rx__constants_finish(&((struct generate *)params)->initial);
}

static const rx_stage_ops generate_ops = {.name = "generate", .start = generate_start, .drop = generate_drop};

static const char *misfit(const rx_type *type, const rx_predicate *proceed, const rx_mapper *step)
{
	if (proceed && !rx_type_same(proceed->in, type))
		return proceed->name;
	return rx_type_same(step->in, type) && rx_type_same(step->out, type) ? NULL : step->name;
}

rx_observable *rx_generate_fn(const rx_type *type, const void *initial, const rx_predicate *proceed,
                              const rx_mapper *step, void *ctx)
{
	struct generate generate = {.proceed = proceed, .step = step, .ctx = ctx};
	const char *wrong = misfit(type, proceed, step);
	if (wrong)
		return rx__mistake(-EINVAL, "generate begins with %s, and %s is of another type", type->name, wrong);
	const int code = rx__constants_init(&generate.initial, type, initial, 1);
	if (code < 0)
		return rx__mistake(code, "cannot copy a value of type %s", type->name);
	return rx__source(&generate_ops, type, &generate, sizeof generate);
}
