/*
 * One worker over its incarnations. The supervisor says what state it is in and what follows; this file does it: starts
 * the process, takes its hello, watches for its end, sends the signals, tells everybody in events.
 *
 * The end of an incarnation is that of its process. Its channel ends before that or with it: when the process has been
 * reaped, what it wrote last is still read, then comes `disconnect`, then `exit`.
 *
 * Others may hold what was its own: a child of it has inherited its end of the channel and of its output, and may write
 * there for ever. So from the moment of the reaping the channel takes no more, and of a pipe counts what lies in it then;
 * and even that is read like everything else, in the turns of the loop that its reader needs.
 */
#include "lib/primary/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/command/exchange.h"
#include "lib/listen/allowed.h"
#include "lib/descriptor/descriptor.h"
#include "lib/message/gauge.h"
#include "lib/message/outbox.h"
#include "lib/primary/group.h"
#include "lib/primary/guardian.h"
#include "lib/primary/reason.h"
#include "lib/primary/route.h"
#include "lib/primary/succession.h"
#include "lib/primary/workers.h"
#include "lib/shutdown/shutdown.h"

static rx_nsec now(const cy__worker *worker)
{
	return rx_now(worker->cluster->scheduler);
}

static cy_event event_of(const cy__worker *worker, cy_event_type type)
{
	return (cy_event){.type = type,
	                  .worker = worker->peer.id,
	                  .origin = worker->peer.id,
	                  .sender = worker->peer.id,
	                  .incarnation = worker->supervisor.incarnation,
	                  .status = worker->supervisor.status};
}

static void emit_status(cy__worker *worker)
{
	cy__emit(worker->cluster, event_of(worker, CY_EVENT_STATUS));
}

void cy__worker_show(cy__worker *worker)
{
	emit_status(worker);
}

/* ---- Time: the start timeout, the revival ----------------------------------------------------------------------- */

static void take_end(cy__worker *worker, cy__end *end, const cy__reasons *reasons);

static void arm(cy__worker *worker)
{
	if (worker->supervisor.due == RX_NEVER || worker->current.reaped)
		rx_cancel(&worker->due);
	else
		rx_schedule(worker->cluster->scheduler, &worker->due, worker->supervisor.due - now(worker));
}

int cy__worker_again(cy__worker *worker)
{
	cy__end end;
	const int code = cy__worker_start(worker);
	if (code >= 0) {
		emit_status(worker);
		return code;
	}
	cy__reasons reasons = {.code = code};
	snprintf(reasons.start, sizeof reasons.start, "%s", rx_words(code));
	cy__trouble(worker->cluster, worker->peer.id, code, "%s", reasons.start);
	if (cy__supervisor_not_started(&worker->supervisor, now(worker), cy__chance_bits(&worker->cluster->chance),
	                               &end) >= 0)
		take_end(worker, &end, &reasons);
	return rx_raise(code, "%s", reasons.start);
}

static void due(rx_task *task)
{
	cy__worker *worker = CY__CONTAINER(task, cy__worker, due);
	if (cy__supervisor_revival_due(&worker->supervisor, now(worker))) {
		cy__worker_again(worker);
	} else if (cy__supervisor_overdue(&worker->supervisor, now(worker))) {
		cy__trouble(worker->cluster, worker->peer.id, -ETIMEDOUT, "%s was not ready in time, and is killed",
		            cy_label_of(worker->cluster, worker->peer.id));
		if (cy__worker_has_process(worker))
			cy__process_signal_group(&worker->process, SIGKILL);
	} else {
		arm(worker);
	}
}

/* ---- The end of an incarnation ------------------------------------------------------------------------------------ */

/*
 * Nothing of it is left that could reach the next one: no order, no signal. What its process could not be told, it was
 * not told.
 */
static void finish_incarnation(cy__worker *worker)
{
	cy__incarnation *current = &worker->current;
	rx_cancel(&current->killing);
	rx_cancel(&current->telling);
	if (current->order.legs)
		cy__exchange_cancel(&current->order);
	cy__pulse_ended(worker);
	cy__recycle_stop(worker);
	current->running = current->reaped = false;
}

