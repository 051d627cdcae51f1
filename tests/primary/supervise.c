#include "lib/primary/supervise.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <errno.h>
#include <signal.h>

static cy__supervisor one;
static cy__end outcome;

static void init(cy_revive revive, cy_revival revival)
{
	ck_assert_int_eq(cy__supervisor_init(&one, revive, &revival), 0);
}

static void finish(void)
{
	cy__supervisor_finish(&one);
}

static void run_until_ready(rx_nsec now)
{
	ck_assert_int_eq(cy__supervisor_start(&one, now), 0);
	ck_assert_int_eq(cy__supervisor_set(&one, CY_LOADED, now), 1);
	ck_assert_int_eq(cy__supervisor_set(&one, CY_IDLE, now), 1);
}

static cy_sequel crash(rx_nsec now)
{
	ck_assert_int_eq(cy__supervisor_ended(&one, 1, 0, now, 0, &outcome), 0);
	return outcome.sequel;
}

/* {never, on failure, always, the program's own} × how it ended: what follows. */
static const struct policy {
	const char *end;
	cy_status status; /* at the end */
	bool asked, overdue;
	int code, signal;
	cy_reason reason;
	cy_sequel never, on_failure, always, decide;
} policies[] = {
	{"normal", CY_IDLE, false, false, 0, 0, CY_ENDED_NORMAL, CY_GONE, CY_GONE, CY_REVIVES, CY_UNDECIDED},
	{"normal, at work", CY_PROCESSING, false, false, 0, 0, CY_ENDED_NORMAL, CY_GONE, CY_GONE, CY_REVIVES,
         CY_UNDECIDED},
	{"normal, loaded", CY_LOADED, false, false, 0, 0, CY_ENDED_NORMAL, CY_GONE, CY_GONE, CY_REVIVES, CY_UNDECIDED},
	{"abnormal", CY_IDLE, false, false, 1, 0, CY_ENDED_CODE, CY_GONE, CY_REVIVES, CY_REVIVES, CY_UNDECIDED},
	{"abnormal, loaded", CY_LOADED, false, false, 255, 0, CY_ENDED_CODE, CY_GONE, CY_REVIVES, CY_REVIVES,
         CY_UNDECIDED},
	{"killed", CY_IDLE, false, false, 0, SIGKILL, CY_ENDED_SIGNAL, CY_GONE, CY_REVIVES, CY_REVIVES, CY_UNDECIDED},
	{"crashed", CY_PROCESSING, false, false, 0, SIGSEGV, CY_ENDED_SIGNAL, CY_GONE, CY_REVIVES, CY_REVIVES,
         CY_UNDECIDED},
	{"asked, normal", CY_IDLE, true, false, 0, 0, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE, CY_GONE},
	{"asked, abnormal", CY_IDLE, true, false, 3, 0, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE, CY_GONE},
	{"asked, killed", CY_PROCESSING, true, false, 0, SIGKILL, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE, CY_GONE},
	{"asked before hello", CY_INITIALIZING, true, false, 0, SIGKILL, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE,
         CY_GONE},
	{"stopping, normal", CY_STOPPING, false, false, 0, 0, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE, CY_GONE},
	{"stopping, crashed", CY_STOPPING, false, false, 0, SIGSEGV, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE,
         CY_GONE},
	{"no hello, 0", CY_INITIALIZING, false, false, 0, 0, CY_ENDED_NO_HELLO, CY_GONE, CY_REVIVES, CY_REVIVES,
         CY_UNDECIDED},
	{"no hello, 1", CY_INITIALIZING, false, false, 1, 0, CY_ENDED_NO_HELLO, CY_GONE, CY_REVIVES, CY_REVIVES,
         CY_UNDECIDED},
	{"no hello, killed", CY_INITIALIZING, false, false, 0, SIGSEGV, CY_ENDED_NO_HELLO, CY_GONE, CY_REVIVES,
         CY_REVIVES, CY_UNDECIDED},
	{"overdue", CY_LOADED, false, true, 0, SIGKILL, CY_ENDED_NOT_READY, CY_GONE, CY_REVIVES, CY_REVIVES,
         CY_UNDECIDED},
	{"overdue, no hello", CY_INITIALIZING, false, true, 0, SIGKILL, CY_ENDED_NOT_READY, CY_GONE, CY_REVIVES,
         CY_REVIVES, CY_UNDECIDED},
	{"overdue and asked", CY_LOADED, true, true, 0, SIGKILL, CY_ENDED_ASKED, CY_GONE, CY_GONE, CY_GONE, CY_GONE},
};

