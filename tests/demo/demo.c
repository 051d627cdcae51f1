#include "tests/demo/run.h"
#include "tests/support/test.h"

#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* "12:34:56.789  ", which every line that somebody speaks begins with */
#define TIME_WIDTH 14

static const char *spoken(const char *line)
{
	return fnmatch("[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]  *", line, 0) == 0 ? line + TIME_WIDTH : line;
}

/* The next line of the story: what is not a status. Statuses are gathered, each behind the first letter of whose. */
static char statuses[2048];

static const char *next_line(struct run *run)
{
	for (const char *line; (line = run_line(run));) {
		const char *status = strstr(line, "status: ");
		if (!status)
			return spoken(line);
		strncat(statuses, (const char[]){spoken(line)[0], ':', '\0'}, 2);
		strcat(strcat(statuses, status + strlen("status: ")), " ");
	}
	return NULL;
}

static void follow(struct run *run, const char *const *patterns)
{
	for (; *patterns; patterns++) {
		const char *line = next_line(run);
		ck_assert_msg(line && fnmatch(*patterns, line, 0) == 0, "expected: %s\n     got: %s", *patterns,
		              line ? line : "the end");
	}
}

/* The statuses of one worker, in order. */
static void check_statuses(char whose, const char *expected)
{
	char found[1024] = "";
	char *left = NULL;
	char copy[sizeof statuses];
	strcpy(copy, statuses);
	for (char *word = strtok_r(copy, " ", &left); word; word = strtok_r(NULL, " ", &left))
		if (word[0] == whose)
			strcat(strcat(found, word + 2), " ");
	ck_assert_str_eq(found, expected);
}

static const char *const beginning[] = {
	"Primary     I create Paul",
	"Primary     I create Sarah",
	"Primary     I create John, who revives",
	"Primary     I create Michael",
	"Primary     All of them are ready",
	"Primary     Paul, what is the timestamp?",
	"Paul (1)    It is [0-9]* ms since 1970",
	"Primary     Sarah, what is the timestamp?",
	"Sarah (2)   It is [0-9]* ms since 1970",
	"Primary     Everybody, what is the timestamp?",
	NULL,
};

static const char *const middle[] = {
	"Primary     Paul, ask Sarah",
	"Paul (1)    Sarah, what is the timestamp?",
	"Paul (1)    Sarah (2) tells me that it is [0-9]* ms since 1970",
	"Primary     Paul, have something saved",
	"Paul (1)    Primary, please save \"Hello World!\" under \"test\"",
	"Paul (1)    It is saved",
	"Primary     Paul, read it back",
	"Paul (1)    Primary, what is under \"test\"[?]",
	"Paul (1)    There I read \"Hello World!\"",
	"Primary     Sarah, read it too",
	"Sarah (2)   Primary, what is under \"test\"[?]",
	"Sarah (2)   There I read \"Hello World!\"",
	"Primary     I kill John with SIGKILL",
	"John (3)    was ended by signal 9 (*); it will be revived",
	"John (3)    I am back, in my incarnation 2",
	"Primary     These are the statistics",
	" *id name *pid  status *restarts calls *served *memory *time",
	" *1 Paul *[0-9]*  IDLE *0 *0 *MB *s",
	" *2 Sarah *[0-9]*  IDLE *0 *0 *MB *s",
	" *3 John *[0-9]*  IDLE *1 *0 *MB *s",
	" *4 Michael *[0-9]*  IDLE *0 *0 *MB *s",
	"Running workers: 4",
	"Storage:",
	"  test = \"Hello World!\"",
	"Primary     I shut everybody down",
	NULL,
};

static const char *const labels[] = {"Paul (1)    ", "Sarah (2)   ", "John (3)    ", "Michael (4) "};

/* Each of the four says each of @p texts once and in this order, however they interleave. */
static void each_says(struct run *run, const char *const *texts, size_t count)
{
	size_t said[4] = {0};
	for (size_t n = 0; n < 4 * count; n++) {
		const char *line = next_line(run);
		ck_assert_ptr_nonnull(line);
		size_t who = 0;
		while (who < 4 && strncmp(line, labels[who], strlen(labels[who])))
			who++;
		ck_assert_msg(who < 4 && said[who] < count, "unexpected: %s", line);
		const char *text = texts[said[who]++];
		ck_assert_msg(fnmatch(text, line + strlen(labels[who]), 0) == 0, "expected %s: %s", text, line);
	}
}

