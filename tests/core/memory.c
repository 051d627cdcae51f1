#include "tests/support/memory.h"
#include "tests/support/test.h"

#include <clusterfy/rx/base.h>

#include <stdlib.h>
#include <string.h>

TEST(gives_and_takes_back)
{
	size_t before = memory_live();
	char *block = rx_alloc(100);
	ck_assert_ptr_nonnull(block);
	ck_assert_uint_eq(memory_live(), before + 1);
	ck_assert_uint_ge(memory_bytes(), 100);
	rx_free(block);
	ck_assert_uint_eq(memory_live(), before);
}

TEST(is_zero_where_it_says_so)
{
	static const char zeros[257];
	char *block = rx_alloc_zero(sizeof zeros);
	ck_assert_mem_eq(block, zeros, sizeof zeros);
	rx_free(block);
}

TEST(an_empty_block_is_not_a_failure)
{
	void *empty = rx_alloc(0), *zeroed = rx_alloc_zero(0);
	ck_assert_ptr_nonnull(empty);
	ck_assert_ptr_nonnull(zeroed);
	empty = rx_realloc(empty, 0);
	ck_assert_ptr_nonnull(empty);
	rx_free(empty);
	rx_free(zeroed);
	rx_free(NULL);
}

TEST(growing_keeps_what_is_in_it)
{
	char *block = rx_realloc(NULL, 6);
	memcpy(block, "hello", 6);
	block = rx_realloc(block, 4096);
	ck_assert_str_eq(block, "hello");
	rx_free(block);
}

TEST(a_block_that_cannot_grow_stays_as_it_was)
{
	char *block = rx_alloc(6);
	memcpy(block, "hello", 6);
	memory_fail_after(0);
	ck_assert_ptr_null(rx_realloc(block, 4096));
	memory_recover();
	ck_assert_str_eq(block, "hello");
	rx_free(block);
}

TEST(fails_from_the_nth_allocation_on)
{
	memory_fail_after(1);
	void *first = rx_alloc(1), *second = rx_alloc(1), *third = rx_alloc_zero(1);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(second);
	ck_assert_ptr_null(third);
	ck_assert_uint_eq(memory_refused(), 2);
	memory_recover();
	rx_free(first);
}

TEST(fails_at_the_nth_allocation_only)
{
	memory_fail_once_after(1);
	void *first = rx_alloc(1), *second = rx_alloc(1), *third = rx_alloc(1);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(third);
	rx_free(first);
	rx_free(third);
}

TEST(without_a_hook_it_comes_from_the_c_library)
{
	size_t before = memory_allocations();
	rx_set_allocator(NULL, NULL);
	rx_free(rx_realloc(rx_alloc(1), 100));
	ck_assert_uint_eq(memory_allocations(), before);
}

TEST(the_version_is_that_of_the_headers)
{
	ck_assert_str_eq(rx_version(), RX_VERSION);
}
