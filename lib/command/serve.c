#include "lib/command/serve.h"

#include <inttypes.h>

#include "lib/command/held.h"
#include "lib/command/inspect.h"
#include "lib/command/opening.h"
#include "lib/command/port.h"
#include "lib/message/outbox.h"
#include "lib/shutdown/shutdown.h"
#include "lib/value/layout.h"

/* What a source that is paused may have under way. */
enum { SPAN = 512 };

struct cy__serve {
	cy__port port; /* of a call that came in a frame */
	cy__leg *leg;  /* of this process's own */
	cy_cluster *cluster;
	cy__serve *next, *previous;
	cy__entry *entry; /* NULL: refused before it was known what it is */
	cy_value *arguments;
	cy__inspection *inspection; /* of a body that is looked at, or waits, in its origin's turns */
	rx_nsec deadline;           /* meanwhile */
	uint32_t origin;
	uint64_t call;
	uint32_t sender;
	bool answered;  /* its end or error has been sent */
	bool busy;      /* its handler is being asked, items that were held go out, or the like: it must not go yet */
	bool cancelled; /* meanwhile */
	bool running;   /* its handler's observable is not released yet */
	bool paused;    /* that has been asked to pause, and will */
	bool ended;     /* that has ended, perhaps with an error, which goes out behind what is held */
	const rx_error *error;
	cy__credit credit;   /* what its caller grants */
	cy__held_queue held; /* items that wait for it, or for room in the queue */
	rx_subscription subscription;
	rx_task later;        /* a local call begins, as a remote one does, after the caller's subscribe */
	cy__account *account; /* of a worker that has called the primary; NULL: nobody is charged */
	size_t charged;       /* bytes, for the arguments and what is held */
	cy__work more;        /* the handler's source goes on in a further slice of the caller's */
};

/* ---- What it holds --------------------------------------------------------------------------------------------- */

/* A caller that reads nothing makes this process hold its arguments and what was answered. @retval -EDQUOT */
static int charge(cy__serve *serve)
{
	size_t size = 0;
	if (!serve->account)
		return 0;
	if (serve->arguments)
		cy_value_bytes(serve->arguments, &size);
	size += serve->held.bytes;
	if (size <= serve->charged) {
		cy__discharge(serve->account, CY__BYTES, serve->charged - size);
		serve->charged = size;
		return 0;
	}
	const int code = cy__charge(serve->account, CY__BYTES, size - serve->charged);
	if (code >= 0)
		serve->charged = size;
	return code;
}

/* ---- Replying -------------------------------------------------------------------------------------------------- */

static void emit_result(const cy__serve *serve, int code, const char *words)
{
	const cy_cluster *cluster = serve->cluster;
	if (serve->entry && !serve->entry->quiet && cy__is_heard(cluster))
		cy__emit(serve->cluster, (cy_event){.type = CY_EVENT_RESULT,
		                                    .worker = cluster->id,
		                                    .origin = serve->origin,
		                                    .sender = cluster->id,
		                                    .target = cluster->id,
		                                    .incarnation = cluster->incarnation,
		                                    .call = serve->call,
		                                    .code = code,
		                                    .name = serve->entry->command.name,
		                                    .words = words});
}

static void answer_error(cy__serve *serve, int code, const char *words)
{
	cy__leg *leg = serve->leg;
	serve->answered = true;
	serve->leg = NULL;
	emit_result(serve, code, words);
	cy_value *body = cy__error_value(code, words);
	const cy__body encoded = cy__body_of(body);
	cy__port_post(&serve->port, CY__ERROR, serve->cluster->id, &encoded, NULL);
	if (leg)
		cy__leg_error(leg, serve->cluster->id, encoded);
	cy_value_unref(body);
}

static void answer_end(cy__serve *serve)
{
	cy__leg *leg = serve->leg;
	serve->answered = true;
	serve->leg = NULL;
	emit_result(serve, 0, NULL);
	cy__port_end(&serve->port, serve->cluster->id);
	if (leg)
		cy__leg_end(leg, serve->cluster->id);
}

/* ---- Its life -------------------------------------------------------------------------------------------------- */

static void link_serve(cy__serve *serve)
{
	cy_cluster *cluster = serve->cluster;
	serve->next = cluster->serving;
	if (serve->next)
		serve->next->previous = serve;
	cluster->serving = serve;
	cluster->serving_count++;
}

