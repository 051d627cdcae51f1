#include "tests/support/contract.h"
#include "tests/support/through.h"

CONTRACT(rx_name(rx_map(parcel_same), "a name"))

static int broken(const int64_t *n, int64_t *out, void *ctx)
{
	return -ERANGE;
}
RX_MAPPER(broken, int64_t, int64_t);

static void stage(const rx_error *error, void *ctx)
{
	snprintf(ctx, 100, "%s", error->stage ? error->stage : error->message);
}

static const char *failing_stage(rx_observable *source)
{
	static char words[100];
	rx_subscribe(source, &(rx_observer){.error = stage, .ctx = words}, NULL);
	return words;
}

TEST(errors_call_a_stage_by_its_name)
{
	char label[] = "to metres";
	rx_operator *op = rx_name(rx_map(broken), label);
	label[0] = 'x';
	ck_assert_str_eq(failing_stage(rx_pipe(rx_range(0, 3), op)), "to metres");
	ck_assert_str_eq(failing_stage(rx_pipe(rx_range(0, 3), rx_map(broken))), "map(broken)");
}

TEST(so_do_mistakes)
{
	ck_assert_str_eq(failing_stage(rx_pipe(rx_of(int, 1), rx_name(rx_map(broken), "to metres"))),
	                 "to metres takes int64_t, but from before it gives int");
	ck_assert_str_eq(failing_stage(rx_pipe(rx_of(int, 1), rx_name(rx_take(1), "one"), rx_map(broken))),
	                 "map(broken) takes int64_t, but one before it gives int");
}

TEST(the_last_name_counts)
{
	ck_assert_str_eq(failing_stage(rx_pipe(rx_range(0, 3), rx_name(rx_name(rx_map(broken), "a"), "b"))), "b");
}

TEST(stages_of_what_is_composed_have_both_names)
{
	ck_assert_str_eq(failing_stage(rx_pipe(rx_range(0, 3),
	                                       rx_name(rx_compose(rx_take(2), rx_map(broken), rx_last()), "in"))),
	                 "in/map(broken)");
	ck_assert_str_eq(failing_stage(rx_pipe(rx_range(0, 3),
	                                       rx_name(rx_compose(rx_take(2), rx_name(rx_map(broken), "x")), "in"))),
	                 "in/x");
	ck_assert_str_eq(failing_stage(rx_pipe(rx_range(0, 3), rx_name(rx_compose(rx_map(broken)), "in"))), "in");
}

TEST(only_what_it_made_is_named)
{
	rx_observable *source = rx_pipe(rx_range(0, 3), rx_map(broken));
	ck_assert_str_eq(
		failing_stage(rx_pipe(rx_observable_ref(source), rx_name(rx_compose(rx_take(2), rx_last()), "in"))),
		"map(broken)");
	rx_observable_unref(source);
}

TEST(changes_nothing_of_what_the_operator_does)
{
	through(rx_name(rx_skip(1), "all but one"), "--1--2--|",
	                                            "-----2--|");
}

static void strings(void)
{
	through_strings(rx_name(rx_take(2), "two"));
	through_strings(rx_name(rx_compose(rx_take(2), rx_last()), "second"));
}

TEST(without_memory_it_is_an_error)
{
	strings();
	without_memory(strings);
}
