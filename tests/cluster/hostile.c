/*
 * Workers that lie: whatever comes over a channel, the primary lives, the others are served, and an event says why.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "tests/support/liar.h"

/* ---- The liar -------------------------------------------------------------------------------------------------------- */

enum { FORGED = 99, LIES = 20 };

static void lie_in_a_byte(size_t at, uint8_t byte)
{
	uint8_t frame[CY__FRAME_HEAD + 1];
	cy__frame_encode(&(cy__frame){.kind = CY__CALL, .call = CALL}, frame);
	frame[CY__FRAME_HEAD] = 0xc0;
	frame[at] = byte;
	say_hello(put);
	put(frame, sizeof frame);
	hear_no_more();
}

static void array(void)
{
	lie_in_a_byte(4, 0x98);
}

static void length(void)
{
	say_hello(put);
	put("\xff\xff\xff\xff", 4);
	hear_no_more();
}

static void width(void)
{
	lie_in_a_byte(10, 0xce);
}

static void kind(void)
{
	lie_in_a_byte(6, 0x7e);
}

static void hello(void)
{
	say_hello(put);
	say_hello(put);
	hear_no_more();
}

static void early(void)
{
	say_done();
	hear_no_more();
}

static void bodiless(void)
{
	uint8_t head[CY__FRAME_HEAD];
	cy__frame_encode(&(cy__frame){.kind = CY__CALL, .call = CALL}, head);
	head[3] = CY__FRAME_HEAD - CY__FRAME_LENGTH;
	say_hello(put);
	put(head, sizeof head);
	hear_no_more();
}

static void descriptors(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__MESSAGE, .fd_count = 3}, cy_pack("[n, s, n]", "done"), put);
	hear_no_more();
}

static void nil(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL}, NULL, put);
	hear_refusal(-EBADMSG);
}

static void nonsense(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .body = (const uint8_t *)"\xc1", .body_size = 1}, NULL, put);
	hear_refusal(-EBADMSG);
}

static void passed(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1, .body = (const uint8_t *)"\xc1", .body_size = 1}, NULL,
	    put);
	hear_refusal(-EBADMSG);
}

/* A call of the primary's, or of another's, with a body that is none; which costs that call and nothing else. */
static void call_with(const void *body, size_t size, uint32_t to)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = to, .body = body, .body_size = size}, NULL, put);
	hear_refusal(-EBADMSG);
}

static void count(void)
{
	call_with("\xdd\xff\xff\xff\xff", 5, 0);
}

static void count_passed(void)
{
	call_with("\x93\xc0\xa4wait\xdd\xff\xff\xff\xff", 12, 1);
}

static void nesting(void)
{
	static uint8_t deep[100001];
	memset(deep, 0x91, sizeof deep - 1);
	deep[sizeof deep - 1] = 0xc0;
	call_with(deep, sizeof deep, 0);
}

static void key_twice(void)
{
	call_with("\x93\xc0\xaf"
	          "cy_storage_save\x92\xa1n\x82\xa1k\x01\xa1k\x02",
	          28, 0);
}

static void text(void)
{
	call_with("\x93\xc0\xa1\xff\xc0", 5, 0);
}

static void after_goodbye(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__GOODBYE}, NULL, put);
	say_done();
	hear_no_more();
}

static void unasked_descriptors(void)
{
	uint8_t head[CY__FRAME_HEAD];
	char room[CMSG_SPACE(2 * sizeof(int))] = "";
	struct iovec bytes = {head, sizeof head};
	struct msghdr message = {
		.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
	*CMSG_FIRSTHDR(&message) = (struct cmsghdr){CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), (int[]){STDERR_FILENO, STDERR_FILENO}, 2 * sizeof(int));
	say_hello(put);
	cy__frame_encode(&(cy__frame){.kind = CY__PING}, head);
	if (sendmsg(channel, &message, 0) != (ssize_t)sizeof head)
		_exit(CAUGHT);
	put("\xc0", 1);
	say_done();
	hear_no_more();
}

