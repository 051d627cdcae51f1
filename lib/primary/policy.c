#include "lib/primary/policy.h"

#include "lib/primary/worker.h"

struct cy__policy {
	cy__worker *worker;
	rx_subject *exits;
	rx_subscription starts;
	cy_sequel verdict; /* it has ended: what follows each end from now on; 0: it decides */
	int code;          /* what it ended with */
	bool begun;
};

/* ---- What comes out of it ------------------------------------------------------------------------------------------- */

/* In a turn of its own: a start that fails at once goes to the policy again. Of one that runs, it starts nothing. */
static int start(const void *item, void *ctx)
{
	const cy__policy *policy = ctx;
	(void)item;
	if (policy->begun)
		cy__worker_decide(policy->worker, CY_REVIVES, RX_NOW);
	return 0;
}

static void completed(void *ctx)
{
	cy__policy *policy = ctx;
	policy->verdict = CY_GONE;
	if (policy->begun)
		cy__worker_decide(policy->worker, CY_GONE, RX_NOW);
}

/* Who is told may start the worker again, and then this policy is no more. */
static void failed(const rx_error *error, void *ctx)
{
	cy__policy *policy = ctx;
	cy__worker *worker = policy->worker;
	policy->verdict = CY_FAILED;
	policy->code = error->code;
	if (!policy->begun) {
		rx_raise(error->code, "the policy of %s: %s", cy_label_of(worker->cluster, worker->peer.id),
		         error->message);
		return;
	}
	cy__worker_decide(worker, CY_FAILED, RX_NOW);
	cy__trouble(worker->cluster, worker->peer.id, error->code, "the policy of %s has failed: %s",
	            cy_label_of(worker->cluster, worker->peer.id), error->message);
}

/* ---- Its life ------------------------------------------------------------------------------------------------------- */

static void run(cy__policy *policy)
{
	const cy_worker_options *options = &policy->worker->options;
	rx_observable *starts = options->policy(rx_subject_observe(policy->exits), options->policy_ctx);
	if (!starts)
		starts = rx_throw_error(-EINVAL, "there is no observable of starts");
	const rx_consumer consumer = {"start", rx_observable_type(starts), start};
	rx_subscribe(starts,
	             &(rx_observer){.next = &consumer,
	                            .error = failed,
	                            .complete = completed,
	                            .ctx = policy,
	                            .scheduler = policy->worker->cluster->scheduler},
	             &policy->starts);
}

int cy__policy_begin(cy__worker *worker)
{
	if (!worker->options.policy)
		return 0;
	cy__policy_finish(worker);
	cy__policy *policy = rx_alloc_zero(sizeof *policy);
	if (!policy)
		return -ENOMEM;
	policy->worker = worker;
	policy->exits = rx_subject_create(&rx_type_cy_event);
	worker->policy = policy;
	rx_wait_forbid();
	run(policy);
	rx_wait_allow();
	policy->begun = true;
	return policy->verdict == CY_FAILED ? policy->code : 0;
}

void cy__policy_finish(cy__worker *worker)
{
	cy__policy *policy = worker->policy;
	if (!policy)
		return;
	worker->policy = NULL;
	rx_unsubscribe(&policy->starts);
	rx_subject_unref(policy->exits);
	rx_free(policy);
}

void cy__policy_judge(cy__worker *worker, cy__end *end)
{
	const cy__policy *policy = worker->policy;
	if (!policy || !policy->verdict || end->sequel != CY_UNDECIDED)
		return;
	end->sequel = policy->verdict;
	cy__supervisor_follow(&worker->supervisor, end->sequel);
}

void cy__policy_tell(cy__worker *worker, const cy_event *exit)
{
	const cy__supervisor *supervisor = &worker->supervisor;
	if (!worker->policy || supervisor->sequel != CY_UNDECIDED || supervisor->incarnation != exit->incarnation)
		return;
	rx_subject *exits = rx_subject_ref(worker->policy->exits);
	rx_wait_forbid();
	rx_subject_next(exits, exit);
	rx_wait_allow();
	rx_subject_unref(exits);
}

void cy__policy_succeed(cy__worker *worker, cy__worker *heir)
{
	heir->policy = worker->policy;
	worker->policy = NULL;
	if (heir->policy)
		heir->policy->worker = heir;
}
