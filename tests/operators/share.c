#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/marbles.h"
#include "tests/support/memory.h"

static rx_observable *after_completion(void *ctx)
{
	return three_parcels(ctx);
}

static rx_observable *after_error(const rx_error *error, void *ctx)
{
	return three_parcels(ctx);
}

CONTRACT(rx_share(NULL))
CONTRACT(rx_share(&(rx_share_options){.reset_on_complete_when = after_completion, .reset_on_error_when = after_error}))

static struct listener a = {.name = "A"}, b = {.name = "B"}, c = {.name = "C"};

static rx_observable *again(rx_observable *observable)
{
	return rx_observable_ref(observable);
}

TEST(shares_one_subscription)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--d--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share(NULL));
	rx_expect(t, again(shared), "^", "--a--b--c--d--|", NULL);
	rx_expect(t, again(shared), "------^", "--------c--d--|", NULL);
	rx_expect(t, shared, "------------^", "--------------|", NULL);
	rx_expect_subscriptions(t, source, "^-------------!");
	EXPECT_MARBLES(t);
}

TEST(passes_an_error_to_all)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--#", NULL);
	rx_observable *shared = rx_pipe(source, rx_share(NULL));
	rx_expect(t, again(shared), "^", "--a--b--#", NULL);
	rx_expect(t, shared, "----^", "-----b--#", NULL);
	rx_expect_subscriptions(t, source, "^-------!");
	EXPECT_MARBLES(t);
}

TEST(disconnects_when_the_last_has_left)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--d--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share(NULL));
	rx_expect(t, again(shared), "^---!", "--a--", NULL);
	rx_expect(t, shared, "-^------!", "--a--b--", NULL);
	rx_expect_subscriptions(t, source, "^-------!");
	EXPECT_MARBLES(t);
}

TEST(begins_anew_after_zero)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share(NULL));
	rx_expect(t, again(shared), "^---!", "--a--", NULL);
	rx_expect(t, shared, "------^", "--------a--b--|", NULL);
	rx_expect_subscriptions(t, source, "^---!", "------^-------!");
	EXPECT_MARBLES(t);
}

TEST(ends_of_all_kinds)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_empty(), rx_share(NULL)), NULL, "|", NULL);
	rx_expect(t, rx_pipe(rx_never(), rx_share(NULL)), NULL, "-", NULL);
	rx_expect(t, rx_pipe(rx_throw_error(-EIO, "error"), rx_share(NULL)), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}

static int count_subscription(rx_subscriber *subscriber, void *ctx)
{
	++*(int *)ctx;
	for (int64_t n = 1; n <= 3; n++)
		rx_next(subscriber, &n);
	rx_complete(subscriber);
	return 0;
}

static void subscribe_again(struct listener *self)
{
	rx_observable *shared = (rx_observable *)self->subject;
	self->at_end = NULL;
	listen_to(self, again(shared));
}

/* So that whoever subscribes again when he hears of the end finds a new one. */
TEST(a_reset_comes_before_the_completion_is_forwarded)
{
	int subscriptions = 0;
	rx_observable *shared =
		rx_pipe(rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL), rx_share(NULL));
	a.subject = (rx_subject *)shared;
	a.at_end = subscribe_again;
	listen_to(&a, again(shared));
	ck_assert_heard("A1 A2 A3 A| A1 A2 A3 A|");
	ck_assert_int_eq(subscriptions, 2);
	rx_observable_unref(shared);
}

static int fail_on_subscription(rx_subscriber *subscriber, void *ctx)
{
	rx_next(subscriber, &(int64_t){++*(int *)ctx});
	return -EIO;
}

TEST(a_reset_comes_before_the_error_is_forwarded)
{
	int subscriptions = 0;
	rx_observable *shared =
		rx_pipe(rx_create(&rx_type_int64_t, fail_on_subscription, &subscriptions, NULL), rx_share(NULL));
	a.subject = (rx_subject *)shared;
	a.at_end = subscribe_again;
	listen_to(&a, again(shared));
	ck_assert_heard("A1 A#-5 A2 A#-5");
	rx_observable_unref(shared);
}