static void free_serve(cy__serve *serve)
{
	cy_cluster *cluster = serve->cluster;
	cy__port_close(&serve->port);
	cy__inspection_cancel(serve->inspection);
	cy__turns_remove(&serve->more);
	if (serve->previous)
		serve->previous->next = serve->next;
	else
		cluster->serving = serve->next;
	if (serve->next)
		serve->next->previous = serve->previous;
	cluster->serving_count--;
	rx_cancel(&serve->later);
	cy__held_clear(&serve->held);
	rx_error_unref(serve->error);
	if (serve->leg)
		serve->leg->serve = NULL;
	if (serve->entry)
		cy__entry_unref(serve->entry);
	cy_value_unref(serve->arguments);
	cy__discharge(serve->account, CY__BYTES, serve->charged);
	rx_free(serve);
	cy__stop_progress(cluster);
}

/* Nobody awaits anything of it. */
static bool is_over(const cy__serve *serve)
{
	return serve->answered || serve->cancelled;
}

static void settle(cy__serve *serve)
{
	if (is_over(serve) && !serve->busy && !serve->running)
		free_serve(serve);
}

/* The handler's observable is released; what is held still goes out. */
static void released(void *ctx)
{
	cy__serve *serve = ctx;
	serve->running = false;
	settle(serve);
}

static void stop(cy__serve *serve)
{
	cy__held_clear(&serve->held);
	charge(serve);
	if (serve->subscription.run)
		rx_unsubscribe(&serve->subscription);
	else
		settle(serve);
}

void cy__serve_cancel(cy__serve *serve)
{
	cy__port_close(&serve->port);
	serve->leg = NULL;
	if (is_over(serve))
		return;
	const bool busy = serve->busy;
	serve->cancelled = serve->busy = true;
	if (serve->running || serve->ended)
		emit_result(serve, -ECANCELED, "the caller wants no more");
	serve->busy = busy;
	stop(serve);
}

static void give_up(cy__serve *serve, int code, const char *words)
{
	answer_error(serve, code, words);
	stop(serve);
}

void cy__serve_cancel_all(cy_cluster *cluster)
{
	for (cy__serve *serve; (serve = cluster->serving);) {
		cy__serve_cancel(serve);
		if (cluster->serving == serve)
			break; /* its handler is on the stack, and ends it */
	}
}

size_t cy__serving(const cy_cluster *cluster)
{
	size_t count = 0;
	for (const cy__serve *serve = cluster->serving; serve; serve = serve->next)
		count += !serve->entry || !serve->entry->stopping;
	return count;
}

/* ---- Items, under credit --------------------------------------------------------------------------------------- */

static void pause_handler(cy__serve *serve)
{
	if (!serve->paused)
		serve->paused = rx_pause(&serve->subscription) >= 0;
}

/* What cannot be paused goes on. */
static void pause_until_room(cy__serve *serve)
{
	pause_handler(serve);
	if (serve->paused)
		cy__port_await_room(&serve->port);
}

/*
 * An item for which there is credit. Without room in the queue it is as if there were none, until there is.
 * @retval -EAGAIN  no room
 */
static int send_item(cy__serve *serve, const cy__body *body, cy__fds *fds)
{
	const cy__credit before = serve->credit;
	int code = 0;
	cy__credit_spend(&serve->credit, body->size);
	if (serve->port.peer && serve->entry->ordered)
		code = cy__port_pass(&serve->port, serve->cluster->id, body, fds);
	else if (serve->port.peer)
		code = cy__port_post(&serve->port, CY__ITEM, serve->cluster->id, body, fds);
	else if (serve->leg)
		cy__leg_item(serve->leg, serve->cluster->id, *body, fds);
	if (code == -EAGAIN) {
		serve->credit = before;
		cy__port_await_room(&serve->port);
	}
	return code;
}

/*
 * Whether the queue's bound lets one more wait. A source that is paused may have the rest of a span under way, of which
 * the bytes are there already.
 */
static bool may_hold(const cy__serve *serve, size_t size)
{
	const cy_options *options = &serve->cluster->options;
	const cy__held_queue *held = &serve->held;
	if (!held->count || (serve->paused && held->count < SPAN))
		return true;
	return held->count < options->queue_frames && held->bytes + size <= options->queue_bytes;
}

