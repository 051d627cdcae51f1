/*
 * When a worker lives, and whether it lives again. Nothing here reads a clock, rolls dice or starts anything: the
 * caller brings the time and the random bits, and gets back what follows, so that every case is a row of a table.
 *
 * Delays grow from one end to the next; ends are remembered in a ring as large as the limit, so that one more end is
 * one too many exactly if the oldest of them still lies within the window. Both are forgotten once an incarnation was
 * ready for long enough: then its end is a new story.
 */
#include "lib/primary/supervise.h"

#include <clusterfy/rx/error.h>
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

/* RX_NEVER stays never. */
static rx_nsec add(rx_nsec time, rx_nsec span)
{
	return span > RX_NEVER - time ? RX_NEVER : time + span;
}

static rx_nsec or_default(rx_nsec value, rx_nsec otherwise)
{
	return value == 0 ? otherwise : value == RX_NOW ? 0 : value;
}

static cy_revival fill_in(const cy_revival *given)
{
	cy_revival filled = given ? *given : (cy_revival){0};
	filled.first = or_default(filled.first, RX_MS(100));
	filled.factor = filled.factor == 0 ? 2 : filled.factor;
	filled.ceiling = or_default(filled.ceiling, RX_S(30));
	filled.jitter = filled.jitter == 0 ? 0.1 : filled.jitter < 0 ? 0 : filled.jitter;
	filled.limit = filled.limit == 0 ? 10 : filled.limit;
	filled.window = or_default(filled.window, RX_S(60));
	filled.hold = or_default(filled.hold, RX_S(60));
	filled.start = or_default(filled.start, RX_S(30));
	return filled;
}

enum { MOST_REVIVALS = 65536 };

static bool is_sound(cy_revive revive, const cy_revival *revival)
{
	return (unsigned)revive <= CY_REVIVE_DECIDE && revival->factor >= 1 && revival->jitter <= 1 &&
	       revival->first >= 0 && revival->ceiling >= 0 && revival->window >= 0 && revival->hold >= 0 &&
	       revival->start >= 0 && (revival->limit <= MOST_REVIVALS || revival->limit == CY_UNLIMITED);
}

static bool is_limited(const cy__supervisor *supervisor)
{
	return supervisor->revival.limit != CY_UNLIMITED;
}

int cy__supervisor_init(cy__supervisor *supervisor, cy_revive revive, const cy_revival *revival)
{
	cy__supervisor made = {
		.revive = revive,
		.revival = fill_in(revival),
		.status = CY_EXITED,
		.ready = RX_NEVER,
		.due = RX_NEVER,
	};
	if (!is_sound(revive, &made.revival))
		return rx_plain(-EINVAL);
	if (is_limited(&made) && revive != CY_REVIVE_NEVER) {
		made.ends = rx_alloc(made.revival.limit * sizeof *made.ends);
		if (!made.ends)
			return -ENOMEM;
	}
	made.delay = (double)made.revival.first;
	*supervisor = made;
	return 0;
}

void cy__supervisor_finish(cy__supervisor *supervisor)
{
	rx_free(supervisor->ends);
	supervisor->ends = NULL;
}

static bool runs(const cy__supervisor *supervisor)
{
	return supervisor->status != CY_EXITED;
}

static void begin_anew(cy__supervisor *supervisor)
{
	supervisor->delay = (double)supervisor->revival.first;
	supervisor->ends_count = supervisor->ends_next = 0;
}

int cy__supervisor_start(cy__supervisor *supervisor, rx_nsec now)
{
	if (runs(supervisor))
		return rx_plain(-EBUSY);
	if (supervisor->sequel == CY_FAILED || supervisor->sequel == CY_GONE)
		begin_anew(supervisor);
	if (supervisor->incarnation++ > 0)
		supervisor->restarts++;
	supervisor->status = CY_INITIALIZING;
	supervisor->sequel = 0;
	supervisor->asked = supervisor->overdue = supervisor->hung = false;
	supervisor->ready = RX_NEVER;
	supervisor->due = add(now, supervisor->revival.start);
	return 0;
}