/* Who is innocent, and gets it, answers what comes after it. */
static void passed_message(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__MESSAGE, .to = 1, .body = (const uint8_t *)"\xc1", .body_size = 1}, NULL, put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1}, cy_pack("[n, s, n]", "origin"), put);
	cy_value_unref(hear(CY__ITEM));
	_exit(0);
}

static void nameless(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .flags = CY__FRAME_NAMED, .call = CALL, .to = CY__TO_UNKNOWN},
	    cy_pack("[i]", 5), put);
	hear_refusal(-EBADMSG);
}

static void message(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__MESSAGE, .body = (const uint8_t *)"\xc1", .body_size = 1}, NULL, put);
	say_done();
	hear_no_more();
}

static void ask_origin(void (*with)(const void *bytes, size_t size))
{
	uint64_t id = 0, origin = 0;
	cy_get_uint(hear(CY__HELLO), "id", &id);
	say_hello(with);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .from = FORGED, .to = 1}, cy_pack("[n, s, n]", "origin"), with);
	cy_get_uint(hear(CY__ITEM), NULL, &origin);
	_exit(id && origin == id ? 0 : 93);
}

static void forged(void)
{
	ask_origin(put);
}

static void slow(void)
{
	ask_origin(put_slowly);
}

static void nothing_granted(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CREDIT, .call = CALL}, NULL, put);
	hear_no_more();
}

static void too_much_granted(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1, .credit = UINT32_MAX}, cy_pack("[n, s, n]", "wait"),
	    put);
	say((cy__frame){.kind = CY__CREDIT, .call = CALL, .credit = 1}, NULL, put);
	hear_no_more();
}

static void senseless_grant(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1}, cy_pack("[n, s, n]", "wait"), put);
	say((cy__frame){.kind = CY__CREDIT, .call = CALL, .credit = 1}, cy_string("much"), put);
	hear_refusal(-EBADMSG);
}

/* One item more than the three that the call has granted. */
static void overrun(void)
{
	const char *why;
	cy__frame call;
	say_hello(put);
	cy_value_unref(hear(CY__CALL));
	if (cy__frame_decode_head(heard, &call, &why) < 0 || call.credit != 3)
		_exit(95);
	for (int i = 0; i < 4; i++)
		say((cy__frame){.kind = CY__ITEM, .call = call.call}, NULL, put);
	hear_no_more();
}

/* Credit for nobody's call is among them. */
static void replies(void)
{
	say_hello(put);
	for (uint64_t call = 1; call <= LIES; call++)
		say((cy__frame){.kind = call % 2 ? CY__ITEM : CY__END, .call = call, .from = 1}, NULL, put);
	say((cy__frame){.kind = CY__CREDIT, .call = CALL, .credit = 1}, NULL, put);
	say_done();
	hear_no_more();
}

/* ---- What is cut off, comes late, or comes from another life ---------------------------------------------------------- */

static void put_half_a_frame(void)
{
	uint8_t frame[CY__FRAME_HEAD];
	cy__frame_encode(&(cy__frame){.kind = CY__MESSAGE}, frame);
	put(frame, sizeof frame / 2);
}

static void half(void)
{
	say_hello(put);
	put_half_a_frame();
}

static void silence(void)
{
	half();
	hear_no_more();
}

static void cut(void)
{
	say_hello(put);
	hear(CY__CALL);
	put_half_a_frame();
	raise(SIGKILL);
}

/* The second call of a number is answered neither as what it is nor with an error. */
static void doubled(void)
{
	say_hello(put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1}, cy_pack("[n, s, n]", "wait"), put);
	say((cy__frame){.kind = CY__CALL, .call = CALL, .to = 1}, cy_pack("[n, s, n]", "origin"), put);
	say((cy__frame){.kind = CY__CALL, .call = CALL + 1, .to = 1}, cy_pack("[n, s, n]", "origin"), put);
	hear(CY__ITEM);
	_exit(heard_call == CALL + 1 ? 0 : 93);
}

