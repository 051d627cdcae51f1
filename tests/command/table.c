/*
 * Tables: whatever numbers a peer chooses, a look-up stays short. Costs are the processor's time of this process, beside
 * that of as many harmless numbers.
 */
#include "lib/command/table.h"
#include "tests/support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static char something;

static rx_nsec processor_time(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * RX_S(1) + now.tv_nsec;
}

/* What @p count numbers cost: put in, looked up, taken out. */
static rx_nsec cost_of(const uint64_t *numbers, size_t count)
{
	cy__table table = {NULL};
	const rx_nsec before = processor_time();
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(cy__table_add(&table, numbers[i], &something), 0);
	for (size_t i = 0; i < count; i++)
		ck_assert_ptr_eq(cy__table_get(&table, numbers[i]), &something);
	for (size_t i = 0; i < count; i++)
		ck_assert_ptr_eq(cy__table_remove(&table, numbers[i]), &something);
	const rx_nsec cost = processor_time() - before;
	cy__table_finish(&table);
	return cost;
}

/* The inverse of an odd number modulo 2^64. */
static uint64_t inverse(uint64_t odd)
{
	uint64_t found = odd;
	for (int i = 0; i < 6; i++)
		found *= 2 - odd * found;
	return found;
}

/* Numbers that a multiplication with a constant that everybody can read in the source sent to one and the same place. */
TEST(numbers_that_were_chosen_to_collide_cost_what_others_cost)
{
	enum { COUNT = 1 << 14 };
	uint64_t *chosen = malloc(COUNT * sizeof *chosen), *harmless = malloc(COUNT * sizeof *harmless);
	const uint64_t undo = inverse(UINT64_C(0x9e3779b97f4a7c15));
	for (uint64_t i = 0; i < COUNT; i++) {
		chosen[i] = undo * (i + 1);
		harmless[i] = i + 1;
	}
	const rx_nsec usual = cost_of(harmless, COUNT), cost = cost_of(chosen, COUNT);
	ck_assert_int_lt(cost, 20 * usual + RX_MS(20));
	free(chosen);
	free(harmless);
}

/* Numbers in even steps, whatever the step, and numbers that differ in their highest bits only. */
TEST(numbers_in_steps_cost_what_others_cost, .from = 0, .to = 64)
{
	enum { COUNT = 1 << 12 };
	uint64_t *stepped = malloc(COUNT * sizeof *stepped), *harmless = malloc(COUNT * sizeof *harmless);
	for (uint64_t i = 0; i < COUNT; i++) {
		stepped[i] = i << _i | i >> (63 - _i) >> 1;
		harmless[i] = i + 1;
	}
	const rx_nsec usual = cost_of(harmless, COUNT), cost = cost_of(stepped, COUNT);
	ck_assert_int_lt(cost, 20 * usual + RX_MS(20));
	free(stepped);
	free(harmless);
}

TEST(a_table_is_emptied_from_outside_in_one_pass)
{
	enum { COUNT = 1 << 17 };
	cy__table table = {NULL};
	uint64_t *numbers = malloc(COUNT * sizeof *numbers);
	for (uint64_t i = 0; i < COUNT; i++) {
		numbers[i] = i * i;
		ck_assert_int_eq(cy__table_add(&table, numbers[i], &numbers[i]), 0);
	}
	const rx_nsec before = processor_time();
	size_t taken = 0;
	for (uint64_t *number; (number = cy__table_any(&table)); taken++)
		ck_assert_ptr_eq(cy__table_remove(&table, *number), number);
	ck_assert_uint_eq(taken, COUNT);
	ck_assert_int_lt(processor_time() - before, RX_S(2));
	cy__table_finish(&table);
	free(numbers);
}

TEST(what_comes_while_a_table_is_emptied_is_found_as_well)
{
	enum { COUNT = 1000, MORE = 500 };
	static uint64_t numbers[COUNT + MORE];
	cy__table table = {NULL};
	size_t added = 0, taken = 0;
	for (; added < COUNT; added++) {
		numbers[added] = added * 7919;
		ck_assert_int_eq(cy__table_add(&table, numbers[added], &numbers[added]), 0);
	}
	for (uint64_t *number; (number = cy__table_any(&table)); taken++) {
		ck_assert_ptr_eq(cy__table_remove(&table, *number), number);
		if (taken % 2 || added == COUNT + MORE)
			continue;
		numbers[added] = added * 7919;
		ck_assert_int_eq(cy__table_add(&table, numbers[added], &numbers[added]), 0);
		added++;
	}
	ck_assert_uint_eq(taken, COUNT + MORE);
	ck_assert_uint_eq(table.count, 0);
	cy__table_finish(&table);
}

TEST(a_table_that_was_large_gives_its_room_back)
{
	enum { COUNT = 1 << 16 };
	cy__table table = {NULL};
	for (uint64_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(cy__table_add(&table, i, &something), 0);
	const size_t room = table.room;
	for (uint64_t i = 0; i + 10 < COUNT; i++)
		ck_assert_ptr_eq(cy__table_remove(&table, i), &something);
	ck_assert_uint_lt(table.room, room / 16);
	for (uint64_t i = COUNT - 10; i < COUNT; i++)
		ck_assert_ptr_eq(cy__table_get(&table, i), &something);
	cy__table_finish(&table);
}

TEST(what_comes_and_goes_allocates_nothing)
{
	cy__table table = {NULL};
	for (uint64_t i = 0; i < 400; i++)
		ck_assert_int_eq(cy__table_add(&table, i, &something), 0);
	const size_t room = table.room;
	for (uint64_t i = 0; i < 400; i++)
		ck_assert_ptr_eq(cy__table_remove(&table, i), &something);
	ck_assert_uint_eq(table.room, room);
	ck_assert_int_eq(cy__table_add(&table, 1, &something), 0);
	ck_assert_int_eq(cy__table_add(&table, 1, &something), -EEXIST);
	cy__table_finish(&table);
}
