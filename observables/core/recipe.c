/*
 * Recipes: observables and operators as immutable, reference-counted nodes, checked for their types as they are put
 * together. Nothing here runs anything.
 */
#include <stdio.h>

#include "observables/core/fuse.h"

#define ALIGN(size, to) (((size) + (to)-1) & ~(size_t)((to)-1))

static int mistake_start(rx_stage *self)
{
	const rx_error *const *error = RX__PARAMS(self);
	rx__error(self, *error);
	return 0;
}

static void mistake_drop(void *params)
{
	rx_error_unref(*(const rx_error **)params);
}

static const rx_stage_ops mistake_ops = {.name = "mistake", .start = mistake_start, .drop = mistake_drop};

static int no_memory_start(rx_stage *self)
{
	(void)self;
	return -ENOMEM;
}

static const rx_stage_ops no_memory_ops = {.name = "no memory", .start = no_memory_start};

/* Static, and never released: a reference count of 0 says so. */
static rx_observable no_memory = {
	.flags = RX__MISTAKE,
	.ops = &no_memory_ops,
	.active = &no_memory,
	.offset = sizeof(rx_run),
	.run_size = sizeof(rx_run) + sizeof(rx_stage),
};

static rx_operator operator_no_memory = {.mistake = &no_memory};

rx_observable *rx__no_memory(void)
{
	return &no_memory;
}

rx_operator *rx__operator_no_memory(void)
{
	return &operator_no_memory;
}

/*
 * Where its stage lies in the run, and what the run is to do for it beyond laying it out, so that subscribing looks at no
 * other stages. Only a state whose size is a multiple of 16 can need to be aligned to that.
 */
static inline void lay_out(rx_observable *node, const rx_observable *above)
{
	const rx_stage_ops *ops = node->ops;
	const size_t before = above ? above->run_size : sizeof(rx_run);
	const size_t alignment = ops->state_size && ops->state_size % 16 == 0 ? 16 : 8;
	const bool clears = ops->clear, stops = ops->stop || clears || ops->flags & RX__SUBSCRIBES;
	const bool starts = ops->start || ops->started;
	node->above = above;
	node->active = stops || starts ? node : above ? above->active : NULL;
	node->flags = stops * (RX__STOPS | RX__STOPS_ITSELF) | clears * RX__CLEARS |
	              (ops->flags & RX__STOP_FIRST ? RX__STOPS_FIRST : 0);
	if (above)
		node->flags |= above->flags & (RX__STOPS | RX__STOPS_FIRST | RX__CLEARS);
	node->room = (uint32_t)ALIGN(ops->state_size + (ops->extra ? ops->extra(node) : 0), 8);
	node->offset = (uint32_t)ALIGN(before, alignment);
	node->run_size = node->offset + (uint32_t)sizeof(rx_stage) + node->room;
}

rx_observable *rx__source(const rx_stage_ops *ops, const rx_type *type, void *params, size_t size)
{
	const size_t whole = ALIGN(sizeof(rx_observable), 16) + size;
	rx_observable *node = rx__pool_alloc_zero(whole);
	if (!node) {
		if (ops->drop)
			ops->drop(params);
		return &no_memory;
	}
	node->refs = 1;
	node->size = (uint32_t)whole;
	node->ops = ops;
	node->type = type;
	node->spans = ops->flags & RX__SPANS;
	node->params = (char *)node + ALIGN(sizeof *node, 16);
	if (size)
		memcpy((void *)node->params, params, size);
	lay_out(node, NULL);
	return node;
}

static rx_operator *operator_create(void *params, size_t size)
{
	rx_operator *op = rx_alloc_zero(sizeof *op + size);
	if (op) {
		op->refs = 1;
		if (size)
			memcpy(op->params, params, size);
	}
	return op;
}

rx_operator *rx__operator(const rx_stage_ops *ops, const rx_type *in, const rx_type *out, const char *function,
                          void *params, size_t size)
{
	rx_operator *op = operator_create(params, size);
	if (!op) {
		if (ops->drop)
			ops->drop(params);
		return rx__operator_no_memory();
	}
	op->ops = ops;
	op->in = in;
	op->out = out;
	op->function = function;
	op->drop = ops->drop;
	return op;
}