TEST(without_resets_the_end_stays)
{
	int subscriptions = 0;
	const rx_share_options options = {.reset_on_complete = RX_RESET_NO,
	                                  .reset_on_error = RX_RESET_NO,
	                                  .reset_on_ref_count_zero = RX_RESET_NO};
	rx_observable *shared =
		rx_pipe(rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL), rx_share(&options));
	listen_to(&a, again(shared));
	listen_to(&b, shared);
	ck_assert_heard("A1 A2 A3 A| B|");
	ck_assert_int_eq(subscriptions, 1);
	shared = rx_pipe(rx_create(&rx_type_int64_t, fail_on_subscription, &subscriptions, NULL), rx_share(&options));
	listen_to(&a, again(shared));
	listen_to(&b, shared);
	ck_assert_heard("A2 A#-5 B#-5");
}

TEST(without_a_reset_at_zero_the_source_goes_on)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share(&(rx_share_options){.reset_on_ref_count_zero = RX_RESET_NO}));
	rx_expect(t, again(shared), "^---!", "--a--", NULL);
	rx_expect(t, shared, "------^", "--------c--|", NULL);
	rx_expect_subscriptions(t, source, "^----------!");
	EXPECT_MARBLES(t);
}

TEST(nobody_left_who_could_come_stops_the_source)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *shared = rx_pipe(rx_subject_observe(subject),
	                                rx_share(&(rx_share_options){.reset_on_ref_count_zero = RX_RESET_NO}));
	listen_to(&a, again(shared));
	rx_unsubscribe(&a.subscription);
	ck_assert_uint_eq(rx_subject_observers(subject), 1);
	rx_observable_unref(shared);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

static rx_subject *make_replay(const rx_type *type, void *ctx)
{
	++*(int *)ctx;
	return rx_replay_create(type, 0, 0);
}

TEST(uses_the_connector)
{
	int made = 0;
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b------c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share(&(rx_share_options){.connector = make_replay, .ctx = &made}));
	rx_expect(t, again(shared), "^", "--a--b------c--|", NULL);
	rx_expect(t, again(shared), "------^", "------(ab)--c--|", NULL);
	rx_expect(t, shared, "----------------^", "------------------a--b------c--|", NULL);
	rx_expect_subscriptions(t, source, "^--------------!", "----------------^--------------!");
	EXPECT_MARBLES(t);
	ck_assert_int_eq(made, 2);
}

static rx_subject *make_misfit(const rx_type *type, void *ctx)
{
	return rx_subject_create(&rx_type_int);
}

static rx_subject *make_none(const rx_type *type, void *ctx)
{
	return NULL;
}

TEST(a_connector_that_fails_is_an_error)
{
	listen_to(&a, rx_pipe(rx_range(0, 1), rx_share(&(rx_share_options){.connector = make_misfit})));
	listen_to(&b, rx_pipe(rx_range(0, 1), rx_share(&(rx_share_options){.connector = make_none})));
	ck_assert_heard("A#-22 B#-12");
}

/* A replay that satisfies its subscriber leaves nobody for whom the source could be connected. */
static rx_subject *make_full(const rx_type *type, void *ctx)
{
	return rx_behavior_create(type, &(int64_t){7});
}

TEST(connects_only_if_somebody_is_still_there)
{
	int subscriptions = 0;
	listen_to(&a, rx_pipe(rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL),
	                      rx_share(&(rx_share_options){.connector = make_full}), rx_take(1)));
	ck_assert_heard("A7 A|");
	ck_assert_int_eq(subscriptions, 0);
}

TEST(a_synchronous_source_stops_inside_take)
{
	int subscriptions = 0;
	listen_to(&a, rx_pipe(rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL), rx_share(NULL),
	                      rx_take(2)));
	ck_assert_heard("A1 A2 A|");
}

static void let_b_come(struct listener *self, int64_t n)
{
	if (n == 1)
		listen_to(&b, again((rx_observable *)self->subject));
}

TEST(may_be_subscribed_inside_its_own_item)
{
	int subscriptions = 0;
	rx_observable *shared =
		rx_pipe(rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL), rx_share(NULL));
	a.subject = (rx_subject *)shared;
	a.then = let_b_come;
	listen_to(&a, again(shared));
	ck_assert_heard("A1 A2 B2 A3 B3 A| B|");
	ck_assert_int_eq(subscriptions, 1);
	rx_observable_unref(shared);
}

/* ---- Notifiers ------------------------------------------------------------------------------------------------- */

static rx_observable *notifier(void *ctx)
{
	return again(ctx);
}

static rx_observable *error_notifier(const rx_error *error, void *ctx)
{
	ck_assert_int_eq(error->code, -EIO);
	return again(ctx);
}

