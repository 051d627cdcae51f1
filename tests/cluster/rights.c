/*
 * What a worker cannot do, whatever it says: act or speak for another, register as another, command another with the
 * library's own commands, hear what another was sent. PROGRAM(keeper) is the one who must not suffer, id 1;
 * PROGRAM(intruder) speaks the wire's language itself, id 2.
 */
#include <stdio.h>

#include "tests/support/liar.h"

enum { SARAH = 1, INTRUDER = 2, TRIED = 200 };

/* ---- The keeper ------------------------------------------------------------------------------------------------------ */

static rx_observable *tell_origin(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_uint(request->origin));
}

static void cancelled(void *ctx)
{
	cy_send(ctx, cy_primary(), "cancelled", NULL);
}

static int wait_for_ever(rx_subscriber *subscriber, void *ctx)
{
	cy_send(ctx, cy_primary(), "begun", NULL);
	return rx_on_teardown(subscriber, cancelled, ctx);
}

static rx_observable *wait(const cy_request *request, void *ctx)
{
	(void)ctx;
	return rx_create(&rx_type_cy_body, wait_for_ever, request->cluster, NULL);
}

static int tell_change(const cy_change *change, void *ctx)
{
	cy_send(ctx, cy_primary(), change->snapshot ? "snapshot" : "change", NULL);
	return 0;
}
RX_CONSUMER(tell_change, cy_change);

static void tell_message(const cy_event *event, void *ctx)
{
	char words[64];
	snprintf(words, sizeof words, "heard from %u", event->origin);
	cy_send(ctx, cy_primary(), words, NULL);
}
RX_CONSUMER(tell_message, cy_event);

static void ended(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx; /* with the channel */
}

PROGRAM(keeper)
{
	static const cy_command commands[] = {{.name = "origin", .run = tell_origin},
	                                      {.name = "wait", .run = wait},
	                                      {.name = "own", .callers = CY_BY_ITSELF, .run = tell_origin},
	                                      {.name = "for_primary", .callers = CY_BY_PRIMARY, .run = tell_origin}};
	rx_subscription mirror, messages;
	cy_cluster *cluster = cy_join(NULL);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	rx_subscribe(cy_mirror(cluster, "vault"), &(rx_observer){RX_NEXT(tell_change), .error = ended, .ctx = cluster},
	             &mirror);
	rx_subscribe(cy_messages(cluster, NULL), &(rx_observer){RX_NEXT(tell_message), .ctx = cluster}, &messages);
	return cy_run(cluster);
}

static void keep_exit(const cy_event *event, void *ctx)
{
	if (event->worker == INTRUDER)
		*(int *)ctx = event->code;
}
RX_CONSUMER(keep_exit, cy_event);

/* ---- The intruder ----------------------------------------------------------------------------------------------------- */

static void ask(uint32_t from, uint32_t to, const char *command, cy_value *arguments)
{
	say((cy__frame){.kind = CY__CALL, .call = CALL, .from = from, .to = to},
	    cy_array(cy_nil(), cy_string(command), arguments), put);
}

/* What was said before has been taken, for what came after it has been answered. */
static void leave(void)
{
	ask(INTRUDER, SARAH, "origin", cy_nil());
	uint64_t origin = 0;
	cy_get_uint(hear(CY__ITEM), NULL, &origin);
	_exit(origin == INTRUDER ? 0 : 93);
}

static void speak(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__MESSAGE, .from = SARAH}, cy_pack("[n, s, n]", "hello"), put);
	say((cy__frame){.kind = CY__MESSAGE, .to = SARAH}, cy_pack("[n, s, n]", "hello"), put);
	leave();
}

static void enter(void)
{
	say((cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION, .from = SARAH, .to = SARAH},
	    cy_pack("{'pid': i, 'id': i, 'name': s, 'incarnation': i}", 1, SARAH, "Sarah", 7), put);
	leave();
}

static void change_status(void)
{
	say_hello(put);
	ask(SARAH, 0, "cy_status_change", cy_int(CY_STOPPING));
	cy_value_unref(hear(CY__END));
	_exit(0);
}

static void part(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__GOODBYE, .from = SARAH, .to = SARAH}, NULL, put);
	_exit(0);
}

static void cancel(void)
{
	say_hello(put);
	for (uint64_t call = 0; call < TRIED; call++)
		say((cy__frame){.kind = CY__CANCEL, .from = call % 2, .to = SARAH, .call = call}, NULL, put);
	leave();
}

static void grant(void)
{
	say_hello(put);
	for (uint64_t call = 0; call < TRIED; call++)
		say((cy__frame){.kind = CY__CREDIT, .from = call % 2, .to = SARAH, .call = call, .credit = 5}, NULL,
		    put);
	leave();
}