TEST(what_follows_an_end, .to = 4 * sizeof policies / sizeof *policies)
{
	const struct policy *row = &policies[_i / 4];
	cy_revive revive = (cy_revive)(_i % 4);
	const cy_sequel expected[] = {row->never, row->on_failure, row->always, row->decide};
	init(revive, (cy_revival){.start = RX_S(5)});
	cy__supervisor_start(&one, RX_S(1));
	if (row->status > CY_LOADED)
		cy__supervisor_set(&one, CY_LOADED, RX_S(2));
	if (row->status > CY_INITIALIZING)
		cy__supervisor_set(&one, row->status, RX_S(3));
	ck_assert_int_eq(cy__supervisor_overdue(&one, RX_S(6)), row->status <= CY_LOADED);
	if (!row->overdue) {
		one.overdue = false;
		one.due = RX_NEVER;
	}
	if (row->asked)
		cy__supervisor_ask(&one);
	ck_assert_int_eq(cy__supervisor_ended(&one, row->code, row->signal, RX_S(7), 0, &outcome), 0);
	ck_assert_msg(outcome.sequel == expected[revive], "%s: %d", row->end, outcome.sequel);
	ck_assert_msg(outcome.reason == row->reason, "%s: %d", row->end, outcome.reason);
	ck_assert_int_eq(outcome.intended, row->reason == CY_ENDED_ASKED);
	ck_assert_int_eq(one.sequel, outcome.sequel);
	ck_assert_int_eq(one.status, CY_EXITED);
	ck_assert_int_eq(one.due, outcome.sequel == CY_REVIVES ? RX_S(7) + RX_MS(100) : RX_NEVER);
	ck_assert_int_eq(cy__supervisor_lives(&one), outcome.sequel == CY_REVIVES || outcome.sequel == CY_UNDECIDED);
	ck_assert_int_eq(cy__supervisor_ended(&one, 1, 0, RX_S(8), 0, &outcome), -ESRCH);
	finish();
}

/* Every status set on every status. */
static const int steps[7][7] = {
	[CY_INITIALIZING] = {0, -EINVAL, 1, 1, 1, 1, -EINVAL},
	[CY_LOADED] = {0, -EINVAL, 0, 1, 1, 1, -EINVAL},
	[CY_IDLE] = {0, -EINVAL, -EINVAL, 0, 1, 1, -EINVAL},
	[CY_PROCESSING] = {0, -EINVAL, -EINVAL, 1, 0, 1, -EINVAL},
	[CY_STOPPING] = {0, -EINVAL, 0, 0, 0, 0, -EINVAL},
	[CY_EXITED] = {0, -ESRCH, -ESRCH, -ESRCH, -ESRCH, -ESRCH, -ESRCH},
};

TEST(the_steps_between_statuses, .from = 7, .to = 49)
{
	cy_status from = (cy_status)(_i / 7), to = (cy_status)(_i % 7);
	init(CY_REVIVE_NEVER, (cy_revival){0});
	if (from != CY_EXITED) {
		cy__supervisor_start(&one, 0);
		if (from > CY_INITIALIZING)
			ck_assert_int_eq(cy__supervisor_set(&one, from, 0), 1);
	}
	int expected = to == 0 ? (from == CY_EXITED ? -ESRCH : -EINVAL) : steps[from][to];
	ck_assert_int_eq(cy__supervisor_set(&one, to, 0), expected);
	ck_assert_int_eq(one.status, expected == 1 ? to : from);
	finish();
}

TEST(stopping_is_sticky_and_asks)
{
	init(CY_REVIVE_ALWAYS, (cy_revival){0});
	run_until_ready(0);
	cy__supervisor_set(&one, CY_PROCESSING, 0);
	ck_assert_int_eq(cy__supervisor_set(&one, CY_STOPPING, 0), 1);
	ck_assert(one.asked);
	ck_assert_int_eq(cy__supervisor_set(&one, CY_IDLE, 0), 0);
	ck_assert_int_eq(one.status, CY_STOPPING);
	finish();
}

