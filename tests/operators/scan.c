#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_scan(parcel_newest))

RX_REDUCE(sum, int64_t, int64_t, total, n, total + n)

TEST(emits_each_intermediate_result)
{
	through(rx_scan(sum), "--1--2--3--|",
	                      "--a--b--c--|", .to = RX_VALUES(int64_t, "abc", 1, 3, 6), .subscriptions = "^----------!");
}

TEST(a_seed_is_where_it_begins)
{
	through(rx_scan(sum, int64_t, 10), "--1--2--3--|",
	                                   "--a--b--c--|", .to = RX_VALUES(int64_t, "abc", 11, 13, 16));
}

TEST(nothing_becomes_nothing)
{
	through(rx_scan(sum), "|", "|");
	through(rx_scan(sum, int64_t, 1), "|", "|");
	through(rx_scan(sum, int64_t, 1), "#", "#");
	through(rx_scan(sum, int64_t, 1), "-", "-");
}

TEST(passes_an_error)
{
	through(rx_scan(sum), "--1--2--#",
	                      "--1--3--#");
}

TEST(stops_when_unsubscribed)
{
	through(rx_scan(sum), "--1--2--3--|",
	                      "--1--3-    ", .subscription = "^------!", .subscriptions = "^------!");
}

/* The accumulator as decimal digits: its index, its context, its item. */
static int trail(int64_t *acc, const int64_t *n, size_t index, void *ctx)
{
	const int64_t *offset = ctx;
	if (*n == 9)
		return -ERANGE;
	*acc = *acc * 100 + (int64_t)index * 10 + *n + (offset ? *offset : 0);
	return 0;
}
RX_REDUCER_INDEXED(trail, int64_t, int64_t);

TEST(the_index_begins_with_zero_after_a_seed_and_with_one_without)
{
	through(rx_scan(trail, int64_t, 7), "-5-5-|",
	                                    "-a-b-|", .to = RX_VALUES(int64_t, "ab", 705, 70515));
	through(rx_scan(trail), "-5-5-|",
	                        "-a-b-|", .to = RX_VALUES(int64_t, "ab", 5, 515));
}

TEST(takes_a_context)
{
	int64_t offset = 1;
	through(rx_scan(trail, &offset), "-5-5-|",
	                                 "-a-b-|", .to = RX_VALUES(int64_t, "ab", 5, 516));
	through(rx_scan(trail, int64_t, 7, &offset), "-5-5-|",
	                                             "-a-b-|", .to = RX_VALUES(int64_t, "ab", 706, 70616));
}

TEST(a_failing_function_is_an_error)
{
	through(rx_scan(trail, int64_t, 0), "-1-9-1-|",
	                                    "-1-#", .error = -ERANGE, .subscriptions = "^--!");
}

static int longer(double *acc, const int64_t *n, void *ctx)
{
	*acc += (double)*n / 2;
	return 0;
}
RX_REDUCER(longer, double, int64_t);

TEST(the_accumulator_may_have_a_type_of_its_own)
{
	through(rx_scan(longer, double, 0.5), "-1-2-|",
	                                      "-a-b-|", .to = RX_VALUES(double, "ab", 1, 2));
}

static void message(const rx_error *error, void *ctx)
{
	strcpy(ctx, error->message);
}

TEST(without_a_seed_the_types_must_be_the_same)
{
	char words[100];
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_scan(longer)), &(rx_observer){.error = message, .ctx = words}, NULL);
	ck_assert_str_eq(words, "scan(longer) takes double, but its first item is int64_t");
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_scan(longer, int, 0)), &(rx_observer){.error = message, .ctx = words},
	             NULL);
	ck_assert_str_eq(words, "scan(longer) takes double, but its seed is int");
}

static void keep(const int64_t *n, void *ctx)
{
	*(int64_t *)ctx = *n;
}
RX_CONSUMER(keep, int64_t);

TEST(a_kernel_folds_spans)
{
	int64_t total = 0;
	rx_subscribe(rx_pipe(rx_range(1, 1000), rx_scan(sum)), &(rx_observer){RX_NEXT(keep), .ctx = &total}, NULL);
	ck_assert_int_eq(total, 500500);
	rx_subscribe(rx_pipe(rx_range(1, 1000), rx_scan(sum, int64_t, 1), rx_take(600)),
	             &(rx_observer){RX_NEXT(keep), .ctx = &total}, NULL);
	ck_assert_int_eq(total, 180301);
}

