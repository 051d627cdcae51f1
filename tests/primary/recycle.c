#include "lib/primary/recycle.h"
#include "tests/support/test.h"

#include <errno.h>

static cy_recycle filled;

TEST(nothing_said_is_never)
{
	ck_assert_int_eq(cy__recycle_fill_in(&(cy_recycle){0}, &filled), 0);
	ck_assert_uint_eq(filled.memory, 0);
	ck_assert_uint_eq(filled.calls, 0);
	ck_assert_int_eq(filled.age, RX_NEVER);
	ck_assert_int_eq(filled.interval, RX_S(1));
	ck_assert_int_eq(filled.drain, RX_S(30));
	ck_assert_double_eq(filled.jitter, 0.1);
	ck_assert_int_eq(cy__recycle_fill_in(&(cy_recycle){.jitter = -1, .drain = RX_NOW}, &filled), 0);
	ck_assert_double_eq(filled.jitter, 0);
	ck_assert_int_eq(filled.drain, 0);
}

TEST(nonsense_is_refused)
{
	ck_assert_int_eq(cy__recycle_fill_in(&(cy_recycle){.jitter = 1.5}, &filled), -EINVAL);
	ck_assert_int_eq(cy__recycle_fill_in(&(cy_recycle){.age = -5}, &filled), -EINVAL);
	ck_assert_int_eq(cy__recycle_fill_in(&(cy_recycle){.drain = -5}, &filled), -EINVAL);
	ck_assert_int_eq(cy__recycle_fill_in(&(cy_recycle){.interval = RX_NOW}, &filled), -EINVAL);
}

TEST(a_limit_is_lowered_by_a_share_of_up_to_the_jitter_and_stays_above_0)
{
	ck_assert_uint_eq(cy__recycle_lower(1000, 0.1, 0), 1000);
	ck_assert_uint_eq(cy__recycle_lower(1000, 0.1, UINT32_C(1) << 31), 950);
	ck_assert_uint_eq(cy__recycle_lower(1000, 0.1, UINT32_MAX), 901);
	ck_assert_uint_eq(cy__recycle_lower(1000, 0, UINT32_MAX), 1000);
	ck_assert_uint_ge(cy__recycle_lower(1, 1, UINT32_MAX), 1);
	ck_assert_uint_ge(cy__recycle_lower(UINT64_MAX, 1, UINT32_MAX), 1);
}
