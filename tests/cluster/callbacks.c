/*
 * What callbacks may do to the cluster that called them: stop it, fork, unsubscribe, kill, disconnect, call again, from
 * inside each kind of them. tests/cluster/inside.c does so from inside the events of a worker's life.
 */
#include "tests/support/cluster.h"

struct scene {
	cy_cluster *cluster;
	rx_subscription subscription; /* what called back */
	void (*act)(struct scene *scene);
	size_t acts;
};

/* ---- What they do ------------------------------------------------------------------------------------------------------ */

static void nothing_failed(const rx_error *error, void *ctx)
{
	(void)error, (void)ctx;
}

static const rx_observer deaf = {.error = nothing_failed};

static void stop(struct scene *scene)
{
	cy_stop(scene->cluster, 0);
}

static void fork_another(struct scene *scene)
{
	cy_fork(scene->cluster, "John", NULL);
}

static void unsubscribe(struct scene *scene)
{
	rx_unsubscribe(&scene->subscription);
}

static void kill_it(struct scene *scene)
{
	cy_kill(scene->cluster, cy_worker(1), SIGKILL);
}

static void disconnect(struct scene *scene)
{
	cy_disconnect(scene->cluster, cy_worker(1));
}

static void shut_down(struct scene *scene)
{
	rx_subscribe(cy_shutdown(scene->cluster, cy_worker(1), RX_NOW), &deaf, NULL);
}

static void call_again(struct scene *scene)
{
	rx_subscribe(cy_call(scene->cluster, cy_all(), "square", cy_int(3)), &deaf, NULL);
}

static void unregister(struct scene *scene)
{
	cy_unregister(scene->cluster, "here");
	cy_off_shutdown(scene->cluster, "method");
}

/* Each would release what has called back: it is refused, and changes nothing. */
static void run_here(struct scene *scene)
{
	ck_assert_int_eq(cy_run(scene->cluster), -EDEADLK);
}

static void leave_here(struct scene *scene)
{
	ck_assert_int_eq(cy_leave(scene->cluster), -EDEADLK);
}

static int joining; /* the code with which that fails */

static void note_code(const rx_error *error, void *ctx)
{
	joining = error->code;
}

static void join_here(struct scene *scene)
{
	rx_on_unhandled_error(note_code, NULL);
	ck_assert_ptr_null(cy_join(NULL));
	rx_on_unhandled_error(NULL, NULL);
	ck_assert_int_eq(joining, -EDEADLK);
}

static void poll_here(struct scene *scene)
{
	ck_assert_int_eq(cy_poll(scene->cluster), -EDEADLK);
}

static void (*const acts[])(struct scene *) = {stop,       fork_another, unsubscribe, kill_it,   disconnect, shut_down,
                                               call_again, unregister,   run_here,    join_here, leave_here, poll_here};

static void act(struct scene *scene)
{
	if (scene->acts++ == 0)
		scene->act(scene);
}

/* ---- From where -------------------------------------------------------------------------------------------------------- */

static int on_item(const void *item, void *ctx)
{
	(void)item;
	act(ctx);
	return 0;
}

static void on_error(const rx_error *error, void *ctx)
{
	(void)error;
	act(ctx);
}

static void on_end(void *ctx)
{
	act(ctx);
}

static const rx_consumer item_consumer = {"item", NULL, on_item};

static void from_item(struct scene *scene, rx_observable *source)
{
	rx_subscribe(source, &(rx_observer){.next = &item_consumer, .error = nothing_failed, .ctx = scene},
	             &scene->subscription);
}

static void from_end(struct scene *scene, rx_observable *source)
{
	rx_subscribe(source, &(rx_observer){.error = on_error, .complete = on_end, .ctx = scene}, &scene->subscription);
}

static void a_reply(struct scene *scene)
{
	from_item(scene, cy_call(scene->cluster, cy_worker(1), "square", cy_int(3)));
}

static void a_replys_end(struct scene *scene)
{
	from_end(scene, cy_call(scene->cluster, cy_worker(1), "square", cy_int(3)));
}

static void a_failure(struct scene *scene)
{
	from_end(scene, cy_call(scene->cluster, cy_worker(1), "fail", NULL));
}

static void a_refusal(struct scene *scene)
{
	from_end(scene, cy_call(scene->cluster, cy_named("Nobody"), "fail", NULL));
}

static void a_part(struct scene *scene)
{
	from_item(scene, cy_call(scene->cluster, cy_all(), "fail", NULL));
}

static void a_timeout(struct scene *scene)
{
	from_end(scene,
	         cy_call_with(scene->cluster, cy_worker(1), "never", NULL, &(cy_call_options){.timeout = RX_MS(1)}));
}

/* What became of a call is told before its caller hears of it. */
static void from_result(struct scene *scene, rx_observable *call)
{
	rx_subscribe(cy_events_of(scene->cluster, CY_EVENT_RESULT),
	             &(rx_observer){.next = &item_consumer, .error = nothing_failed, .ctx = scene}, NULL);
	rx_subscribe(call, &deaf, &scene->subscription);
}

static void a_result(struct scene *scene)
{
	from_result(scene, cy_call(scene->cluster, cy_worker(1), "square", cy_int(3)));
}

static void a_failures_result(struct scene *scene)
{
	from_result(scene, cy_call(scene->cluster, cy_worker(1), "fail", NULL));
}

static void a_timeouts_result(struct scene *scene)
{
	from_result(scene,
	            cy_call_with(scene->cluster, cy_worker(1), "never", NULL, &(cy_call_options){.timeout = RX_MS(1)}));
}

