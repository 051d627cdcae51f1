#include "observables/core/ring.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

static void push(rx_ring *ring, int number)
{
	ck_assert_int_eq(rx__ring_push(ring, &rx_type_int, &number), 0);
}

static int pop(rx_ring *ring)
{
	int number;
	rx__ring_pop(ring, &rx_type_int, &number);
	return number;
}

TEST(first_in_first_out)
{
	rx_ring ring = {0};
	for (int i = 0; i < 3; i++)
		push(&ring, i);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pop(&ring), i);
	ck_assert_uint_eq(ring.count, 0);
	rx__ring_clear(&ring, &rx_type_int);
}

TEST(grows_in_the_middle_of_a_turn)
{
	rx_ring ring = {0};
	int next = 0, oldest = 0;
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 3; i++)
			push(&ring, next++);
		for (int i = 0; i < 2; i++)
			ck_assert_int_eq(pop(&ring), oldest++);
		for (size_t i = 0; i < ring.count; i++)
			ck_assert_int_eq(*(const int *)rx__ring_at(&ring, &rx_type_int, i), oldest + (int)i);
	}
	rx__ring_clear(&ring, &rx_type_int);
}

TEST(lies_packed_until_something_is_popped)
{
	rx_ring ring = {0};
	for (int i = 0; i < 100; i++)
		push(&ring, i);
	const int *items = rx__ring_at(&ring, &rx_type_int, 0);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(items[i], i);
	rx__ring_clear(&ring, &rx_type_int);
}

TEST(doubling_costs_few_allocations)
{
	const size_t before = memory_allocations();
	rx_ring ring = {0};
	for (int i = 0; i < 1024; i++)
		push(&ring, i);
	ck_assert_uint_le(memory_allocations() - before, 9);
	rx__ring_clear(&ring, &rx_type_int);
}

TEST(owns_what_it_holds)
{
	rx_ring ring = {0};
	char text[] = "one";
	const rx_string string = text;
	ck_assert_int_eq(rx__ring_push(&ring, &rx_type_rx_string, &string), 0);
	ck_assert_int_eq(rx__ring_push(&ring, &rx_type_rx_string, &string), 0);
	text[0] = 'x';
	rx_string popped;
	rx__ring_pop(&ring, &rx_type_rx_string, &popped);
	ck_assert_str_eq(popped, "one");
	rx_type_drop(&rx_type_rx_string, &popped);
	rx__ring_clear(&ring, &rx_type_rx_string);
}

TEST(without_memory_it_stays_as_it_was)
{
	rx_ring ring = {0};
	const int number = 7;
	memory_fail_after(0);
	ck_assert_int_eq(rx__ring_push(&ring, &rx_type_int, &number), -ENOMEM);
	memory_recover();
	ck_assert_uint_eq(ring.count, 0);
	push(&ring, 7);
	ck_assert_int_eq(pop(&ring), 7);
	rx__ring_clear(&ring, &rx_type_int);
}
