/*
 * cy_call: a recipe that makes a call each time it is subscribed.
 */
#include "lib/command/exchange.h"
#include "lib/command/held.h"
#include "lib/command/opening.h"
#include "lib/command/serve.h"
#include "lib/message/message.h"
#include "lib/primary/route.h"
#include "lib/value/layout.h"

/* What the recipe holds, and all that it points to but the arguments in the same block. */
struct call {
	cy_cluster *cluster;
	uint32_t to;
	uint32_t credit;
	cy_value *arguments;
	rx_nsec timeout;
	const char *name; /* NULL: none */
	size_t command_size, opening_size;
	const uint8_t *opening;
	char command[];
};

/* One call under way. */
struct caller {
	cy__exchange exchange;
	rx_subscriber *subscriber;
	rx_task timer;
	rx_task refusal; /* what is wrong from the start is said after the caller's subscribe, as from afar */
	int code;
	char *words;
	const char *command; /* the recipe's, which lives as long as the subscriber */
	uint64_t number;     /* of its first leg, for the events */
	uint32_t self, target;
	bool quiet, ordered; /* as the command is registered here */
	bool open;           /* the subscriber has not heard the end */

	/* Downstream is paused: what was granted still comes, and waits. While something waits the exchange is held. */
	bool paused;
	bool draining;
	bool holding;
	cy__held_queue held;
	bool ended; /* behind what waits comes the end, of `ender`; with an error or without */
	uint32_t ender;
	const rx_error *error;
};

static struct caller *of(cy__exchange *exchange)
{
	return CY__CONTAINER(exchange, struct caller, exchange);
}

static void emit_result(struct caller *caller, uint32_t from, int code, const char *words)
{
	cy_cluster *cluster = caller->exchange.cluster;
	caller->open = false;
	if (!caller->quiet && cy_current() == cluster && cy__is_heard(cluster))
		cy__emit(cluster, (cy_event){.type = CY_EVENT_RESULT,
		                             .worker = cluster->id,
		                             .origin = cluster->id,
		                             .sender = from,
		                             .target = caller->target,
		                             .incarnation = cluster->incarnation,
		                             .call = caller->number,
		                             .code = code,
		                             .name = caller->command,
		                             .words = words});
}

/* ---- What comes -------------------------------------------------------------------------------------------------- */

/* Who hears of the result may unsubscribe the call, whose caller is gone then, and the command's name with it. */
static void deliver_error(struct caller *caller, uint32_t from, const rx_error *error)
{
	rx_subscriber *subscriber = rx_subscriber_ref(caller->subscriber);
	emit_result(caller, from, error->code, error->message);
	rx_fail_with(subscriber, error); /* and its teardown cancels the call, if it runs still */
	rx_subscriber_unref(subscriber);
}

static void deliver_end(struct caller *caller, uint32_t from)
{
	rx_subscriber *subscriber = rx_subscriber_ref(caller->subscriber);
	emit_result(caller, from, 0, NULL);
	rx_complete(subscriber);
	rx_subscriber_unref(subscriber);
}

static bool waits(const struct caller *caller)
{
	return caller->paused || caller->draining || caller->held.first;
}

/* Consumes value and error of @p what. */
static void hold(struct caller *caller, const cy__held *what)
{
	if (!caller->holding)
		cy__exchange_hold(&caller->exchange);
	caller->holding = true;
	const int code = cy__held_push(&caller->held, what);
	if (code >= 0)
		return;
	const rx_error *error = rx_error_create(code, "a reply to \"%s\" cannot be kept", caller->command);
	deliver_error(caller, what->from, error);
	rx_error_unref(error);
}

/* Of an item there is a value; among many targets it may be an error. */
static void deliver(struct caller *caller, const cy__held *item, cy__fds *fds)
{
	rx_next(caller->subscriber,
	        &(cy_reply){.worker = item->from, .value = item->value, .error = item->error, .fds = fds});
}

