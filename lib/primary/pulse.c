#include "lib/primary/pulse.h"

#include <signal.h>

#include "lib/primary/worker.h"

static rx_nsec now(const cy__worker *worker)
{
	return rx_now(worker->cluster->scheduler);
}

static uint64_t bytes_from(const cy__worker *worker)
{
	cy__channel_counts counts = {0};
	if (worker->peer.channel)
		cy__channel_count(worker->peer.channel, &counts);
	return counts.bytes_in;
}

static void arm(cy__worker *worker)
{
	cy__pulse *pulse = &worker->pulse;
	if (pulse->heartbeat.due == RX_NEVER)
		rx_cancel(&pulse->look);
	else
		rx_schedule(worker->cluster->scheduler, &pulse->look, pulse->heartbeat.due - now(worker));
}

/* Control passes the bulk; a queue that is full even for that already holds a question. */
static void ask(cy__worker *worker)
{
	worker->pulse.bytes = bytes_from(worker);
	cy__peer_post(&worker->peer,
	              &(cy__post){.kind = CY__PING, .flags = CY__FRAME_URGENT, .call = ++worker->pulse.asked});
}

static void tell(cy__worker *worker)
{
	cy__trouble(worker->cluster, worker->peer.id, -ETIMEDOUT,
	            "%s does not answer: its loop has not turned for %g s",
	            cy_label_of(worker->cluster, worker->peer.id),
	            (double)worker->pulse.heartbeat.options.timeout / (double)RX_S(1));
}

static void act(cy__worker *worker, cy__beat beat)
{
	switch (beat) {
	case CY__BEAT_ASK:
		ask(worker);
		break;
	case CY__BEAT_TELL:
		tell(worker);
		break;
	case CY__BEAT_ABORT:
		cy__supervisor_hung(&worker->supervisor);
		cy__process_signal(&worker->process, SIGABRT);
		break;
	case CY__BEAT_KILL:
		cy__process_signal_group(&worker->process, SIGKILL);
		break;
	default:
		break;
	}
}

/* Who was stopped himself looks at what came meanwhile before he judges. */
static bool has_come(cy__worker *worker)
{
	if (bytes_from(worker) != worker->pulse.bytes)
		return true;
	return cy__peer_read(&worker->peer) || bytes_from(worker) != worker->pulse.bytes;
}

static void look(rx_task *task)
{
	cy__worker *worker = CY__CONTAINER(task, cy__worker, pulse.look);
	const bool heard = has_come(worker);
	/* Who was asked to stop has a deadline for that; who has lost its channel, too. */
	if (worker->supervisor.asked || !worker->peer.channel)
		cy__heartbeat_stop(&worker->pulse.heartbeat);
	const cy__beat beat = cy__heartbeat_pass(&worker->pulse.heartbeat, heard, now(worker));
	arm(worker);
	act(worker, beat);
}

int cy__pulse_init(cy__worker *worker)
{
	worker->pulse.look.run = look;
	const int code = cy__heartbeat_init(&worker->pulse.heartbeat, &worker->options.heartbeat,
	                                    &worker->cluster->options.heartbeat);
	return code < 0 ? rx_raise(code, "the heartbeat's options make no sense") : 0;
}

void cy__pulse_start(cy__worker *worker)
{
	if (!cy__worker_has_process(worker))
		return; /* what it said last is being read */
	cy__heartbeat_start(&worker->pulse.heartbeat, now(worker));
	arm(worker);
}

void cy__pulse_ended(cy__worker *worker)
{
	cy__heartbeat_ended(&worker->pulse.heartbeat);
	rx_cancel(&worker->pulse.look);
}