static int hold_item(cy__serve *serve, cy_value *value, size_t size, cy__fds *fds)
{
	pause_handler(serve);
	if (!may_hold(serve, size))
		return rx_raise(-EAGAIN,
		                "the caller of \"%s\" takes no more, and %zu items wait: let its answer end with "
		                "rx_on_backpressure_buffer, _drop, _latest or _error",
		                serve->entry->command.name, serve->held.count);
	cy__held held = {.value = cy_value_ref(value), .size = size, .account = serve->account};
	if (fds)
		held.fds = *fds;
	const int code = cy__held_push(&serve->held, &held);
	return code < 0 ? code : charge(serve);
}

/* Not of the primary itself, nor of a worker that calls itself. */
static bool is_of_another(const cy__serve *serve)
{
	return serve->cluster->primary ? serve->account != NULL : serve->port.peer != NULL;
}

/* A source that emits on and on is paused when its caller's slice of the turn is over, and goes on in a further one. */
static void yield(cy__serve *serve)
{
	cy__turns *turns = serve->cluster->turns;
	if (!is_of_another(serve) || serve->paused || serve->entry->ordered || is_over(serve))
		return;
	cy__turns_pass(turns, 1);
	if (!cy__turns_are_over(turns))
		return;
	pause_handler(serve);
	if (serve->paused && cy__turns_add(turns, &serve->more) < 0) {
		serve->paused = false;
		rx_resume(&serve->subscription);
	}
}

/* A worker that emits on and on lets what it says to others through. */
static bool is_deep(const cy__serve *serve)
{
	const cy__peer *peer = serve->port.peer;
	return peer && !peer->worker && cy__outbox_is_deep(&peer->outbox);
}

static void reply_item(const cy_body *body, void *ctx)
{
	cy__serve *serve = ctx;
	const cy__body encoded = cy__body_of(*body);
	cy__fds *fds = serve->cluster->enclosed;
	serve->cluster->enclosed = NULL;
	int code = cy_value_error(*body);
	if (code < 0) {
		give_up(serve, code, cy_value_words(*body));
		return;
	}
	const bool now = !serve->held.first && !serve->busy && cy__credit_has(&serve->credit);
	code = now ? send_item(serve, &encoded, fds) : rx_plain(-EAGAIN);
	if (code == -EAGAIN && serve->entry->latest)
		pause_handler(serve);
	if (code == -EAGAIN && serve->entry->latest && serve->paused)
		code = 0; /* it is left out: what is current by then comes when it goes on */
	else if (code == -EAGAIN && !serve->entry->ordered)
		code = hold_item(serve, *body, encoded.size, fds);
	else if (code >= 0 && !cy__credit_has(&serve->credit))
		pause_handler(serve);
	else if (code >= 0 && is_deep(serve))
		pause_until_room(serve);
	if (code < 0 && !is_over(serve))
		give_up(serve, code, rx_words(code));
	else
		yield(serve);
}
RX_CONSUMER(reply_item, cy_body);

static void answer_end_or_error(cy__serve *serve)
{
	if (serve->error)
		answer_error(serve, serve->error->code < 0 ? serve->error->code : -EIO, serve->error->message);
	else
		answer_end(serve);
}

static void reply_error(const rx_error *error, void *ctx)
{
	cy__serve *serve = ctx;
	serve->ended = true;
	serve->error = rx_error_ref(error);
	if (!serve->held.first && !serve->busy)
		answer_end_or_error(serve);
}

static void reply_end(void *ctx)
{
	cy__serve *serve = ctx;
	serve->ended = true;
	if (!serve->held.first && !serve->busy)
		answer_end_or_error(serve);
}

/* Items that were held, while there is credit and room. @retval -EAGAIN  there was no room */
static int send_held(cy__serve *serve)
{
	while (!is_over(serve) && serve->held.first && cy__credit_has(&serve->credit)) {
		cy__held *held = cy__held_pop(&serve->held);
		const cy__body body = cy__body_of(held->value);
		const int code = send_item(serve, &body, held->fds.count ? &held->fds : NULL);
		if (code == -EAGAIN)
			cy__held_put_back(&serve->held, held);
		else
			cy__held_free(held);
		if (code < 0)
			return code;
	}
	return 0;
}

static void resume_handler(cy__serve *serve)
{
	serve->paused = false;
	rx_resume(&serve->subscription);
}

/* Where no slice would end what it emits it goes on in one. */
static void resume_in_slice(cy__serve *serve)
{
	cy__turns *turns = serve->cluster->turns;
	if (!is_of_another(serve) || serve->entry->ordered || cy__turns_are_inside(turns) ||
	    cy__turns_add(turns, &serve->more) < 0)
		resume_handler(serve);
}