rx_operator *rx__operator_apply(rx_observable *(*apply)(rx_operator *op, rx_observable *source), const rx_type *in,
                                void *params, size_t size, void (*drop)(void *params))
{
	rx_operator *op = operator_create(params, size);
	if (!op) {
		if (drop)
			drop(params);
		return rx__operator_no_memory();
	}
	op->apply = apply;
	op->in = in;
	op->drop = drop;
	return op;
}

rx_operator *rx__operator_mistake(rx_observable *mistake)
{
	rx_operator *op = operator_create(NULL, 0);
	if (!op) {
		rx_observable_unref(mistake);
		return rx__operator_no_memory();
	}
	op->mistake = mistake;
	return op;
}

rx_observable *rx__mistake(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const rx_error *error = rx__error_create(code, format, arguments);
	va_end(arguments);
	rx_observable *node = rx__source(&mistake_ops, NULL, &error, sizeof error);
	node->flags |= RX__MISTAKE;
	return node;
}

rx_observable *rx__given(rx_observable *observable)
{
	return observable ? observable : rx__mistake(-EINVAL, "there is no observable, but NULL");
}

rx_observable *rx__no_inner(const rx_stage *self)
{
	char name[128];
	rx__stage_name(self->node, name, sizeof name);
	return rx__mistake(-EINVAL, "%s takes observables, but got NULL", name);
}

/* "map(scale)", or the user's label. */
static void name_into(char *text, size_t size, const char *label, const rx_stage_ops *ops, const char *function)
{
	const char *name = label ? label : ops ? ops->name : "operator";
	if (function && !label)
		snprintf(text, size, "%s(%s)", name, function);
	else
		snprintf(text, size, "%s", name);
}

void rx__stage_name(const rx_observable *node, char *text, size_t size)
{
	name_into(text, size, rx__stage_label(node), node->ops, node->function);
}

static rx_observable *misfit(const rx_observable *source, const rx_operator *op)
{
	char taker[128], giver[128];
	name_into(taker, sizeof taker, op->label, op->ops, op->function);
	rx__stage_name(source, giver, sizeof giver);
	return rx__mistake(-EINVAL, "%s takes %s, but %s before it gives %s", taker, op->in->name, giver,
	                   source->type->name);
}

/* Of what is emitted once @p op is applied. */
static const rx_type *type_after(const rx_observable *source, const rx_operator *op)
{
	if (op->ops->flags & RX__SILENT)
		return NULL;
	if (op->out)
		return op->out;
	return source->type ? source->type : op->in;
}

/* Consumes both. */
static rx_observable *append(rx_observable *source, rx_operator *op)
{
	rx_observable *node = rx__pool_alloc_zero(sizeof *node);
	if (!node) {
		rx_observable_unref(source);
		rx_operator_unref(op);
		return &no_memory;
	}
	node->refs = 1;
	node->size = sizeof *node;
	node->ops = op->ops;
	node->params = op->params;
	node->type = type_after(source, op);
	node->upstream = source;
	node->op = op;
	node->function = op->function;
	lay_out(node, op->ops->flags & RX__HEAD ? NULL : source);
	rx__fuse(node);
	return node;
}

static void pass_next(rx_stage *self, const void *item)
{
	rx__emit(self, item);
}

static void pass_span(rx_stage *self, const void *items, size_t count)
{
	rx__emit_span(self, items, count);
}

static const rx_stage_ops pass_ops = {.name = "own", .next = pass_next, .span = pass_span};
static rx_operator pass = {.ops = &pass_ops};

/* What an operator made keeps the contexts that it owns. A node that keeps another's already gets one below it. */
static rx_observable *keep_owner(rx_observable *result, rx_operator *op)
{
	if (op->owned && result->owner)
		result = append(result, &pass);
	if (op->owned && result->refs)
		result->owner = op;
	else
		rx_operator_unref(op);
	return result;
}

/* Name what an operator made above @p source: "label", or "label/map(scale)" and so on where it made several stages. */
static void label_stages(rx_observable *result, const rx_observable *source, const char *label)
{
	const bool several = result->upstream != source;
	for (rx_observable *node = result; node && node != source && node->refs == 1; node = node->upstream) {
		char name[160];
		rx__stage_name(node, name, sizeof name);
		const size_t size = strlen(label) + strlen(name) + 2;
		char *text = rx_alloc(size);
		if (!text)
			return;
		snprintf(text, size, several ? "%s/%s" : "%s", label, name);
		rx_free(node->label);
		node->label = text;
	}
}

