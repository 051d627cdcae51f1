#include "lib/storage/keeper.h"

#include "lib/storage/inside.h"
#include "lib/storage/left.h"

struct cy__keeper {
	cy__work cleaning, leaving;
	cy_cluster *cluster;
	size_t removed;
};

/* Steps between two looks at the clock. */
enum { SOME = 64 };

static bool clean(cy__work *work)
{
	cy_cluster *cluster = CY__CONTAINER(work, cy__keeper, cleaning)->cluster;
	bool more;
	do {
		more = cy__forest_clean(&cluster->storage->forest, SOME);
	} while (more && !cy__turns_is_over(cluster->turns));
	return more;
}

/* Without memory for a place among the turns it waits for the next time. */
static void unclean(void *ctx)
{
	cy__keeper *keeper = ctx;
	if (!keeper->cleaning.turns)
		cy__turns_add(keeper->cluster->turns, &keeper->cleaning);
}

static void say_what_was_removed(cy__keeper *keeper)
{
	const size_t removed = keeper->removed;
	keeper->removed = 0;
	if (removed)
		cy__trouble(keeper->cluster, 0, -EDQUOT,
		            "what workers that have gone left in the storage passed %zu bytes: %zu of their keys were "
		            "removed",
		            keeper->cluster->options.storage_left, removed);
}

static bool remove_left(cy__work *work)
{
	cy__keeper *keeper = CY__CONTAINER(work, cy__keeper, leaving);
	cy_cluster *cluster = keeper->cluster;
	bool more;
	do {
		more = cy__left_step(cluster->storage, cluster->options.storage_left, SOME, &keeper->removed);
	} while (more && !cy__turns_is_over(cluster->turns));
	if (!more)
		say_what_was_removed(keeper);
	return more;
}

/* A worker has gone for good, and something is charged to it still. */
static void left(void *ctx)
{
	cy__keeper *keeper = ctx;
	if (!keeper->leaving.turns)
		cy__turns_add(keeper->cluster->turns, &keeper->leaving);
}

int cy__keeper_start(cy_cluster *cluster)
{
	cy__keeper *keeper = rx_alloc_zero(sizeof *keeper);
	if (!keeper)
		return -ENOMEM;
	keeper->cluster = cluster;
	keeper->cleaning = (cy__work){.step = clean, .what = "destroying what was in the storage"};
	keeper->leaving = (cy__work){.step = remove_left, .what = "removing what workers left in the storage"};
	cluster->keeper = keeper;
	cluster->storage->unclean = unclean;
	cluster->storage->ctx = keeper;
	cy__ledger_on_left(cluster->ledger, left, keeper);
	return 0;
}

void cy__keeper_finish(cy_cluster *cluster)
{
	cy__keeper *keeper = cluster->keeper;
	if (!keeper)
		return;
	cy__turns_remove(&keeper->cleaning);
	cy__turns_remove(&keeper->leaving);
	cluster->storage->unclean = NULL;
	cy__ledger_on_left(cluster->ledger, NULL, NULL);
	cluster->keeper = NULL;
	rx_free(keeper);
}
