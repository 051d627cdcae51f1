#include "tests/support/listener.h"
#include "tests/support/windows.h"
#include "tests/support/contract.h"

static rx_observable *members(const rx_group *group, void *ctx)
{
	return rx_observable_ref(group->items);
}
RX_PROJECTOR(members, parcel, rx_group);

CONTRACT(rx_compose(rx_group_by(parcel_same), rx_take(3)))
CONTRACT(rx_compose(rx_group_by(parcel_same), rx_merge_map(members)))

static int parity(const int64_t *n, int *key, void *ctx)
{
	if (*n == 9)
		return rx_raise(-EIO, "error");
	*key = (int)(*n % 2);
	return 0;
}
RX_MAPPER(parity, int, int64_t);

static int times_ten(const int64_t *n, int64_t *out, void *ctx)
{
	if (*n == 8)
		return rx_raise(-EIO, "error");
	*out = 10 * *n;
	return 0;
}
RX_MAPPER(times_ten, int64_t, int64_t);

static int to_items(const rx_group *group, rx_stream *out, void *ctx)
{
	*out = rx_observable_ref(group->items);
	return 0;
}
RX_MAPPER(to_items, rx_stream, rx_group);

static void grouped_through(const rx_group_by_options *options, const char *source, const char *subscription,
                            const char *expected, const char *const *drawn)
{
	rx_test *t = rx_test_create();
	windows_of(t, rx_pipe(rx_cold(t, source, NUMBERS), rx_group_by_with(parity, NULL, options), rx_map(to_items)),
	           subscription, expected, drawn);
	EXPECT_MARBLES(t);
}
#define grouped(options, source, expected, ...)                                                                        \
	grouped_through((options), (source), NULL, (expected), (const char *const[]){__VA_ARGS__, NULL})

TEST(a_group_comes_with_its_first_item)
{
	grouped(NULL, "--1--2--3--4--|", "--a--b--------|", "1-----3-----|", "2-----4--|");
}

TEST(ends_of_all_kinds)
{
	grouped(NULL, "|", "|", NULL);
	grouped(NULL, "#", "#", NULL);
	grouped(NULL, "-", "-", NULL);
}

TEST(an_error_goes_to_the_groups_first)
{
	grouped(NULL, "-1-2-#", "-a-b-#", "1---#", "2-#");
}

TEST(a_key_function_that_fails_ends_all)
{
	grouped(NULL, "-1-2-9-1-|", "-a-b-#", "1---#", "2-#");
}

TEST(an_element_function_that_fails_ends_all)
{
	grouped(&(rx_group_by_options){RX_ELEMENT(times_ten)}, "-8-|", "-(a#)", "#");
}

/* ---- Order, keys ----------------------------------------------------------------------------------------------- */

static struct listener odd = {.name = "O"}, even = {.name = "E"};

static void take_the_group(const rx_group *group, void *ctx)
{
	const int *key = RX_GROUP_KEY(group, int);
	ck_assert_ptr_null(RX_GROUP_KEY(group, double));
	say("G%d", *key);
	listen_to(*key ? &odd : &even, rx_observable_ref(group->items));
}
RX_CONSUMER(take_the_group, rx_group);

static void ended(void *ctx)
{
	say("|");
}

static void failed(const rx_error *error, void *ctx)
{
	say("#%d", error->code);
}

static const rx_observer grouping = {RX_NEXT(take_the_group), .complete = ended, .error = failed};

TEST(groups_end_before_the_outer_one)
{
	rx_subscribe(rx_pipe(rx_range(1, 3), rx_group_by(parity)), &grouping, NULL);
	ck_assert_heard("G1 O1 G0 E2 O3 O| E| |");
	rx_subscribe(rx_pipe(rx_of(int64_t, 1, 9), rx_group_by(parity)), &grouping, NULL);
	ck_assert_heard("G1 O1 O#-5 #-5");
}

TEST(an_element_function_makes_the_items)
{
	rx_subscribe(
		rx_pipe(rx_range(1, 3), rx_group_by_with(parity, NULL, &(rx_group_by_options){RX_ELEMENT(times_ten)})),
		&grouping, NULL);
	ck_assert_heard("G1 O10 G0 E20 O30 O| E| |");
}

static int itself(const int64_t *n, int64_t *key, void *ctx)
{
	*key = *n % *(const int64_t *)ctx;
	return 0;
}
RX_MAPPER(itself, int64_t, int64_t);

static void count_group(const rx_group *group, void *ctx)
{
	++*(int *)ctx;
}
RX_CONSUMER(count_group, rx_group);

TEST(there_may_be_many_keys)
{
	int groups = 0;
	int64_t keys = 1000;
	rx_subscribe(rx_pipe(rx_range(0, 5000), rx_group_by(itself, &keys)),
	             &(rx_observer){RX_NEXT(count_group), .ctx = &groups}, NULL);
	ck_assert_int_eq(groups, 1000);
}

