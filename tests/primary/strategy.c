/*
 * Groups without processes: who falls with whom, who starts when. A scenario is written as what happens, and what is to
 * be done for it is compared as a line: "+0" start the first, "-2" stop the third, "ready", "over".
 */
#include "lib/primary/strategy.h"
#include "tests/support/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MEMBERS 3
static cy__strategy one;
static cy__place places[MEMBERS];
static rx_nsec now;

static void init(cy_strategy strategy, cy_revive revive, cy_revival revival)
{
	memset(places, 0, sizeof places);
	now = RX_S(1);
	for (int i = 0; i < MEMBERS; i++)
		places[i].revive = revive;
	const cy_group_options options = {.strategy = strategy, .revival = revival};
	ck_assert_int_eq(cy__strategy_init(&one, &options, places, MEMBERS), 0);
}

static const char *steps(void)
{
	static char text[256];
	cy__step step;
	size_t index;
	*text = '\0';
	while ((step = cy__strategy_next(&one, now, &index))) {
		char *at = text + strlen(text);
		if (step == CY__STEP_START || step == CY__STEP_STOP)
			sprintf(at, "%c%zu ", step == CY__STEP_START ? '+' : '-', index);
		else
			sprintf(at, "%s ", step == CY__STEP_READY ? "ready" : "over");
	}
	if (*text)
		text[strlen(text) - 1] = '\0';
	return text;
}

static cy_sequel end(size_t index, bool regular)
{
	return cy__strategy_ended(&one, index, regular, now, 0);
}

/* All that was started becomes ready, what was told to stop ends as it was asked, delays pass; all steps that led there. */
static const char *settle(void)
{
	static char text[256];
	*text = '\0';
	for (const char *more = "?"; *more;) {
		for (size_t i = 0; i < MEMBERS; i++) {
			if (places[i].told)
				end(i, true);
			cy__strategy_ready(&one, i);
		}
		const rx_nsec due = cy__strategy_due(&one, now);
		if (due != RX_NEVER)
			now = due;
		more = steps();
		if (*more)
			sprintf(text + strlen(text), "%s%s", *text ? " " : "", more);
	}
	return text;
}

static void init_and_start(cy_strategy strategy, cy_revive revive, cy_revival revival)
{
	init(strategy, revive, revival);
	ck_assert_str_eq(settle(), "+0 +1 +2 ready");
}

TEST(each_starts_when_the_one_before_is_ready)
{
	init(CY_ONE_FOR_ONE, CY_REVIVE_ALWAYS, (cy_revival){0});
	ck_assert_str_eq(steps(), "+0");
	ck_assert_str_eq(steps(), "");
	cy__strategy_ready(&one, 0);
	ck_assert_str_eq(steps(), "+1");
	cy__strategy_ready(&one, 1);
	ck_assert_str_eq(steps(), "+2");
	cy__strategy_ready(&one, 2);
	ck_assert_str_eq(steps(), "ready");
	ck_assert_str_eq(steps(), "");
	cy__strategy_finish(&one);
}

/* Erlang's table: {always, on failure, never} × {normal or asked, abnormal} × strategies, of the second of three. */
static const struct row {
	cy_strategy strategy;
	cy_revive revive;
	bool regular;
	cy_sequel sequel;
	const char *steps;
} rows[] = {
	{CY_ONE_FOR_ONE, CY_REVIVE_ALWAYS, true, CY_REVIVES, "+1 ready"},
	{CY_ONE_FOR_ONE, CY_REVIVE_ALWAYS, false, CY_REVIVES, "+1 ready"},
	{CY_ONE_FOR_ONE, CY_REVIVE_ON_FAILURE, true, CY_GONE, ""},
	{CY_ONE_FOR_ONE, CY_REVIVE_ON_FAILURE, false, CY_REVIVES, "+1 ready"},
	{CY_ONE_FOR_ONE, CY_REVIVE_NEVER, true, CY_GONE, ""},
	{CY_ONE_FOR_ONE, CY_REVIVE_NEVER, false, CY_GONE, ""},
	{CY_ALL_FOR_ONE, CY_REVIVE_ALWAYS, true, CY_REVIVES, "-2 -0 +0 +1 +2 ready"},
	{CY_ALL_FOR_ONE, CY_REVIVE_ALWAYS, false, CY_REVIVES, "-2 -0 +0 +1 +2 ready"},
	{CY_ALL_FOR_ONE, CY_REVIVE_ON_FAILURE, true, CY_GONE, ""},
	{CY_ALL_FOR_ONE, CY_REVIVE_ON_FAILURE, false, CY_REVIVES, "-2 -0 +0 +1 +2 ready"},
	{CY_ALL_FOR_ONE, CY_REVIVE_NEVER, true, CY_GONE, ""},
	{CY_ALL_FOR_ONE, CY_REVIVE_NEVER, false, CY_GONE, ""},
	{CY_REST_FOR_ONE, CY_REVIVE_ALWAYS, true, CY_REVIVES, "-2 +1 +2 ready"},
	{CY_REST_FOR_ONE, CY_REVIVE_ALWAYS, false, CY_REVIVES, "-2 +1 +2 ready"},
	{CY_REST_FOR_ONE, CY_REVIVE_ON_FAILURE, true, CY_GONE, ""},
	{CY_REST_FOR_ONE, CY_REVIVE_ON_FAILURE, false, CY_REVIVES, "-2 +1 +2 ready"},
	{CY_REST_FOR_ONE, CY_REVIVE_NEVER, true, CY_GONE, ""},
	{CY_REST_FOR_ONE, CY_REVIVE_NEVER, false, CY_GONE, ""},
};