static void check_all_statuses(void)
{
	check_statuses('P',
	               "INITIALIZING LOADED IDLE PROCESSING IDLE PROCESSING IDLE PROCESSING IDLE STOPPING EXITED ");
	check_statuses('S', "INITIALIZING LOADED IDLE PROCESSING IDLE STOPPING EXITED ");
	check_statuses('J', "INITIALIZING LOADED IDLE EXITED INITIALIZING LOADED IDLE STOPPING EXITED ");
	check_statuses('M', "INITIALIZING LOADED IDLE STOPPING EXITED ");
}

TEST(tells_the_story)
{
	struct run run;
	run_start(&run, "clusterfy-demo", (const char *const[]){"--speed", "1000", NULL});
	follow(&run, beginning);
	each_says(&run, (const char *const[]){"It is [0-9]* ms since 1970"}, 1);
	follow(&run, middle);
	each_says(&run, (const char *const[]){"I clean up", "has exited with code 0"}, 2);
	follow(&run, (const char *const[]){"Primary     I clean up", "Primary     Running workers: 0", NULL});
	ck_assert_ptr_null(next_line(&run));
	check_all_statuses();
	char *errors = run_rest(run.errors, NULL);
	ck_assert_str_eq(errors, "");
	free(errors);
	ck_assert_int_eq(run_finish(&run), 0);
}

static const char *const moments[] = {"I create Paul", "I create Michael", "Everybody, what is", "Paul, ask Sarah",
                                      "I kill John"};

/* As a terminal does on Ctrl-C: the whole group gets it. */
TEST(ends_in_order_on_interrupt, .to = 5)
{
	struct run run;
	run_start(&run, "clusterfy-demo", (const char *const[]){"--speed", "2", NULL});
	for (const char *line = ""; !strstr(line, moments[_i]);) {
		line = run_line(&run);
		ck_assert_ptr_nonnull(line);
	}
	ck_assert_int_eq(kill(-run.pid, SIGINT), 0);
	char *rest = run_rest(run.output, NULL), *errors = run_rest(run.errors, NULL);
	ck_assert_msg(fnmatch("*Interrupted (signal 2)*Running workers: 0\n", rest, 0) == 0, "%s", rest);
	ck_assert_str_eq(errors, "");
	free(rest);
	free(errors);
	ck_assert_int_eq(run_finish(&run), 0);
}

TEST(prints_no_colours_into_a_pipe)
{
	struct run run;
	run_start(&run, "clusterfy-demo", (const char *const[]){"--speed", "1000", NULL});
	char *text = run_rest(run.output, NULL);
	ck_assert_ptr_null(strchr(text, '\033'));
	free(text);
	ck_assert_int_eq(run_finish(&run), 0);
}

TEST(explains_itself)
{
	struct run run;
	run_start(&run, "clusterfy-demo", (const char *const[]){"--help", NULL});
	char *text = run_rest(run.output, NULL);
	ck_assert_ptr_nonnull(strstr(text, "usage: clusterfy-demo"));
	free(text);
	ck_assert_int_eq(run_finish(&run), 0);
}

static const char *const wrong[][3] = {{"--speed", "fast"}, {"--speed", "0"}, {"--speed", "-1"}, {"--speed", "nan"},
                                       {"--speed", ""},     {"--speed"},      {"--slowly"},      {"now"}};

TEST(refuses_bad_arguments, .to = 8)
{
	struct run run;
	run_start(&run, "clusterfy-demo", wrong[_i]);
	char *text = run_rest(run.output, NULL), *errors = run_rest(run.errors, NULL);
	ck_assert_str_eq(text, "");
	ck_assert_ptr_nonnull(strstr(errors, "clusterfy-demo: "));
	ck_assert_ptr_nonnull(strstr(errors, wrong[_i][0]));
	free(text);
	free(errors);
	ck_assert_int_eq(run_finish(&run), 2);
}