static void reply(void)
{
	static const cy__kind kinds[] = {CY__ITEM, CY__END, CY__ERROR};
	say_hello(put);
	for (uint64_t call = 0; call < TRIED; call++)
		say((cy__frame){.kind = kinds[call % 3], .from = SARAH, .to = 0, .call = call},
		    cy_pack("[i, s]", -EPERM, "no"), put);
	leave();
}

static void trouble(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__EVENT, .to = SARAH}, cy_pack("[i, s]", -EPERM, "no"), put);
	say((cy__frame){.kind = CY__PONG, .from = SARAH, .to = SARAH}, NULL, put);
	leave();
}

static void answer_as_another(void)
{
	say_hello(put);
	cy_value_unref(hear(CY__CALL));
	say((cy__frame){.kind = CY__ITEM, .from = SARAH, .call = heard_call}, cy_uint(SARAH), put);
	say((cy__frame){.kind = CY__END, .from = SARAH, .call = heard_call}, NULL, put);
	hear_no_more();
}

/* After the primary's hello, the first that it hears is the call that is for it. */
static void listen(void)
{
	say_hello(put);
	cy_value_unref(hear(CY__CALL));
	_exit(heard_frames == 2 ? 0 : 92);
}

static const struct deed {
	const char *name;
	void (*act)(void);
} deeds[] = {
	{"speak as another", speak},
	{"register as another", enter},
	{"change another's status", change_status},
	{"say goodbye for another", part},
	{"cancel another's call", cancel},
	{"grant credit for another's call", grant},
	{"reply to another's call", reply},
	{"bring trouble to another", trouble},
	/* For the tests that await them. */
	{"answer as another", answer_as_another},
	{"listen", listen},
};
enum { DEEDS = sizeof deeds / sizeof *deeds - 2 };

static const struct call {
	const char *name;
	uint32_t from, to;
	const char *command;
	int code;
} calls[] = {
	{"shut another down", INTRUDER, SARAH, "cy_shutdown", -EPERM},
	{"shut another down as the primary", 0, SARAH, "cy_shutdown", -EPERM},
	{"shut another down as itself", SARAH, SARAH, "cy_shutdown", -EPERM},
	{"shut all others down", 0, CY__TO_OTHERS, "cy_shutdown", -EPERM},
	{"set another's metadata", 0, SARAH, "cy_worker_set_metadata", -EPERM},
	{"have another change its status", 0, SARAH, "cy_status_change", -ENOSYS},
	{"have another save for the storage", 0, SARAH, "cy_storage_save", -ENOSYS},
	{"call as another what is its own", SARAH, SARAH, "own", -EPERM},
	{"call what is for the primary", 0, SARAH, "for_primary", -EPERM},
	{"shut the primary down", SARAH, 0, "cy_shutdown", -ENOSYS},
	{"read what was narrowed", 0, 0, "cy_storage_retrieve", -EPERM},
	{"mirror what was narrowed", SARAH, 0, "cy_storage_mirror", -EPERM},
	{"listen where that was narrowed", 0, 0, "cy_listen", -EPERM},
	{"ask for the time where that was narrowed", 0, 0, "cy_get_timestamp", -EPERM},
};
enum { CALLS = sizeof calls / sizeof *calls };

static int make(const struct call *call)
{
	say_hello(put);
	ask(call->from, call->to, call->command, cy_string("vault"));
	hear_refusal(call->code);
	return 94;
}

PROGRAM(intruder)
{
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (strcmp(deeds[i].name, argv[1]) == 0)
			deeds[i].act();
	for (size_t i = 0; i < CALLS; i++)
		if (strcmp(calls[i].name, argv[1]) == 0)
			return make(&calls[i]);
	return 94;
}

/* ---- The house --------------------------------------------------------------------------------------------------------- */

struct house {
	cy_cluster *cluster;
	event_log log;
	int left_with; /* the intruder */
	rx_subscription waiting, exits;
};

/* Sarah has a call that is under way, and mirrors the vault. */
static void open_house(struct house *house)
{
	cy_cluster *cluster = cluster_begin("keeper", NULL);
	*house = (struct house){.cluster = cluster, .left_with = -1};
	ck_assert_int_eq(cy_storage_init(cluster, cy_pack("{'vault': {'gold': i}}", 1)), 0);
	event_log_start(&house->log, cluster, NULL);
	rx_subscribe(cy_events_of(cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(keep_exit), .ctx = &house->left_with},
	             &house->exits);
	ck_assert_uint_eq(cluster_fork(cluster, "Sarah", NULL), SARAH);
	cluster_ready(cluster);
	rx_subscribe(cy_call(cluster, cy_named("Sarah"), "wait", NULL), NULL, &house->waiting);
	event_log_await(&house->log, "message Sarah begun");
	event_log_await(&house->log, "message Sarah snapshot");
}