static void take_value(struct caller *caller, cy__leg *leg, uint32_t from, cy_value *value, size_t size, cy__fds *fds)
{
	const cy__held item = {.from = from, .value = value, .size = size};
	if (waits(caller)) {
		cy__held kept = item;
		kept.value = cy_value_ref(value);
		if (fds)
			kept.fds = *fds;
		hold(caller, &kept);
		return;
	}
	cy__exchange_hold(&caller->exchange);
	cy__leg_took(leg, from, size);
	if (caller->open)
		deliver(caller, &item, fds);
	cy__exchange_unhold(&caller->exchange);
}

static void take_item(cy__exchange *exchange, cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds)
{
	struct caller *caller = of(exchange);
	if (!caller->open)
		return;
	cy_value *value = body.value   ? cy_value_ref(body.value)
	                  : body.block ? cy__value_within(body.block, 0, NULL)
	                               : cy_value_from_bytes(body.bytes, body.size, NULL);
	if (cy_value_error(value) < 0) {
		const int code = cy_value_error(value) == -ENOMEM ? -ENOMEM : rx_plain(-EBADMSG);
		const rx_error *error = rx_error_create(code, "the reply is no value: %s", cy_value_words(value));
		deliver_error(caller, from, error);
		rx_error_unref(error);
	} else {
		take_value(caller, leg, from, value, body.size, fds);
	}
	cy_value_unref(value);
}

static void take_part_error(cy__exchange *exchange, uint32_t from, cy__body body)
{
	struct caller *caller = of(exchange);
	if (!caller->open)
		return;
	const cy__held item = {.from = from, .error = cy__error_of(body)};
	if (waits(caller)) {
		hold(caller, &item);
		return;
	}
	deliver(caller, &item, NULL);
	rx_error_unref(item.error);
}

/* The end is known, and no deadline concerns it any more; it comes behind what waits. */
static void await_end(struct caller *caller, uint32_t from, const rx_error *error)
{
	rx_cancel(&caller->timer);
	caller->ended = true;
	caller->ender = from;
	caller->error = error;
}

static void take_error(cy__exchange *exchange, uint32_t from, cy__body body)
{
	struct caller *caller = of(exchange);
	if (!caller->open)
		return;
	const rx_error *error = cy__error_of(body);
	if (caller->held.first || caller->draining) {
		await_end(caller, from, error);
		return;
	}
	deliver_error(caller, from, error);
	rx_error_unref(error);
}

static void take_end(cy__exchange *exchange, uint32_t from)
{
	struct caller *caller = of(exchange);
	if (!caller->open)
		return;
	if (caller->held.first || caller->draining)
		await_end(caller, from, NULL);
	else
		deliver_end(caller, from);
}

/* ---- Pausing ----------------------------------------------------------------------------------------------------- */

/* The exchange need not be held any more; the caller may be gone. */
static void let_go(struct caller *caller)
{
	if (!caller->holding || caller->draining || caller->held.first)
		return;
	caller->holding = false;
	cy__exchange_unhold(&caller->exchange);
}

static void deliver_held(struct caller *caller)
{
	while (caller->open && !caller->paused && caller->held.first) {
		cy__held *held = cy__held_pop(&caller->held);
		if (held->value && !caller->exchange.closed)
			cy__exchange_took(&caller->exchange, held->from, held->size);
		if (caller->open)
			deliver(caller, held, held->fds.count ? &held->fds : NULL);
		cy__held_free(held);
	}
}

static void drain(struct caller *caller)
{
	if (caller->draining || !caller->held.first)
		return; /* resumed inside an item: the loop sees it */
	caller->draining = true;
	deliver_held(caller);
	if (caller->open && caller->ended && !caller->held.first) {
		if (caller->error)
			deliver_error(caller, caller->ender, caller->error);
		else
			deliver_end(caller, caller->ender);
	}
	caller->draining = false;
	let_go(caller);
}

static void flow(bool resume, void *ctx)
{
	struct caller *caller = ctx;
	caller->paused = !resume;
	if (resume)
		drain(caller);
}

/* ---- Its life ---------------------------------------------------------------------------------------------------- */

static void release(cy__exchange *exchange)
{
	struct caller *caller = of(exchange);
	rx_cancel(&caller->timer);
	rx_cancel(&caller->refusal);
	rx_subscriber_unref(caller->subscriber);
	rx_error_unref(caller->error);
	rx_free(caller->words);
	rx_free(caller);
}

