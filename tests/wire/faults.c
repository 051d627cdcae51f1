#include <sys/uio.h>
#include <unistd.h>

#include "lib/wire/faults.h"
#include "tests/support/test.h"

#include <errno.h>
#include <string.h>

enum { SIZE = 1000 };

static int ends[2];

static void open_ends(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_ends(void)
{
	close(ends[0]);
	close(ends[1]);
}

static cy__faults *make(const cy_faults *faults)
{
	cy__faults *made;
	ck_assert_int_eq(cy__faults_create(faults, &made), 0);
	return made;
}

static ssize_t write_parts(cy__faults *faults, uint8_t *bytes, size_t size)
{
	struct iovec parts[2] = {{bytes, size / 3}, {bytes + size / 3, size - size / 3}};
	return cy__socket_write(faults, ends[0], &(struct msghdr){.msg_iov = parts, .msg_iovlen = 2}, MSG_NOSIGNAL);
}

static ssize_t read_some(cy__faults *faults, uint8_t *bytes, size_t size)
{
	struct iovec part = {bytes, size};
	return cy__socket_read(faults, ends[1], &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, MSG_DONTWAIT);
}

/* What comes of zeros. */
static void spoil(uint64_t seed, uint8_t spoilt[SIZE])
{
	uint8_t zeros[SIZE] = {0};
	cy__faults *faults = make(&(cy_faults){.seed = seed, .corrupt = 0.5});
	ck_assert_int_eq(write_parts(faults, zeros, SIZE), SIZE);
	ck_assert_int_eq(read_some(NULL, spoilt, SIZE), SIZE);
	cy__faults_destroy(faults);
}

TEST(a_seed_says_what_becomes_of_the_bytes, .setup = open_ends, .teardown = close_ends)
{
	uint8_t once[SIZE], again[SIZE], otherwise[SIZE];
	size_t changed = 0;
	spoil(7, once);
	spoil(7, again);
	spoil(8, otherwise);
	ck_assert_mem_eq(once, again, SIZE);
	ck_assert_mem_ne(once, otherwise, SIZE);
	for (size_t i = 0; i < SIZE; i++)
		changed += once[i] != 0;
	ck_assert_uint_gt(changed, SIZE / 4);
	ck_assert_uint_lt(changed, SIZE * 3 / 4);
}

TEST(what_is_sent_is_not_changed_where_it_lies, .setup = open_ends, .teardown = close_ends)
{
	uint8_t zeros[SIZE] = {0}, untouched[SIZE] = {0}, got[SIZE];
	cy__faults *faults = make(&(cy_faults){.corrupt = 1});
	ck_assert_int_eq(write_parts(faults, zeros, SIZE), SIZE);
	ck_assert_mem_eq(zeros, untouched, SIZE);
	ck_assert_int_eq(read_some(NULL, got, SIZE), SIZE);
	for (size_t i = 0; i < SIZE; i++)
		ck_assert_uint_ne(got[i], 0);
	cy__faults_destroy(faults);
}

TEST(both_ways_go_in_small_parts, .setup = open_ends, .teardown = close_ends)
{
	uint8_t sent[SIZE], got[SIZE];
	cy__faults *faults = make(&(cy_faults){.split = 7});
	memset(sent, 'x', SIZE);
	ck_assert_int_eq(write_parts(faults, sent, SIZE), 7);
	ck_assert_int_eq(write_parts(NULL, sent, SIZE), SIZE);
	ck_assert_int_eq(read_some(faults, got, SIZE), 7);
	ck_assert_mem_eq(got, sent, 7);
	cy__faults_destroy(faults);
}

TEST(it_ends_after_so_many_bytes_of_both_ways, .setup = open_ends, .teardown = close_ends)
{
	uint8_t bytes[SIZE] = {0};
	cy__faults *faults = make(&(cy_faults){.close_after = 10});
	ck_assert_int_eq(write_parts(faults, bytes, 6), 6);
	ck_assert_int_eq(read_some(faults, bytes, SIZE), 4);
	ck_assert_int_eq(read_some(faults, bytes, SIZE), 0);
	ck_assert_int_eq(write_parts(faults, bytes, 6), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(read_some(NULL, bytes, SIZE), 2); /* what was on its way */
	ck_assert_int_eq(read_some(NULL, bytes, SIZE), 0);
	cy__faults_destroy(faults);
}

TEST(frames_are_lost_as_the_seed_says_but_not_the_first_and_the_last)
{
	int lost = 0;
	cy__faults *one = make(&(cy_faults){.seed = 3, .drop = 0.5}),
		   *other = make(&(cy_faults){.seed = 3, .drop = 0.5});
	for (int i = 0; i < SIZE; i++) {
		const bool gone = cy__faults_lose(one, CY__CALL);
		ck_assert_int_eq(gone, cy__faults_lose(other, CY__CALL));
		lost += gone;
		ck_assert(!cy__faults_lose(one, CY__HELLO));
		ck_assert(!cy__faults_lose(one, CY__GOODBYE));
	}
	ck_assert_int_gt(lost, SIZE / 4);
	ck_assert_int_lt(lost, SIZE * 3 / 4);
	cy__faults_destroy(one);
	cy__faults_destroy(other);
}

TEST(nonsense_is_refused)
{
	static const cy_faults nonsense[] = {{.drop = -0.1}, {.drop = 1.1}, {.corrupt = 2}, {.delay = -1}};
	cy__faults *made;
	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
		ck_assert_int_eq(cy__faults_create(&nonsense[i], &made), -EINVAL);
	cy__faults_destroy(NULL);
}
