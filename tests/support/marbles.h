/*
 * Marble tests in Check: EXPECT_MARBLES(t) runs the test, fails with both diagrams where something differs, and ends
 * it.
 *
 *     TEST(completes_after_its_count)
 *     {
 *             rx_test *t = rx_test_create();
 *             rx_expect(t, rx_pipe(rx_cold(t, "--a--b--c--|", NULL), rx_take(2)), NULL, "--a--(b|)", NULL);
 *             EXPECT_MARBLES(t);
 *     }
 */
#ifndef CLUSTERFY_TEST_MARBLES_H
#define CLUSTERFY_TEST_MARBLES_H

#include <clusterfy/rx/testing.h>

#include "tests/support/test.h"

/* Run, compare, destroy. */
#define EXPECT_MARBLES(t)                                                                                              \
	do {                                                                                                           \
		rx_test *marbles_ = (t);                                                                               \
		if (rx_test_flush(marbles_))                                                                           \
			ck_abort_msg("\n%s", rx_test_message(marbles_));                                               \
		rx_test_destroy(marbles_);                                                                             \
	} while (0)

/* Digits as numbers: '7' is the int64_t 7. */
#define NUMBERS RX_VALUES(int64_t, "0123456789", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)

#endif