static const cy__caller callers = {
	.item = take_item, .part_error = take_part_error, .error = take_error, .end = take_end, .release = release};

/* The subscription has ended: by the call's own end, which releases it, or by the caller's wish. */
static void teardown(void *ctx)
{
	struct caller *caller = ctx;
	const bool held = caller->holding, runs = !caller->exchange.closed;
	cy__held_clear(&caller->held);
	/* Who hears of it may end the call. */
	if (runs)
		cy__exchange_hold(&caller->exchange);
	if (caller->open && (held || runs))
		emit_result(caller, caller->self, -ECANCELED, "unsubscribed");
	if (!caller->exchange.closed)
		cy__exchange_cancel(&caller->exchange);
	if (held)
		let_go(caller);
	if (runs)
		cy__exchange_unhold(&caller->exchange);
}

static void time_out(rx_task *task)
{
	struct caller *caller = CY__CONTAINER(task, struct caller, timer);
	const rx_error *error = rx_error_create(-ETIMEDOUT, "no answer to \"%s\" in time", caller->command);
	deliver_error(caller, caller->exchange.cluster->id, error);
	rx_error_unref(error);
}

static void refuse(rx_task *task)
{
	struct caller *caller = CY__CONTAINER(task, struct caller, refusal);
	cy__exchange_refuse(&caller->exchange, caller->code, caller->words ? caller->words : rx_words(-ENOMEM));
}

static void refuse_later(struct caller *caller, int code)
{
	caller->code = code;
	caller->words = cy__strdup(rx_words(code));
	caller->refusal.run = refuse;
	rx_schedule(caller->exchange.cluster->scheduler, &caller->refusal, 0);
}

static void emit_command(struct caller *caller, cy_value *arguments)
{
	cy_cluster *cluster = caller->exchange.cluster;
	if (!caller->quiet && cy__is_heard(cluster))
		cy__emit(cluster, (cy_event){.type = CY_EVENT_COMMAND,
		                             .worker = cluster->id,
		                             .origin = cluster->id,
		                             .sender = cluster->id,
		                             .target = caller->target,
		                             .incarnation = cluster->incarnation,
		                             .call = caller->number,
		                             .name = caller->command,
		                             .body = arguments});
}

/* From a worker everything goes to the primary, but for what is for the worker itself. */
static int send_from_worker(struct caller *caller, const struct call *call, const cy__call_frame *frame)
{
	cy_cluster *cluster = call->cluster;
	const bool here = cy__is_own(cluster, &(cy_target){.to = call->to, .name = call->name});
	if (!here && !cluster->peer.channel)
		return rx_raise(-EHOSTUNREACH, "the primary has gone");
	cy__leg *leg;
	const int code = cy__leg_add(&caller->exchange, call->to, &leg);
	if (code < 0)
		return code;
	if (here)
		cy__serve_leg(leg, call->command, call->arguments);
	else
		cy__leg_send(leg, &cluster->peer, frame);
	return 0;
}

/* A leg may be refused, and that be the end of the call, before this returns. */
static void send_call(struct caller *caller, const struct call *call)
{
	cy_cluster *cluster = call->cluster;
	const bool opened = call->opening_size && cy__opening_fits(call->arguments);
	cy_value *body = opened ? cy_value_ref(call->arguments)
	                        : cy_array(call->name ? cy_string(call->name) : cy_nil(), cy_string(call->command),
	                                   cy_value_ref(call->arguments));
	const cy__call_frame frame = {.flags = call->name ? CY__FRAME_NAMED : 0,
	                              .ordered = caller->ordered,
	                              .to = call->to,
	                              .body = body,
	                              .opening = opened ? call->opening : NULL,
	                              .opening_size = opened ? call->opening_size : 0};
	caller->number = cluster->next_call + 1;
	cy__exchange_hold(&caller->exchange);
	emit_command(caller, call->arguments);
	int code = cy_value_error(body);
	if (code < 0)
		rx_raise(code, "call \"%s\": %s", call->command, cy_value_words(body));
	else if (!caller->open)
		code = 0; /* a listener to the event has unsubscribed it */
	else if (cluster->primary)
		code = cy__route(&caller->exchange, call->name, &frame, call->command, call->arguments);
	else
		code = send_from_worker(caller, call, &frame);
	if (code < 0)
		refuse_later(caller, code);
	else
		cy__exchange_whole(&caller->exchange);
	cy__exchange_unhold(&caller->exchange);
	cy_value_unref(body);
}

