#include "tests/support/test.h"

#include <errno.h>

#include "lib/ledger/ledger.h"

static cy__resource told_of;
static unsigned told;

static void note(void *ctx, uint32_t origin, cy__resource resource, size_t limit)
{
	told_of = resource;
	told++;
}

TEST(an_account_is_refused_past_its_limit_and_that_is_said_once)
{
	cy__ledger *ledger = cy__ledger_create(&(cy_quota){.calls = 2}, note, NULL);
	cy__account *account = cy__ledger_open(ledger, 7);
	ck_assert_int_eq(cy__charge(account, CY__CALLS, 2), 0);
	ck_assert_int_eq(cy__charge(account, CY__CALLS, 1), -EDQUOT);
	ck_assert_int_eq(cy__charge(account, CY__CALLS, 1), -EDQUOT);
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_eq(told_of, CY__CALLS);
	ck_assert_uint_eq(cy__account_refused(account, CY__CALLS), 2);
	cy__discharge(account, CY__CALLS, 1);
	ck_assert_int_eq(cy__charge(account, CY__CALLS, 1), 0);
	ck_assert_int_eq(cy__charge(account, CY__CALLS, 1), -EDQUOT);
	ck_assert_uint_eq(told, 2);
	cy__ledger_destroy(ledger);
}

TEST(the_primary_has_no_limits)
{
	cy__ledger *ledger = cy__ledger_create(&(cy_quota){.calls = 2}, NULL, NULL);
	ck_assert_int_eq(cy__charge(cy__ledger_open(ledger, 0), CY__CALLS, SIZE_MAX / 2), 0);
	cy__ledger_destroy(ledger);
}

TEST(an_account_outlives_its_worker_while_something_is_charged_to_it)
{
	cy__ledger *ledger = cy__ledger_create(NULL, NULL, NULL);
	cy__account *account = cy__ledger_open(ledger, 7);
	ck_assert_int_eq(cy__charge(account, CY__KEYS, 1), 0);
	cy__account_close(account);
	ck_assert_ptr_eq(cy__ledger_find(ledger, 7), account);
	cy__discharge(account, CY__KEYS, 1);
	ck_assert_ptr_null(cy__ledger_find(ledger, 7));
	cy__ledger_destroy(ledger);
}

TEST(one_alone_gets_half_and_whoever_comes_later_still_gets_something)
{
	cy__capacity capacity = {.most = 1200};
	cy__share shares[8] = {{0}};
	for (size_t i = 0; i < 8; i++)
		while (cy__share_allows(&capacity, &shares[i], 1))
			cy__share_take(&capacity, &shares[i], 1);
	ck_assert_uint_eq(shares[0].used, 600);
	for (size_t i = 1; i < 8; i++)
		ck_assert_uint_gt(shares[i].used, 0);
	ck_assert_uint_lt(capacity.used, capacity.most);
	cy__share_give_back(&capacity, &shares[0], 600);
	ck_assert_uint_eq(capacity.users, 7);
}
