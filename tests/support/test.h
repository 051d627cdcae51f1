/*
 * How a test is written: a file below tests/ holds tests, and nothing registers it.
 *
 *     #include "tests/support/test.h"
 *
 *     TEST(zero_completes_on_subscription)
 *     {
 *             ck_assert_int_eq(1 + 1, 2);
 *     }
 *     TEST(refuses_nonsense, .exit_status = 1) { ... }
 *
 * Each test runs in a process of its own. When it has returned, no child, no descriptor and no byte may be left, or it
 * has failed: see support/left.h, and support/memory.h for memory that runs out.
 */
#ifndef CLUSTERFY_TEST_H
#define CLUSTERFY_TEST_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether the address sanitizer watches: a process then starts in 60 ms instead of 2, and memory costs more. */
#if defined(__SANITIZE_ADDRESS__)
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif

struct test {
	TTest function;
	/* seconds; 0: a minute */
	double timeout;
	/* what ends the test, where it does not return; what it leaves is then its own affair */
	int signal, exit_status;
	/* with `to`, the test runs for each _i from `from` up to, but without, `to` */
	int from, to;
	/* run before and after the test, in its process */
	void (*setup)(void), (*teardown)(void);
	/* the runner's: "operators/take" for tests/operators/take.c */
	char suite[96];
	struct test *next;
};

void test_register(struct test *test);

/* TEST(name, .option = value...) { body } */
#define TEST(...) TEST__(__VA_ARGS__, )
#define TEST__(fn, ...)                                                                                                \
	static void test_##fn(int _i);                                                                                 \
	static struct test test_##fn##_entry = {.function = {#fn, test_##fn, __FILE__, __LINE__}, __VA_ARGS__};        \
	__attribute__((constructor)) static void test_##fn##_register(void)                                            \
	{                                                                                                              \
		test_register(&test_##fn##_entry);                                                                     \
	}                                                                                                              \
	static void test_##fn(int _i __attribute__((unused)))

/*
 * What a process started by a test does: the runner executes itself again, and program_select() has put into the
 * environment which program it is this time.
 *
 *     PROGRAM(echo)
 *     {
 *             return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
 *     }
 *     TEST(answers) { program_select("echo"); ... start "/proc/self/exe" ... }
 *
 * A program that returns 0 and leaves a child, a descriptor or a byte behind exits with PROGRAM_LEFT_SOMETHING.
 * Names are those of all test files together: where two are alike nothing runs, and the runner exits with
 * PROGRAM_THERE_ALREADY.
 */
struct program {
	const char *name;
	int (*main)(int argc, char **argv);
	struct program *next;
};

void program_register(struct program *program);
/* Let every process that is started from now on run @p name; NULL: the runner again. */
void program_select(const char *name);

#define PROGRAM_LEFT_SOMETHING 86
#define PROGRAM_THERE_ALREADY 87

#define PROGRAM(fn)                                                                                                    \
	static int program_##fn(int argc, char **argv);                                                                \
	static struct program program_##fn##_entry = {#fn, program_##fn, NULL};                                        \
	__attribute__((constructor)) static void program_##fn##_register(void)                                         \
	{                                                                                                              \
		program_register(&program_##fn##_entry);                                                               \
	}                                                                                                              \
	static int program_##fn(int argc __attribute__((unused)), char **argv __attribute__((unused)))

#endif