static void answer(uint64_t call)
{
	say((cy__frame){.kind = CY__ITEM, .call = call}, NULL, put);
	say((cy__frame){.kind = CY__END, .call = call}, NULL, put);
}

static void late(void)
{
	say_hello(put);
	hear(CY__CALL);
	const uint64_t call = heard_call;
	hear(CY__CANCEL);
	answer(call);
	say_done();
	hear_no_more();
}

/* Dies on its first call, and answers it in its second life, with all others there may have been. */
static void ghost(void)
{
	uint64_t incarnation = 0;
	cy_get_uint(hear(CY__HELLO), "incarnation", &incarnation);
	say_hello(put);
	if (incarnation == 1) {
		hear(CY__CALL);
		raise(SIGKILL);
	}
	for (uint64_t call = 1; call <= LIES; call++)
		answer(call);
	say_done();
	hear_no_more();
}

static const struct lie {
	const char *name;
	void (*tell)(void);
	int code;   /* the error event's, or 0 */
	int status; /* the liar's */
} lies[] = {
	{"array", array, -EILSEQ, CAUGHT},
	{"length", length, -EMSGSIZE, CAUGHT},
	{"width", width, -EPROTOTYPE, CAUGHT},
	{"kind", kind, -ENOMSG, CAUGHT},
	{"hello", hello, -EPROTO, CAUGHT},
	{"early", early, -EPROTO, CAUGHT},
	{"bodiless", bodiless, -ENODATA, CAUGHT},
	{"descriptors", descriptors, -EPROTO, CAUGHT},
	{"nil", nil, -EBADMSG, 0},
	{"nonsense", nonsense, -EBADMSG, 0},
	{"passed", passed, 0, 0},
	{"nameless", nameless, 0, 0},
	{"forged", forged, 0, 0},
	{"slow", slow, 0, 0},
	{"half", half, -ECONNABORTED, 94},
	{"doubled", doubled, 0, 0},
	{"nothing granted", nothing_granted, -EDOM, CAUGHT},
	{"too much granted", too_much_granted, -EOVERFLOW, CAUGHT},
	{"senseless grant", senseless_grant, 0, 0},
	{"count", count, -EBADMSG, 0},
	{"count passed", count_passed, 0, 0},
	{"nesting", nesting, -EBADMSG, 0},
	{"key twice", key_twice, -EBADMSG, 0},
	{"text", text, -EBADMSG, 0},
	{"after goodbye", after_goodbye, -EPROTO, CAUGHT},
	{"unasked descriptors", unasked_descriptors, -EPROTO, CAUGHT},
	{"passed message", passed_message, 0, 0},
	/* Told by the tests that await them. */
	{"message", message, 0, 0},
	{"replies", replies, 0, 0},
	{"silence", silence, 0, 0},
	{"cut", cut, 0, 0},
	{"late", late, 0, 0},
	{"ghost", ghost, 0, 0},
	{"overrun", overrun, 0, 0},
};

enum { TOLD = sizeof lies / sizeof *lies - 7 };

PROGRAM(liar)
{
	channel = cy__inherited_channel();
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
		if (strcmp(lies[i].name, argv[1]) == 0)
			lies[i].tell();
	return 94;
}

/* ---- Who must not suffer from it ------------------------------------------------------------------------------------- */

static rx_observable *tell_origin(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_uint(request->origin));
}

static rx_observable *wait(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return rx_never();
}

PROGRAM(honest)
{
	cy_cluster *cluster = cy_join(NULL);
	if (!cluster)
		return 99;
	cy_register(cluster, &(cy_command){.name = "origin", .run = tell_origin});
	cy_register(cluster, &(cy_command){.name = "wait", .run = wait});
	return cy_run(cluster);
}

