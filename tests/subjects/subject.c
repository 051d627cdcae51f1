#include "tests/support/listener.h"
#include "tests/support/memory.h"

static struct listener a = {.name = "A"}, b = {.name = "B"}, c = {.name = "C"}, d = {.name = "D"};

TEST(hands_each_item_to_everybody)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	emit(subject, 0);
	listen(&a, subject);
	emit(subject, 1);
	listen(&b, subject);
	emit(subject, 2);
	rx_subject_complete(subject);
	ck_assert_heard("A1 A2 B2 A| B|");
	rx_subject_unref(subject);
}

TEST(after_the_end_there_is_only_the_end)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	emit(subject, 1);
	rx_subject_complete(subject);
	emit(subject, 2);
	rx_subject_error(subject, -EIO, "too late");
	listen(&a, subject);
	ck_assert(rx_subject_is_stopped(subject));
	ck_assert_heard("A|");
	rx_subject_unref(subject);
}

TEST(an_error_is_kept_for_those_who_come_later)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	rx_subject_error(subject, -EIO, "no %s", "luck");
	rx_subject_complete(subject);
	listen(&b, subject);
	ck_assert_heard("A#-5 B#-5");
	rx_subject_unref(subject);
}

static void emit_two_once(struct listener *self, int64_t n)
{
	if (n == 1)
		emit(self->subject, 2);
}

TEST(a_nested_next_is_depth_first)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = emit_two_once;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	ck_assert_heard("A1 A2 B2 B1");
	rx_unsubscribe(&a.subscription);
	rx_unsubscribe(&b.subscription);
	rx_subject_unref(subject);
}

static void let_c_come(struct listener *self, int64_t n)
{
	if (n == 1)
		listen(&c, self->subject);
}

TEST(who_comes_during_next_misses_the_item)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = let_c_come;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	emit(subject, 2);
	ck_assert_heard("A1 B1 A2 B2 C2");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void let_c_come_and_emit_two(struct listener *self, int64_t n)
{
	if (n != 1)
		return;
	listen(&c, self->subject);
	emit(self->subject, 2);
}

TEST(who_came_before_a_nested_next_gets_that_but_not_the_outer)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = let_c_come_and_emit_two;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	ck_assert_heard("A1 A2 B2 C2 B1");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void send_b_away(struct listener *self, int64_t n)
{
	rx_unsubscribe(&b.subscription);
}

TEST(who_was_removed_during_next_gets_nothing)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = send_b_away;
	listen(&a, subject);
	listen(&b, subject);
	listen(&c, subject);
	emit(subject, 1);
	ck_assert_heard("A1 C1");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void leave(struct listener *self, int64_t n)
{
	rx_unsubscribe(&self->subscription);
}

TEST(leaving_during_ones_own_turn_skips_nobody)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = b.then = c.then = leave;
	listen(&a, subject);
	listen(&b, subject);
	listen(&c, subject);
	emit(subject, 1);
	ck_assert_heard("A1 B1 C1");
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	emit(subject, 2);
	ck_assert_heard("");
	rx_subject_unref(subject);
}

static void quit(const int64_t *n, void *ctx)
{
	(void)n;
	rx_unsubscribe(ctx);
}
RX_CONSUMER(quit, int64_t);

static void take_b_along(void *ctx)
{
	(void)ctx;
	rx_unsubscribe(&b.subscription);
}

/* The run of who left goes only when its turn is over, and what that releases is the user's. */
TEST(releasing_who_left_may_send_the_next_away)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription quitter;
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){RX_NEXT(quit), .ctx = &quitter, .drop = take_b_along},
	             &quitter);
	listen(&b, subject);
	listen(&c, subject);
	emit(subject, 1);
	ck_assert_heard("C1");
	rx_unsubscribe(&c.subscription);
	rx_subject_unref(subject);
}

/* In the nested walk of 2, B and C leave: both walks stand before one of them. */
static void send_all_but_d_away(struct listener *self, int64_t n)
{
	if (n == 1)
		emit(self->subject, 2);
	rx_unsubscribe(&b.subscription);
	rx_unsubscribe(&c.subscription);
}

