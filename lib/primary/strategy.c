#include "lib/primary/strategy.h"

#include <errno.h>

static bool runs(const cy__place *place)
{
	return place->state == CY__STARTING || place->state == CY__READY;
}

static bool knows(const cy__place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((unsigned)places[i].revive >= CY_REVIVE_DECIDE)
			return false;
	return true;
}

static void begin(cy__strategy *strategy)
{
	strategy->goal = CY__UP;
	strategy->announced = false;
	for (size_t i = 0; i < strategy->count; i++) {
		cy__place *place = &strategy->places[i];
		if (place->state != CY__OUT)
			*place = (cy__place){.revive = place->revive, .ordered = true};
	}
}

int cy__strategy_init(cy__strategy *strategy, const cy_group_options *options, cy__place *places, size_t count)
{
	cy__strategy made = {.strategy = options->strategy, .places = places, .count = count};
	if ((unsigned)options->strategy > CY_REST_FOR_ONE || !knows(places, count))
		return rx_plain(-EINVAL);
	const int code = cy__supervisor_init(&made.account, CY_REVIVE_ALWAYS, &options->revival);
	if (code < 0)
		return code;
	*strategy = made;
	begin(strategy);
	return 0;
}

void cy__strategy_finish(cy__strategy *strategy)
{
	cy__supervisor_finish(&strategy->account);
}

void cy__strategy_ready(cy__strategy *strategy, size_t index)
{
	if (strategy->places[index].state == CY__STARTING)
		strategy->places[index].state = CY__READY;
}

/* ---- An end ------------------------------------------------------------------------------------------------------- */

static bool wants_restart(cy_revive revive, bool regular)
{
	return revive == CY_REVIVE_ALWAYS || (revive == CY_REVIVE_ON_FAILURE && !regular);
}

/* One more restart of the group: whether it may be, and after how long. */
static cy_sequel count_restart(cy__strategy *strategy, rx_nsec now, uint32_t random, rx_nsec *due)
{
	cy__end end;
	cy__supervisor_start(&strategy->account, now); /* it may count as running already */
	cy__supervisor_ended(&strategy->account, 1, 0, now, random, &end);
	*due = strategy->account.due;
	return end.sequel;
}

/* Those that are down already only wait longer; one that has gone stays so. */
static void bring_down(cy__place *place, bool ordered, rx_nsec due)
{
	if (place->state == CY__OUT)
		return;
	place->ordered = ordered;
	place->due = due;
	if (runs(place))
		place->falls = true;
	else
		place->state = CY__DOWN;
}

static void bring_down_with(cy__strategy *strategy, size_t index, rx_nsec due)
{
	const bool one = strategy->strategy == CY_ONE_FOR_ONE;
	const size_t from = strategy->strategy == CY_ALL_FOR_ONE ? 0 : index;
	const size_t to = one ? index + 1 : strategy->count;
	for (size_t i = from; i < to; i++)
		bring_down(&strategy->places[i], !one, due);
}

static void bring_all_down(cy__strategy *strategy, cy__goal goal)
{
	strategy->goal = goal;
	strategy->announced = false;
	for (size_t i = 0; i < strategy->count; i++)
		strategy->places[i].falls = runs(&strategy->places[i]);
}

static cy_sequel leave(cy__place *place, cy__post_state state, cy_sequel sequel)
{
	const bool gone = place->revive == CY_REVIVE_NEVER;
	place->state = gone ? CY__OUT : state;
	place->falls = place->told = false;
	return gone ? CY_GONE : sequel;
}