static cy_cluster *begin_with(event_log *log, const char *lie, const cy_options *options, cy_revive revive)
{
	cy_cluster *cluster = cluster_begin("honest", options);
	ck_assert_uint_eq(cluster_fork(cluster, "Sarah", NULL), 1);
	cluster_ready(cluster);
	event_log_start(log, cluster, NULL);
	program_select("liar");
	cluster_fork(cluster, "Liar",
	             &(cy_worker_options){.process.arguments = (const char *[]){lie, NULL},
	                                  .revive = revive,
	                                  .revival = {.first = RX_NOW, .limit = 1}});
	return cluster;
}

static cy_cluster *begin(event_log *log, const char *lie)
{
	return begin_with(log, lie, NULL, CY_REVIVE_NEVER);
}

static int has_exited(const cy_event *event, void *ctx)
{
	(void)ctx;
	return event->type == CY_EVENT_EXIT;
}
RX_PREDICATE(has_exited, cy_event);

static void end(cy_cluster *cluster, event_log *log)
{
	ck_assert_int_eq(cluster_number(cluster, cy_named("Sarah"), "origin", NULL), 0);
	event_log_stop(log);
	cluster_end(cluster);
}

TEST(a_lie_hurts_its_teller_alone_and_is_told, .to = TOLD)
{
	event_log log;
	char line[64];
	const struct lie *lie = &lies[_i];
	cy_cluster *cluster = begin(&log, lie->name);
	ck_assert_int_eq(
		rx_await_first(cy_event, rx_pipe(cy_events(cluster), rx_filter(has_exited, NULL)), (cy_event *)NULL),
		0);
	snprintf(line, sizeof line, "exit Liar %d gone", lie->status);
	ck_assert_msg(event_log_count(&log, line) == 1, "%s: %s", lie->name, log.text);
	ck_assert_msg(event_log_count(&log, "disconnect Liar") == 1, "%s: %s", lie->name, log.text);
	snprintf(line, sizeof line, "error Liar %d", lie->code);
	ck_assert_msg(!lie->code || event_log_count(&log, line) == 1, "%s: %s", lie->name, log.text);
	end(cluster, &log);
}

TEST(a_message_without_sense_is_told_and_costs_nothing_else)
{
	event_log log;
	cy_cluster *cluster = begin(&log, "message");
	event_log_await(&log, "message Liar done");
	ck_assert_uint_eq(event_log_count(&log, "error Liar -74"), 1);
	cy_kill(cluster, cy_named("Liar"), SIGKILL);
	event_log_await(&log, "exit Liar signal 9 gone");
	end(cluster, &log);
}

static uint64_t late_replies(cy_cluster *cluster)
{
	cy_statistics statistics;
	ck_assert_int_eq(cy_statistics_take(cluster, &statistics), 0);
	const uint64_t count = statistics.late;
	cy_statistics_finish(&statistics);
	return count;
}

TEST(replies_to_what_it_was_not_asked_are_counted_and_ignored)
{
	event_log log;
	rx_subscription waiting;
	cy_cluster *cluster = begin(&log, "replies");
	rx_subscribe(cy_call(cluster, cy_named("Sarah"), "wait", NULL), NULL, &waiting);
	event_log_await(&log, "message Liar done");
	ck_assert(!rx_is_closed(&waiting));
	ck_assert_uint_eq(late_replies(cluster), LIES + 1);
	rx_unsubscribe(&waiting);
	cy_kill(cluster, cy_named("Liar"), SIGKILL);
	event_log_await(&log, "exit Liar signal 9 gone");
	end(cluster, &log);
}