TEST(a_removal_repairs_every_walk_under_way)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = send_all_but_d_away;
	listen(&a, subject);
	listen(&b, subject);
	listen(&c, subject);
	listen(&d, subject);
	emit(subject, 1);
	ck_assert_heard("A1 A2 D2 D1");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void come_back(struct listener *self, int64_t n)
{
	rx_unsubscribe(&self->subscription);
	if (n < 3)
		listen(self, self->subject);
}

TEST(who_leaves_and_comes_back_misses_the_item_too)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = come_back;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	emit(subject, 2);
	ck_assert_heard("A1 B1 B2 A2");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void let_c_come_at_the_end(struct listener *self)
{
	listen(&c, self->subject);
}

TEST(who_comes_during_complete_is_completed_at_once)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.at_end = let_c_come_at_the_end;
	listen(&a, subject);
	listen(&b, subject);
	rx_subject_complete(subject);
	ck_assert_heard("A| C| B|");
	rx_subject_unref(subject);
}

TEST(who_comes_during_error_gets_it_at_once)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.at_end = let_c_come_at_the_end;
	listen(&a, subject);
	listen(&b, subject);
	rx_subject_error(subject, -EIO, "over");
	ck_assert_heard("A#-5 C#-5 B#-5");
	rx_subject_unref(subject);
}

static void send_b_away_at_the_end(struct listener *self)
{
	rx_unsubscribe(&b.subscription);
}

TEST(who_was_removed_during_complete_gets_nothing)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.at_end = send_b_away_at_the_end;
	listen(&a, subject);
	listen(&b, subject);
	listen(&c, subject);
	rx_subject_complete(subject);
	ck_assert_heard("A| C|");
	rx_subject_unref(subject);
}

static void complete_at_one(struct listener *self, int64_t n)
{
	rx_subject_complete(self->subject);
}

TEST(completing_during_next_ends_the_walk)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = complete_at_one;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	ck_assert_heard("A1 A| B|");
	rx_subject_unref(subject);
}

static void let_go(struct listener *self, int64_t n)
{
	rx_unsubscribe(&a.subscription);
	rx_unsubscribe(&b.subscription);
	rx_subject_unref(self->subject);
}

TEST(its_last_reference_may_go_during_next)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = let_go;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	ck_assert_heard("A1");
}

static void let_go_at_the_end(struct listener *self)
{
	rx_subject_unref(self->subject);
}

TEST(its_last_reference_may_go_during_complete)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.at_end = let_go_at_the_end;
	listen(&a, subject);
	rx_subject_complete(subject);
	ck_assert_heard("A|");
}

TEST(a_subscription_keeps_the_subject)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	rx_subject_unref(subject);
	emit(a.subject, 1);
	rx_unsubscribe(&a.subscription);
	ck_assert_heard("A1");
}

TEST(a_chain_below_it_stops_inside_take)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = emit_two_once;
	a.subject = subject;
	listen_to(&a, rx_pipe(rx_subject_observe(subject), rx_take(2)));
	listen(&b, subject);
	emit(subject, 1);
	emit(subject, 3);
	ck_assert_heard("A1 A2 A| B2 B1 B3");
	ck_assert_uint_eq(rx_subject_observers(subject), 1);
	rx_unsubscribe(&b.subscription);
	rx_subject_unref(subject);
}

TEST(counts_its_observers)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	listen(&a, subject);
	listen(&b, subject);
	ck_assert_uint_eq(rx_subject_observers(subject), 2);
	rx_unsubscribe(&a.subscription);
	ck_assert_uint_eq(rx_subject_observers(subject), 1);
	rx_subject_complete(subject);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	ck_assert_ptr_null(rx_subject_value(subject));
	rx_subject_unref(subject);
	ck_assert_heard("B|");
}

TEST(delivering_and_leaving_allocate_nothing)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	listen(&b, subject);
	const size_t before = memory_allocations();
	emit(subject, 1);
	rx_unsubscribe(&a.subscription);
	emit(subject, 2);
	ck_assert_uint_eq(memory_allocations(), before);
	ck_assert_heard("A1 B1 B2");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
}

static void send_another_away(const int64_t *item, void *ctx)
{
	rx_unsubscribe(ctx);
}
RX_CONSUMER(send_another_away, int64_t);