/* A further slice of its caller's; the serve may be gone afterwards. What is held goes out first: see go_on(). */
static bool emit_more(cy__work *work)
{
	cy__serve *serve = CY__CONTAINER(work, cy__serve, more);
	if (!is_over(serve) && !serve->busy && serve->paused && !serve->held.first && cy__credit_has(&serve->credit))
		resume_handler(serve);
	return false;
}

/* There is credit, or room, again. */
static void go_on(cy__serve *serve)
{
	if (serve->busy || is_over(serve))
		return;
	serve->busy = true;
	const int code = send_held(serve);
	charge(serve);
	const bool last = !is_over(serve) && !serve->held.first && serve->ended;
	if (last)
		answer_end_or_error(serve);
	serve->busy = false;
	if (is_over(serve)) {
		settle(serve);
	} else if (code < 0 && code != -EAGAIN) {
		give_up(serve, code, rx_words(code));
	} else if (!serve->held.first && serve->paused && !serve->more.turns && cy__credit_has(&serve->credit)) {
		resume_in_slice(serve);
	}
}

int cy__serve_grant(cy__serve *serve, const cy__frame *frame)
{
	const int code = cy__credit_add(&serve->credit, frame);
	if (code >= 0)
		go_on(serve);
	return code;
}

static void cancel_port(cy__port *port)
{
	cy__serve_cancel(CY__CONTAINER(port, cy__serve, port));
}

static int grant(cy__port *port, const cy__frame *frame)
{
	cy__serve *serve = CY__CONTAINER(port, cy__serve, port);
	const int code = cy__serve_grant(serve, frame);
	if (code == -EBADMSG && !is_over(serve))
		give_up(serve, code, "a grant that is no number of bytes");
	return code;
}

static void take_room(cy__port *port)
{
	go_on(CY__CONTAINER(port, cy__serve, port));
}

static const cy__port_ops port_ops = {.cancel = cancel_port, .grant = grant, .room = take_room};

/* ---- Running --------------------------------------------------------------------------------------------------- */

static unsigned caller_of(const cy__serve *serve)
{
	const unsigned role = serve->origin == CY__TO_PRIMARY ? CY_BY_PRIMARY : CY_BY_WORKERS;
	return serve->origin == serve->cluster->id ? (role & CY_BY_PRIMARY) | CY_BY_ITSELF : role;
}

static int check(const cy__serve *serve, const cy__entry *entry, cy__text text, rx_nsec deadline)
{
	const cy_cluster *cluster = serve->cluster;
	if (!entry)
		return rx_raise(-ENOSYS, "%s does not know the command \"%.*s\"", cy_label(cluster), (int)text.size,
		                text.bytes);
	const char *command = entry->command.name;
	if (entry->command.target != CY_ANYWHERE && (entry->command.target == CY_ON_PRIMARY) != cluster->primary)
		return rx_raise(-ENOSYS, "the command \"%s\" does not run on %s", command,
		                cluster->primary ? "the primary" : "a worker");
	if (!(entry->callers & caller_of(serve)))
		return rx_raise(-EPERM, "the command \"%s\" is not %s's to call", command,
		                cy_label_of(cluster, serve->origin));
	if (cluster->stage != CY__RUNNING && !entry->stopping)
		return rx_raise(-EHOSTUNREACH, "%s is stopping", cy_label(cluster));
	if (deadline && rx_now(cluster->scheduler) >= deadline)
		return rx_raise(-ETIMEDOUT, "the deadline of \"%s\" had passed before it began", command);
	return 0;
}

static void emit_command(const cy__serve *serve)
{
	cy_cluster *cluster = serve->cluster;
	if (!serve->entry->quiet && cy__is_heard(cluster))
		cy__emit(cluster, (cy_event){.type = CY_EVENT_COMMAND,
		                             .worker = cluster->id,
		                             .origin = serve->origin,
		                             .sender = serve->sender,
		                             .target = cluster->id,
		                             .incarnation = cluster->incarnation,
		                             .call = serve->call,
		                             .name = serve->entry->command.name,
		                             .body = serve->arguments});
}

static rx_observable *call_handler(const cy__serve *serve, rx_nsec deadline)
{
	const cy_command *command = &serve->entry->command;
	const cy_request request = {.cluster = serve->cluster,
	                            .command = command->name,
	                            .arguments = serve->arguments,
	                            .origin = serve->origin,
	                            .sender = serve->sender,
	                            .call = serve->call,
	                            .deadline = deadline};
	rx_observable *answer = command->run(&request, command->ctx);
	return answer ? answer : rx_empty();
}