cy_sequel cy__strategy_ended(cy__strategy *strategy, size_t index, bool regular, rx_nsec now, uint32_t random)
{
	cy__place *place = &strategy->places[index];
	rx_nsec due;
	if (strategy->goal == CY__STOPPED) {
		leave(place, CY__OUT, CY_GONE);
		place->state = CY__OUT;
		return CY_GONE;
	}
	if (strategy->goal == CY__GIVEN_UP)
		return leave(place, CY__DOWN, CY_FAILED);
	if (place->falls)
		return leave(place, CY__DOWN, CY_REVIVES);
	if (!wants_restart(place->revive, regular))
		return leave(place, CY__RESTING, CY_GONE);
	place->state = CY__DOWN;
	if (count_restart(strategy, now, random, &due) == CY_FAILED) {
		bring_all_down(strategy, CY__GIVEN_UP);
		return CY_FAILED;
	}
	strategy->announced = false;
	bring_down_with(strategy, index, due);
	return CY_REVIVES;
}

void cy__strategy_lost(cy__strategy *strategy, size_t index)
{
	cy__place *place = &strategy->places[index];
	place->state = CY__OUT;
	place->falls = false;
}

/* ---- All of them -------------------------------------------------------------------------------------------------- */

void cy__strategy_stop(cy__strategy *strategy)
{
	if (strategy->goal != CY__STOPPED)
		bring_all_down(strategy, CY__STOPPED);
}

int cy__strategy_again(cy__strategy *strategy)
{
	if (strategy->goal != CY__GIVEN_UP || !strategy->announced)
		return rx_plain(-EBUSY);
	begin(strategy);
	return 0;
}

/* ---- What is to be done ------------------------------------------------------------------------------------------- */

/* The last of those that fall and have not ended. */
static cy__place *last_falling(const cy__strategy *strategy, size_t *index)
{
	for (size_t i = strategy->count; i-- > 0;) {
		*index = i;
		if (strategy->places[i].falls)
			return &strategy->places[i];
	}
	return NULL;
}

/* The first one whose turn it is, but for its time. */
static cy__place *first_down(const cy__strategy *strategy, rx_nsec now, size_t *index)
{
	bool before = true;
	for (size_t i = 0; i < strategy->count; i++) {
		cy__place *place = &strategy->places[i];
		if (place->state == CY__DOWN && (before || !place->ordered) && now >= place->due) {
			*index = i;
			return place;
		}
		before = before && place->state != CY__DOWN && place->state != CY__STARTING;
	}
	return NULL;
}

static bool all_are_ready(const cy__strategy *strategy)
{
	for (size_t i = 0; i < strategy->count; i++)
		if (strategy->places[i].state == CY__DOWN || strategy->places[i].state == CY__STARTING)
			return false;
	return true;
}

static cy__step announce(cy__strategy *strategy, cy__step step)
{
	if (strategy->announced)
		return CY__STEP_NONE;
	strategy->announced = true;
	return step;
}

static cy__step announce_ready(cy__strategy *strategy, rx_nsec now)
{
	cy__supervisor_start(&strategy->account, now);
	cy__supervisor_set(&strategy->account, CY_LOADED, now);
	cy__supervisor_set(&strategy->account, CY_IDLE, now);
	return announce(strategy, CY__STEP_READY);
}

cy__step cy__strategy_next(cy__strategy *strategy, rx_nsec now, size_t *index)
{
	cy__place *place = last_falling(strategy, index);
	if (place && place->told)
		return CY__STEP_NONE;
	if (place) {
		place->told = true;
		return CY__STEP_STOP;
	}
	if (strategy->goal != CY__UP)
		return announce(strategy, CY__STEP_OVER);
	place = first_down(strategy, now, index);
	if (place) {
		place->state = CY__STARTING;
		return CY__STEP_START;
	}
	return all_are_ready(strategy) && !strategy->announced ? announce_ready(strategy, now) : CY__STEP_NONE;
}

rx_nsec cy__strategy_due(const cy__strategy *strategy, rx_nsec now)
{
	rx_nsec due = RX_NEVER;
	for (size_t i = 0; strategy->goal == CY__UP && i < strategy->count; i++) {
		const cy__place *place = &strategy->places[i];
		if (place->state == CY__DOWN && place->due > now && place->due < due)
			due = place->due;
	}
	return due;
}