static rx_observable *handle(const cy_request *request, void *ctx)
{
	act(ctx);
	return cy_answer(cy_value_ref(request->arguments));
}

static void a_handler(struct scene *scene)
{
	cy_register(scene->cluster, &(cy_command){.name = "here", .run = handle, .ctx = scene});
	rx_subscribe(cy_call(scene->cluster, cy_self(scene->cluster), "here", NULL), &deaf, &scene->subscription);
}

static void dropped(void *ctx)
{
	act(ctx);
}

static void a_commands_drop(struct scene *scene)
{
	cy_register(scene->cluster, &(cy_command){.name = "here", .run = handle, .ctx = scene, .drop = dropped});
	cy_unregister(scene->cluster, "here");
}

static void a_message(struct scene *scene)
{
	from_item(scene, cy_messages(scene->cluster, "begun"));
	rx_subscribe(cy_call(scene->cluster, cy_worker(1), "never", NULL), &deaf, NULL);
}

static void an_own_message(struct scene *scene)
{
	from_item(scene, cy_messages(scene->cluster, "mine"));
	cy_send(scene->cluster, cy_self(scene->cluster), "mine", NULL);
	cy_send(scene->cluster, cy_self(scene->cluster), "mine", NULL);
}

static void an_own_event(struct scene *scene)
{
	from_item(scene, cy_events_of(scene->cluster, CY_EVENT_CUSTOM));
	cy_emit(scene->cluster, "mine", NULL);
}

static void a_status(struct scene *scene)
{
	from_item(scene, cy_wait_status(scene->cluster, cy_worker(1), CY_IDLE));
}

static void readiness(struct scene *scene)
{
	from_end(scene, cy_ready(scene->cluster, NULL, 0));
}

static void a_shutdowns_item(struct scene *scene)
{
	from_item(scene, cy_shutdown(scene->cluster, cy_all(), 0));
}

static rx_observable *method(int signal, void *ctx)
{
	(void)signal;
	act(ctx);
	return NULL;
}

static void a_method(struct scene *scene)
{
	cy_on_shutdown(scene->cluster, "method", method, scene, NULL);
	cy_stop(scene->cluster, 0);
}

static void the_storage(struct scene *scene)
{
	from_end(scene, cy_save(scene->cluster, "shelf", cy_int(1)));
}

static void statistics(struct scene *scene)
{
	from_item(scene, cy_statistics_every(scene->cluster, RX_MS(1)));
}

static void (*const places[])(struct scene *) = {a_reply,    a_replys_end,     a_failure,         a_refusal,
                                                 a_part,     a_timeout,        a_handler,         a_commands_drop,
                                                 a_message,  an_own_message,   an_own_event,      a_status,
                                                 readiness,  a_shutdowns_item, a_method,          the_storage,
                                                 statistics, a_result,         a_failures_result, a_timeouts_result};

enum { PLACES = sizeof places / sizeof *places, ACTS = sizeof acts / sizeof *acts };

static int has_acted(const int64_t *turn, void *ctx)
{
	(void)turn;
	return ((const struct scene *)ctx)->acts > 0;
}
RX_PREDICATE(has_acted, int64_t);

/* Whatever it was: the worker's exit is told once, and the cluster stops. */
TEST(a_callback_may_do_anything_to_who_called_it, .to = PLACES * ACTS)
{
	event_log log;
	cy_cluster *cluster = cluster_begin("worker", NULL);
	struct scene scene = {.cluster = cluster, .act = acts[_i / PLACES]};
	cluster_fork(cluster, "Paul", NULL);
	cluster_ready(cluster);
	event_log_start(&log, cluster, "Paul");
	places[_i % PLACES](&scene);
	if (!cy_stopping(cluster))
		ck_assert_int_eq(
			rx_await_first(int64_t, rx_pipe(rx_interval(RX_MS(1)), rx_filter(has_acted, &scene)), NULL), 0);
	rx_unsubscribe(&scene.subscription);
	cluster_end(cluster);
	ck_assert_uint_ge(scene.acts, 1);
	ck_assert_uint_eq(event_log_count(&log, "disconnect Paul"), 1);
	const char *exit = strstr(log.text, "exit Paul");
	ck_assert_ptr_nonnull(exit);
	ck_assert_ptr_null(strstr(exit + 1, "\nexit Paul"));
}

/* ---- A result that ends its call ----------------------------------------------------------------------------------------- */

static rx_observable *handle_by_subject(const cy_request *request, void *ctx)
{
	(void)request;
	return rx_subject_observe(ctx);
}

static int end_it(const void *item, void *ctx)
{
	const cy_event *event = item;
	if (event->code == -ECANCELED)
		rx_subject_complete(ctx);
	return 0;
}

static const rx_consumer end_consumer = {"cy_event", NULL, end_it};

TEST(hearing_that_a_call_is_cancelled_may_end_it)
{
	cy_cluster *cluster = cluster_begin("worker", NULL);
	rx_subject *subject = rx_subject_create(&rx_type_cy_body);
	rx_subscription call = {0};
	cy_register(cluster, &(cy_command){.name = "here", .run = handle_by_subject, .ctx = subject});
	rx_subscribe(cy_call(cluster, cy_self(cluster), "here", NULL), &deaf, &call);
	for (int i = 0; i < 8; i++)
		cy_poll(cluster);
	rx_subscribe(cy_events_of(cluster, CY_EVENT_RESULT),
	             &(rx_observer){.next = &end_consumer, .error = nothing_failed, .ctx = subject}, NULL);
	rx_unsubscribe(&call);
	ck_assert(rx_is_closed(&call));
	cluster_end(cluster);
	rx_subject_unref(subject);
}