TEST(an_incarnation_begins_as_the_first_did)
{
	init(CY_REVIVE_ALWAYS, (cy_revival){0});
	ck_assert(!cy__supervisor_lives(&one));
	run_until_ready(0);
	ck_assert_uint_eq(one.incarnation, 1);
	ck_assert_int_eq(cy__supervisor_start(&one, 0), -EBUSY);
	ck_assert_int_eq(crash(RX_S(1)), CY_REVIVES);
	ck_assert(!cy__supervisor_revival_due(&one, RX_S(1) + RX_MS(99)));
	ck_assert(cy__supervisor_revival_due(&one, RX_S(1) + RX_MS(100)));
	ck_assert_int_eq(cy__supervisor_start(&one, RX_S(2)), 0);
	ck_assert_uint_eq(one.incarnation, 2);
	ck_assert_uint_eq(one.restarts, 1);
	ck_assert_int_eq(one.status, CY_INITIALIZING);
	ck_assert(!one.asked);
	ck_assert_int_eq(one.ready, RX_NEVER);
	ck_assert(!cy__supervisor_revival_due(&one, RX_S(1000)));
	finish();
}

TEST(delays_grow_to_the_ceiling)
{
	init(CY_REVIVE_ON_FAILURE,
	     (cy_revival){.first = RX_MS(10), .factor = 3, .ceiling = RX_MS(200), .limit = CY_UNLIMITED});
	static const int expected[] = {10, 30, 90, 200, 200, 200};
	for (size_t i = 0; i < 6; i++) {
		run_until_ready(RX_S((rx_nsec)i));
		ck_assert_int_eq(crash(RX_S((rx_nsec)i)), CY_REVIVES);
		ck_assert_int_eq(outcome.delay, RX_MS(expected[i]));
	}
	finish();
}

TEST(without_a_ceiling_they_grow_to_never)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.factor = 1e6, .ceiling = RX_NEVER, .limit = CY_UNLIMITED});
	rx_nsec before = 0;
	for (int i = 0; i < 100; i++) {
		cy__supervisor_start(&one, RX_S(i));
		crash(RX_S(i));
		ck_assert_int_ge(outcome.delay, before);
		ck_assert_int_ge(one.due, RX_S(i));
		before = outcome.delay;
	}
	ck_assert_int_eq(one.due, RX_NEVER);
	finish();
}

TEST(now_means_without_delay)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.first = RX_NOW});
	for (int i = 0; i < 3; i++) {
		cy__supervisor_start(&one, RX_S(1));
		crash(RX_S(1));
		ck_assert_int_eq(outcome.delay, 0);
		ck_assert(cy__supervisor_revival_due(&one, RX_S(1)));
	}
	finish();
}

static const struct jitter {
	double jitter;
	uint32_t random;
	rx_nsec delay;
} jitters[] = {
	{0, 0, RX_MS(1000)},           {0, 0x80000000, RX_MS(950)}, {0.5, 0, RX_MS(1000)},
	{0.5, 0x80000000, RX_MS(750)}, {1, 0x40000000, RX_MS(750)}, {-1, 0xffffffff, RX_MS(1000)},
};

TEST(jitter_shortens_a_delay, .to = sizeof jitters / sizeof *jitters)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.first = RX_S(1), .jitter = jitters[_i].jitter});
	cy__supervisor_start(&one, 0);
	cy__supervisor_ended(&one, 1, 0, 0, jitters[_i].random, &outcome);
	ck_assert_int_eq(outcome.delay, jitters[_i].delay);
	finish();
}

TEST(one_end_past_the_limit_has_failed)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.limit = 3, .window = RX_S(10)});
	for (int i = 0; i < 3; i++) {
		run_until_ready(RX_S(i));
		ck_assert_int_eq(crash(RX_S(i)), CY_REVIVES);
	}
	run_until_ready(RX_S(9));
	ck_assert_int_eq(crash(RX_S(9)), CY_FAILED);
	ck_assert(!cy__supervisor_lives(&one));
	ck_assert_int_eq(one.due, RX_NEVER);
	/* By hand it starts anew. */
	run_until_ready(RX_S(9));
	ck_assert_int_eq(crash(RX_S(9)), CY_REVIVES);
	ck_assert_int_eq(outcome.delay, RX_MS(100));
	finish();
}

