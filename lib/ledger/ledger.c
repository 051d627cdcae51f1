#include "lib/ledger/ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#include <clusterfy/rx/error.h>

#include "lib/command/table.h"

struct cy__account {
	cy__ledger *ledger;
	cy__account *next, *previous;
	uint32_t origin;
	bool closed;
	bool told[CY__RESOURCES]; /* that it is at its limit */
	size_t held[CY__RESOURCES], limit[CY__RESOURCES];
	cy__share descriptors;
	uint64_t refused[CY__RESOURCES];
};

struct cy__ledger {
	cy__table accounts; /* by their origins */
	cy__account *first;
	size_t defaults[CY__RESOURCES];
	cy__capacity descriptors; /* that this process may open for others, whatever their limits */
	cy__ledger_full *full;
	void *ctx;
	void (*left)(void *ctx);
	void *left_ctx;
};

static const struct {
	const char *name;
	size_t limit;
} resources[] = {
	[CY__FRAMES] = {"frames", 65536},
	[CY__BYTES] = {"bytes", (size_t)64 << 20},
	[CY__DESCRIPTORS] = {"descriptors", 128},
	[CY__CALLS] = {"calls", 16384},
	[CY__SOCKETS] = {"sockets", 64},
	[CY__KEYS] = {"keys", (size_t)1 << 20},
	[CY__STORED] = {"stored bytes", (size_t)256 << 20},
	[CY__WATCHES] = {"watches", 1024},
};

const char *cy__resource_name(cy__resource resource)
{
	return resources[resource].name;
}

/* The fields of @p quota; where one is zero, of @p defaults. */
static void read_quota(const cy_quota *quota, const size_t defaults[CY__RESOURCES], size_t limits[CY__RESOURCES])
{
	static const cy_quota none;
	if (!quota)
		quota = &none;
	const size_t given[] = {
		[CY__FRAMES] = quota->frames, [CY__BYTES] = quota->bytes,     [CY__DESCRIPTORS] = quota->descriptors,
		[CY__CALLS] = quota->calls,   [CY__SOCKETS] = quota->sockets, [CY__KEYS] = quota->keys,
		[CY__STORED] = quota->stored, [CY__WATCHES] = quota->watches,
	};
	for (int i = 0; i < CY__RESOURCES; i++)
		limits[i] = given[i] ? given[i] : defaults[i];
}

cy__ledger *cy__ledger_create(const cy_quota *defaults, cy__ledger_full *full, void *ctx)
{
	cy__ledger *ledger = rx_alloc_zero(sizeof *ledger);
	if (!ledger)
		return NULL;
	size_t standard[CY__RESOURCES];
	for (int i = 0; i < CY__RESOURCES; i++)
		standard[i] = resources[i].limit;
	read_quota(defaults, standard, ledger->defaults);
	ledger->full = full;
	ledger->ctx = ctx;
	return ledger;
}

void cy__ledger_destroy(cy__ledger *ledger)
{
	if (!ledger)
		return;
	for (cy__account *account; (account = ledger->first);) {
		ledger->first = account->next;
		rx_free(account);
	}
	cy__table_finish(&ledger->accounts);
	rx_free(ledger);
}

/* ---- Accounts ---------------------------------------------------------------------------------------------------- */

cy__account *cy__ledger_find(const cy__ledger *ledger, uint32_t origin)
{
	return cy__table_get(&ledger->accounts, origin);
}

cy__account *cy__ledger_open(cy__ledger *ledger, uint32_t origin)
{
	cy__account *account = cy__ledger_find(ledger, origin);
	if (account)
		return account;
	account = rx_alloc_zero(sizeof *account);
	if (!account || cy__table_add(&ledger->accounts, origin, account) < 0) {
		rx_free(account);
		return NULL;
	}
	account->ledger = ledger;
	account->origin = origin;
	for (int i = 0; i < CY__RESOURCES; i++)
		account->limit[i] = origin ? ledger->defaults[i] : CY_NO_QUOTA;
	account->next = ledger->first;
	if (account->next)
		account->next->previous = account;
	ledger->first = account;
	return account;
}

cy__account *cy__ledger_next(const cy__ledger *ledger, const cy__account *account)
{
	return account ? account->next : ledger->first;
}

static bool holds_something(const cy__account *account)
{
	for (int i = 0; i < CY__RESOURCES; i++)
		if (account->held[i])
			return true;
	return false;
}

static void free_if_over(cy__account *account)
{
	cy__ledger *ledger = account->ledger;
	if (!account->closed || holds_something(account))
		return;
	cy__table_remove(&ledger->accounts, account->origin);
	*(account->previous ? &account->previous->next : &ledger->first) = account->next;
	if (account->next)
		account->next->previous = account->previous;
	rx_free(account);
}

