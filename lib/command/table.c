/*
 * Where a number's place is, is known to nobody outside of this process: the numbers are the peers' to choose, and one who
 * could find some thousand of the same place would make each look-up a search. The place is the number folded twice
 * through 128-bit products with secrets that each process draws at random: 2 ns, where a cryptographic hash takes ten.
 */
#include "lib/command/table.h"

#include <clusterfy/rx/error.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Below this a table keeps its room, so that calls that come and go allocate nothing. */
enum { LEAST = 32, KEPT = 2048 };

struct cy__slot {
	uint64_t number;
	void *value; /* NULL: free */
};

/* ---- The secret -------------------------------------------------------------------------------------------------- */

static uint64_t secret[4];

/* Where the kernel gives no random numbers, what is hard to guess has to do. */
static void draw_secret(void)
{
	if (getrandom(secret, sizeof secret, GRND_NONBLOCK) == (ssize_t)sizeof secret)
		return;
	struct timespec now, used;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	secret[0] ^= (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
	secret[1] ^= (uint64_t)(uintptr_t)&now ^ (uint64_t)used.tv_nsec << 40;
	secret[2] ^= (uint64_t)(uintptr_t)secret << 16 ^ (uint64_t)getpid();
	secret[3] ^= secret[0] * UINT64_C(0x9e3779b97f4a7c15) ^ secret[1];
}

/* Before the first entry of all; a multiplier is odd, so that it is never zero. */
static void make_secret(void)
{
	if (secret[1])
		return;
	draw_secret();
	secret[1] |= 1;
	secret[3] |= 1;
}

static inline uint64_t fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ const unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	const uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX), high = (a >> 32) * (b >> 32);
	const uint64_t crossed = (a >> 32) * (b & UINT32_MAX), other = (a & UINT32_MAX) * (b >> 32);
	const uint64_t carry = ((low >> 32) + (crossed & UINT32_MAX) + (other & UINT32_MAX)) >> 32;
	return (a * b) ^ (high + (crossed >> 32) + (other >> 32) + carry);
#endif
}

static inline size_t home(const cy__table *table, uint64_t number)
{
	return (size_t)fold(fold(number ^ secret[0], secret[1]) ^ secret[2], secret[3]) & (table->room - 1);
}

/* ---- Room -------------------------------------------------------------------------------------------------------- */

static struct cy__slot *find(const cy__table *table, uint64_t number)
{
	size_t at = home(table, number);
	while (table->slots[at].value && table->slots[at].number != number)
		at = (at + 1) & (table->room - 1);
	return &table->slots[at];
}

static int resize(cy__table *table, size_t room)
{
	const cy__table old = *table;
	struct cy__slot *slots = rx_alloc_zero(room * sizeof *slots);
	if (!slots)
		return -ENOMEM;
	table->slots = slots;
	table->room = room;
	table->at = 0;
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].value)
			*find(table, old.slots[i].number) = old.slots[i];
	rx_free(old.slots);
	return 0;
}

/* Without memory it stays as large as it was. */
static void shrink(cy__table *table)
{
	if (table->room > KEPT && table->count < table->room / 32)
		resize(table, table->room / 4);
}

/* ---- Entries ----------------------------------------------------------------------------------------------------- */

void *cy__table_get(const cy__table *table, uint64_t number)
{
	return table->count ? find(table, number)->value : NULL;
}

int cy__table_add(cy__table *table, uint64_t number, void *value)
{
	if (4 * (table->count + 1) > table->room) {
		make_secret();
		const int code = resize(table, table->room ? 2 * table->room : LEAST);
		if (code < 0)
			return code;
	}
	struct cy__slot *slot = find(table, number);
	if (slot->value)
		return rx_plain(-EEXIST);
	*slot = (struct cy__slot){number, value};
	table->count++;
	return 0;
}

/* Later entries of the same run move up, so that no run is ever broken. */
void *cy__table_remove(cy__table *table, uint64_t number)
{
	if (!table->count)
		return NULL;
	struct cy__slot *slot = find(table, number);
	void *value = slot->value;
	if (!value)
		return NULL;
	const size_t mask = table->room - 1;
	size_t hole = (size_t)(slot - table->slots);
	for (size_t at = (hole + 1) & mask; table->slots[at].value; at = (at + 1) & mask) {
		const size_t wanted = home(table, table->slots[at].number);
		if (((at - wanted) & mask) < ((at - hole) & mask))
			continue;
		table->slots[hole] = table->slots[at];
		hole = at;
	}
	table->slots[hole].value = NULL;
	table->count--;
	shrink(table);
	return value;
}

/* Where the last one was found the search goes on: what a removal moves comes to lie there or behind it. */
void *cy__table_any(cy__table *table)
{
	for (size_t i = 0; table->count && i < table->room; i++) {
		void *value = table->slots[table->at].value;
		if (value)
			return value;
		table->at = (table->at + 1) & (table->room - 1);
	}
	return NULL;
}

void cy__table_finish(cy__table *table)
{
	rx_free(table->slots);
	memset(table, 0, sizeof *table);
}
