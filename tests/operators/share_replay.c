#include "tests/support/contract.h"
#include "tests/support/listener.h"
#include "tests/support/marbles.h"
#include "tests/support/ways.h"

CONTRACT(rx_share_replay(&(rx_share_replay_options){.ref_count = true}))

static struct listener a = {.name = "A"}, b = {.name = "B"};

static rx_observable *again(rx_observable *observable)
{
	return rx_observable_ref(observable);
}

TEST(replays_to_who_comes_later)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c------d--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.buffer_size = 2}));
	rx_expect(t, again(shared), "^", "--a--b--c------d--|", NULL);
	rx_expect(t, shared, "---------^", "---------(bc)--d--|", NULL);
	rx_expect_subscriptions(t, source, "^-----------------!");
	EXPECT_MARBLES(t);
}

TEST(replays_everything_by_default)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(NULL));
	rx_expect(t, again(shared), "^", "--a--b--c--|", NULL);
	rx_expect(t, shared, "------------^", "------------(abc|)", NULL);
	rx_expect_subscriptions(t, source, "^----------!");
	EXPECT_MARBLES(t);
}

TEST(begins_anew_after_an_error)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--#", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(NULL));
	rx_expect(t, again(shared), "^", "--a--#", NULL);
	rx_expect(t, again(shared), "---^", "---a-#", NULL);
	rx_expect(t, shared, "------^", "--------a--#", NULL);
	rx_expect_subscriptions(t, source, "^----!", "------^----!");
	EXPECT_MARBLES(t);
}

TEST(never_resets_at_zero)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.buffer_size = 1}));
	rx_expect(t, again(shared), "^--!", "--a-", NULL);
	rx_expect(t, shared, "------^", "------b-c--|", NULL);
	rx_expect_subscriptions(t, source, "^----------!");
	EXPECT_MARBLES(t);
}

TEST(counting_references_it_resets_at_zero)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.ref_count = true}));
	rx_expect(t, again(shared), "^--!", "--a-", NULL);
	rx_expect(t, shared, "------^", "--------a--b--c--|", NULL);
	rx_expect_subscriptions(t, source, "^--!", "------^----------!");
	EXPECT_MARBLES(t);
}

TEST(keeps_items_for_its_window)
{
	rx_test *t = rx_test_create();
	rx_observable *source = rx_cold(t, "--a--b--c--|", NULL);
	rx_observable *shared = rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.window = RX_MS(4)}));
	rx_expect(t, again(shared), "^", "--a--b--c--|", NULL);
	rx_expect(t, shared, "------^", "------b-c--|", NULL);
	EXPECT_MARBLES(t);
}

TEST(measures_its_window_with_the_scheduler_of_its_options)
{
	rx_scheduler *time = rx_virtual_create();
	rx_subject *subject = rx_subject_create(&rx_type_int64_t);
	rx_observable *shared =
		rx_pipe(rx_subject_observe(subject),
	                rx_share_replay(&(rx_share_replay_options){.window = RX_MS(4), .scheduler = time}));
	listen_to(&a, again(shared));
	emit(subject, 1);
	rx_virtual_run(time, RX_MS(4));
	emit(subject, 2);
	listen_to(&b, shared);
	ck_assert_heard("A1 A2 B2");
	rx_subject_complete(subject);
	rx_subject_unref(subject);
	rx_virtual_destroy(time);
}

TEST(a_replay_that_satisfies_connects_nobody)
{
	rx_observable *shared = rx_pipe(rx_range(1, 3), rx_share_replay(NULL));
	listen_to(&a, again(shared));
	listen_to(&b, rx_pipe(shared, rx_take(2)));
	ck_assert_heard("A1 A2 A3 A| B1 B2 B|");
}

TEST(ends_without_items)
{
	rx_test *t = rx_test_create();
	rx_expect(t, rx_pipe(rx_empty(), rx_share_replay(NULL)), NULL, "|", NULL);
	rx_expect(t, rx_pipe(rx_never(), rx_share_replay(NULL)), NULL, "-", NULL);
	rx_expect(t, rx_pipe(rx_throw_error(-EIO, "error"), rx_share_replay(NULL)), NULL, "#", NULL);
	EXPECT_MARBLES(t);
}

/* ---- Several items at once ------------------------------------------------------------------------------------- */

static size_t folds, calls;

static int counting_call(void *acc, const void *in, size_t index, void *ctx)
{
	(void)index, (void)ctx;
	calls++;
	*(int64_t *)acc += *(const int64_t *)in;
	return 0;
}

static void counting_fold(void *acc, const void *in, size_t count)
{
	folds++;
	for (size_t i = 0; i < count; i++)
		*(int64_t *)acc += ((const int64_t *)in)[i];
}

static const rx_reducer sum = {
	.name = "sum", .in = &rx_type_int64_t, .acc = &rx_type_int64_t, .call = counting_call, .fold = counting_fold};

static rx_operator *summing(void)
{
	static const int64_t zero;
	return rx_reduce_fn(&sum, NULL, &rx_type_int64_t, &zero);
}

RX_MAP(tripled, int64_t, int64_t, n, 3 * n)
RX_FILTER(over_1022, int64_t, n, n > 1022)
RX_FILTER(even, int64_t, n, n % 2 == 0)

static rx_observable *replaying(rx_observable *source, size_t size)
{
	return rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.buffer_size = size}));
}

static void begin(int way)
{
	ways_choose(way);
	heard[0] = 0;
	folds = calls = 0;
}

TEST(gives_a_kernel_that_is_alone_whole_spans, .to = WAYS)
{
	begin(_i);
	listen_to(&a, rx_pipe(replaying(rx_range(0, 1300), 1), summing()));
	ck_assert_heard("A844350 A|");
	ck_assert_uint_eq(folds, rx__spanning ? 3 : 0);
	ck_assert_uint_eq(calls, rx__spanning ? 0 : 1300);
}