TEST(the_window_slides)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.limit = 3, .window = RX_S(10), .hold = RX_NEVER});
	for (int i = 0; i < 100; i++) {
		run_until_ready(RX_S(4) * i);
		ck_assert_int_eq(crash(RX_S(4) * i), CY_REVIVES);
	}
	/* The last three at 388, 392, 396. */
	run_until_ready(RX_S(397));
	ck_assert_int_eq(crash(RX_S(397)), CY_FAILED);
	finish();
}

TEST(an_end_at_the_windows_edge_no_longer_counts, .to = 2)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.limit = 1, .window = RX_S(10)});
	run_until_ready(0);
	crash(RX_S(1));
	run_until_ready(RX_S(2));
	ck_assert_int_eq(crash(RX_S(11) - _i), _i ? CY_FAILED : CY_REVIVES);
	finish();
}

TEST(asked_ends_do_not_count)
{
	init(CY_REVIVE_ALWAYS, (cy_revival){.limit = 1});
	for (int i = 0; i < 5; i++) {
		run_until_ready(i);
		cy__supervisor_ask(&one);
		ck_assert_int_eq(crash(i), CY_GONE);
	}
	run_until_ready(6);
	ck_assert_int_eq(crash(6), CY_REVIVES);
	finish();
}

TEST(without_limit_it_revives_for_ever)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.limit = CY_UNLIMITED, .ceiling = RX_MS(1)});
	for (int i = 0; i < 100000; i++) {
		cy__supervisor_start(&one, i);
		ck_assert_int_eq(crash(i), CY_REVIVES);
	}
	finish();
}

TEST(what_has_held_begins_anew, .to = 2)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.limit = 2, .window = RX_NEVER, .hold = RX_S(60)});
	for (int i = 0; i < 2; i++) {
		run_until_ready(RX_S(i));
		crash(RX_S(i));
	}
	run_until_ready(RX_S(10));
	ck_assert_int_eq(crash(RX_S(70) - _i), _i ? CY_FAILED : CY_REVIVES);
	if (!_i)
		ck_assert_int_eq(outcome.delay, RX_MS(100));
	finish();
}

/* It is being ready that counts, not being there. */
TEST(a_long_start_does_not_hold)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.hold = RX_S(60), .start = RX_NEVER});
	cy__supervisor_start(&one, 0);
	crash(RX_S(1));
	cy__supervisor_start(&one, RX_S(2));
	cy__supervisor_set(&one, CY_LOADED, RX_S(2));
	crash(RX_S(1000));
	ck_assert_int_eq(outcome.delay, RX_MS(200));
	finish();
}

TEST(a_start_has_its_time)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.start = RX_S(3)});
	cy__supervisor_start(&one, RX_S(1));
	ck_assert_int_eq(one.due, RX_S(4));
	cy__supervisor_set(&one, CY_LOADED, RX_S(2));
	ck_assert(!cy__supervisor_overdue(&one, RX_S(4) - 1));
	ck_assert(cy__supervisor_overdue(&one, RX_S(4)));
	ck_assert(!cy__supervisor_overdue(&one, RX_S(5)));
	cy__supervisor_ended(&one, 0, SIGKILL, RX_S(5), 0, &outcome);
	ck_assert_int_eq(outcome.reason, CY_ENDED_NOT_READY);
	ck_assert_uint_eq(one.failed_starts, 1);

	run_until_ready(RX_S(6));
	ck_assert_int_eq(one.due, RX_NEVER);
	ck_assert(!cy__supervisor_overdue(&one, RX_S(1000)));
	finish();
}

/* Even if it has a handler for the abort, and leaves with 0. */
TEST(who_hung_has_failed_however_it_ends_unless_it_was_asked, .to = 2)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){0});
	cy__supervisor_hung(&one);
	ck_assert(!one.hung);
	run_until_ready(RX_S(1));
	cy__supervisor_hung(&one);
	if (_i)
		cy__supervisor_ask(&one);
	ck_assert_int_eq(cy__supervisor_ended(&one, 0, 0, RX_S(2), 0, &outcome), 0);
	ck_assert_int_eq(outcome.reason, _i ? CY_ENDED_ASKED : CY_ENDED_HUNG);
	ck_assert_int_eq(outcome.sequel, _i ? CY_GONE : CY_REVIVES);
	finish();
}

