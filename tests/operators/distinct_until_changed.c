#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_distinct_until_changed())
CONTRACT(rx_distinct_until_changed(parcel_alike))

TEST(leaves_out_repetitions)
{
	through(rx_distinct_until_changed(), "--1--1--2--2--1--|",
	                                     "--1-----2-----1--|", .subscriptions = "^----------------!");
}

TEST(passes_what_differs)
{
	through(rx_distinct_until_changed(), "--1--2--3--#",
	                                     "--1--2--3--#");
	through(rx_distinct_until_changed(), "|", "|");
	through(rx_distinct_until_changed(), "-", "-");
}

TEST(stops_when_unsubscribed)
{
	through(rx_distinct_until_changed(), "--1--1--2--|",
	                                     "--1-       ", .subscription = "^---!", .subscriptions = "^---!");
}

static int same_rest(const int64_t *a, const int64_t *b, void *ctx)
{
	const int64_t *divisor = ctx;
	if (*b == 9)
		return -ERANGE;
	return *a % *divisor == *b % *divisor;
}
RX_EQUALITY(same_rest, int64_t);

TEST(a_function_says_what_is_equal)
{
	int64_t divisor = 2;
	through(rx_distinct_until_changed(same_rest, &divisor), "--1--3--5--2--4--1--|",
	                                                        "--1--------2-----1--|");
}

TEST(a_failing_function_is_an_error)
{
	int64_t divisor = 2;
	through(rx_distinct_until_changed(same_rest, &divisor), "--1--9--2--|",
	                                                        "--1--#", .error = -ERANGE, .subscriptions = "^----!");
}

static int always(const int64_t *a, const int64_t *b, void *ctx)
{
	return 1;
}
RX_EQUALITY(always, int64_t);

TEST(the_first_item_is_not_compared)
{
	through(rx_distinct_until_changed(always), "--1--2--3--|",
	                                           "--1--------|");
}

static void strings(void)
{
	through_strings(rx_distinct_until_changed());
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}

/* ---- Entered again, or stopped, by its own function ------------------------------------------------------------ */

struct words {
	rx_subject *subject;
	rx_subscription subscription;
	char seen[32];
};

static int interrupt(const rx_string *a, const rx_string *b, void *ctx)
{
	struct words *words = ctx;
	if (strcmp(*b, "nest") == 0)
		rx_subject_next(words->subject, &(rx_string){"inner"});
	if (strcmp(*b, "stop") == 0)
		rx_unsubscribe(&words->subscription);
	return strcmp(*a, *b) == 0;
}
RX_EQUALITY(interrupt, rx_string);

static void hear(const rx_string *text, void *ctx)
{
	struct words *words = ctx;
	strcat(strcat(words->seen, *text), " ");
}
RX_CONSUMER(hear, rx_string);

TEST(what_is_compared_stays_while_it_is_compared)
{
	struct words words = {rx_subject_create(&rx_type_rx_string)};
	rx_subscribe(rx_pipe(rx_subject_observe(words.subject), rx_distinct_until_changed(interrupt, &words)),
	             &(rx_observer){RX_NEXT(hear), .ctx = &words}, &words.subscription);
	rx_subject_next(words.subject, &(rx_string){"one"});
	rx_subject_next(words.subject, &(rx_string){"nest"});
	rx_subject_next(words.subject, &(rx_string){"nest"});
	rx_subject_next(words.subject, &(rx_string){"stop"});
	ck_assert_str_eq(words.seen, "one inner nest inner ");
	rx_subject_unref(words.subject);
}