void cy__ledger_on_left(cy__ledger *ledger, void (*left)(void *ctx), void *ctx)
{
	ledger->left = left;
	ledger->left_ctx = ctx;
}

void cy__account_close(cy__account *account)
{
	account->closed = true;
	if (account->ledger->left && holds_something(account))
		account->ledger->left(account->ledger->left_ctx);
	free_if_over(account);
}

void cy__account_limit(cy__account *account, const cy_quota *quota)
{
	read_quota(quota, account->ledger->defaults, account->limit);
}

uint32_t cy__account_origin(const cy__account *account)
{
	return account->origin;
}

bool cy__account_is_closed(const cy__account *account)
{
	return account->closed;
}

size_t cy__account_held(const cy__account *account, cy__resource resource)
{
	return account->held[resource];
}

size_t cy__account_limit_of(const cy__account *account, cy__resource resource)
{
	return account->limit[resource];
}

uint64_t cy__account_refused(const cy__account *account, cy__resource resource)
{
	return account->refused[resource];
}

/* ---- Charges ----------------------------------------------------------------------------------------------------- */

/* Half of what this process may open at all; the other is for its own use, and for the workers themselves. */
static bool is_over_its_share(cy__account *account, size_t amount)
{
	struct rlimit limit;
	cy__capacity *capacity = &account->ledger->descriptors;
	capacity->most = getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > SIZE_MAX / 2
	                         ? SIZE_MAX / 2
	                         : (size_t)limit.rlim_cur / 2;
	return !cy__share_allows(capacity, &account->descriptors, amount);
}

static void take(cy__account *account, cy__resource resource, size_t amount)
{
	account->held[resource] += amount;
	if (resource == CY__DESCRIPTORS && account->origin)
		cy__share_take(&account->ledger->descriptors, &account->descriptors, amount);
}

static void give_back(cy__account *account, cy__resource resource, size_t amount)
{
	account->held[resource] -= amount;
	if (resource == CY__DESCRIPTORS && account->origin)
		cy__share_give_back(&account->ledger->descriptors, &account->descriptors, amount);
}

static int refuse(cy__account *account, cy__resource resource)
{
	const cy__ledger *ledger = account->ledger;
	account->refused[resource]++;
	if (!account->told[resource] && ledger->full)
		ledger->full(ledger->ctx, account->origin, resource, account->limit[resource]);
	account->told[resource] = true;
	return rx_raise(-EDQUOT, "worker %" PRIu32 " is at its limit of %zu %s", account->origin,
	                account->limit[resource], resources[resource].name);
}

int cy__charge(cy__account *account, cy__resource resource, size_t amount)
{
	if (!account)
		return 0;
	const size_t held = account->held[resource], limit = account->limit[resource];
	if (held > limit || amount > limit - held)
		return refuse(account, resource);
	if (resource == CY__DESCRIPTORS && account->origin && is_over_its_share(account, amount)) {
		refuse(account, resource);
		return rx_raise(-EDQUOT,
		                "worker %" PRIu32 " has its share of the descriptors that this process may open",
		                account->origin);
	}
	take(account, resource, amount);
	return 0;
}

void cy__charge_always(cy__account *account, cy__resource resource, size_t amount)
{
	if (account)
		take(account, resource, amount);
}

void cy__discharge(cy__account *account, cy__resource resource, size_t amount)
{
	if (!account || !amount)
		return;
	give_back(account, resource, amount);
	if (account->held[resource] <= account->limit[resource] / 2)
		account->told[resource] = false;
	if (account->closed && !account->held[resource])
		free_if_over(account);
}

/* ---- What several want ------------------------------------------------------------------------------------------- */

bool cy__share_allows(const cy__capacity *capacity, const cy__share *share, size_t amount)
{
	const size_t of_others = capacity->used - share->used;
	if (of_others >= capacity->most)
		return false;
	const size_t users = capacity->users + (share->used == 0);
	const size_t part = (capacity->most - of_others) / (users + 1);
	return share->used <= part && amount <= part - share->used;
}

void cy__share_take(cy__capacity *capacity, cy__share *share, size_t amount)
{
	capacity->users += share->used == 0 && amount;
	capacity->used += amount;
	share->used += amount;
}

void cy__share_give_back(cy__capacity *capacity, cy__share *share, size_t amount)
{
	capacity->used -= amount;
	share->used -= amount;
	capacity->users -= share->used == 0 && amount;
}