/* Each in the first half sends one of the other half away. Were leaving linear, this would take minutes. */
TEST(leaving_costs_the_same_however_many_listen)
{
	enum { MANY = 100000 };
	rx_subscription *subscriptions = rx_alloc_zero(MANY * sizeof *subscriptions);
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	for (size_t i = 0; i < MANY; i++)
		rx_subscribe(rx_subject_observe(subject),
		             &(rx_observer){RX_NEXT(send_another_away), .ctx = &subscriptions[MANY - 1 - i]},
		             &subscriptions[i]);
	emit(subject, 1);
	ck_assert_uint_eq(rx_subject_observers(subject), MANY / 2);
	for (size_t i = 0; i < MANY; i++)
		rx_unsubscribe(&subscriptions[i]);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
	rx_free(subscriptions);
}

TEST(subscribes_to_a_source)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription subscription;
	listen(&a, subject);
	rx_subject_subscribe_to(subject, rx_range(1, 3), &subscription);
	ck_assert_heard("A1 A2 A3 A|");
	ck_assert(rx_is_closed(&subscription));
	rx_subject_unref(subject);
}

TEST(passes_a_source_s_error_on)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	rx_subject_subscribe_to(subject, rx_throw_error(-EIO, "over"), NULL);
	ck_assert_heard("A#-5");
	rx_subject_unref(subject);
}

TEST(a_source_of_another_type_is_an_error)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	rx_subject_subscribe_to(subject, rx_of(int, 1), NULL);
	ck_assert_heard("A#-22");
	rx_subject_unref(subject);
}

TEST(unsubscribing_a_subject_lets_everybody_go)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	rx_subject_unsubscribe(subject);
	emit(subject, 1);
	rx_subject_complete(subject);
	ck_assert_heard("");
	ck_assert(!rx_is_closed(&a.subscription));
	listen(&b, subject);
	ck_assert_heard("B#-32");
	rx_unsubscribe(&a.subscription);
	rx_subject_unref(subject);
}

static void unsubscribe_it(struct listener *self, int64_t n)
{
	rx_subject_unsubscribe(self->subject);
}

TEST(unsubscribing_a_subject_during_next_ends_the_walk)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	a.then = unsubscribe_it;
	listen(&a, subject);
	listen(&b, subject);
	emit(subject, 1);
	ck_assert_heard("A1");
	rx_unsubscribe(&a.subscription);
	rx_unsubscribe(&b.subscription);
	rx_subject_unref(subject);
}

TEST(who_observes_it_too_costs_a_run_and_no_recipe)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	listen(&a, subject);
	const size_t before = memory_allocations();
	listen(&b, subject);
	ck_assert_uint_le(memory_allocations() - before, 1);
	rx_subject_complete(subject);
	ck_assert_heard("A| B|");
	listen(&c, subject);
	ck_assert_heard("C|");
	rx_subject_unref(subject);
}

static rx_observable *observe_instead(rx_observable *source, void *subject)
{
	rx_observable_unref(source);
	return rx_subject_observe(subject);
}

static void note_stage(const rx_error *error, void *ctx)
{
	strcpy(ctx, error->stage);
}

TEST(a_name_given_to_one_observable_of_it_stays_with_that)
{
	char stage[16] = "";
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *named =
		rx_pipe(rx_never(), rx_name(rx_operator_create(NULL, observe_instead, subject, NULL), "mine"));
	rx_subject_unsubscribe(subject);
	rx_subscribe(rx_subject_observe(subject), &(rx_observer){.error = note_stage, .ctx = stage}, NULL);
	ck_assert_str_eq(stage, "subject");
	rx_subscribe(named, &(rx_observer){.error = note_stage, .ctx = stage}, NULL);
	ck_assert_str_eq(stage, "mine/subject");
	rx_subject_unref(subject);
}

TEST(without_memory_observers_get_the_error)
{
	memory_fail_after(0);
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	memory_recover();
	listen(&a, subject);
	emit(subject, 1);
	rx_subject_complete(subject);
	rx_subject_unsubscribe(subject);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	ck_assert_heard("A#-12");
	rx_subject_unref(rx_subject_ref(subject));
	rx_subject_unref(subject);
	rx_subject_unref(NULL);
}