static void take_end(cy__worker *worker, cy__end *end, const cy__reasons *reasons)
{
	cy_cluster *cluster = worker->cluster;
	char words[512];
	finish_incarnation(worker);
	if (end->reason == CY_ENDED_ASKED)
		end->reason = worker->current.asked_as;
	cy__succession_abandon(worker);
	if (cy__succession_is_spare(worker))
		cy__succession_judge(worker, end);
	else if (worker->member)
		cy__group_judge(worker, end);
	else
		cy__policy_judge(worker, end);
	cy_event event = event_of(worker, CY_EVENT_EXIT);
	event.origin = cy__reason_origin(worker, end);
	event.code = reasons->code;
	event.signal = reasons->signal;
	event.core = reasons->core;
	event.intended = end->intended;
	event.reason = end->reason;
	event.sequel = end->sequel;
	event.words = cy__reason_describe(worker, end, reasons, words, sizeof words);
	event.last_words = cy__streams_last_words(worker);
	arm(worker);
	emit_status(worker);
	cy__emit(cluster, event);
	cy__policy_tell(worker, &event);
	/* Callbacks may have asked for its end, or started it again, meanwhile. */
	if (!cy__supervisor_lives(&worker->supervisor)) {
		cy__peer_abandon(&worker->peer);
		if (worker->supervisor.sequel == CY_GONE && !worker->member)
			cy__workers_forget(worker);
	}
	if (cy__succession_is_spare(worker))
		cy__succession_ended(worker);
	cy__stop_progress(cluster);
}

/* Its process is dead, and all that it left behind has been read. */
static void end_if_drained(cy__worker *worker)
{
	const rx_exit exit = worker->current.exit;
	cy__end end;
	if (!worker->current.reaped || worker->current.parting || worker->peer.channel ||
	    !cy__streams_are_drained(worker))
		return;
	if (!worker->current.disconnected) {
		cy__worker_disconnected(worker, 0, NULL); /* which comes back here */
		return;
	}
	cy__process_finish(&worker->process);
	finish_incarnation(worker);
	const cy__reasons reasons = {.code = exit.code, .signal = exit.signal, .core = exit.core};
	if (cy__supervisor_ended(&worker->supervisor, exit.code, exit.signal, now(worker),
	                         cy__chance_bits(&worker->cluster->chance), &end) >= 0)
		take_end(worker, &end, &reasons);
}

void cy__worker_drained(cy__worker *worker)
{
	end_if_drained(worker);
}

/*
 * What it wrote before its end lies in the socket, which takes no more from now on: whoever else holds its end is refused.
 * Its end follows that of the channel, at once as a rule.
 */
static void close_channel(cy__worker *worker)
{
	cy__channel *channel = worker->peer.channel;
	if (!channel)
		return;
	shutdown(cy__channel_fd(channel), SHUT_RD);
	cy__peer_read(&worker->peer); /* what does not fit into one slice goes on as ever */
}

/* The number of a process that has been reaped is anybody's: nothing is sent to it any more, and no callback comes first. */
static void child_exited(const rx_exit *exit, void *ctx)
{
	cy__worker *worker = ctx;
	worker->current.reaped = true;
	worker->current.exit = *exit;
	cy__process_reaped(&worker->process);
	rx_unsubscribe(&worker->current.child); /* its place is the next one's, who may be started in what follows */
	rx_cancel(&worker->current.killing);
	rx_cancel(&worker->due);
	cy__pulse_ended(worker);
	worker->current.parting = true; /* or its end, and the next incarnation's beginning, would come in the middle */
	cy__streams_drain(worker);
	close_channel(worker);
	worker->current.parting = false;
	end_if_drained(worker);
}
RX_CONSUMER(child_exited, rx_exit);

/* Somebody else has waited for it: how it ended is not known. */
static void child_lost(const rx_error *error, void *ctx)
{
	cy__worker *worker = ctx;
	if (!worker->current.running) {
		worker->current.unwatched = error->code; /* who starts it looks there */
		return;
	}
	cy__trouble(worker->cluster, worker->peer.id, error->code, "%s was not ours to wait for: %s",
	            cy_label_of(worker->cluster, worker->peer.id), error->message);
	child_exited(&(rx_exit){.pid = worker->process.pid, .code = -1}, worker);
}

/* ---- Its beginning ------------------------------------------------------------------------------------------------ */

static int say_hello(cy__worker *worker)
{
	const cy_options *options = &worker->cluster->options;
	cy_value *body = cy_pack(
		"{'id': u, 'name': v, 'incarnation': u, 'metadata': v, 'primary': i, 'timeout': I, "
		"'kill_after': I, 'interruptible': b}",
		worker->peer.id, worker->name ? cy_string(worker->name) : cy_nil(), worker->supervisor.incarnation,
		worker->options.metadata ? cy_value_ref(worker->options.metadata) : cy_nil(), (int)getpid(),
		options->shutdown_timeout, options->kill_after, !cy__signals_include(worker->cluster, SIGINT));
	const int code = cy__peer_post(
		&worker->peer,
		&(cy__post){.kind = CY__HELLO, .to = worker->peer.id, .call = CY__FRAME_VERSION, .body = body});
	cy_value_unref(body);
	if (code >= 0)
		cy__channel_flush(worker->peer.channel);
	return code;
}