TEST(half_a_frame_and_then_silence_costs_its_sender_the_channel)
{
	event_log log;
	cy_cluster *cluster = begin_with(&log, "silence", &(cy_options){.read_timeout = RX_MS(50)}, CY_REVIVE_NEVER);
	event_log_await(&log, "exit Liar 7 gone");
	ck_assert_uint_eq(event_log_count(&log, "error Liar -110"), 1);
	ck_assert_uint_eq(event_log_count(&log, "disconnect Liar"), 1);
	end(cluster, &log);
}

TEST(one_that_is_killed_within_a_frame_fails_its_calls_once_and_goes_to_the_policy)
{
	event_log log;
	cy_cluster *cluster = begin_with(&log, "cut", NULL, CY_REVIVE_ON_FAILURE);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Liar"), "anything", NULL), -ECONNRESET);
	event_log_await(&log, "exit Liar signal 9 revives");
	ck_assert_uint_eq(event_log_count(&log, "error Liar -103"), 1);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Liar"), "anything", NULL), -ECONNRESET);
	event_log_await(&log, "exit Liar signal 9 failed");
	ck_assert_uint_eq(event_log_count(&log, "error Liar -103"), 2);
	ck_assert_uint_eq(event_log_count(&log, "result anything -104"), 2);
	end(cluster, &log);
}

TEST(a_reply_that_comes_after_its_calls_deadline_is_counted_and_nobody_elses)
{
	event_log log;
	rx_subscription waiting;
	cy_cluster *cluster = begin(&log, "late");
	rx_subscribe(cy_call(cluster, cy_named("Sarah"), "wait", NULL), NULL, &waiting);
	event_log_await(&log, "online Liar");
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_call_with(cluster, cy_named("Liar"), "anything", NULL,
	                                                     &(cy_call_options){.timeout = RX_MS(20)}),
	                                        rx_ignore_elements())),
	                 -ETIMEDOUT);
	event_log_await(&log, "message Liar done");
	ck_assert_uint_eq(late_replies(cluster), 2);
	ck_assert(!rx_is_closed(&waiting));
	rx_unsubscribe(&waiting);
	cy_kill(cluster, cy_named("Liar"), SIGKILL);
	event_log_await(&log, "exit Liar signal 9 gone");
	end(cluster, &log);
}

TEST(a_reply_of_an_earlier_incarnation_is_counted_and_nobody_elses)
{
	event_log log;
	rx_subscription waiting;
	cy_cluster *cluster = begin_with(&log, "ghost", NULL, CY_REVIVE_ON_FAILURE);
	rx_subscribe(cy_call(cluster, cy_named("Sarah"), "wait", NULL), NULL, &waiting);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Liar"), "anything", NULL), -ECONNRESET);
	event_log_await(&log, "message Liar done");
	ck_assert_uint_eq(event_log_count(&log, "exit Liar signal 9 revives"), 1);
	ck_assert_uint_eq(event_log_count(&log, "result anything -104"), 1);
	ck_assert_uint_eq(late_replies(cluster), 2 * LIES);
	ck_assert(!rx_is_closed(&waiting));
	rx_unsubscribe(&waiting);
	cy_kill(cluster, cy_named("Liar"), SIGKILL);
	event_log_await(&log, "exit Liar signal 9 failed");
	end(cluster, &log);
}

static void keep_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

/* Nobody takes them, so that no more is granted. */
TEST(more_items_than_were_granted_cost_the_channel)
{
	event_log log;
	int code = 0;
	rx_subscription paused;
	cy_cluster *cluster = begin(&log, "overrun");
	rx_subscribe(cy_call_with(cluster, cy_named("Liar"), "anything", NULL, &(cy_call_options){.credit = 3}),
	             &(rx_observer){.error = keep_code, .ctx = &code}, &paused);
	ck_assert_int_eq(rx_pause(&paused), 0);
	event_log_await(&log, "exit Liar 7 gone");
	ck_assert_uint_eq(event_log_count(&log, "error Liar -122"), 1);
	rx_resume(&paused);
	ck_assert_int_eq(code, -ECONNRESET);
	end(cluster, &log);
}
