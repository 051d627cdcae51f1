#include "lib/primary/recycle.h"

#include "lib/primary/succession.h"
#include "lib/primary/worker.h"
#include "lib/statistics/usage.h"

static rx_nsec or_default(rx_nsec value, rx_nsec otherwise)
{
	return value == 0 ? otherwise : value == RX_NOW ? 0 : value;
}

int cy__recycle_fill_in(const cy_recycle *options, cy_recycle *filled)
{
	cy_recycle made = *options;
	made.age = or_default(made.age, RX_NEVER);
	made.jitter = made.jitter == 0 ? 0.1 : made.jitter < 0 ? 0 : made.jitter;
	made.interval = or_default(made.interval, RX_S(1));
	made.drain = or_default(made.drain, RX_S(30));
	if (made.age < 0 || made.interval <= 0 || made.drain < 0 || !(made.jitter <= 1))
		return rx_plain(-EINVAL);
	*filled = made;
	return 0;
}

uint64_t cy__recycle_lower(uint64_t limit, double jitter, uint32_t random)
{
	const double share = jitter * ((double)random / 4294967296.0);
	const uint64_t less = (uint64_t)((double)limit * share);
	return less < limit ? limit - less : 1;
}

static uint64_t lower(const cy__worker *worker, uint64_t limit)
{
	return limit ? cy__recycle_lower(limit, worker->recycle.options.jitter,
	                                 cy__chance_bits(&worker->cluster->chance))
	             : 0;
}

static rx_nsec now(const cy__worker *worker)
{
	return rx_now(worker->cluster->scheduler);
}

static void schedule(cy__worker *worker, rx_nsec delay)
{
	rx_schedule(worker->cluster->scheduler, &worker->recycle.look, delay);
}

/* Only what grows by itself is looked at again and again. */
static void wait(cy__worker *worker)
{
	const cy__recycle *recycle = &worker->recycle;
	rx_nsec delay = recycle->old == RX_NEVER ? RX_NEVER : recycle->old - now(worker);
	if (recycle->memory && recycle->options.interval < delay)
		delay = recycle->options.interval;
	if (delay != RX_NEVER)
		schedule(worker, delay);
}

static bool is_due(const cy__worker *worker)
{
	const cy__recycle *recycle = &worker->recycle;
	return recycle->due || now(worker) >= recycle->old ||
	       (recycle->memory && cy__usage_of(worker->process.pid).memory > recycle->memory);
}

static void look(rx_task *task)
{
	cy__worker *worker = CY__CONTAINER(task, cy__worker, recycle.look);
	if (!cy__worker_has_process(worker) || worker->supervisor.asked || worker->successor ||
	    worker->cluster->stage != CY__RUNNING)
		return;
	if (!is_due(worker)) {
		wait(worker);
		return;
	}
	worker->recycle.due = true;
	const int code = cy__succession_begin(worker);
	if (code < 0 && code != -EALREADY) {
		cy__trouble(worker->cluster, worker->peer.id, code, "recycling: %s", rx_words(code));
		cy__recycle_retry(worker);
	}
}

int cy__recycle_init(cy__worker *worker)
{
	worker->recycle.look.run = look;
	worker->recycle.old = RX_NEVER;
	const int code = cy__recycle_fill_in(&worker->options.recycle, &worker->recycle.options);
	return code < 0 ? rx_raise(code, "the options of recycling make no sense") : 0;
}

void cy__recycle_start(cy__worker *worker)
{
	cy__recycle *recycle = &worker->recycle;
	if (!cy__worker_has_process(worker))
		return;
	const rx_nsec age = recycle->options.age;
	recycle->due = false;
	recycle->memory = lower(worker, recycle->options.memory);
	recycle->calls = lower(worker, recycle->options.calls);
	recycle->old = age < RX_NEVER - now(worker) ? now(worker) + (rx_nsec)lower(worker, (uint64_t)age) : RX_NEVER;
	wait(worker);
}

void cy__recycle_stop(cy__worker *worker)
{
	rx_cancel(&worker->recycle.look);
	worker->recycle.calls = 0;
	worker->recycle.due = false;
}

/* In a turn of its own, so that what is answered is passed on first. */
void cy__recycle_served(cy__worker *worker)
{
	cy__recycle *recycle = &worker->recycle;
	if (!recycle->calls || --recycle->calls)
		return;
	recycle->due = true;
	schedule(worker, 0);
}

/* No sooner than the longest delay of a revival. */
void cy__recycle_retry(cy__worker *worker)
{
	const rx_nsec delay = worker->supervisor.revival.ceiling;
	if (worker->recycle.due && delay != RX_NEVER)
		schedule(worker, delay);
}