/* ---- Entered again --------------------------------------------------------------------------------------------- */

struct again {
	rx_subject *subject;
	char seen[64];
};

static void echo(const int64_t *n, void *ctx)
{
	struct again *again = ctx;
	char text[16];
	if (*n == 1)
		rx_subject_next(again->subject, &(int64_t){10});
	snprintf(text, sizeof text, "%d ", (int)*n);
	strcat(again->seen, text);
}
RX_CONSUMER(echo, int64_t);

TEST(what_is_lent_does_not_change_when_it_is_entered_again)
{
	struct again again = {rx_subject_create(&rx_type_int64_t), ""};
	rx_subscribe(rx_pipe(rx_subject_observe(again.subject), rx_scan(sum, int64_t, 0)),
	             &(rx_observer){RX_NEXT(echo), .ctx = &again}, NULL);
	rx_subject_next(again.subject, &(int64_t){1});
	rx_subject_next(again.subject, &(int64_t){2});
	ck_assert_str_eq(again.seen, "11 1 13 ");
	rx_subject_complete(again.subject);
	rx_subject_unref(again.subject);
}

static int join(rx_string *acc, const rx_string *text, void *ctx)
{
	const size_t size = strlen(*acc) + strlen(*text) + 1;
	char *joined = rx_alloc(size);
	if (!joined)
		return -ENOMEM;
	snprintf(joined, size, "%s%s", *acc, *text);
	rx_type_drop(&rx_type_rx_string, acc);
	*acc = joined;
	return 0;
}
RX_REDUCER(join, rx_string, rx_string);

static void strings(void)
{
	through_strings(rx_scan(join));
	through_strings(rx_scan(join, rx_string, ">"));
}

TEST(an_accumulator_that_owns_something_is_dropped)
{
	strings();
	without_memory(strings);
}

struct words {
	rx_subject *subject;
	rx_subscription subscription;
	char seen[64];
};

static void hear(const rx_string *text, void *ctx)
{
	struct words *words = ctx;
	const rx_string more = "b";
	if (strcmp(*text, "a") == 0)
		rx_subject_next(words->subject, &more);
	strcat(strcat(words->seen, *text), " ");
	if (strlen(*text) == 3)
		rx_unsubscribe(&words->subscription);
}
RX_CONSUMER(hear, rx_string);

TEST(so_it_is_when_entered_again_or_unsubscribed_while_lent)
{
	struct words words = {rx_subject_create(&rx_type_rx_string)};
	rx_subscribe(rx_pipe(rx_subject_observe(words.subject), rx_scan(join)),
	             &(rx_observer){RX_NEXT(hear), .ctx = &words}, &words.subscription);
	rx_subject_next(words.subject, &(rx_string){"a"});
	rx_subject_next(words.subject, &(rx_string){"c"});
	rx_subject_next(words.subject, &(rx_string){"d"});
	ck_assert_str_eq(words.seen, "ab a abc ");
	rx_subject_unref(words.subject);
}

static int interrupt(rx_string *acc, const rx_string *text, void *ctx)
{
	struct words *words = ctx;
	if (strcmp(*text, "x") == 0)
		rx_unsubscribe(&words->subscription);
	else if (strcmp(*text, "c") == 0)
		rx_subject_next(words->subject, &(rx_string){"d"});
	return join(acc, text, NULL);
}
RX_REDUCER(interrupt, rx_string, rx_string);

TEST(the_function_itself_may_enter_it_again_or_unsubscribe)
{
	struct words words = {rx_subject_create(&rx_type_rx_string)};
	rx_subscribe(rx_pipe(rx_subject_observe(words.subject), rx_scan(interrupt, rx_string, "ab ", &words)),
	             &(rx_observer){RX_NEXT(hear), .ctx = &words}, &words.subscription);
	rx_subject_next(words.subject, &(rx_string){"c"});
	rx_subject_next(words.subject, &(rx_string){"e"});
	rx_subject_next(words.subject, &(rx_string){"x"});
	ck_assert_str_eq(words.seen, "ab d ab c ab ce ");
	rx_subject_unref(words.subject);
}
