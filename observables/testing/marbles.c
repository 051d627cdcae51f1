/*
 * Diagrams, read as RxJS reads them, its oddities included: each character of a group takes a frame although all of
 * the group happens in the first, and the frames before `^` are counted in characters, spaces and durations too.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "observables/testing/testing.h"

/* Some 30 years: as nanoseconds, still far from the end of time. */
#define FRAMES (INT64_C(1) << 40)

struct reader {
	bool legacy;
	const char *start, *at;
	int64_t frame, step;
	int64_t group; /* the frame of the open parenthesis; below `frame` only inside one */
	bool grouped;
};

static struct reader reader_of(const rx_test *test, const char *marbles)
{
	return (struct reader){.legacy = test->legacy, .start = marbles, .at = marbles, .step = rx__test_step(test)};
}

static int64_t frame_of(const struct reader *reader)
{
	return reader->grouped ? reader->group : reader->frame;
}

/* Characters that only move time: true if there was one, and it was read. */
static bool read_time(struct reader *reader)
{
	const char c = *reader->at;
	if (c == '(') {
		reader->group = reader->frame;
		reader->grouped = true;
	} else if (c == ')') {
		reader->grouped = false;
	} else if (c != '-' && c != ' ') {
		return false;
	}
	if (c != ' ' || reader->legacy)
		reader->frame += reader->step;
	reader->at++;
	return true;
}

static double unit_of(const char *unit, size_t *length)
{
	*length = 1;
	if (!strncmp(unit, "ms ", 3)) {
		*length = 2;
		return 1;
	}
	return !strncmp(unit, "s ", 2) ? 1000 : !strncmp(unit, "m ", 2) ? 60000 : 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at)
{
	while (is_digit(*at))
		at++;
	return at;
}

/* "1.5s ": 1 if there was one, and it was read. */
static int read_duration(struct reader *reader)
{
	if (reader->legacy || !is_digit(*reader->at) || (reader->at > reader->start && reader->at[-1] != ' '))
		return 0;
	const char *end = skip_digits(reader->at);
	if (*end == '.' && is_digit(end[1]))
		end = skip_digits(end + 1);
	size_t length;
	const double unit = unit_of(end, &length);
	if (unit == 0)
		return 0;
	const double frames = strtod(reader->at, NULL) * unit + 0.5;
	if (frames + (double)reader->frame > FRAMES)
		return rx_raise(-ERANGE, "a diagram of more than %" PRId64 " ms", FRAMES);
	reader->frame += (int64_t)frames;
	reader->at = end + length + 1;
	return 1;
}

/* What only moves time: 1 if there was some, and it was read. */
static int read_passing(struct reader *reader)
{
	return read_time(reader) ? 1 : read_duration(reader);
}

static int add_value(rx_message_list *list, const rx_test *test, rx_message *message, char c, const rx_values *values)
{
	if (!values) {
		message->item = &message->mark;
		return rx__messages_add(list, message);
	}
	const char *key = c ? strchr(values->keys, c) : NULL;
	if (!key || (size_t)(key - values->keys) >= values->count)
		return rx_raise(-EINVAL, "there is no value for '%c'", c);
	message->item = (const char *)values->items + (size_t)(key - values->keys) * values->type->size;
	rx_observable *(*stream)(const void *item) = rx__test_stream_of(test, values->type);
	const rx_test_source *source = stream ? rx__test_source_find(test, stream(message->item)) : NULL;
	message->inner = source ? &source->messages.view : NULL;
	return rx__messages_add(list, message);
}

static int add(rx_message_list *list, const rx_test *test, int64_t frame, char c, const rx_values *values)
{
	rx_message message = {.frame = frame, .mark = c};
	if (c == '|') {
		message.kind = RX_MESSAGE_COMPLETE;
		return rx__messages_add(list, &message);
	}
	if (c == '#') {
		message.kind = RX_MESSAGE_ERROR;
		message.error = test->error;
		return rx__messages_add(list, &message);
	}
	return add_value(list, test, &message, c, values);
}

static int refuse_marks(const char *marbles, int kind)
{
	if (strchr(marbles, '!'))
		return rx_raise(-EINVAL, "'!' stands in subscription marbles only");
	if (kind == RX__COLD && strchr(marbles, '^'))
		return rx_raise(-EINVAL, "a cold source has no '^'");
	return 0;
}

int rx__marbles_parse(const rx_test *test, const char *marbles, const rx_values *values, int kind,
                      rx_message_list *list)
{
	struct reader reader = reader_of(test, marbles);
	list->view.type = values ? values->type : &rx_type_char;
	const char *first = marbles + (test->legacy ? 0 : strspn(marbles, " ")), *zero = strchr(first, '^');
	reader.frame = zero ? (first - zero) * reader.step : 0;
	int code = refuse_marks(marbles, kind);
	if (values && strlen(values->keys) != values->count)
		code = rx_raise(-EINVAL, "%zu values for the characters \"%s\"", values->count, values->keys);
	while (code >= 0 && *reader.at) {
		code = read_passing(&reader);
		if (code != 0)
			continue;
		if (*reader.at != '^')
			code = add(list, test, frame_of(&reader), *reader.at, values);
		reader.frame += reader.step;
		reader.at++;
	}
	return code < 0 ? code : 0;
}

int rx__marbles_parse_subscription(const rx_test *test, const char *marbles, rx_subscription_log *log)
{
	*log = (rx_subscription_log){RX_NEVER, RX_NEVER};
	if (!marbles)
		return 0;
	struct reader reader = reader_of(test, marbles);
	while (*reader.at) {
		const int passing = read_passing(&reader);
		if (passing < 0)
			return passing;
		if (passing)
			continue;
		const char c = *reader.at++;
		if (c != '^' && c != '!')
			return rx_raise(-EINVAL, "subscription marbles have '^' and '!', not '%c'", c);
		int64_t *end = c == '^' ? &log->subscribed : &log->unsubscribed;
		if (*end != RX_NEVER)
			return rx_raise(-EINVAL, "a second '%c'", c);
		*end = frame_of(&reader);
		if (c == '^')
			reader.frame += reader.step;
	}
	return 0;
}

rx_nsec rx_test_time(rx_test *test, const char *marbles)
{
	if (!test->legacy)
		marbles += strspn(marbles, " ");
	const char *end = strchr(marbles, '|');
	if (!end) {
		rx__test_mistake(test, marbles, rx_raise(-EINVAL, "a duration ends with '|'"));
		return 0;
	}
	return (end - marbles) * rx__test_step(test) * RX__FRAME;
}
