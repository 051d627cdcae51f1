#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/marbles.h"

static rx_observable *itself(rx_observable *shared, void *ctx)
{
	(void)ctx;
	return shared;
}

CONTRACT(rx_connect(NULL, itself, NULL, NULL))

static struct listener a = {.name = "A"};

RX_MAP(tenfold, int64_t, int64_t, n, 10 * n)

static rx_observable *map_tenfold(rx_observable *shared, void *ctx)
{
	return rx_pipe(shared, rx_map(tenfold));
}

static rx_observable *first_two(rx_observable *shared, void *ctx)
{
	return rx_pipe(shared, rx_take(2));
}

TEST(emits_what_the_selector_makes_of_the_source)
{
	listen_to(&a, rx_pipe(rx_range(1, 3), rx_connect(&rx_type_int64_t, map_tenfold, NULL, NULL)));
	ck_assert_heard("A10 A20 A30 A|");
}

TEST(stops_the_source_when_the_result_completes)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_expect(t, rx_pipe(source, rx_connect(NULL, first_two, NULL, NULL)), NULL, "--a--(b|)", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

TEST(passes_an_error_through_the_subject)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--#", NULL);
	rx_expect(t, rx_pipe(source, rx_connect(NULL, itself, NULL, NULL)), NULL, "--a--#", NULL);
	rx_expect_subscriptions(t, source, "^----!");
	EXPECT_MARBLES(t);
}

static int note(const int64_t *item, void *ctx)
{
	say("S%" PRId64, *item);
	return 0;
}
RX_INSPECTOR(note, int64_t);

/* Two subscriptions of the shared source, one of the source itself. */
static rx_observable *twice(rx_observable *shared, void *ctx)
{
	rx_subscribe(rx_observable_ref(shared), &(rx_observer){.next = &listener_next_rx_consumer, .ctx = ctx}, NULL);
	return shared;
}

TEST(subscribes_the_source_once_and_after_the_result)
{
	struct listener b = {.name = "B"};
	listen_to(&a, rx_pipe(rx_range(1, 2), rx_tap(note), rx_connect(NULL, twice, NULL, &b)));
	ck_assert_heard("S1 B1 A1 S2 B2 A2 A|");
}

static rx_observable *already_there(rx_observable *shared, void *ctx)
{
	rx_observable_unref(shared);
	return rx_of(int64_t, 7);
}

TEST(a_result_that_is_satisfied_connects_nobody)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--1--|", NUMBERS);
	rx_expect(t, rx_pipe(source, rx_connect(NULL, already_there, NULL, NULL)), NULL, "(7|)", NUMBERS);
	rx_expect_subscriptions(t, source, NULL);
	EXPECT_MARBLES(t);
}

static rx_subject *from_zero(const rx_type *type, void *ctx)
{
	return rx_behavior_create(type, &(int64_t){0});
}

TEST(uses_the_connector)
{
	listen_to(&a, rx_pipe(rx_range(1, 2), rx_connect(NULL, itself, from_zero, NULL)));
	ck_assert_heard("A0 A1 A2 A|");
}

TEST(a_result_of_another_type_is_an_error)
{
	listen_to(&a, rx_pipe(rx_of(int, 1), rx_connect(&rx_type_int64_t, itself, NULL, NULL)));
	ck_assert_heard("A#-22");
}