TEST(resets_at_zero_when_the_notifier_says)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "---1---2---3---4--5----|", NULL);
	rx_observable *when = rx_cold(t, "    ---x", NULL);
	rx_observable *shared =
		rx_pipe(source, rx_share(&(rx_share_options){.reset_on_ref_count_zero_when = notifier, .ctx = when}));
	rx_expect(t, again(shared), "^-----!", "---1---", NULL);
	rx_expect(t, again(shared), "--------^---!", "-----------3-", NULL);
	rx_expect(t, shared, "-----------------^--!", "------------------5-", NULL);
	rx_expect_subscriptions(t, source, "^--------------!", "-----------------^-----!");
	rx_expect_subscriptions(t, when, "------^-!", "------------^--!", "--------------------^--!");
	EXPECT_MARBLES(t);
}

TEST(resets_on_completion_when_the_notifier_says)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-|", NULL);
	rx_observable *when = rx_cold(t, "  ---x", NULL);
	rx_observable *shared =
		rx_pipe(source, rx_share(&(rx_share_options){.reset_on_complete_when = notifier, .ctx = when}));
	rx_expect(t, again(shared), "^", "-1-|", NULL);
	rx_expect(t, again(shared), "----^", "----|", NULL);
	rx_expect(t, shared, "-------^", "--------1-|", NULL);
	rx_expect_subscriptions(t, source, "^--!", "-------^--!");
	rx_expect_subscriptions(t, when, "---^--!", "----------^--!");
	EXPECT_MARBLES(t);
}

TEST(resets_on_an_error_when_the_notifier_says)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-#", NULL);
	rx_observable *when = rx_cold(t, "  ---x", NULL);
	rx_observable *shared =
		rx_pipe(source, rx_share(&(rx_share_options){.reset_on_error_when = error_notifier, .ctx = when}));
	rx_expect(t, again(shared), "^", "-1-#", NULL);
	rx_expect(t, again(shared), "----^", "----#", NULL);
	rx_expect(t, shared, "-------^", "--------1-#", NULL);
	rx_expect_subscriptions(t, source, "^--!", "-------^--!");
	EXPECT_MARBLES(t);
}

TEST(a_notifier_that_completes_resets_nothing)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "-1-|", NULL);
	rx_observable *when = rx_cold(t, "  -|", NULL);
	rx_observable *shared =
		rx_pipe(source, rx_share(&(rx_share_options){.reset_on_complete_when = notifier, .ctx = when}));
	rx_expect(t, again(shared), "^", "-1-|", NULL);
	rx_expect(t, shared, "-------^", "-------|", NULL);
	rx_expect_subscriptions(t, source, "^--!");
	EXPECT_MARBLES(t);
}

static void note_error(const rx_error *error, void *ctx)
{
	*(int *)ctx = error->code;
}

TEST(a_notifier_s_error_is_nobody_s)
{
	int code = 0;
	rx_on_unhandled_error(note_error, &code);
	rx_test *t = rx_test_create();
	rx_observable *source = rx_hot(t, "---1---2---3---|", NULL);
	rx_observable *when = rx_cold(t, "    -#", NULL);
	rx_observable *shared =
		rx_pipe(source, rx_share(&(rx_share_options){.reset_on_ref_count_zero_when = notifier, .ctx = when}));
	rx_expect(t, again(shared), "^----!", "---1--", NULL);
	rx_expect(t, shared, "---------^", "-----------3---|", NULL);
	rx_expect_subscriptions(t, source, "^--------------!");
	EXPECT_MARBLES(t);
	ck_assert_int_eq(code, -EIO);
}

TEST(a_synchronous_notifier_resets_at_once)
{
	int subscriptions = 0;
	rx_observable *when = rx_of(int, 1);
	rx_observable *shared =
		rx_pipe(rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL),
	                rx_share(&(rx_share_options){.reset_on_ref_count_zero_when = notifier, .ctx = when}));
	listen_to(&a, rx_pipe(again(shared), rx_take(1)));
	listen_to(&b, rx_pipe(again(shared), rx_take(1)));
	ck_assert_heard("A1 A| B1 B|");
	ck_assert_int_eq(subscriptions, 2);
	rx_observable_unref(shared);
	rx_observable_unref(when);
}

/* The reset that comes before the completion forgets that the source has ended; so does RxJS's. */
TEST(an_end_that_resets_asks_the_notifier_of_zero_too)
{
	rx_test *t = rx_test_create();
	rx_observable *when = rx_cold(t, "-|", NULL);
	rx_expect(t,
	          rx_pipe(rx_cold(t, "-1-|", NULL),
	                  rx_share(&(rx_share_options){.reset_on_ref_count_zero_when = notifier, .ctx = when})),
	          NULL, "-1-|", NULL);
	rx_expect_subscriptions(t, when, "---^!");
	EXPECT_MARBLES(t);
}