TEST(what_follows_an_end_for_it_and_for_the_others, .to = sizeof rows / sizeof *rows)
{
	const struct row *row = &rows[_i];
	init_and_start(row->strategy, row->revive, (cy_revival){0});
	ck_assert_int_eq(end(1, row->regular), row->sequel);
	ck_assert_str_eq(settle(), row->steps);
	if (row->sequel == CY_GONE)
		ck_assert_int_eq(places[1].state, row->revive == CY_REVIVE_NEVER ? CY__OUT : CY__RESTING);
	cy__strategy_finish(&one);
}

TEST(one_that_rests_comes_again_with_the_others_and_one_that_never_revives_does_not)
{
	init_and_start(CY_ALL_FOR_ONE, CY_REVIVE_ON_FAILURE, (cy_revival){0});
	places[2].revive = CY_REVIVE_NEVER;
	ck_assert_int_eq(end(1, true), CY_GONE);
	ck_assert_int_eq(end(0, false), CY_REVIVES);
	ck_assert_str_eq(settle(), "-2 +0 +1 ready");
	ck_assert_int_eq(places[2].state, CY__OUT);
	cy__strategy_finish(&one);
}

TEST(nothing_starts_before_all_that_fall_are_down_and_the_delay_is_over)
{
	init_and_start(CY_ALL_FOR_ONE, CY_REVIVE_ALWAYS, (cy_revival){.first = RX_MS(100)});
	end(0, false);
	ck_assert_str_eq(steps(), "-2");
	now += RX_S(1);
	ck_assert_str_eq(steps(), "");
	ck_assert_int_eq(end(2, true), CY_REVIVES);
	ck_assert_str_eq(steps(), "-1");
	ck_assert_int_eq(end(1, true), CY_REVIVES);
	ck_assert_str_eq(steps(), "+0");
	cy__strategy_finish(&one);
}

TEST(the_delay_grows_with_each_restart_of_any)
{
	init_and_start(CY_ONE_FOR_ONE, CY_REVIVE_ALWAYS, (cy_revival){.first = RX_MS(100), .jitter = -1});
	end(0, false);
	ck_assert_str_eq(steps(), "");
	ck_assert_int_eq(cy__strategy_due(&one, now), now + RX_MS(100));
	end(2, false);
	now += RX_MS(100);
	ck_assert_str_eq(steps(), "+0");
	ck_assert_int_eq(cy__strategy_due(&one, now), now + RX_MS(100));
	now += RX_MS(100);
	ck_assert_str_eq(steps(), "+2");
	cy__strategy_finish(&one);
}

TEST(ends_of_those_that_fall_anyway_are_not_counted)
{
	init_and_start(CY_ALL_FOR_ONE, CY_REVIVE_ALWAYS, (cy_revival){.limit = 1});
	ck_assert_int_eq(end(0, false), CY_REVIVES);
	ck_assert_int_eq(end(1, false), CY_REVIVES);
	ck_assert_int_eq(end(2, false), CY_REVIVES);
	ck_assert_str_eq(settle(), "+0 +1 +2 ready");
	cy__strategy_finish(&one);
}

TEST(an_earlier_one_that_ends_meanwhile_takes_more_with_it)
{
	init_and_start(CY_REST_FOR_ONE, CY_REVIVE_ALWAYS, (cy_revival){0});
	end(1, false);
	ck_assert_str_eq(steps(), "-2");
	ck_assert_int_eq(end(0, false), CY_REVIVES);
	ck_assert_str_eq(settle(), "+0 +1 +2 ready");
	cy__strategy_finish(&one);
}