int cy__supervisor_set(cy__supervisor *supervisor, cy_status status, rx_nsec now)
{
	if (!runs(supervisor))
		return rx_plain(-ESRCH);
	if ((unsigned)status <= CY_INITIALIZING || (unsigned)status >= CY_EXITED)
		return rx_plain(-EINVAL);
	if (status == supervisor->status || supervisor->status == CY_STOPPING)
		return 0;
	if (status == CY_LOADED && supervisor->status != CY_INITIALIZING)
		return rx_plain(-EINVAL);
	supervisor->status = status;
	if (status == CY_STOPPING)
		cy__supervisor_ask(supervisor);
	if ((status == CY_IDLE || status == CY_PROCESSING) && supervisor->ready == RX_NEVER) {
		supervisor->ready = now;
		supervisor->due = RX_NEVER;
	}
	return 1;
}

void cy__supervisor_ask(cy__supervisor *supervisor)
{
	supervisor->due = RX_NEVER;
	if (runs(supervisor))
		supervisor->asked = true;
	else if (cy__supervisor_lives(supervisor))
		supervisor->sequel = CY_GONE;
}

bool cy__supervisor_overdue(cy__supervisor *supervisor, rx_nsec now)
{
	if (!runs(supervisor) || now < supervisor->due || supervisor->due == RX_NEVER)
		return false;
	supervisor->overdue = true;
	supervisor->due = RX_NEVER;
	return true;
}

void cy__supervisor_hung(cy__supervisor *supervisor)
{
	supervisor->hung = runs(supervisor);
}

/* An end at @p now wants a revival: whether it is one too many. */
static bool is_past_limit(cy__supervisor *supervisor, rx_nsec now)
{
	uint32_t limit = supervisor->revival.limit;
	if (!is_limited(supervisor))
		return false;
	assert(limit > 0); /* an initialised one has its defaults filled in */
	rx_nsec *oldest = &supervisor->ends[supervisor->ends_next];
	if (supervisor->ends_count == limit && now - *oldest < supervisor->revival.window)
		return true;
	*oldest = now;
	supervisor->ends_next = (supervisor->ends_next + 1) % limit;
	supervisor->ends_count += supervisor->ends_count < limit;
	return false;
}

/* The delay of this revival; the next one's is longer. */
static rx_nsec take_delay(cy__supervisor *supervisor, uint32_t random)
{
	const cy_revival *revival = &supervisor->revival;
	double ceiling = (double)revival->ceiling;
	double delay = supervisor->delay < ceiling ? supervisor->delay : ceiling;
	double next = delay * revival->factor;
	supervisor->delay = next < ceiling ? next : ceiling;
	delay -= delay * revival->jitter * ((double)random / 4294967296.0);
	return delay >= (double)RX_NEVER ? RX_NEVER : (rx_nsec)delay;
}

static bool wants_revival(const cy__supervisor *supervisor, cy_reason reason)
{
	if (supervisor->asked)
		return false;
	return supervisor->revive == CY_REVIVE_ALWAYS ||
	       (supervisor->revive == CY_REVIVE_ON_FAILURE && reason != CY_ENDED_NORMAL);
}

static bool has_held(const cy__supervisor *supervisor, rx_nsec now)
{
	return supervisor->ready != RX_NEVER && supervisor->revival.hold != RX_NEVER &&
	       now - supervisor->ready >= supervisor->revival.hold;
}

