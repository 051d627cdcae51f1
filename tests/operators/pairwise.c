#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_pairwise())

#define PAIR(a, b)                                                                                                     \
	{                                                                                                              \
		&rx_type_int64_t, &(int64_t){a}, &(int64_t)                                                            \
		{                                                                                                      \
			b                                                                                              \
		}                                                                                                      \
	}
#define PAIRS RX_VALUES(rx_pair, "abc", PAIR(1, 2), PAIR(2, 3), PAIR(3, 4))

TEST(emits_each_item_with_the_one_before)
{
	through(rx_pairwise(), "--1--2--3--|",
	                       "-----a--b--|", .to = PAIRS, .subscriptions = "^----------!");
}

TEST(one_item_makes_no_pair)
{
	through(rx_pairwise(), "--1--|", "-----|", .to = PAIRS);
	through(rx_pairwise(), "--|", "--|", .to = PAIRS);
	through(rx_pairwise(), "-", "-", .to = PAIRS);
}

TEST(passes_an_error)
{
	through(rx_pairwise(), "--1--2--#",
	                       "-----a--#", .to = PAIRS);
}

TEST(stops_when_unsubscribed)
{
	through(rx_pairwise(), "--1--2--3--|",
	                       "-----a-    ", .to = PAIRS, .subscription = "^------!", .subscriptions = "^------!");
}

struct again {
	rx_subject *subject;
	char seen[32];
};

static void echo(const rx_pair *pair, void *ctx)
{
	struct again *again = ctx;
	const int64_t *previous = RX_PREVIOUS(pair, int64_t), *current = RX_CURRENT(pair, int64_t);
	if (*current == 2)
		rx_subject_next(again->subject, &(int64_t){3});
	const size_t length = strlen(again->seen);
	snprintf(again->seen + length, sizeof again->seen - length, "%d%d ", (int)*previous, (int)*current);
}
RX_CONSUMER(echo, rx_pair);

TEST(pairs_what_comes_while_it_emits)
{
	struct again again = {rx_subject_create(&rx_type_int64_t), ""};
	rx_subscribe(rx_pipe(rx_subject_observe(again.subject), rx_pairwise()),
	             &(rx_observer){RX_NEXT(echo), .ctx = &again}, NULL);
	for (int64_t i = 1; i < 3; i++)
		rx_subject_next(again.subject, &i);
	rx_subject_next(again.subject, &(int64_t){4});
	ck_assert_str_eq(again.seen, "23 12 34 ");
	rx_subject_complete(again.subject);
	rx_subject_unref(again.subject);
}

static void strings(void)
{
	through_strings(rx_pairwise());
	through_strings(rx_compose(rx_pairwise(), rx_last()));
}

TEST(copies_what_it_keeps_and_drops_it)
{
	strings();
	without_memory(strings);
}