static void let_in(struct house *house, const char *deed)
{
	program_select("intruder");
	ck_assert_uint_eq(cluster_fork(house->cluster, "Intruder",
	                               &(cy_worker_options){.process.arguments = (const char *[]){deed, NULL}}),
	                  INTRUDER);
}

/* Sarah has not noticed anything. */
static void close_house(struct house *house)
{
	cy_cluster *cluster = house->cluster;
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "origin", NULL), 0);
	ck_assert_int_eq(cy_status_of(cluster, cy_worker_named(SARAH, "Sarah")), CY_IDLE);
	ck_assert(!rx_is_closed(&house->waiting));
	ck_assert_uint_eq(event_log_count(&house->log, "disconnect Sarah"), 0);
	ck_assert_uint_eq(event_log_count(&house->log, "message Sarah cancelled"), 0);
	ck_assert_uint_eq(event_log_count(&house->log, "message Sarah hello"), 0);
	ck_assert_uint_eq(event_log_count(&house->log, "message Sarah heard from 0"), 0);
	rx_unsubscribe(&house->waiting);
	event_log_await(&house->log, "message Sarah cancelled");
	rx_unsubscribe(&house->exits);
	event_log_stop(&house->log);
	cluster_end(cluster);
}

static void await_intruder(struct house *house, const char *deed)
{
	event_log_await(&house->log, "disconnect Intruder");
	while (cy_status_of(house->cluster, cy_named("Intruder")) > 0)
		ck_assert_int_eq(
			rx_await_first(cy_event, cy_events_of(house->cluster, CY_EVENT_EXIT), (cy_event *)NULL), 0);
	ck_assert_msg(house->left_with == 0, "%s: %d", deed, house->left_with);
}

TEST(a_worker_acts_in_its_own_name_whatever_it_says, .to = DEEDS)
{
	struct house house;
	open_house(&house);
	let_in(&house, deeds[_i].name);
	await_intruder(&house, deeds[_i].name);
	const bool spoke = deeds[_i].act == speak;
	ck_assert_uint_eq(event_log_count(&house.log, "message Intruder hello"), spoke);
	ck_assert_uint_eq(event_log_count(&house.log, "message Sarah heard from 2"), spoke);
	close_house(&house);
}

TEST(a_worker_may_not_whoever_it_says_that_it_is, .to = CALLS)
{
	static const char *const narrowed[] = {"cy_storage_retrieve", "cy_storage_mirror", "cy_listen",
	                                       "cy_get_timestamp"};
	struct house house;
	open_house(&house);
	for (size_t i = 0; i < sizeof narrowed / sizeof *narrowed; i++)
		ck_assert_int_eq(cy_restrict(house.cluster, narrowed[i], CY_BY_PRIMARY | CY_BY_ITSELF), 0);
	let_in(&house, calls[_i].name);
	await_intruder(&house, calls[_i].name);
	close_house(&house);
}

/* "1 2 " */
static void note_worker(const cy_reply *reply, void *ctx)
{
	char *text = ctx;
	uint64_t said = 0;
	cy_get_uint(reply->value, NULL, &said);
	if (reply->worker == INTRUDER)
		ck_assert_uint_eq(said, SARAH);
	sprintf(text + strlen(text), "%u ", reply->worker);
}
RX_CONSUMER(note_worker, cy_reply);

TEST(an_answer_is_its_senders_whatever_it_says)
{
	struct house house;
	char workers[64] = "";
	open_house(&house);
	let_in(&house, "answer as another");
	event_log_await(&house.log, "online Intruder");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call(house.cluster, cy_all(), "origin", NULL),
	                                        rx_tap(note_worker, workers), rx_ignore_elements())),
	                 0);
	ck_assert(strcmp(workers, "1 2 ") == 0 || strcmp(workers, "2 1 ") == 0);
	cy_kill(house.cluster, cy_named("Intruder"), SIGKILL);
	event_log_await(&house.log, "exit Intruder signal 9 gone");
	close_house(&house);
}

/* A message, a call and its reply, a change of the storage and its mirror, an event. */
TEST(a_worker_hears_nothing_of_what_another_is_sent)
{
	struct house house;
	open_house(&house);
	cy_cluster *cluster = house.cluster;
	let_in(&house, "listen");
	event_log_await(&house.log, "online Intruder");
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "origin", NULL), 0);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_save(cluster, "vault.gold", cy_int(2)), rx_ignore_elements())), 0);
	event_log_await(&house.log, "message Sarah change");
	ck_assert_int_eq(cy_emit(cluster, "of the primary's own", NULL), 0);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Intruder"), "anything", NULL), -ECONNRESET);
	await_intruder(&house, "listen");
	close_house(&house);
}
