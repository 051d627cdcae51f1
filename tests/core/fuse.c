/*
 * Chains that are put together at random run in every way in which a stream can run, and must do the same: each call of
 * a function with its item and number, what reaches the observer, the words of errors, and all that follows when a
 * function fails, unsubscribes, emits again or ends the source from the inside.
 */
#include <clusterfy/rx.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "tests/support/test.h"
#include "tests/support/ways.h"

enum { CHAINS = 4000, MOST_STAGES = 7, ITEMS = 12 };

enum act { FAIL, UNSUBSCRIBE, EMIT, COMPLETE, ACTS };

static struct {
	char log[1 << 16];
	size_t used;
	uint32_t random;
	int calls, at; /* the call that does something */
	enum act act;
	int deep;
	rx_subject *subject; /* NULL: the source is a range */
	rx_subscription subscription;
} run;

static uint32_t roll(uint32_t sides)
{
	run.random = run.random * 1664525 + 1013904223;
	return (run.random >> 16) % sides;
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	run.used += (size_t)vsnprintf(run.log + run.used, sizeof run.log - run.used, format, arguments);
	va_end(arguments);
	ck_assert_uint_lt(run.used, sizeof run.log);
}

static void emit_again(int64_t item)
{
	if (!run.subject || run.deep == 3)
		return;
	run.deep++;
	rx_subject_next(run.subject, &item);
	run.deep--;
}

/* What every function does first. */
static int called(void *stage, int64_t item, size_t index)
{
	note("%d(%lld,%zu) ", (int)(intptr_t)stage, (long long)item, index);
	if (++run.calls != run.at)
		return 0;
	run.at += run.act == EMIT ? 3 : 0;
	switch (run.act) {
	case FAIL:
		return rx_raise(-EINVAL, "call %d", run.calls);
	case UNSUBSCRIBE:
		rx_unsubscribe(&run.subscription);
		break;
	case EMIT:
		emit_again(item + 100);
		break;
	case COMPLETE:
		if (run.subject)
			rx_subject_complete(run.subject);
		break;
	default:
		break;
	}
	return 0;
}

static int add_one(const int64_t *n, size_t index, int64_t *out, void *stage)
{
	*out = *n + 1;
	return called(stage, *n, index);
}
RX_MAPPER_INDEXED(add_one, int64_t, int64_t);

static int no_third(const int64_t *n, size_t index, void *stage)
{
	const int code = called(stage, *n, index);
	return code < 0 ? code : *n % 3 != 0;
}
RX_PREDICATE_INDEXED(no_third, int64_t);

static int below_ten(const int64_t *n, size_t index, void *stage)
{
	const int code = called(stage, *n, index);
	return code < 0 ? code : *n < 10;
}
RX_PREDICATE_INDEXED(below_ten, int64_t);

static int look(const int64_t *n, void *stage)
{
	return called(stage, *n, 0);
}
RX_INSPECTOR(look, int64_t);

static int gather(int64_t *total, const int64_t *n, size_t index, void *stage)
{
	*total = (*total + *n) % 1000000;
	return called(stage, *total, index);
}
RX_REDUCER_INDEXED(gather, int64_t, int64_t);

RX_MAP(twice, int64_t, int64_t, n, 2 * (n % 1000))
RX_FILTER(no_fifth, int64_t, n, n % 5 != 0)
RX_REDUCE(plus, int64_t, int64_t, total, n, (total + n) % 1000000)

static rx_operator *some_operator(intptr_t stage)
{
	void *ctx = (void *)stage;
	switch (roll(16)) {
	case 0:
	case 1:
		return rx_map(add_one, ctx);
	case 2:
	case 3:
		return rx_filter(no_third, ctx);
	case 4:
		return rx_tap(look, ctx);
	case 5:
		return rx_scan(gather, int64_t, 5, ctx);
	case 6:
		return rx_scan_fn(&gather_rx_reducer, ctx, NULL, NULL);
	case 7:
		return rx_take(roll(8));
	case 8:
		return rx_take_while_fn(&below_ten_rx_predicate, ctx, NULL);
	case 9:
		return rx_take_while_fn(&below_ten_rx_predicate, ctx, &(rx_take_while_options){.inclusive = true});
	case 10:
		return rx_skip(roll(3));
	case 11:
		return rx_map(twice);
	case 12:
		return rx_filter(no_fifth);
	case 13:
		return rx_scan(plus, int64_t, 1);
	case 14:
		return roll(2) ? rx_reduce(gather, int64_t, 0, ctx) : rx_reduce(plus, int64_t, 0);
	default:
		return rx_distinct_until_changed();
	}
}

static void saw(const int64_t *n, void *ctx)
{
	note("=%lld ", (long long)*n);
	called(ctx, *n, 0);
}
RX_CONSUMER(saw, int64_t);

static void failed(const rx_error *error, void *ctx)
{
	note("!%d %s %s ", error->code, error->stage ? error->stage : "-", error->message);
}

static void completed(void *ctx)
{
	note("| ");
}

static void ended(void *ctx)
{
	note("end ");
}

static rx_observable *some_source(void)
{
	const bool pushed = roll(2);
	run.subject = pushed ? rx_subject_create(&rx_type_int64_t) : NULL;
	return pushed ? rx_subject_observe(run.subject) : rx_range(0, ITEMS);
}

static rx_observable *some_chain(void)
{
	rx_observable *chain = some_source();
	const intptr_t stages = 1 + (intptr_t)roll(MOST_STAGES);
	for (intptr_t stage = 1; stage <= stages; stage++)
		chain = rx_pipe(chain, some_operator(stage));
	return rx_pipe(chain, rx_finalize(ended, NULL));
}

static void push_all(void)
{
	for (int64_t n = 0; n < ITEMS; n++)
		rx_subject_next(run.subject, &n);
	rx_subject_complete(run.subject);
	rx_subject_unref(run.subject);
}

/* Chain number @p seed, run once; the log is what happened. */
static void run_chain(uint32_t seed)
{
	run.random = seed * 2654435761;
	run.used = 0;
	run.calls = run.deep = 0;
	run.at = (int)roll(40);
	run.act = roll(ACTS);
	rx_subscribe(some_chain(),
	             &(rx_observer){RX_NEXT(saw), .error = failed, .complete = completed, .ctx = (void *)(intptr_t)99},
	             &run.subscription);
	if (run.subject)
		push_all();
	rx_unsubscribe(&run.subscription);
}

TEST(a_chain_does_the_same_in_every_way_of_running)
{
	static char expected[sizeof run.log];
	for (uint32_t seed = 0; seed < CHAINS; seed++)
		for (int way = 0; way < WAYS; way++) {
			ways_choose(way);
			run_chain(seed);
			if (way == 0)
				memcpy(expected, run.log, run.used + 1);
			ck_assert_msg(strcmp(run.log, expected) == 0, "chain %u, way %d:\n%s\n%s", seed, way, expected,
			              run.log);
		}
}

TEST(a_stage_that_is_fused_fails_by_its_own_name)
{
	run.at = 1;
	run.act = FAIL;
	rx_subscribe(rx_pipe(rx_range(0, 3), rx_filter(no_third, (void *)1), rx_map(add_one, (void *)2)),
	             &(rx_observer){.error = failed}, NULL);
	ck_assert_ptr_nonnull(strstr(run.log, "no_third"));
}
