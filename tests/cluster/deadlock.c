/*
 * Callbacks that the library makes outside of the loop, from within its own functions: nothing can be run, left or awaited
 * there either. (What the loop calls back is in tests/cluster/callbacks.c.)
 */
#include "tests/support/cluster.h"
#include "tests/support/memory.h"

struct place {
	cy_cluster *cluster;
	size_t calls;
};

static void note_code(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

static int joining(void)
{
	int code = 0;
	rx_on_unhandled_error(note_code, &code);
	ck_assert_ptr_null(cy_join(NULL));
	rx_on_unhandled_error(NULL, NULL);
	return code;
}

/* All that would release who has called back, or what is on its stack. */
static void try_all(struct place *place)
{
	place->calls++;
	ck_assert_int_eq(cy_run(place->cluster), -EDEADLK);
	ck_assert_int_eq(cy_leave(place->cluster), -EDEADLK);
	ck_assert_int_eq(cy_poll(place->cluster), -EDEADLK);
	ck_assert_int_eq(rx_await_first(int64_t, rx_never(), (int64_t *)NULL), -EDEADLK);
	ck_assert_int_eq(joining(), -EDEADLK);
	ck_assert_ptr_eq(cy_current(), place->cluster);
	ck_assert(!cy_stopping(place->cluster));
}

static void on_event(const cy_event *event, void *ctx)
{
	if (event->type != CY_EVENT_RESULT)
		try_all(ctx);
}
RX_CONSUMER(on_event, cy_event);

static void with_events(struct place *place, void (*act)(struct place *place))
{
	rx_subscription events;
	rx_subscribe(cy_events(place->cluster), &(rx_observer){RX_NEXT(on_event), .ctx = place}, &events);
	act(place);
	rx_unsubscribe(&events);
}

static void fork_one(struct place *place)
{
	cluster_fork(place->cluster, "Paul", NULL);
}

static void emit_one(struct place *place)
{
	cy_emit(place->cluster, "own", NULL);
}

static void from_the_event_of_a_fork(struct place *place)
{
	with_events(place, fork_one);
}

static void from_an_event_of_its_own(struct place *place)
{
	with_events(place, emit_one);
}

static rx_observable *policy(rx_observable *exits, void *ctx)
{
	try_all(ctx);
	return exits;
}

static void from_a_policy(struct place *place)
{
	cluster_fork(place->cluster, "Paul", &(cy_worker_options){.policy = policy, .policy_ctx = place});
}

static void on_status(const int *status, void *ctx)
{
	try_all(ctx);
}
RX_CONSUMER(on_status, int);

static void from_a_status_that_is_there(struct place *place)
{
	cluster_fork(place->cluster, "Paul", NULL);
	rx_subscribe(cy_wait_status(place->cluster, cy_named("Paul"), CY_INITIALIZING),
	             &(rx_observer){RX_NEXT(on_status), .ctx = place}, NULL);
}

static rx_observable *handle(const cy_request *request, void *ctx)
{
	try_all(ctx);
	return cy_answer(cy_int(1));
}

static void from_a_handler_of_its_own(struct place *place)
{
	cy_register(place->cluster, &(cy_command){.name = "here", .run = handle, .ctx = place});
	ck_assert_int_eq(cluster_code(place->cluster, cy_primary(), "here", NULL), 0);
}

static void on_drop(void *ctx)
{
	try_all(ctx);
}

static void from_the_end_of_a_command(struct place *place)
{
	cy_register(place->cluster, &(cy_command){.name = "here", .run = handle, .ctx = place, .drop = on_drop});
	cy_unregister(place->cluster, "here");
}

static void on_refusal(const rx_error *error, void *ctx)
{
	try_all(ctx);
}

/* It waits for its hello, and then it will never come. */
static void from_a_call_to_one_that_is_given_up(struct place *place)
{
	const cy_worker_options options = {.revive = CY_REVIVE_ALWAYS,
	                                   .revival = {.first = RX_S(3600), .ceiling = RX_S(3600)}};
	cluster_fork(place->cluster, "Paul", &options);
	cy_kill(place->cluster, cy_named("Paul"), SIGKILL);
	ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(place->cluster, CY_EVENT_EXIT), (cy_event *)NULL), 0);
	rx_subscribe(cy_call(place->cluster, cy_named("Paul"), "square", cy_int(2)),
	             &(rx_observer){.error = on_refusal, .ctx = place}, NULL);
	cy_disconnect(place->cluster, cy_named("Paul"));
}

static void on_change(const cy_change *change, void *ctx)
{
	try_all(ctx);
}
RX_CONSUMER(on_change, cy_change);

static void watch(struct place *place, rx_observable *changes, rx_subscription *subscription)
{
	rx_subscribe(changes, &(rx_observer){RX_NEXT(on_change), .ctx = place}, subscription);
}

static void from_a_snapshot_of_the_storage(struct place *place)
{
	rx_subscription subscription;
	watch(place, cy_storage_watch(cy_cluster_storage(place->cluster), NULL), &subscription);
	rx_unsubscribe(&subscription);
}