TEST(who_is_asked_to_stop_is_not_overdue)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.start = RX_S(3)});
	cy__supervisor_start(&one, 0);
	cy__supervisor_ask(&one);
	ck_assert(!cy__supervisor_overdue(&one, RX_S(5)));
	finish();
}

TEST(a_start_that_fails_is_an_end)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){.limit = 2});
	for (int i = 0; i < 3; i++) {
		cy__supervisor_start(&one, RX_S(i));
		ck_assert_int_eq(cy__supervisor_not_started(&one, RX_S(i), 0, &outcome), 0);
		ck_assert_int_eq(outcome.reason, CY_ENDED_NO_START);
		ck_assert_int_eq(outcome.sequel, i < 2 ? CY_REVIVES : CY_FAILED);
	}
	ck_assert_uint_eq(one.failed_starts, 3);
	ck_assert_int_eq(cy__supervisor_not_started(&one, 0, 0, &outcome), -ESRCH);
	finish();
}

TEST(no_revival_of_who_was_asked_while_it_waited)
{
	init(CY_REVIVE_ON_FAILURE, (cy_revival){0});
	run_until_ready(0);
	crash(RX_S(1));
	ck_assert(cy__supervisor_lives(&one));
	cy__supervisor_ask(&one);
	ck_assert(!cy__supervisor_lives(&one));
	ck_assert(!cy__supervisor_revival_due(&one, RX_S(100)));
	ck_assert_int_eq(one.sequel, CY_GONE);
	finish();
}

TEST(the_program_decides, .to = 3)
{
	static const cy_sequel decisions[] = {CY_REVIVES, CY_GONE, CY_FAILED};
	init(CY_REVIVE_DECIDE, (cy_revival){0});
	ck_assert_int_eq(cy__supervisor_decide(&one, CY_REVIVES, 0, 0), -EALREADY);
	run_until_ready(0);
	ck_assert_int_eq(crash(RX_S(1)), CY_UNDECIDED);
	ck_assert(cy__supervisor_lives(&one));
	ck_assert_int_eq(cy__supervisor_decide(&one, CY_UNDECIDED, 0, 0), -EINVAL);
	ck_assert_int_eq(cy__supervisor_decide(&one, CY_REVIVES, -2, 0), -EINVAL);
	ck_assert_int_eq(cy__supervisor_decide(&one, decisions[_i], RX_S(3), RX_S(2)), 0);
	ck_assert_int_eq(one.sequel, decisions[_i]);
	ck_assert_int_eq(one.due, _i == 0 ? RX_S(5) : RX_NEVER);
	ck_assert_int_eq(cy__supervisor_lives(&one), _i == 0);
	ck_assert_int_eq(cy__supervisor_decide(&one, CY_GONE, 0, 0), -EALREADY);
	finish();
}

static const struct {
	cy_revive revive;
	cy_revival revival;
} nonsense[] = {
	{CY_REVIVE_ALWAYS, {.factor = 0.5}},  {CY_REVIVE_ALWAYS, {.jitter = 1.5}},
	{CY_REVIVE_ALWAYS, {.first = -2}},    {CY_REVIVE_ALWAYS, {.ceiling = -2}},
	{CY_REVIVE_ALWAYS, {.window = -2}},   {CY_REVIVE_ALWAYS, {.hold = -2}},
	{CY_REVIVE_ALWAYS, {.start = -2}},    {(cy_revive)17, {0}},
	{CY_REVIVE_ALWAYS, {.limit = 65537}},
};

TEST(nonsense_is_refused, .to = sizeof nonsense / sizeof *nonsense)
{
	ck_assert_int_eq(cy__supervisor_init(&one, nonsense[_i].revive, &nonsense[_i].revival), -EINVAL);
}

TEST(without_memory_it_says_so)
{
	memory_fail_after(0);
	ck_assert_int_eq(cy__supervisor_init(&one, CY_REVIVE_ALWAYS, NULL), -ENOMEM);
	memory_recover();
	ck_assert_int_eq(cy__supervisor_init(&one, CY_REVIVE_ALWAYS, NULL), 0);
	finish();
}