TEST(an_end_that_stays_does_not)
{
	rx_test *t = rx_test_create();
	rx_observable *when = rx_cold(t, "-|", NULL);
	rx_expect(
		t,
		rx_pipe(rx_cold(t, "-1-|", NULL), rx_share(&(rx_share_options){.reset_on_complete = RX_RESET_NO,
	                                                                       .reset_on_ref_count_zero_when = notifier,
	                                                                       .ctx = when})),
		NULL, "-1-|", NULL);
	rx_expect_subscriptions(t, when, NULL);
	EXPECT_MARBLES(t);
}

/* ---------------------------------------------------------------------------------------------------------------- */

TEST(each_application_shares_for_itself)
{
	int subscriptions = 0;
	rx_operator *share = rx_share(&(rx_share_options){.reset_on_complete = RX_RESET_NO});
	rx_observable *source = rx_create(&rx_type_int64_t, count_subscription, &subscriptions, NULL);
	listen_to(&a, rx_pipe(again(source), rx_operator_ref(share)));
	listen_to(&b, rx_pipe(source, share));
	ck_assert_heard("A1 A2 A3 A| B1 B2 B3 B|");
	ck_assert_int_eq(subscriptions, 2);
}

TEST(a_mistake_before_it_is_reported)
{
	listen_to(&a, rx_pipe(rx_pipe(rx_range(0, 1), rx_start_with(int, 1)), rx_share(NULL)));
	ck_assert_heard("A#-22");
}

TEST(without_memory_it_errors)
{
	for (size_t n = 0, refused = 1; refused; n++) {
		rx_subject *subject = rx_subject_create(&rx_type_int64_t);
		rx_trim();
		memory_fail_after(n);
		listen_to(&c, rx_pipe(rx_subject_observe(subject), rx_share(NULL)));
		refused = memory_refused();
		memory_recover();
		if (refused) {
			ck_assert_heard("C#-12");
		} else {
			emit(subject, 1);
			ck_assert_heard("C1");
			rx_unsubscribe(&c.subscription);
		}
		rx_subject_unref(subject);
	}
}

/* Who observes, and the last reference to what is shared. */
static struct {
	rx_subscription subscription;
	size_t asked;
} last;

static rx_observable *leave_and_never_reset(void *ctx)
{
	last.asked++;
	rx_unsubscribe(&last.subscription);
	return rx_subject_observe(ctx);
}

static rx_observable *leave_and_never_reset_for(const rx_error *error, void *ctx)
{
	return leave_and_never_reset(ctx);
}

TEST(a_reset_notifier_is_not_subscribed_when_the_last_reference_went_meanwhile, .from = 0, .to = 2)
{
	rx_subject *source = rx_subject_create(&rx_type_int64_t), *notifier = rx_subject_create(&rx_type_int64_t);
	const rx_share_options options = {.reset_on_complete_when = leave_and_never_reset,
	                                  .reset_on_error_when = leave_and_never_reset_for,
	                                  .ctx = notifier};
	rx_subscribe(rx_pipe(rx_subject_observe(source), rx_share(&options)), NULL, &last.subscription);
	if (_i)
		rx_subject_complete(source);
	else
		rx_subject_error(source, -EIO, "an error");
	ck_assert_uint_eq(last.asked, 1);
	ck_assert_uint_eq(rx_subject_observers(notifier), 0);
	rx_subject_unref(notifier);
	rx_subject_unref(source);
}

static rx_observable *shared_by_its_connector;

static rx_subject *observe_once_more(const rx_type *type, void *ctx)
{
	if (last.asked++ == 0)
		listen_to(&b, again(shared_by_its_connector));
	return rx_subject_create(type);
}

TEST(a_connector_that_subscribes_makes_the_only_subject)
{
	rx_subject *source = rx_subject_create(&rx_type_int64_t);
	shared_by_its_connector =
		rx_pipe(rx_subject_observe(source), rx_share(&(rx_share_options){.connector = observe_once_more}));
	listen_to(&a, again(shared_by_its_connector));
	ck_assert_uint_eq(rx_subject_observers(source), 1);
	emit(source, 1);
	ck_assert_heard("B1 A1");
	rx_unsubscribe(&a.subscription);
	rx_unsubscribe(&b.subscription);
	rx_observable_unref(shared_by_its_connector);
	rx_subject_unref(source);
}