static void from_a_mirror_of_the_storage(struct place *place)
{
	rx_subscription subscription;
	watch(place, cy_mirror(place->cluster, NULL), &subscription);
	rx_unsubscribe(&subscription);
}

static void from_a_change_of_the_storage(struct place *place)
{
	rx_subscription subscription;
	cy_storage *storage = cy_cluster_storage(place->cluster);
	watch(place, rx_pipe(cy_storage_watch(storage, NULL), rx_skip(1)), &subscription);
	cy_storage_save(storage, "a", cy_int(1));
	rx_unsubscribe(&subscription);
}

static void from_a_watch_that_is_resumed(struct place *place)
{
	rx_subscription subscription;
	cy_storage *storage = cy_cluster_storage(place->cluster);
	watch(place, rx_pipe(cy_storage_watch(storage, NULL), rx_skip(1)), &subscription);
	rx_pause(&subscription);
	cy_storage_save(storage, "a", cy_int(1));
	ck_assert_uint_eq(place->calls, 0);
	rx_resume(&subscription);
	rx_unsubscribe(&subscription);
}

static void from_accepting_on_what_is_no_descriptor(struct place *place)
{
	const cy_listener listener = {.fd = -1, .address = "nowhere"};
	rx_subscribe(rx_pipe(rx_from(&rx_type_cy_listener, &listener, 1), cy_accept()),
	             &(rx_observer){.error = on_refusal, .ctx = place}, NULL);
}

static void on_body(const cy_body *body, void *ctx)
{
	try_all(ctx);
}
RX_CONSUMER(on_body, cy_body);

static void from_an_answer_with_descriptors(struct place *place)
{
	rx_subscribe(cy_answer_descriptors(cy_int(1), NULL, 0), &(rx_observer){RX_NEXT(on_body), .ctx = place}, NULL);
}

static void (*const places[])(struct place *) = {
	from_the_event_of_a_fork,
	from_an_event_of_its_own,
	from_a_policy,
	from_a_status_that_is_there,
	from_a_handler_of_its_own,
	from_the_end_of_a_command,
	from_a_call_to_one_that_is_given_up,
	from_a_snapshot_of_the_storage,
	from_a_mirror_of_the_storage,
	from_a_change_of_the_storage,
	from_a_watch_that_is_resumed,
	from_accepting_on_what_is_no_descriptor,
	from_an_answer_with_descriptors,
};

TEST(nothing_is_run_left_or_awaited_from_within_the_librarys_own_functions, .to = 13)
{
	struct place place = {.cluster = cluster_begin("worker", NULL)};
	places[_i](&place);
	ck_assert_uint_ge(place.calls, 1);
	cluster_end(place.cluster);
}

struct ending {
	cy_cluster *cluster;
	int left, run;
};

static void on_end(void *ctx)
{
	struct ending *ending = ctx;
	ending->left = cy_leave(ending->cluster);
	ending->run = cy_run(ending->cluster);
}

/* Its end is a callback, too, on the loop or inside of cy_leave(): whoever has begun to leave is on the stack. */
TEST(the_completion_of_events_cannot_leave_what_is_being_left, .to = 2)
{
	rx_subscription events;
	struct ending ending = {.cluster = cluster_begin("worker", NULL)};
	rx_subscribe(cy_events(ending.cluster), &(rx_observer){.complete = on_end, .ctx = &ending}, &events);
	if (_i)
		ck_assert_int_eq(cy_leave(ending.cluster), 0);
	else
		cluster_end(ending.cluster);
	ck_assert_int_eq(ending.left, -EDEADLK);
	ck_assert_int_eq(ending.run, -EDEADLK);
}

struct late {
	rx_task task;
	cy_cluster *cluster;
	int code;
};

static void run_late(rx_task *task)
{
	struct late *late = (struct late *)task;
	late->code = cy_run(late->cluster);
}

TEST(a_task_of_virtual_time_cannot_run_a_cluster)
{
	struct late late = {.task = {.run = run_late}, .cluster = cluster_begin("worker", NULL)};
	rx_scheduler *virtual = rx_virtual_create();
	rx_scheduler *before = rx_scheduler_set_current(virtual);
	rx_schedule(virtual, &late.task, RX_S(1));
	rx_virtual_run(virtual, RX_NEVER);
	rx_scheduler_set_current(before);
	rx_virtual_destroy(virtual);
	ck_assert_int_eq(late.code, -EDEADLK);
	cluster_end(late.cluster);
}

TEST(room_without_memory_leaves_nothing)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	const size_t live = memory_live();
	for (unsigned n = 0; n < 2; n++) {
		memory_fail_once_after(n);
		rx_observable *room = cy_room(cluster, cy_named("Paul"));
		memory_recover();
		rx_observable_unref(room);
		ck_assert_uint_eq(memory_live(), live);
	}
	cluster_end(cluster);
}