static int open_channel(cy__worker *worker)
{
	int code = cy__peer_open(&worker->peer, worker->cluster, worker->peer.id, worker->process.channel);
	if (code < 0)
		return code;
	worker->process.channel = -1;
	cy__peer_bind(&worker->peer);
	return say_hello(worker);
}

/* The process is there, and cannot be used: as if it had never been. */
static void discard_process(cy__worker *worker)
{
	const pid_t pid = worker->process.pid;
	cy__process_signal_group(&worker->process, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	cy__process_reaped(&worker->process);
	cy__process_finish(&worker->process);
	cy__streams_close(worker);
	cy__peer_lost(&worker->peer);
	finish_incarnation(worker);
}

/* Its end will be heard of, or it cannot stay. */
static int watch(cy__worker *worker)
{
	rx_subscribe(rx_child(worker->process.pid),
	             &(rx_observer){RX_NEXT(child_exited), .error = child_lost, .ctx = worker,
	                            .scheduler = worker->cluster->scheduler},
	             &worker->current.child);
	return worker->current.unwatched;
}

int cy__worker_start(cy__worker *worker)
{
	const char *why = "";
	if (worker->supervisor.incarnation < worker->issued)
		worker->supervisor.incarnation = worker->issued;
	int code = cy__supervisor_start(&worker->supervisor, now(worker));
	if (code < 0)
		return code;
	worker->current = (cy__incarnation){0};
	arm(worker);
	/* A terminal sends it to the whole group: a worker that has not joined must not die of what stops it in order. */
	const int ignored = cy__signals_include(worker->cluster, SIGINT) ? SIGINT : 0;
	code = cy__guardian_spawn(worker->cluster, &worker->copy.options, ignored, &worker->process, &why);
	if (code < 0)
		return rx_raise(code, "%s cannot be started: %s: %s", cy_label_of(worker->cluster, worker->peer.id),
		                why, strerror(-code));
	code = cy__streams_open(worker);
	if (code >= 0)
		code = open_channel(worker);
	if (code >= 0)
		code = watch(worker);
	if (code < 0) {
		discard_process(worker);
		return rx_raise(code, "%s cannot be started: its channel: %s",
		                cy_label_of(worker->cluster, worker->peer.id), strerror(-code));
	}
	worker->current.running = true;
	return 0;
}

void cy__worker_hello(cy__worker *worker, const cy__frame *frame)
{
	(void)frame;
	worker->peer.greeted = true;
	cy__worker_status(worker, CY_LOADED);
	if (worker->peer.greeted)
		cy__emit(worker->cluster, event_of(worker, CY_EVENT_ONLINE));
	if (worker->peer.greeted)
		cy__outbox_open(&worker->peer);
}

static void become_ready(cy__worker *worker)
{
	worker->current.ready = true;
	cy__pulse_start(worker);
	cy__recycle_start(worker);
	if (worker->member)
		cy__group_member_ready(worker);
	cy__emit(worker->cluster, event_of(worker, CY_EVENT_READY));
}

static void note_asker(cy__worker *worker, cy_reason why, uint32_t who)
{
	worker->current.asked_as = why;
	worker->current.asker = who;
}

void cy__worker_status(cy__worker *worker, cy_status status)
{
	const bool asked = worker->supervisor.asked;
	if (cy__supervisor_set(&worker->supervisor, status, now(worker)) <= 0)
		return;
	arm(worker);
	const bool ready = !worker->current.ready && (status == CY_IDLE || status == CY_PROCESSING);
	cy__worker *replaced = ready && worker->predecessor ? cy__succession_take_over(worker) : NULL;
	emit_status(worker);
	if (ready && !cy__succession_is_spare(worker)) /* whose place it was to take may be on its way out */
		become_ready(worker);
	if (replaced)
		cy__succession_retire(replaced);
	if (status == CY_STOPPING && !asked)
		note_asker(worker, CY_ENDED_ASKED, worker->peer.id);
	if (status == CY_STOPPING && !asked)
		cy__worker_stop(worker, worker->cluster->options.shutdown_timeout, 0);
}

/* ---- Its channel's end -------------------------------------------------------------------------------------------- */

/* One that is on its way out has a deadline, if nobody has given it one: its name and its process are not held for ever. */
static rx_nsec time_to_leave(const cy__worker *worker)
{
	return worker->current.limited ? RX_NEVER : worker->cluster->options.shutdown_timeout;
}

void cy__worker_goodbye(cy__worker *worker)
{
	cy__worker_ask(worker, worker->peer.id, time_to_leave(worker));
}

static void kill_next(rx_task *task)
{
	cy__worker *worker = CY__CONTAINER(task, cy__worker, current.killing);
	if (!cy__worker_has_process(worker))
		return;
	if (worker->current.next_signal == SIGTERM) {
		cy__process_signal(&worker->process, SIGTERM);
		worker->current.next_signal = SIGKILL;
		rx_schedule(worker->cluster->scheduler, &worker->current.killing, worker->cluster->options.kill_after);
	} else {
		cy__process_signal_group(&worker->process, SIGKILL);
	}
}

/* SIGTERM after @p timeout, unless a signal is due before that. */
static void kill_after(cy__worker *worker, rx_nsec timeout)
{
	const rx_nsec delay = timeout > 0 ? timeout : 0;
	if (!cy__worker_has_process(worker))
		return;
	worker->current.limited = true;
	if (timeout == RX_NEVER)
		return;
	if (worker->current.killing.scheduler &&
	    (worker->current.next_signal == SIGKILL || worker->current.killing.due - now(worker) <= delay))
		return;
	worker->current.next_signal = SIGTERM;
	worker->current.killing.run = kill_next;
	rx_schedule(worker->cluster->scheduler, &worker->current.killing, delay);
}

void cy__worker_ask_as(cy__worker *worker, cy_reason why, uint32_t who, rx_nsec timeout)
{
	if (!worker->supervisor.asked)
		note_asker(worker, why, who);
	cy__supervisor_ask(&worker->supervisor);
	kill_after(worker, timeout);
}

void cy__worker_ask(cy__worker *worker, uint32_t who, rx_nsec timeout)
{
	cy__worker_ask_as(worker, CY_ENDED_ASKED, who, timeout);
}

void cy__worker_disconnected(cy__worker *worker, int code, const char *why)
{
	cy_cluster *cluster = worker->cluster;
	if (worker->current.disconnected)
		return;
	worker->current.disconnected = true;
	const bool intended = worker->supervisor.asked;
	cy__peer_lost(&worker->peer);
	if (code < 0)
		cy__trouble(cluster, worker->peer.id, code, "%s loses its channel: %s",
		            cy_label_of(cluster, worker->peer.id), why);
	cy_event event = event_of(worker, CY_EVENT_DISCONNECT);
	event.intended = intended;
	event.code = code;
	cy__emit(cluster, event);
	kill_after(worker, time_to_leave(worker));
	end_if_drained(worker);
}

/* ---- Stopping ------------------------------------------------------------------------------------------------------ */

#define TELL_AGAIN RX_MS(10)

static void tell(cy__worker *worker);

static void tell_again(rx_task *task)
{
	tell(CY__CONTAINER(task, cy__worker, current.telling));
}

/* Its end is seen by its exit; for want of memory or room it is told again. */
static void not_told(cy__exchange *exchange, uint32_t from, cy__body body)
{
	(void)from;
	cy__worker *worker = CY__CONTAINER(exchange, cy__worker, current.order);
	const rx_error *error = cy__error_of(body);
	const int code = error->code;
	rx_error_unref(error);
	if (code != -ENOMEM && code != -EAGAIN)
		return;
	worker->current.telling.run = tell_again;
	rx_schedule(worker->cluster->scheduler, &worker->current.telling, TELL_AGAIN);
}

static void nothing_came(cy__exchange *exchange, cy__leg *leg, uint32_t from, cy__body body, cy__fds *fds)
{
	(void)exchange, (void)leg, (void)from, (void)body, (void)fds;
}

static void was_told(cy__exchange *exchange, uint32_t from)
{
	(void)exchange, (void)from;
}

static void nothing_to_release(cy__exchange *exchange)
{
	(void)exchange; /* it is the worker's */
}

/* Not by its id, as others call it: another process may have its place. */
static void tell(cy__worker *worker)
{
	static const cy__caller orders = {
		.item = nothing_came, .error = not_told, .end = was_told, .release = nothing_to_release};
	if (!worker->peer.channel || worker->current.order.legs)
		return;
	cy_value *body = cy_array(cy_nil(), cy_string("cy_shutdown"), cy_int(worker->current.asking));
	cy__exchange_init(&worker->current.order, worker->cluster, &orders, CY__TO_PRIMARY, CY__CREDIT_ITEMS, 0, false);
	/* Behind all that was sent before it, however large. */
	cy__route_to(&worker->current.order, worker,
	             &(cy__call_frame){.flags = CY__FRAME_BULK, .last = true, .to = worker->peer.id, .body = body});
	cy_value_unref(body);
}

/* It has no process, and will have none but by hand: who waits for it hears that. */
static void give_up(cy__worker *worker)
{
	rx_wait_forbid();
	cy__peer_abandon(&worker->peer);
	rx_wait_allow();
	emit_status(worker);
}

/* It has no process: what it waited for will not come. */
static void bury(cy__worker *worker)
{
	rx_cancel(&worker->due);
	rx_wait_forbid();
	cy__peer_abandon(&worker->peer);
	rx_wait_allow();
	emit_status(worker);
	/* Callbacks may have started it again meanwhile. */
	if (!cy__supervisor_lives(&worker->supervisor))
		cy__workers_forget(worker);
	cy__stop_progress(worker->cluster);
}

void cy__worker_stop(cy__worker *worker, rx_nsec timeout, int signal)
{
	if (!cy__succession_is_spare(worker))
		cy__succession_stop(worker, timeout, signal);
	const bool told = worker->supervisor.status == CY_STOPPING && worker->supervisor.asked;
	if (!worker->current.running) {
		const bool lived = cy__supervisor_lives(&worker->supervisor);
		cy__worker_ask(worker, CY__TO_PRIMARY, RX_NEVER);
		if (lived)
			bury(worker);
		return;
	}
	cy__worker_ask(worker, CY__TO_PRIMARY, timeout);
	if (told || !worker->peer.channel)
		return;
	worker->current.asking = signal;
	tell(worker);
	if (cy__supervisor_set(&worker->supervisor, CY_STOPPING, now(worker)) > 0)
		emit_status(worker);
	arm(worker);
}

int cy__worker_decide(cy__worker *worker, cy_sequel sequel, rx_nsec delay)
{
	const int code = cy__supervisor_decide(&worker->supervisor, sequel, delay, now(worker));
	if (code < 0)
		return code;
	arm(worker);
	if (sequel == CY_GONE)
		bury(worker);
	else if (sequel == CY_FAILED)
		give_up(worker);
	return 0;
}

void cy__worker_follow(cy__worker *worker, cy_sequel sequel)
{
	const bool lived = cy__supervisor_lives(&worker->supervisor);
	cy__supervisor_follow(&worker->supervisor, sequel);
	if (lived && !cy__supervisor_lives(&worker->supervisor))
		give_up(worker);
}

void cy__worker_limit(cy__worker *worker, rx_nsec timeout)
{
	if (!worker->current.running)
		return;
	cy__worker_ask(worker, CY__TO_PRIMARY, timeout);
}

void cy__worker_force(cy__worker *worker)
{
	if (!worker->current.running) {
		cy__worker_stop(worker, RX_NOW, 0);
		return;
	}
	cy__worker_ask(worker, CY__TO_PRIMARY, RX_NEVER);
	cy__process_signal_group(&worker->process, SIGKILL);
}

bool cy__worker_lives(const cy__worker *worker)
{
	return cy__supervisor_lives(&worker->supervisor);
}

void cy__worker_init(cy__worker *worker, cy_cluster *cluster, uint32_t id)
{
	worker->cluster = worker->peer.cluster = cluster;
	worker->peer.worker = worker;
	worker->peer.id = id;
	cy__gauge_init(&worker->peer.gauge, cluster, id);
	cy__outbox_init(&worker->peer.outbox, &worker->peer.gauge, true);
	worker->process = (cy__process){.pidfd = -1, .channel = -1, .streams = {-1, -1, -1}};
	worker->due.run = due;
}

/* The account is the id's: of others that have it, or of whatever is still held. */
static void close_account(const cy__worker *worker)
{
	const cy__worker *other = cy__workers_find(worker->cluster, worker->peer.id);
	for (cy__worker *spare = worker->cluster->spares; !other && spare; spare = spare->next_spare)
		other = spare->peer.id == worker->peer.id ? spare : NULL;
	if (worker->peer.account && (!other || other == worker))
		cy__account_close(worker->peer.account);
}

void cy__worker_destroy(cy__worker *worker)
{
	rx_cancel(&worker->due);
	finish_incarnation(worker);
	rx_unsubscribe(&worker->current.child);
	cy__peer_finish(&worker->peer);
	close_account(worker);
	cy__streams_finish(worker);
	cy__process_finish(&worker->process);
	cy__policy_finish(worker);
	cy__process_copy_finish(&worker->copy);
	cy__allowed_destroy(worker->allowed);
	cy__supervisor_finish(&worker->supervisor);
	cy_value_unref(worker->options.metadata);
	rx_free(worker->name);
	rx_free(worker);
}
