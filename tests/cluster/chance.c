/*
 * What is left to chance: every cluster draws its own, over all of the range, and a seed repeats it.
 */
#include "lib/cluster/chance.h"
#include "lib/cluster/cluster.h"
#include "lib/primary/recycle.h"
#include "lib/primary/supervise.h"
#include "lib/primary/workers.h"
#include "tests/support/cluster.h"

enum { DRAWS = 4096 };

static uint64_t draw_in_a_cluster(uint64_t seed)
{
	cy_cluster *cluster = cluster_begin("worker", &(cy_options){.seed = seed});
	const uint64_t drawn = cy__chance_next(&cluster->chance);
	cluster_end(cluster);
	return drawn;
}

TEST(two_clusters_draw_differently_and_a_seed_repeats)
{
	ck_assert_uint_ne(draw_in_a_cluster(0), draw_in_a_cluster(0));
	ck_assert_uint_eq(draw_in_a_cluster(7), draw_in_a_cluster(7));
	ck_assert_uint_ne(draw_in_a_cluster(7), draw_in_a_cluster(8));
}

/* The delay of a worker's first revival with a jitter of 1, as it comes out of the cluster's chance. */
static rx_nsec draw_delay(cy__chance *chance)
{
	cy__supervisor supervisor;
	cy__end end;
	const cy_revival revival = {.first = RX_S(1), .jitter = 1};
	ck_assert_int_eq(cy__supervisor_init(&supervisor, CY_REVIVE_ALWAYS, &revival), 0);
	cy__supervisor_start(&supervisor, 0);
	cy__supervisor_ended(&supervisor, 1, 0, 0, cy__chance_bits(chance), &end);
	cy__supervisor_finish(&supervisor);
	return end.delay;
}

/* How many of the tenths of @p most were drawn, each about as often. */
static void note(size_t *tenths, double drawn, double most)
{
	const size_t at = (size_t)(drawn / most * 10);
	tenths[at < 10 ? at : 9]++;
}

static void expect_even(const size_t *tenths)
{
	for (int i = 0; i < 10; i++) {
		ck_assert_uint_gt(tenths[i], DRAWS / 20);
		ck_assert_uint_lt(tenths[i], DRAWS / 5);
	}
}

TEST(jitter_spans_all_of_its_range)
{
	size_t delays[10] = {0}, limits[10] = {0};
	cy_cluster *cluster = cluster_begin("worker", NULL);
	for (int i = 0; i < DRAWS; i++) {
		note(delays, (double)draw_delay(&cluster->chance), (double)RX_S(1));
		note(limits, (double)cy__recycle_lower(1000000, 1, cy__chance_bits(&cluster->chance)), 1000000.);
	}
	expect_even(delays);
	expect_even(limits);
	cluster_end(cluster);
}

struct delays {
	rx_nsec ended, delay;
	cy_cluster *cluster;
};

static void time_exit(const cy_event *event, void *ctx)
{
	struct delays *delays = ctx;
	const cy__worker *worker = cy__workers_find(delays->cluster, event->worker);
	delays->delay = worker->supervisor.due - rx_now(delays->cluster->scheduler);
}
RX_CONSUMER(time_exit, cy_event);

/* How long a real worker would wait for its revival, of an hour and a jitter of 1. */
static rx_nsec wait_of_a_worker(uint64_t seed)
{
	struct delays delays = {.cluster = cluster_begin("worker", &(cy_options){.seed = seed})};
	rx_subscription exits;
	const cy_worker_options options = {.revive = CY_REVIVE_ALWAYS,
	                                   .revival = {.first = RX_S(3600), .ceiling = RX_S(3600), .jitter = 1}};
	rx_subscribe(cy_events_of(delays.cluster, CY_EVENT_EXIT), &(rx_observer){RX_NEXT(time_exit), .ctx = &delays},
	             &exits);
	cluster_fork(delays.cluster, "Paul", &options);
	cy_kill(delays.cluster, cy_named("Paul"), SIGKILL);
	ck_assert_int_eq(rx_await_first(cy_event, cy_events_of(delays.cluster, CY_EVENT_EXIT), (cy_event *)NULL), 0);
	rx_unsubscribe(&exits);
	cluster_end(delays.cluster);
	return delays.delay / RX_S(10);
}

/* In tens of seconds: what passes between the end and the look at it does not count. */
TEST(primaries_do_not_all_revive_at_the_same_time)
{
	size_t different = 0;
	for (int i = 0; i < 4; i++) {
		const int64_t first = wait_of_a_worker(0), second = wait_of_a_worker(0);
		different += first != second;
	}
	ck_assert_uint_ge(different, 3);
	ck_assert_int_le(llabs(wait_of_a_worker(5) - wait_of_a_worker(5)), 1);
}