static int word(const int64_t *n, rx_string *key, void *ctx)
{
	static const char *const words[] = {"fizz", "buzz"};
	return rx_type_copy(&rx_type_rx_string, key, &words[*n % 2]);
}
RX_MAPPER(word, rx_string, int64_t);

static void say_word(const rx_group *group, void *ctx)
{
	say("%s", *RX_GROUP_KEY(group, rx_string));
}
RX_CONSUMER(say_word, rx_group);

TEST(keys_are_compared_by_their_type)
{
	rx_subscribe(rx_pipe(rx_range(0, 4), rx_group_by(word)), &(rx_observer){RX_NEXT(say_word)}, NULL);
	ck_assert_heard("fizz buzz");
}

TEST(a_kept_group_has_its_own_key)
{
	rx_group group;
	ck_assert_int_eq(rx_await_first(rx_group, rx_pipe(rx_range(0, 4), rx_group_by(word)), &group), 0);
	ck_assert_str_eq(*RX_GROUP_KEY(&group, rx_string), "fizz");
	rx_group copy;
	ck_assert_int_eq(rx_type_copy(&rx_type_rx_group, &copy, &group), 0);
	ck_assert(rx_type_equal(&rx_type_rx_group, &copy, &group));
	ck_assert_uint_eq(rx_type_hash(&rx_type_rx_group, &copy), rx_type_hash(&rx_type_rx_group, &group));
	rx_type_drop(&rx_type_rx_group, &copy);
	rx_type_drop(&rx_type_rx_group, &group);
}

/* ---- The source is kept ---------------------------------------------------------------------------------------- */

TEST(keeps_its_source_while_a_group_has_a_subscriber)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription subscription;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_group_by(parity)), &grouping, &subscription);
	emit(subject, 1);
	emit(subject, 2);
	rx_unsubscribe(&subscription);
	ck_assert_uint_eq(rx_subject_observers(subject), 1);
	emit(subject, 3);
	rx_unsubscribe(&even.subscription);
	ck_assert_uint_eq(rx_subject_observers(subject), 1);
	rx_unsubscribe(&odd.subscription);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	ck_assert_heard("G1 O1 G0 E2 O3");
	rx_subject_unref(subject);
}

TEST(a_group_outlives_take)
{
	rx_subscribe(rx_pipe(rx_range(1, 5), rx_group_by(parity), rx_take(1)), &grouping, NULL);
	ck_assert_heard("G1 | O1 O3 O5 O|");
}

TEST(without_a_subscriber_of_a_group_take_stops_the_source)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_group_by(parity), rx_take(1)), NULL, NULL);
	emit(subject, 1);
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

TEST(a_failing_function_stops_a_source_that_only_groups_want)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_group_by(parity), rx_take(1)), &grouping, NULL);
	emit(subject, 1);
	emit(subject, 9);
	ck_assert_heard("G1 | O1 O#-5");
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

TEST(who_comes_late_to_a_group_misses_its_items)
{
	rx_group group;
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscription subscription;
	rx_subject *groups = rx_replay_create(&rx_type_rx_group, 1, 0);
	rx_subject_subscribe_to(groups, rx_pipe(rx_subject_observe(subject), rx_group_by(parity)), &subscription);
	emit(subject, 1);
	ck_assert_int_eq(rx_await_first(rx_group, rx_subject_observe(groups), &group), 0);
	listen_to(&odd, rx_observable_ref(group.items));
	emit(subject, 3);
	ck_assert_heard("O3");
	rx_type_drop(&rx_type_rx_group, &group);
	rx_unsubscribe(&subscription);
	rx_unsubscribe(&odd.subscription);
	rx_subject_unref(groups);
	rx_subject_unref(subject);
}

static rx_subject *replaying(const rx_type *type, void *ctx)
{
	return rx_replay_create(type, 0, 0);
}

TEST(uses_the_connector)
{
	rx_group group;
	ck_assert_int_eq(
		rx_await_first(rx_group,
	                       rx_pipe(rx_range(1, 3),
	                               rx_group_by_with(parity, NULL, &(rx_group_by_options){.connector = replaying})),
	                       &group),
		0);
	listen_to(&odd, rx_observable_ref(group.items));
	rx_type_drop(&rx_type_rx_group, &group);
	ck_assert_heard("");
	rx_unsubscribe(&odd.subscription);
}

/* ---- Durations ------------------------------------------------------------------------------------------------- */

struct durations {
	rx_observable *durations[4];
	size_t asked;
};

static rx_observable *next_duration(const rx_group *group, void *ctx)
{
	struct durations *durations = ctx;
	rx_observable *duration = durations->durations[durations->asked++];
	return duration ? rx_observable_ref(duration) : rx_throw_error(-EIO, "error");
}