static rx_observable *apply_function(rx_operator *op, rx_observable *source)
{
	rx_observable *result = op->apply(op, source);
	if (op->label && !rx__is_mistake(result))
		label_stages(result, source, op->label);
	return keep_owner(result, op);
}

rx_observable *rx__apply(rx_observable *source, rx_operator *op)
{
	rx_observable *result = NULL;
	source = rx__given(source);
	if (rx__is_mistake(source)) {
		rx_operator_unref(op);
		return source;
	}
	if (op->mistake)
		result = rx_observable_ref(op->mistake);
	else if (!rx__type_fits(source->type, op->in))
		result = misfit(source, op);
	else if (!op->apply)
		return append(source, op);
	else
		return apply_function(op, source);
	rx_observable_unref(source);
	rx_operator_unref(op);
	return result;
}

rx_observable *rx_pipe_array(rx_observable *source, rx_operator *const *operators)
{
	for (; *operators; operators++)
		source = rx__apply(source, *operators);
	return source;
}

/* ---- Operators made of others ---------------------------------------------------------------------------------- */

struct composed {
	size_t count;
	rx_operator **operators;
};

static rx_observable *composed_apply(rx_operator *op, rx_observable *source)
{
	const struct composed *composed = (void *)op->params;
	for (size_t i = 0; i < composed->count; i++)
		source = rx__apply(source, rx_operator_ref(composed->operators[i]));
	return source;
}

static void composed_drop(void *params)
{
	struct composed *composed = params;
	for (size_t i = 0; i < composed->count; i++)
		rx_operator_unref(composed->operators[i]);
	rx_free(composed->operators);
}

rx_operator *rx_compose_array(rx_operator *const *operators)
{
	struct composed composed = {0};
	while (operators[composed.count])
		composed.count++;
	composed.operators = rx_alloc((composed.count + 1) * sizeof(rx_operator *));
	if (!composed.operators) {
		for (size_t i = 0; i < composed.count; i++)
			rx_operator_unref(operators[i]);
		return rx__operator_no_memory();
	}
	memcpy(composed.operators, operators, composed.count * sizeof(rx_operator *));
	return rx__operator_apply(composed_apply, NULL, &composed, sizeof composed, composed_drop);
}

struct custom {
	rx_observable *(*apply)(rx_observable *source, void *ctx);
	void *ctx;
	void (*drop)(void *ctx);
};

static rx_observable *custom_apply(rx_operator *op, rx_observable *source)
{
	const struct custom *custom = (void *)op->params;
	return custom->apply(source, custom->ctx);
}

static void custom_drop(void *params)
{
	const struct custom *custom = params;
	if (custom->drop)
		custom->drop(custom->ctx);
}

rx_operator *rx_operator_create(const rx_type *in, rx_observable *(*apply)(rx_observable *source, void *ctx), void *ctx,
                                void (*drop)(void *ctx))
{
	return rx__operator_apply(custom_apply, in, &(struct custom){apply, ctx, drop}, sizeof(struct custom),
	                          custom_drop);
}

/* ---- References ------------------------------------------------------------------------------------------------ */

rx_observable *rx_observable_ref(rx_observable *observable)
{
	if (observable && observable->refs)
		observable->refs++;
	return observable;
}

/* Walks up the chain rather than recursing, for a chain can be long. */
void rx_observable_unref(rx_observable *observable)
{
	while (observable && observable->refs && --observable->refs == 0) {
		rx_observable *upstream = observable->upstream;
		rx_operator *owner = observable->owner;
		if (observable->op)
			rx_operator_unref(observable->op);
		else if (observable->ops->drop)
			observable->ops->drop((void *)observable->params);
		rx_free(observable->label);
		rx__pool_free(observable, observable->size);
		rx_operator_unref(owner);
		observable = upstream;
	}
}

const rx_type *rx_observable_type(const rx_observable *observable)
{
	return observable ? observable->type : NULL;
}

rx_operator *rx_operator_ref(rx_operator *op)
{
	if (op && op->refs)
		op->refs++;
	return op;
}

void rx_operator_unref(rx_operator *op)
{
	if (!op || !op->refs || --op->refs)
		return;
	if (op->drop)
		op->drop(op->params);
	while (op->owned) {
		struct rx_finalizer *owned = op->owned;
		op->owned = owned->next;
		owned->call(owned->ctx);
		rx_free(owned);
	}
	rx_observable_unref(op->mistake);
	rx_free(op->label);
	rx_free(op);
}