/* The handler's observable; NULL if the caller has lost interest meanwhile. */
static rx_observable *ask_handler(cy__serve *serve, rx_nsec deadline)
{
	serve->busy = true;
	emit_command(serve);
	rx_observable *answer = NULL;
	if (!serve->cancelled)
		answer = call_handler(serve, deadline);
	serve->busy = false;
	if (!serve->cancelled)
		return answer;
	emit_result(serve, -ECANCELED, "the caller wants no more");
	rx_observable_unref(answer);
	return NULL;
}

static void run(cy__serve *serve, cy__text command, rx_nsec deadline)
{
	cy_cluster *cluster = serve->cluster;
	cy__entry *entry = cy__registry_find(cluster, command.bytes, command.size);
	int code = check(serve, entry, command, deadline);
	if (code >= 0)
		code = charge(serve);
	if (code < 0) {
		answer_error(serve, code, rx_words(code));
		free_serve(serve);
		return;
	}
	serve->entry = entry;
	serve->port.ordered = entry->ordered;
	entry->references++;
	rx_observable *answer = ask_handler(serve, deadline);
	if (!answer) {
		free_serve(serve);
		return;
	}
	serve->running = true;
	rx_subscribe(answer,
	             &(rx_observer){RX_NEXT(reply_item), .error = reply_error, .complete = reply_end, .ctx = serve,
	                            .drop = released, .scheduler = cluster->scheduler},
	             &serve->subscription);
}

/* Whom it was for has been looked at on the way here. */
int cy__call_unpack(cy_value *body, const char **command, cy_value **arguments)
{
	int code = cy_value_type(body) == CY_ARRAY ? cy_get_string(body, "1", command)
	                                           : rx_raise(-EINVAL, "it is no array");
	if (code >= 0)
		code = cy_get_value(body, "2", arguments);
	if (code == -ENOMEM)
		return code;
	return code < 0 ? rx_raise(-EBADMSG, "the body is no call: %s", rx_words(code)) : 0;
}

static cy__serve *create(cy_cluster *cluster, uint32_t origin, uint32_t sender, uint32_t credit)
{
	cy__serve *serve = rx_alloc_zero(sizeof *serve);
	if (!serve)
		return NULL;
	serve->cluster = cluster;
	serve->origin = origin;
	serve->sender = sender;
	serve->account = cluster->primary && origin ? cy__ledger_find(cluster->ledger, origin) : NULL;
	serve->more = (cy__work){.step = emit_more, .what = "items of a reply", .origin = origin};
	cy__credit_init(&serve->credit, credit);
	link_serve(serve);
	return serve;
}

/* Only the arguments become a value; false: it is not as it should be, or looks unusual. */
static bool unpack_arguments(cy__serve *serve, const cy__frame *frame, cy__text *command)
{
	const size_t opening = cy__opening_read(frame->body, frame->body_size, command);
	if (!opening)
		return false;
	cy_value *arguments = cy__value_of_frame(frame, opening);
	if (cy_value_error(arguments) < 0) {
		cy_value_unref(arguments);
		return false;
	}
	serve->arguments = arguments;
	return true;
}

static int unpack_frame(cy__serve *serve, const cy__frame *frame, cy_value **body, cy__text *command)
{
	if (unpack_arguments(serve, frame, command))
		return 0;
	*body = cy_value_from_bytes(frame->body, frame->body_size, NULL);
	if (cy_value_error(*body) == -ENOMEM)
		return -ENOMEM;
	const int code = cy__call_unpack(*body, &command->bytes, &serve->arguments);
	if (code >= 0)
		command->size = strlen(command->bytes);
	if (code == -EBADMSG)
		cy__trouble_by_frame(serve->cluster, serve->origin, code, "call %" PRIu64 " of %s: %s", serve->call,
		                     cy_label_of(serve->cluster, serve->origin), rx_words(code));
	return code;
}

static void begin_call(cy__serve *serve, int code, cy__text command, rx_nsec deadline)
{
	if (code < 0 || serve->cancelled) {
		answer_error(serve, code, rx_words(code));
		free_serve(serve);
	} else {
		run(serve, command, deadline);
	}
}

/*
 * What takes long to look at is done in the turns of whoever has sent it, and in the primary what keeps its order behind such
 * a call.
 */