static bool is_many(uint32_t to)
{
	return to == CY__TO_ALL || to == CY__TO_OTHERS;
}

/* 0: none, as of one that lies beyond all time. */
static rx_nsec deadline_of(const struct call *call, rx_nsec now)
{
	if (!call->timeout || call->timeout >= RX_NEVER - now)
		return 0;
	return now + (call->timeout > 0 ? call->timeout : 0);
}

static int begin(rx_subscriber *subscriber, void *ctx)
{
	const struct call *call = ctx;
	cy_cluster *cluster = call->cluster;
	if (cy_current() != cluster)
		return rx_raise(-ECANCELED, "the cluster has ended");
	struct caller *caller = rx_alloc_zero(sizeof *caller);
	if (!caller)
		return -ENOMEM;
	const rx_nsec deadline = deadline_of(call, rx_now(cluster->scheduler));
	cy__exchange_init(&caller->exchange, cluster, &callers, cluster->id, call->credit, deadline, is_many(call->to));
	caller->subscriber = rx_subscriber_ref(subscriber);
	caller->command = call->command;
	caller->self = cluster->id;
	caller->target = call->to;
	caller->open = true;
	const cy__entry *entry = cy__registry_find(cluster, call->command, call->command_size);
	caller->quiet = entry && entry->quiet;
	caller->ordered = entry && entry->ordered;
	if (rx_on_teardown(subscriber, teardown, caller) < 0) {
		release(&caller->exchange);
		return -ENOMEM;
	}
	rx_on_flow(subscriber, flow, caller);
	if (deadline) {
		caller->timer.run = time_out;
		rx_schedule(cluster->scheduler, &caller->timer, deadline - rx_now(cluster->scheduler));
	}
	send_call(caller, call);
	return 0;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	rx_wait_forbid();
	const int code = begin(subscriber, ctx);
	rx_wait_allow();
	return code;
}

static void drop_call(void *ctx)
{
	struct call *call = ctx;
	cy_value_unref(call->arguments);
	rx_free(call);
}

static struct call *create(const char *name, const char *command)
{
	uint8_t opening[CY__OPENING_MAX];
	const size_t command_size = strlen(command) + 1, name_size = name ? strlen(name) + 1 : 0,
		     opening_size = cy__opening_write(opening, name, command);
	struct call *call = rx_alloc_zero(sizeof *call + command_size + name_size + opening_size);
	if (!call)
		return NULL;
	memcpy(call->command, command, command_size);
	char *behind = call->command + command_size;
	call->command_size = command_size - 1;
	if (name)
		call->name = memcpy(behind, name, name_size);
	call->opening_size = opening_size;
	call->opening = memcpy(behind + name_size, opening, opening_size);
	return call;
}

rx_observable *cy_call_with(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments,
                            const cy_call_options *options)
{
	cy_value *value = arguments ? arguments : cy_nil();
	if (!command) {
		cy_value_unref(value);
		return rx_throw_error(-EINVAL, "call: no command (NULL)");
	}
	if (cy_value_error(value) < 0) {
		rx_observable *mistake =
			rx_throw_error(cy_value_error(value), "call \"%s\": %s", command, cy_value_words(value));
		cy_value_unref(value);
		return mistake;
	}
	struct call *call = create(target.name, command);
	if (!call) {
		cy_value_unref(value);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	call->cluster = cluster;
	call->to = target.to;
	call->arguments = value;
	call->timeout = options && options->timeout ? options->timeout : cluster->options.call_timeout;
	call->credit = options && options->credit ? options->credit : CY__CREDIT_ITEMS;
	return rx_create(&rx_type_cy_reply, subscribe, call, drop_call);
}

rx_observable *cy_call(cy_cluster *cluster, cy_target target, const char *command, cy_value *arguments)
{
	return cy_call_with(cluster, target, command, arguments, NULL);
}