static void lasting_through(const char *source, const char *const *durations, const char *expected,
                            const char *const *drawn)
{
	rx_test *t = rx_test_create();
	struct durations given = {0};
	for (size_t i = 0; durations[i]; i++)
		given.durations[i] = rx_cold(t, durations[i], NULL);
	windows_of(t,
	           rx_pipe(rx_cold(t, source, NUMBERS),
	                   rx_group_by_with(parity, NULL,
	                                    &(rx_group_by_options){.duration = next_duration, .ctx = &given}),
	                   rx_map(to_items)),
	           NULL, expected, drawn);
	EXPECT_MARBLES(t);
}
#define DURATIONS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define lasting(source, durations, expected, ...)                                                                      \
	lasting_through((source), durations, (expected), (const char *const[]){__VA_ARGS__, NULL})

TEST(a_duration_completes_the_group_and_forgets_the_key)
{
	lasting("-1-3-5-|", DURATIONS("---x", "-"), "-a---b-|", "1-3|", "5-|");
}

TEST(so_does_its_completion)
{
	lasting("-1-3-5-|", DURATIONS("---|", "-"), "-a---b-|", "1-3|", "5-|");
}

TEST(its_error_is_that_group_s_alone)
{
	lasting("-1-2-5-|", DURATIONS("---#", "-", "-"), "-a-b-c-|", "1--#", "2---|", "5-|");
}

TEST(a_duration_function_that_fails_ends_all)
{
	lasting("-1-2-5-|", DURATIONS("-"), "-a-(b#)", "1-#", "#");
}

TEST(a_synchronous_duration_ends_the_group_before_its_item)
{
	struct durations durations = {{rx_of(int, 1), rx_of(int, 1), rx_of(int, 1)}};
	rx_subscribe(rx_pipe(rx_of(int64_t, 1, 3, 5),
	                     rx_group_by_with(parity, NULL,
	                                      &(rx_group_by_options){.duration = next_duration, .ctx = &durations})),
	             &grouping, NULL);
	ck_assert_heard("G1 O| G1 O| G1 O| |");
	for (size_t i = 0; i < 3; i++)
		rx_observable_unref(durations.durations[i]);
}

TEST(durations_stop_with_the_source)
{
	rx_test *t = rx_test_create();
	struct durations durations = {{rx_cold(t, "-----x", NULL), rx_cold(t, "-", NULL)}};
	const char *const drawn[] = {"1-|", NULL};
	windows_of(t,
	           rx_pipe(rx_cold(t, "-1-|", NUMBERS),
	                   rx_group_by_with(parity, NULL,
	                                    &(rx_group_by_options){.duration = next_duration, .ctx = &durations}),
	                   rx_map(to_items)),
	           NULL, "-a-|", drawn);
	rx_expect_subscriptions(t, durations.durations[0], "-^-!");
	EXPECT_MARBLES(t);
}

/* ---------------------------------------------------------------------------------------------------------------- */

static void emit_three(struct listener *self, int64_t n)
{
	if (n == 1)
		emit(self->subject, 3);
}

TEST(may_be_entered_again_inside_a_group)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	odd.subject = subject;
	odd.then = emit_three;
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_group_by(parity)), &grouping, NULL);
	emit(subject, 1);
	rx_subject_complete(subject);
	ck_assert_heard("G1 O1 O3 O| |");
	rx_subject_unref(subject);
}

TEST(types_that_do_not_fit_are_named)
{
	struct listener a = {.name = "A"};
	rx_observable *misfit = rx_pipe(rx_of(int, 1), rx_group_by(parity));
	listen_to(&a, misfit);
	ck_assert_heard("A#-22");
	rx_group group;
	ck_assert_int_eq(rx_await_first(rx_group, rx_pipe(rx_of(int, 1), rx_group_by(parity)), &group), -EINVAL);
	ck_assert_str_eq(rx_words(-EINVAL), "group_by(parity) takes int64_t, but from before it gives int");
	ck_assert_int_eq(
		rx_await_first(
			rx_group,
			rx_pipe(rx_range(1, 3),
	                        rx_group_by_with(parity, NULL, &(rx_group_by_options){.element = &to_items_rx_mapper})),
			&group),
		-EINVAL);
}

static void run(void)
{
	rx_observable *never = rx_never();
	struct durations durations = {{never, never, never, never}};
	rx_subscribe(rx_pipe(rx_range(1, 3),
	                     rx_group_by_with(parity, NULL,
	                                      &(rx_group_by_options){.duration = next_duration, .ctx = &durations})),
	             &grouping, NULL);
	rx_observable_unref(never);
	heard[0] = '\0';
}

TEST(without_memory_it_errors)
{
	without_memory(run);
}
