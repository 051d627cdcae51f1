#include "lib/wire/bind.h"

#include <poll.h>
#include <stddef.h>

#define BINDING(task, member) ((cy__binding *)((char *)(task)-offsetof(cy__binding, member)))

static void update(cy__binding *binding);

void cy__binding_guard(cy__binding *binding, const cy__gate *gate)
{
	binding->gate = gate;
}

void cy__binding_read(cy__binding *binding)
{
	cy__channel_on_readable(binding->channel, rx_now(binding->scheduler));
	update(binding);
}

/* A callback may unbind it. */
void cy__binding_take(cy__binding *binding)
{
	const cy__gate *gate = binding->gate;
	if (!gate) {
		cy__binding_read(binding);
		return;
	}
	const rx_nsec now = gate->enter(binding);
	if (now < 0)
		return;
	cy__channel_on_readable(binding->channel, now);
	gate->leave(binding);
	update(binding);
}

/* Whether something comes while it is looked for a few times: one such look is a quarter of a turn of the loop. */
static bool glance(const cy__channel *channel)
{
	enum { GLANCES = 4 };
	struct pollfd readable = {.fd = cy__channel_fd(channel), .events = POLLIN};
	if (!cy__channel_wants_read(channel) || cy__channel_delay(channel))
		return false;
	for (int i = 0; i < GLANCES; i++)
		if (poll(&readable, 1, 0) > 0)
			return true;
	return false;
}

/* A task that is always due: the loop goes round and asks the kernel, but does not wait. */
static void look(rx_task *task)
{
	cy__binding *binding = BINDING(task, look);
	const rx_nsec now = rx_now(binding->scheduler);
	if (binding->poll != RX_NEVER && now - binding->alive >= binding->poll)
		return;
	rx_schedule(binding->scheduler, task, 0);
	if (!glance(binding->channel))
		return;
	binding->alive = now;
	cy__binding_take(binding);
}

static void stay_awake(cy__binding *binding)
{
	if (binding->poll <= 0)
		return;
	binding->alive = rx_now(binding->scheduler);
	if (!binding->look.scheduler)
		rx_schedule(binding->scheduler, &binding->look, 0);
}

void cy__binding_poll(cy__binding *binding, rx_nsec poll)
{
	binding->poll = poll;
}

static void read_ready(const int *fd, void *ctx)
{
	(void)fd;
	cy__binding *binding = ctx;
	const rx_nsec delay = cy__channel_delay(binding->channel);
	if (delay) {
		rx_unsubscribe(&binding->readable);
		if (!binding->turn.scheduler)
			rx_schedule(binding->scheduler, &binding->turn, delay);
		return;
	}
	stay_awake(binding);
	cy__binding_take(binding);
}
RX_CONSUMER(read_ready, int);

static void write_ready(const int *fd, void *ctx)
{
	(void)fd;
	cy__binding *binding = ctx;
	cy__channel_on_writable(binding->channel);
	update(binding);
}
RX_CONSUMER(write_ready, int);

static void flush(rx_task *task)
{
	cy__binding *binding = BINDING(task, flush);
	cy__channel_flush(binding->channel);
	update(binding);
}

static void take_turn(rx_task *task)
{
	cy__binding_take(BINDING(task, turn));
}

static void retry(rx_task *task)
{
	cy__binding *binding = BINDING(task, retry);
	cy__channel_flush(binding->channel);
	update(binding);
}

/* What came meanwhile is read first, so the gate has its say; where it puts that off, it is asked again afterwards. */
static void pass_deadline(rx_task *task)
{
	cy__binding *binding = BINDING(task, deadline);
	const cy__gate *gate = binding->gate;
	const rx_nsec now = gate ? gate->enter(binding) : rx_now(binding->scheduler);
	if (now < 0)
		return;
	cy__channel_on_time(binding->channel, now);
	if (gate)
		gate->leave(binding);
	update(binding);
}

#define TRY_AGAIN RX_MS(5)
#define WATCH_AGAIN RX_MS(1)

/* Its descriptor cannot be watched: what reads it finds out why, or tries again. */
static void unwatchable(const rx_error *error, void *ctx)
{
	(void)error;
	cy__binding *binding = ctx;
	if (binding->channel)
		rx_schedule(binding->scheduler, &binding->turn, WATCH_AGAIN);
}

static void watch(cy__binding *binding, rx_observable *source, const rx_consumer *next, rx_subscription *subscription)
{
	rx_subscribe(
		source,
		&(rx_observer){.next = next, .error = unwatchable, .ctx = binding, .scheduler = binding->scheduler},
		subscription);
}

/* Write interest only while the socket has taken less than there is; a timer only while half a frame is there. */
static void update(cy__binding *binding)
{
	cy__channel *channel = binding->channel;
	if (!channel)
		return; /* a callback has unbound it */
	if (!cy__channel_wants_read(channel))
		rx_unsubscribe(&binding->readable);
	else if (rx_is_closed(&binding->readable) && !binding->turn.scheduler)
		watch(binding, rx_readable(cy__channel_fd(channel)), &read_ready_rx_consumer, &binding->readable);
	const bool wanted = cy__channel_wants_write(channel);
	if (wanted && rx_is_closed(&binding->writable))
		watch(binding, rx_writable(cy__channel_fd(channel)), &write_ready_rx_consumer, &binding->writable);
	else if (!wanted)
		rx_unsubscribe(&binding->writable);
	if (cy__channel_wants_turn(channel) && !binding->turn.scheduler &&
	    (!binding->gate || binding->gate->put_off(binding) < 0))
		rx_schedule(binding->scheduler, &binding->turn, 0);
	if (cy__channel_is_stalled(channel) && !binding->retry.scheduler)
		rx_schedule(binding->scheduler, &binding->retry, TRY_AGAIN);
	const rx_nsec deadline = cy__channel_deadline(channel);
	if (deadline == RX_NEVER)
		rx_cancel(&binding->deadline);
	else if (!binding->deadline.scheduler || binding->deadline.due != deadline)
		rx_schedule(binding->scheduler, &binding->deadline, deadline - rx_now(binding->scheduler));
}

void cy__bind(cy__binding *binding, cy__channel *channel, rx_scheduler *scheduler, rx_scheduler *asap)
{
	*binding = (cy__binding){.channel = channel,
	                         .scheduler = scheduler,
	                         .asap = asap,
	                         .flush = {.run = flush},
	                         .turn = {.run = take_turn},
	                         .deadline = {.run = pass_deadline},
	                         .retry = {.run = retry},
	                         .look = {.run = look}};
	watch(binding, rx_readable(cy__channel_fd(channel)), &read_ready_rx_consumer, &binding->readable);
	if (binding->channel && cy__channel_pending(channel, NULL))
		cy__binding_queued(binding);
}

void cy__unbind(cy__binding *binding)
{
	binding->channel = NULL;
	rx_unsubscribe(&binding->readable);
	rx_unsubscribe(&binding->writable);
	rx_cancel(&binding->flush);
	rx_cancel(&binding->turn);
	rx_cancel(&binding->deadline);
	rx_cancel(&binding->retry);
	rx_cancel(&binding->look);
}

void cy__binding_hasten(cy__binding *binding)
{
	if (binding->turn.scheduler)
		rx_schedule(binding->scheduler, &binding->turn, 0);
}

void cy__binding_queued(cy__binding *binding)
{
	if (!binding->channel)
		return;
	stay_awake(binding);
	if (!binding->flush.scheduler)
		rx_schedule(binding->asap, &binding->flush, 0);
}
