/*
 * The heartbeat, in times that are made up.
 */
#include "lib/primary/heartbeat.h"
#include "tests/support/test.h"

#include <errno.h>

static const cy_heartbeat plain = {
	.interval = RX_MS(100), .timeout = RX_MS(400), .abort_after = RX_MS(300), .kill_after = RX_MS(200)};
static cy__heartbeat one;

static void init(cy_heartbeat options)
{
	ck_assert_int_eq(cy__heartbeat_init(&one, &options, &(cy_heartbeat){0}), 0);
}

/* Pass at the time that it wants, again and again, until it wants something done. */
static cy__beat next(bool heard)
{
	cy__beat beat = CY__BEAT_NOTHING;
	while (beat == CY__BEAT_NOTHING && one.due != RX_NEVER)
		beat = cy__heartbeat_pass(&one, heard, one.due);
	return beat;
}

TEST(it_is_off_unless_an_interval_says_otherwise)
{
	init((cy_heartbeat){0});
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(one.due, RX_NEVER);
	ck_assert_int_eq(cy__heartbeat_init(&one, &(cy_heartbeat){0}, &plain), 0);
	ck_assert_int_eq(one.options.timeout, RX_MS(400));
	ck_assert_int_eq(cy__heartbeat_init(&one, &(cy_heartbeat){.interval = RX_NEVER}, &plain), 0);
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(one.due, RX_NEVER);
}

TEST(what_is_not_said_follows_from_the_interval)
{
	init((cy_heartbeat){.interval = RX_S(1)});
	ck_assert_int_eq(one.options.timeout, RX_S(4));
	ck_assert_int_eq(one.options.abort_after, RX_S(4));
	ck_assert_int_eq(one.options.kill_after, RX_S(5));
	init((cy_heartbeat){.interval = RX_NEVER / 2, .timeout = RX_NEVER, .abort_after = RX_NOW});
	ck_assert_int_eq(one.options.timeout, RX_NEVER);
	ck_assert_int_eq(one.options.abort_after, 0);
	ck_assert_int_eq(cy__heartbeat_init(&one, &(cy_heartbeat){.interval = -5}, &plain), -EINVAL);
	ck_assert_int_eq(cy__heartbeat_init(&one, &(cy_heartbeat){.interval = 1, .kill_after = -5}, &plain), -EINVAL);
}

TEST(silence_is_told_then_aborted_then_killed_each_in_its_time)
{
	init(plain);
	cy__heartbeat_start(&one, RX_S(1));
	ck_assert_int_eq(next(false), CY__BEAT_ASK);
	ck_assert_int_eq(one.since, RX_S(1) + RX_MS(100));
	ck_assert_int_eq(next(false), CY__BEAT_TELL);
	ck_assert_int_eq(one.since, RX_S(1) + RX_MS(500));
	ck_assert_int_eq(next(false), CY__BEAT_ABORT);
	ck_assert_int_eq(one.since, RX_S(1) + RX_MS(800));
	ck_assert_int_eq(next(false), CY__BEAT_KILL);
	ck_assert_int_eq(one.since, RX_S(1) + RX_MS(1000));
	ck_assert_int_eq(next(false), CY__BEAT_NOTHING);
}

TEST(nothing_is_done_before_its_time)
{
	init(plain);
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, RX_MS(100) - 1), CY__BEAT_NOTHING);
	ck_assert_int_eq(one.state, CY__HEART_RESTING);
}

TEST(a_sign_of_life_ends_the_silence_even_after_it_was_told)
{
	init(plain);
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(next(false), CY__BEAT_ASK);
	ck_assert_int_eq(next(true), CY__BEAT_ASK);
	ck_assert_int_eq(one.since, RX_MS(200));
	ck_assert_int_eq(next(false), CY__BEAT_TELL);
	ck_assert_int_eq(next(true), CY__BEAT_ASK);
	ck_assert_int_eq(next(false), CY__BEAT_TELL);
}

TEST(one_that_answers_is_asked_once_an_interval)
{
	init((cy_heartbeat){.interval = RX_S(10), .timeout = RX_S(1)});
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(next(true), CY__BEAT_ASK);
	ck_assert_int_eq(one.due, RX_S(11));
	ck_assert_int_eq(cy__heartbeat_pass(&one, true, RX_S(11)), CY__BEAT_NOTHING);
	ck_assert_int_eq(one.due, RX_S(20));
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, RX_S(20)), CY__BEAT_ASK);
}

/* In each state in which it would judge. */
TEST(who_comes_late_himself_asks_again, .to = 2)
{
	init(plain);
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(next(false), CY__BEAT_ASK);
	if (_i)
		ck_assert_int_eq(next(false), CY__BEAT_TELL);
	const rx_nsec late = one.due + RX_S(3600);
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, late), CY__BEAT_ASK);
	ck_assert_int_eq(one.since, late);
	ck_assert_int_eq(next(false), CY__BEAT_TELL);
	ck_assert_int_eq(one.since, late + RX_MS(400));
}

TEST(a_little_late_is_in_time)
{
	init(plain);
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(next(false), CY__BEAT_ASK);
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, one.due), CY__BEAT_NOTHING);
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, one.due), CY__BEAT_NOTHING);
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, one.due), CY__BEAT_NOTHING);
	ck_assert_int_eq(cy__heartbeat_pass(&one, false, one.due + RX_MS(200)), CY__BEAT_TELL);
}

TEST(without_abort_it_is_only_told_on)
{
	init((cy_heartbeat){.interval = RX_MS(100), .abort_after = RX_NEVER});
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(next(false), CY__BEAT_ASK);
	ck_assert_int_eq(next(false), CY__BEAT_TELL);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(cy__heartbeat_pass(&one, false, one.due), CY__BEAT_NOTHING);
	ck_assert_int_eq(cy__heartbeat_pass(&one, true, one.due), CY__BEAT_ASK);
}

TEST(stopping_ends_it_but_what_was_aborted_is_killed)
{
	init(plain);
	cy__heartbeat_start(&one, 0);
	ck_assert_int_eq(next(false), CY__BEAT_ASK);
	cy__heartbeat_stop(&one);
	ck_assert_int_eq(one.due, RX_NEVER);
	cy__heartbeat_start(&one, 0);
	while (next(false) != CY__BEAT_ABORT)
		;
	cy__heartbeat_stop(&one);
	ck_assert_int_eq(next(false), CY__BEAT_KILL);
	cy__heartbeat_ended(&one);
	ck_assert_int_eq(one.state, CY__HEART_OFF);
}