static void end(cy__supervisor *supervisor, cy_reason reason, rx_nsec now, uint32_t random, cy__end *end)
{
	if (has_held(supervisor, now))
		begin_anew(supervisor);
	*end = (cy__end){.reason = reason, .intended = supervisor->asked, .sequel = CY_GONE};
	if (reason == CY_ENDED_NO_START || reason == CY_ENDED_NO_HELLO || reason == CY_ENDED_NOT_READY)
		supervisor->failed_starts++;
	if (supervisor->revive == CY_REVIVE_DECIDE && !end->intended) {
		end->sequel = CY_UNDECIDED;
	} else if (wants_revival(supervisor, reason)) {
		end->sequel = is_past_limit(supervisor, now) ? CY_FAILED : CY_REVIVES;
		end->delay = end->sequel == CY_REVIVES ? take_delay(supervisor, random) : 0;
	}
	supervisor->status = CY_EXITED;
	supervisor->sequel = end->sequel;
	supervisor->due = end->sequel == CY_REVIVES ? add(now, end->delay) : RX_NEVER;
}

static cy_reason reason_of(const cy__supervisor *supervisor, int code, int signal)
{
	if (supervisor->asked)
		return CY_ENDED_ASKED;
	if (supervisor->overdue)
		return CY_ENDED_NOT_READY;
	if (supervisor->hung)
		return CY_ENDED_HUNG;
	if (supervisor->status == CY_INITIALIZING)
		return CY_ENDED_NO_HELLO;
	if (signal == SIGXCPU || signal == SIGXFSZ)
		return CY_ENDED_LIMIT;
	if (signal)
		return CY_ENDED_SIGNAL;
	return code ? CY_ENDED_CODE : CY_ENDED_NORMAL;
}

int cy__supervisor_not_started(cy__supervisor *supervisor, rx_nsec now, uint32_t random, cy__end *outcome)
{
	if (!runs(supervisor))
		return rx_plain(-ESRCH);
	end(supervisor, supervisor->asked ? CY_ENDED_ASKED : CY_ENDED_NO_START, now, random, outcome);
	return 0;
}

int cy__supervisor_ended(cy__supervisor *supervisor, int code, int signal, rx_nsec now, uint32_t random,
                         cy__end *outcome)
{
	if (!runs(supervisor))
		return rx_plain(-ESRCH);
	end(supervisor, reason_of(supervisor, code, signal), now, random, outcome);
	return 0;
}

bool cy__supervisor_revival_due(const cy__supervisor *supervisor, rx_nsec now)
{
	return supervisor->sequel == CY_REVIVES && now >= supervisor->due;
}

int cy__supervisor_decide(cy__supervisor *supervisor, cy_sequel sequel, rx_nsec delay, rx_nsec now)
{
	if (supervisor->sequel != CY_UNDECIDED)
		return rx_plain(-EALREADY);
	if ((sequel != CY_REVIVES && sequel != CY_GONE && sequel != CY_FAILED) || delay < RX_NOW)
		return rx_plain(-EINVAL);
	supervisor->sequel = sequel;
	if (sequel == CY_REVIVES)
		supervisor->due = add(now, delay > 0 ? delay : 0);
	return 0;
}

void cy__supervisor_follow(cy__supervisor *supervisor, cy_sequel sequel)
{
	if (runs(supervisor))
		return;
	supervisor->sequel = sequel;
	supervisor->due = RX_NEVER;
}

void cy__supervisor_succeed(cy__supervisor *heir, cy__supervisor *supervisor)
{
	rx_nsec *ends = heir->ends;
	heir->ends = supervisor->ends;
	heir->ends_count = supervisor->ends_count;
	heir->ends_next = supervisor->ends_next;
	heir->delay = supervisor->delay;
	heir->restarts = supervisor->restarts + 1;
	heir->failed_starts += supervisor->failed_starts;
	supervisor->ends = ends;
	supervisor->ends_count = supervisor->ends_next = 0;
}

bool cy__supervisor_lives(const cy__supervisor *supervisor)
{
	return runs(supervisor) || supervisor->sequel == CY_REVIVES || supervisor->sequel == CY_UNDECIDED;
}
