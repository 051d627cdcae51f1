/*
 * Marble diagrams from anybody, a line each: a hot source, a cold one, the subscription, what is expected, what was
 * subscribed. A mistake in one is an error and a mismatch, and the test goes on.
 */
#include <stdlib.h>
#include <string.h>

#include <clusterfy/rx.h>
#include <clusterfy/rx/testing.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 5, LONGEST = 512 };

/* The next line, copied; what is left is at *data. */
static char *line(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
	const size_t length = end ? (size_t)(end - *data) : *size, kept = length < LONGEST ? length : LONGEST;
	char *text = malloc(kept + 1);
	if (!text)
		abort();
	if (kept)
		memcpy(text, *data, kept);
	text[kept] = '\0';
	*data += end ? length + 1 : length;
	*size -= end ? length + 1 : length;
	return text;
}

static void run(rx_test *test, char *const *lines)
{
	rx_observable *hot = rx_hot(test, lines[0], NULL);
	rx_observable *cold = rx_cold(test, lines[1], NULL);
	rx_expect(test, rx_merge(rx_observable_ref(hot), rx_observable_ref(cold)), lines[2], lines[3], NULL);
	rx_expect_subscriptions(test, hot, lines[4]);
	const size_t missed = rx_test_flush(test);
	if ((missed > 0) != (rx_test_message(test)[0] != '\0'))
		abort();
	rx_test_destroy(test);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *lines[LINES];
	for (size_t i = 0; i < LINES; i++)
		lines[i] = line(&data, &size);
	run(rx_test_create(), lines);
	run(rx_test_create_legacy(), lines);
	for (size_t i = 0; i < LINES; i++)
		free(lines[i]);
	return 0;
}