static bool must_wait(const cy__serve *serve, const cy__frame *frame)
{
	const cy_cluster *cluster = serve->cluster;
	if (!cluster->primary)
		return cy__takes_long(frame);
	if (frame->body_size > CY__LARGE)
		return true;
	cy__text command;
	if (!cy__turns_has(cluster->turns, serve->origin) || !cy__opening_read(frame->body, frame->body_size, &command))
		return false;
	const cy__entry *entry = cy__registry_find(cluster, command.bytes, command.size);
	return entry && entry->ordered;
}

static int unpack_body(cy__serve *serve, cy_value *body, cy__text *command)
{
	const size_t opening = cy_value_error(body) < 0 ? 0 : cy__opening_read(body->bytes, body->size, command);
	int code;
	if (opening) {
		serve->arguments = cy__value_rest(body, opening);
		if ((code = cy_value_error(serve->arguments)) < 0)
			rx_raise(code, "the arguments: %s", cy_value_words(serve->arguments));
	} else {
		code = cy__call_unpack(body, &command->bytes, &serve->arguments);
		if (code >= 0)
			command->size = strlen(command->bytes);
	}
	if (code == -EBADMSG)
		cy__trouble_by_frame(serve->cluster, serve->origin, code, "call %" PRIu64 " of %s: %s", serve->call,
		                     cy_label_of(serve->cluster, serve->origin), rx_words(code));
	return code;
}

static void take_body(void *ctx, cy_value *body)
{
	cy__serve *serve = ctx;
	cy__text command = {NULL, 0};
	serve->inspection = NULL;
	serve->busy = true; /* an event may be emitted */
	serve->cluster->speaker = serve->port.peer;
	const int code = unpack_body(serve, body, &command);
	serve->busy = false;
	begin_call(serve, code, command, serve->deadline);
}

static void serve_at_once(cy__serve *serve, const cy__frame *frame)
{
	cy_value *body = NULL;
	cy__text command = {NULL, 0};
	serve->busy = true; /* an event may be emitted */
	const int code = unpack_frame(serve, frame, &body, &command);
	serve->busy = false;
	begin_call(serve, code, command, frame->deadline);
	cy_value_unref(body);
}

static void serve_later(cy__serve *serve, const cy__frame *frame)
{
	serve->deadline = frame->deadline;
	const int code = cy__inspect(serve->cluster, serve->origin, frame, false, take_body, serve, &serve->inspection);
	if (code < 0)
		begin_call(serve, code, (cy__text){NULL, 0}, 0);
}

void cy__serve_frame(cy__peer *peer, const cy__frame *frame)
{
	cy_cluster *cluster = peer->cluster;
	cy__serve *serve = create(cluster, cluster->primary ? peer->id : frame->from, peer->id, frame->credit);
	int code = serve ? cy__port_open(&serve->port, peer, frame->call, serve->origin, &port_ops) : -ENOMEM;
	if (code >= 0)
		code = cy__port_serve(&serve->port);
	if (code < 0) {
		if (serve)
			free_serve(serve);
		if (code == -EEXIST)
			cluster->late++;
		else
			cy__port_refuse(peer, frame->call, code);
		return;
	}
	serve->call = frame->call;
	if (must_wait(serve, frame))
		serve_later(serve, frame);
	else
		serve_at_once(serve, frame);
}

/* ---- Calls of this process to itself --------------------------------------------------------------------------- */

static void begin_local(rx_task *task)
{
	cy__serve *serve = CY__CONTAINER(task, cy__serve, later);
	cy_value *arguments = serve->arguments;
	const char *command;
	serve->arguments = NULL;
	const int code = cy_unpack(arguments, "[s, v]", &command, &serve->arguments);
	if (code < 0) {
		answer_error(serve, code, rx_words(code));
		free_serve(serve);
	} else {
		run(serve, (cy__text){command, strlen(command)}, serve->leg ? serve->leg->exchange->deadline : 0);
	}
	cy_value_unref(arguments);
}

void cy__serve_leg(cy__leg *leg, const char *command, cy_value *arguments)
{
	cy_cluster *cluster = leg->exchange->cluster;
	cy__serve *serve = create(cluster, leg->exchange->origin, cluster->id, leg->exchange->credit);
	if (!serve) {
		cy__leg_fail(leg, -ENOMEM, rx_words(-ENOMEM));
		return;
	}
	leg->serve = serve;
	serve->leg = leg;
	serve->call = leg->number = ++cluster->next_call;
	serve->arguments = cy_pack("[s, v]", command, cy_value_ref(arguments));
	serve->later.run = begin_local;
	rx_schedule(cluster->scheduler, &serve->later, 0);
}