TEST(beyond_the_limit_the_whole_group_has_failed_and_stops_in_reverse, .to = 3)
{
	init_and_start((cy_strategy)_i, CY_REVIVE_ALWAYS, (cy_revival){.limit = 2});
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(end(1, false), CY_REVIVES);
		settle();
	}
	ck_assert_int_eq(end(1, false), CY_FAILED);
	ck_assert_str_eq(steps(), "-2");
	ck_assert_int_eq(cy__strategy_again(&one), -EBUSY);
	ck_assert_int_eq(end(2, true), CY_FAILED);
	ck_assert_str_eq(steps(), "-0");
	ck_assert_int_eq(end(0, false), CY_FAILED);
	ck_assert_str_eq(steps(), "over");
	ck_assert_str_eq(steps(), "");
	ck_assert_int_eq(cy__strategy_due(&one, now), RX_NEVER);
	cy__strategy_finish(&one);
}

TEST(started_again_by_hand_it_has_all_of_its_restarts)
{
	init_and_start(CY_ONE_FOR_ONE, CY_REVIVE_ALWAYS, (cy_revival){.limit = 1});
	ck_assert_int_eq(cy__strategy_again(&one), -EBUSY);
	end(1, false);
	settle();
	ck_assert_int_eq(end(1, false), CY_FAILED);
	ck_assert_str_eq(settle(), "-2 -0 over");
	ck_assert_int_eq(cy__strategy_again(&one), 0);
	ck_assert_str_eq(settle(), "+0 +1 +2 ready");
	ck_assert_int_eq(end(1, false), CY_REVIVES);
	cy__strategy_finish(&one);
}

TEST(a_crash_loop_while_starting_ends_at_the_limit_and_those_after_it_never_start)
{
	init(CY_ONE_FOR_ONE, CY_REVIVE_ON_FAILURE, (cy_revival){.limit = 3});
	ck_assert_str_eq(steps(), "+0");
	cy__strategy_ready(&one, 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(steps(), "+1");
		ck_assert_int_eq(end(1, false), CY_REVIVES);
		now = cy__strategy_due(&one, now);
	}
	ck_assert_str_eq(steps(), "+1");
	ck_assert_int_eq(end(1, false), CY_FAILED);
	ck_assert_str_eq(settle(), "-0 over");
	ck_assert_int_eq(places[2].state, CY__DOWN);
	cy__strategy_finish(&one);
}

TEST(having_held_it_begins_anew)
{
	init_and_start(CY_ONE_FOR_ONE, CY_REVIVE_ALWAYS,
	               (cy_revival){.limit = 1, .hold = RX_S(10), .window = RX_NEVER});
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(end(0, false), CY_REVIVES);
		settle();
		now += RX_S(11);
	}
	cy__strategy_finish(&one);
}

TEST(stopping_goes_in_reverse_and_nothing_starts_any_more, .to = 3)
{
	init_and_start((cy_strategy)_i, CY_REVIVE_ALWAYS, (cy_revival){0});
	end(1, false); /* it is about to start some again */
	cy__strategy_stop(&one);
	ck_assert_str_eq(steps(), "-2");
	cy__strategy_stop(&one);
	cy__strategy_lost(&one, 1);
	ck_assert_int_eq(end(2, true), CY_GONE);
	ck_assert_str_eq(steps(), "-0");
	ck_assert_int_eq(end(0, false), CY_GONE);
	ck_assert_str_eq(steps(), "over");
	cy__strategy_finish(&one);
}

TEST(one_that_has_gone_or_rests_keeps_nobody_waiting)
{
	init(CY_ONE_FOR_ONE, CY_REVIVE_NEVER, (cy_revival){0});
	places[1].revive = CY_REVIVE_ON_FAILURE;
	ck_assert_str_eq(steps(), "+0");
	end(0, false);
	ck_assert_str_eq(steps(), "+1");
	end(1, true);
	ck_assert_str_eq(steps(), "+2");
	cy__strategy_ready(&one, 2);
	ck_assert_str_eq(steps(), "ready");
	cy__strategy_finish(&one);
}

TEST(nonsense_is_refused)
{
	cy__place place = {.revive = CY_REVIVE_DECIDE};
	ck_assert_int_eq(cy__strategy_init(&one, &(cy_group_options){0}, &place, 1), -EINVAL);
	place.revive = CY_REVIVE_ALWAYS;
	ck_assert_int_eq(cy__strategy_init(&one, &(cy_group_options){.strategy = 3}, &place, 1), -EINVAL);
	ck_assert_int_eq(cy__strategy_init(&one, &(cy_group_options){.revival = {.factor = 0.5}}, &place, 1), -EINVAL);
}
