#include "tests/support/scratch.h"

#include "tests/events/watched.h"

#include <stdio.h>
#include <sys/stat.h>

static char path[SCRATCH_PATH];
static int fd;

static void create(void)
{
	fd = scratch_open(path);
}

struct expected {
	rx_file_change change;
	bool (*holds)(const rx_file_change *change);
};

static int keep_if_expected(const rx_file_change *change, void *ctx)
{
	struct expected *expected = ctx;
	return expected->holds(change);
}
RX_PREDICATE(keep_if_expected, rx_file_change);

/* Wait for a change of which @p holds, once @p change has been made. */
static rx_file_change await_change(bool (*holds)(const rx_file_change *change), void (*make)(void))
{
	struct expected expected = {.holds = holds};
	rx_subject *changes = rx_replay_create(&rx_type_rx_file_change, 0, 0);
	rx_subscription subscription;
	rx_subject_subscribe_to(changes, rx_file(path, RX_MS(1)), &subscription);
	make();
	ck_assert_int_eq(rx_await_first(rx_file_change,
	                                rx_pipe(rx_subject_observe(changes), rx_filter(keep_if_expected, &expected)),
	                                &expected.change),
	                 0);
	rx_unsubscribe(&subscription);
	rx_subject_unref(changes);
	return expected.change;
}

static bool has_grown(const rx_file_change *change)
{
	return change->now.size == 5;
}

static void let_it_grow(void)
{
	ck_assert_int_eq(write(fd, "hello", 5), 5);
}

TEST(tells_a_change_of_size)
{
	create();
	const rx_file_change change = await_change(has_grown, let_it_grow);
	struct stat status;
	ck_assert_int_eq(fstat(fd, &status), 0);
	ck_assert_uint_eq(change.now.inode, status.st_ino);
	ck_assert_uint_eq(change.now.mode, status.st_mode);
	ck_assert_uint_eq(change.now.links, 1);
	ck_assert_int_eq(change.now.modified, RX_S(status.st_mtim.tv_sec) + status.st_mtim.tv_nsec);
	ck_assert_int_eq(change.before.size, 0);
	unlink(path);
	close(fd);
}

static bool has_gone(const rx_file_change *change)
{
	return change->now.links == 0;
}

static void let_it_go(void)
{
	unlink(path);
}

TEST(tells_that_it_has_gone)
{
	create();
	const rx_file_change change = await_change(has_gone, let_it_go);
	ck_assert_uint_eq(change.before.links, 1);
	close(fd);
}

static bool has_come(const rx_file_change *change)
{
	return change->before.links == 0 && change->now.links == 1;
}

static void let_it_come(void)
{
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
}

TEST(a_path_need_not_exist_yet)
{
	create();
	close(fd);
	unlink(path);
	await_change(has_come, let_it_come);
	unlink(path);
	close(fd);
}

TEST(without_a_loop_it_is_not_supported)
{
	assert_not_supported(rx_file("/", 0));
}
