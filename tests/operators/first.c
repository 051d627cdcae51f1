#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_first())
CONTRACT(rx_first(parcel_odd))

RX_FILTER(is_even, int64_t, n, n % 2 == 0)

TEST(chooses_the_first_item_that_passes)
{
	through(rx_first(is_even), "--1--2--3--4--|",
	                           "-----(2|)", .subscriptions = "^----!");
}

TEST(without_a_predicate_it_is_the_first)
{
	through(rx_first(), "--1--2--3--4--|",
	                    "--(1|)", .subscriptions = "^-!");
}

TEST(nothing_to_choose_is_an_error)
{
	through(rx_first(), "--|", "--#", .error = -ENODATA);
	through(rx_first(is_even), "--1--3--|", "--------#", .error = -ENODATA);
}

TEST(a_default_stands_in)
{
	through(rx_first_or(int64_t, 7), "--|",
	                                 "--(7|)");
	through(rx_first_or(int64_t, 7, is_even), "--1--3--|",
	                                          "--------(7|)");
	through(rx_first_or(int64_t, 7, is_even), "--1--2--|",
	                                          "-----(2|)");
}

TEST(passes_an_error_before_it)
{
	through(rx_first(), "--#", "--#");
	through(rx_first_or(int64_t, 7), "--#", "--#");
	through(rx_first(), "-", "-");
}

static int at(const int64_t *n, size_t index, void *ctx)
{
	const size_t *wanted = ctx;
	return *n == 9 ? -ERANGE : index == *wanted;
}
RX_PREDICATE_INDEXED(at, int64_t);

TEST(the_predicate_gets_index_and_context)
{
	size_t wanted = 2;
	through(rx_first(at, &wanted), "--1--1--3--|",
	                               "--------(3|)");
	through(rx_first_or(int64_t, 7, at, &wanted), "--1--1--|",
	                                              "--------(7|)");
}

TEST(a_failing_predicate_is_an_error)
{
	size_t wanted = 2;
	through(rx_first(at, &wanted), "--1--9--3--|",
	                               "-----#", .error = -ERANGE, .subscriptions = "^----!");
}

static void again(const int64_t *n, void *ctx)
{
	ck_assert_int_eq(*n, 1);
	rx_subject_next(ctx, &(int64_t){2});
}
RX_CONSUMER(again, int64_t);

TEST(what_comes_while_it_emits_is_not_the_first)
{
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_subscribe(rx_pipe(rx_subject_observe(subject), rx_first()), &(rx_observer){RX_NEXT(again), .ctx = subject},
	             NULL);
	rx_subject_next(subject, &(int64_t){1});
	ck_assert_uint_eq(rx_subject_observers(subject), 0);
	rx_subject_unref(subject);
}

static void message(const rx_error *error, void *ctx)
{
	strcpy(ctx, error->message);
}

TEST(a_default_of_another_type_is_a_mistake)
{
	char words[100];
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_first_or(int, 7, is_even)),
	             &(rx_observer){.error = message, .ctx = words}, NULL);
	ck_assert_str_eq(words, "first(is_even) takes int64_t, but its default is int");
}

static void strings(void)
{
	through_strings(rx_first_or(rx_string, "none"));
	through_strings(rx_compose(rx_skip(4), rx_first_or(rx_string, "none")));
}

TEST(copies_and_drops_its_default)
{
	strings();
	without_memory(strings);
}
