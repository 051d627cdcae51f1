#include "lib/command/credit.h"

#include <errno.h>

#include "tests/support/test.h"

/* A grant as it comes in a frame. */
static cy__frame granting(uint32_t items, uint64_t bytes, uint8_t body[CY__GRANT_BODY])
{
	body[0] = 0xcf;
	for (size_t i = 1; i < CY__GRANT_BODY; i++)
		body[i] = (uint8_t)(bytes >> 8 * (CY__GRANT_BODY - 1 - i));
	return (cy__frame){.kind = CY__CREDIT, .credit = items, .body = body, .body_size = CY__GRANT_BODY};
}

TEST(items_are_spent_and_no_more_than_there_are)
{
	cy__credit credit;
	cy__credit_init(&credit, 2);
	ck_assert(cy__credit_spend(&credit, 1) && cy__credit_spend(&credit, 1));
	ck_assert(!cy__credit_has(&credit));
	ck_assert(!cy__credit_spend(&credit, 1));
	ck_assert_uint_eq(credit.items, 0);
}

TEST(the_first_item_costs_no_bytes_and_a_later_one_may_be_larger_than_what_is_left)
{
	cy__credit credit;
	cy__credit_init(&credit, 9);
	ck_assert(cy__credit_spend(&credit, 10 * CY__CREDIT_BYTES));
	ck_assert(credit.bytes == CY__CREDIT_BYTES);
	ck_assert(cy__credit_spend(&credit, CY__CREDIT_BYTES - 1));
	ck_assert(cy__credit_spend(&credit, 10 * CY__CREDIT_BYTES));
	ck_assert(!cy__credit_has(&credit));
	ck_assert_uint_eq(credit.items, 6);
}

TEST(a_grant_adds_items_and_bytes)
{
	cy__credit credit;
	uint8_t body[CY__GRANT_BODY];
	cy__credit_init(&credit, 0);
	cy__frame frame = granting(3, 0x0102030405, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), 0);
	ck_assert_uint_eq(credit.items, 3);
	ck_assert(credit.bytes == CY__CREDIT_BYTES + 0x0102030405);
	frame = (cy__frame){.credit = 4, .body = (const uint8_t *)"\xc0", .body_size = 1};
	ck_assert_int_eq(cy__credit_add(&credit, &frame), 0);
	ck_assert_uint_eq(credit.items, 7);
}

TEST(what_cannot_be_counted_is_refused_and_changes_nothing)
{
	cy__credit credit;
	uint8_t body[CY__GRANT_BODY];
	cy__credit_init(&credit, 5);
	cy__frame frame = granting(UINT32_MAX - 5, 0, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), -EOVERFLOW);
	frame = granting(1, (uint64_t)INT64_MAX, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), -EBADMSG);
	frame = granting(1, (uint64_t)INT64_MAX + 1, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), -EBADMSG);
	frame = granting(1, UINT64_MAX, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), -EBADMSG);
	frame = (cy__frame){.credit = 1, .body = (const uint8_t *)"\x05", .body_size = 1};
	ck_assert_int_eq(cy__credit_add(&credit, &frame), -EBADMSG);
	ck_assert_uint_eq(credit.items, 5);
	ck_assert(credit.bytes == CY__CREDIT_BYTES);
	frame = granting(UINT32_MAX - 6, 0, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), 0);
	ck_assert_uint_eq(credit.items, UINT32_MAX - 1);
}

TEST(a_grant_without_an_end_is_never_spent_nor_followed)
{
	cy__credit credit;
	cy__window window;
	cy__frame frame;
	uint8_t body[CY__GRANT_BODY];
	cy__credit_init(&credit, CY__CREDIT_ENDLESS);
	cy__window_init(&window, CY__CREDIT_ENDLESS);
	for (int i = 0; i < 1000; i++) {
		ck_assert(cy__credit_spend(&credit, CY__CREDIT_BYTES));
		ck_assert(!cy__window_take(&window, CY__CREDIT_BYTES, &frame, body));
	}
	ck_assert(cy__credit_has(&credit));
	frame = granting(1, 0, body);
	ck_assert_int_eq(cy__credit_add(&credit, &frame), -EOVERFLOW);
}

TEST(half_a_window_is_granted_anew)
{
	cy__window window;
	cy__frame frame;
	uint8_t body[CY__GRANT_BODY];
	cy__window_init(&window, 5);
	ck_assert(!cy__window_take(&window, 100, &frame, body));
	ck_assert(!cy__window_take(&window, 10, &frame, body));
	ck_assert(cy__window_take(&window, 20, &frame, body));
	ck_assert_uint_eq(frame.kind, CY__CREDIT);
	ck_assert_uint_eq(frame.credit, 3);
	ck_assert_uint_eq(frame.body_size, CY__GRANT_BODY);
	ck_assert_uint_eq(body[CY__GRANT_BODY - 1], 30);
	ck_assert(!cy__window_take(&window, 1, &frame, body));
}

TEST(half_of_the_bytes_too_but_a_first_item_of_any_size_grants_nothing)
{
	cy__window window;
	cy__frame frame;
	uint8_t body[CY__GRANT_BODY];
	cy__window_init(&window, 100);
	ck_assert(!cy__window_take(&window, 10 * CY__CREDIT_BYTES, &frame, body));
	ck_assert(cy__window_take(&window, CY__CREDIT_BYTES / 2, &frame, body));
	ck_assert_uint_eq(frame.credit, 2);
}

/* Whoever sends while it may, and takes what has come, is never without credit for ever. */
TEST(no_size_of_window_or_item_gets_stuck, .from = 1, .to = 300)
{
	cy__window window;
	cy__credit credit;
	cy__frame frame;
	uint8_t body[CY__GRANT_BODY];
	cy__window_init(&window, (uint32_t)_i);
	cy__credit_init(&credit, (uint32_t)_i);
	for (size_t sent = 0, taken = 0; taken < 2000;) {
		const size_t size = sent % 7 == 3 ? 3 * CY__CREDIT_BYTES : 1 + (sent * 7919) % 100000;
		if (cy__credit_spend(&credit, size)) {
			ck_assert(cy__credit_spend(&window.open, size));
			sent++;
			continue;
		}
		ck_assert_uint_lt(taken, sent);
		for (; taken < sent; taken++) {
			const size_t was = taken % 7 == 3 ? 3 * CY__CREDIT_BYTES : 1 + (taken * 7919) % 100000;
			if (cy__window_take(&window, was, &frame, body))
				ck_assert_int_eq(cy__credit_add(&credit, &frame), 0);
		}
		ck_assert(cy__credit_has(&credit));
		ck_assert_uint_eq(credit.items, window.open.items);
		ck_assert(credit.bytes == window.open.bytes);
	}
}