TEST(gives_spans_to_several_kernels, .to = WAYS)
{
	begin(_i);
	rx_observable *shared = replaying(rx_range(0, 1300), 3);
	listen_to(&a, rx_pipe(again(shared), rx_map(tripled), rx_filter(even), rx_map(tripled), summing()));
	listen_to(&b, shared);
	ck_assert_heard("A3796650 A| B1297 B1298 B1299 B|");
	ck_assert_uint_eq(calls, rx__spanning ? 0 : 650);
}

/* One that is shared again gets its items one by one. */
TEST(shares_what_is_shared, .to = WAYS)
{
	begin(_i);
	rx_observable *twice = replaying(replaying(rx_range(0, 1300), 2), 3);
	listen_to(&a, rx_pipe(again(twice), summing()));
	listen_to(&b, twice);
	ck_assert_heard("A844350 A| B1297 B1298 B1299 B|");
}

TEST(keeps_of_spans_what_it_keeps_of_items, .to = WAYS)
{
	static const size_t sizes[] = {0, 1, 511, 512, 513, 1299, 1300, 1301};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		begin(_i);
		rx_observable *shared = replaying(rx_range(0, 1300), sizes[i]);
		listen_to(&a, rx_pipe(again(shared), summing()));
		const int64_t kept = sizes[i] && sizes[i] < 1300 ? (int64_t)sizes[i] : 1300, first = 1300 - kept;
		char words[128];
		listen_to(&b, rx_pipe(again(shared), rx_take(1)));
		listen_to(&b, rx_pipe(again(shared), rx_count()));
		listen_to(&b, rx_pipe(shared, summing()));
		snprintf(words, sizeof words, "A844350 A| B%" PRId64 " B| B%" PRId64 " B| B%" PRId64 " B|", first, kept,
		         kept * (first + 1299) / 2);
		ck_assert_heard(words);
	}
}

static rx_observable *handed;

/* The items after this one, and this one again, are another's. */
static void hand_over(struct listener *self, int64_t item)
{
	if (item != 600)
		return;
	listen_to(&b, rx_pipe(handed, summing()));
	rx_unsubscribe(&self->subscription);
}

TEST(changes_hands_within_a_span, .to = WAYS)
{
	begin(_i);
	handed = replaying(rx_range(0, 2000), 1);
	a.then = hand_over;
	listen_to(&a, rx_pipe(again(handed), rx_skip(599)));
	ck_assert_heard("A599 A600 B1819300 B|");
	ck_assert_uint_eq(folds, rx__spanning ? 2 : 0);
}

static void join_in(struct listener *self, int64_t item)
{
	(void)self;
	if (item == 600)
		listen_to(&b, rx_pipe(handed, rx_take(3)));
}

TEST(keeps_to_the_order_of_items_among_several, .to = WAYS)
{
	begin(_i);
	handed = replaying(rx_range(0, 2000), 1);
	a.then = join_in;
	listen_to(&a, rx_pipe(again(handed), rx_skip(599), rx_take(4)));
	ck_assert_heard("A599 A600 B600 A601 B601 A602 A| B602 B|");
}

static struct listener c = {.name = "C"};

static void hand_to_two(struct listener *self, int64_t item)
{
	if (item != 600)
		return;
	listen_to(&b, rx_pipe(again(handed), summing()));
	listen_to(&c, rx_pipe(handed, rx_filter(over_1022), rx_take(4)));
	rx_unsubscribe(&self->subscription);
}

/* The kernel comes first, and still gets no span before its neighbour has left. */
TEST(gives_no_spans_past_a_neighbour, .to = WAYS)
{
	begin(_i);
	handed = replaying(rx_range(0, 2000), 1);
	a.then = hand_to_two;
	listen_to(&a, rx_pipe(again(handed), rx_skip(600)));
	ck_assert_heard("A600 C1023 C1024 C1025 C1026 C| B1819300 B|");
	ck_assert_uint_eq(folds, rx__spanning ? 1 : 0);
}

TEST(goes_on_with_spans_when_nobody_listens, .to = WAYS)
{
	begin(_i);
	rx_observable *shared = replaying(rx_range(0, 2000), 2);
	listen_to(&a, rx_pipe(again(shared), rx_take(1)));
	listen_to(&b, shared);
	ck_assert_heard("A0 A| B1998 B1999 B|");
}

static void counted(const int64_t *n, void *count)
{
	(void)n;
	++*(size_t *)count;
}
RX_CONSUMER(counted, int64_t);

TEST(lets_go_of_a_source_within_a_span, .to = WAYS)
{
	begin(_i);
	size_t taken = 0;
	rx_observable *source = rx_pipe(rx_range(0, 2000), rx_tap(counted, &taken));
	listen_to(&a, rx_pipe(source, rx_share_replay(&(rx_share_replay_options){.ref_count = true}), rx_take(5)));
	ck_assert_heard("A0 A1 A2 A3 A4 A|");
	ck_assert_uint_eq(taken, 5);
}

/* Strings are copied and dropped, so they come one by one. */
RX_REDUCE(letters, int64_t, rx_string, total, text, total + (text[0] - 'a'))

TEST(keeps_copies_of_strings, .to = WAYS)
{
	begin(_i);
	const rx_string words[] = {"bee", "cat", "dog"};
	rx_observable *shared = replaying(rx_from_span(&rx_type_rx_string, words, 3), 2);
	listen_to(&a, rx_pipe(again(shared), rx_reduce(letters, int64_t, 0)));
	listen_to(&b, rx_pipe(shared, rx_reduce(letters, int64_t, 0)));
	ck_assert_heard("A6 A| B5 B|");
}
