/*
 * What was expected and what happened, one under the other:
 *
 *     expected  --a--(b|)
 *     actual    --a--c---|
 *       a = 10
 *       b = 20
 *       c = 30
 *
 * Frames stand below each other; spaces, which mean nothing in a diagram, make room where one side is wider.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "observables/testing/testing.h"

#define LONGEST_GAP 40

/* The characters that stand for the values of both sides. */
struct legend {
	struct {
		char mark;
		const rx_type *type;
		const rx_message *message;
	} entries[64];
	size_t count;
};

/* A side of the drawing. */
struct side {
	const rx_messages *messages;
	size_t at;
	rx_text line;
};

/* ---- Marks ----------------------------------------------------------------------------------------------------- */

static bool is_taken(const struct legend *legend, char mark)
{
	if (!mark || !isgraph((unsigned char)mark) || strchr("-|#^!()?", mark))
		return true;
	for (size_t i = 0; i < legend->count; i++)
		if (legend->entries[i].mark == mark)
			return true;
	return false;
}

static char choose_mark(const struct legend *legend, const rx_type *type, const rx_message *message)
{
	if (!is_taken(legend, message->mark))
		return message->mark;
	const char *own = type == &rx_type_char && message->item ? message->item : NULL;
	if (own && !is_taken(legend, *own))
		return *own;
	for (const char *spare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"; *spare; spare++)
		if (!is_taken(legend, *spare))
			return *spare;
	return '?';
}

static bool same_value(const rx_type *type, const rx_message *message, const rx_type *other, const rx_message *known)
{
	if (message->inner || known->inner)
		return message->inner && known->inner && rx__messages_equal(message->inner, known->inner);
	return rx_type_same(type, other) && rx_type_equal(type, message->item, known->item);
}

static char mark_of(struct legend *legend, const rx_type *type, const rx_message *message)
{
	if (message->kind != RX_MESSAGE_NEXT)
		return message->kind == RX_MESSAGE_ERROR ? '#' : '|';
	for (size_t i = 0; i < legend->count; i++)
		if (same_value(type, message, legend->entries[i].type, legend->entries[i].message))
			return legend->entries[i].mark;
	if (legend->count == sizeof legend->entries / sizeof *legend->entries)
		return '?';
	const char mark = choose_mark(legend, type, message);
	legend->entries[legend->count].mark = mark;
	legend->entries[legend->count].type = type;
	legend->entries[legend->count++].message = message;
	return mark;
}

/* ---- Lines ----------------------------------------------------------------------------------------------------- */

static int64_t next_frame(const struct side *side)
{
	return side->at < side->messages->count ? side->messages->items[side->at].frame : INT64_MAX;
}

static void repeat(rx_text *text, char c, int64_t count)
{
	for (; count > 0; count--)
		rx__text_add(text, "%c", c);
}

/* Nothing more comes from this side: spaces instead of time that passes. */
static bool is_over(const struct side *side)
{
	return side->at == side->messages->count;
}

/* Time in which nothing happens. */
static void draw_time(rx_text *text, int64_t frames, int64_t step)
{
	if (frames > 0 && (frames % step || frames / step > LONGEST_GAP))
		rx__text_add(text, " %" PRId64 "ms ", frames);
	else
		repeat(text, '-', frames / step);
}

/* What a side does in @p frame; returns the width. */
static int64_t draw_cell(struct side *side, int64_t frame, struct legend *legend)
{
	const size_t before = side->line.length;
	size_t count = 0;
	/* Without messages there is no array to point into. */
	const rx_message *first = is_over(side) ? NULL : side->messages->items + side->at;
	while (side->at + count < side->messages->count && first[count].frame == frame)
		count++;
	if (count > 1)
		rx__text_add(&side->line, "(");
	for (size_t i = 0; i < count; i++)
		rx__text_add(&side->line, "%c", mark_of(legend, side->messages->type, &first[i]));
	if (count > 1)
		rx__text_add(&side->line, ")");
	else if (count == 0 && !is_over(side))
		rx__text_add(&side->line, "-");
	side->at += count;
	return (int64_t)(side->line.length - before);
}

/* Both sides in @p frame, as wide as the wider one; returns the frame after. */
static int64_t draw_frame(struct side sides[2], int64_t frame, struct legend *legend, int64_t step)
{
	const int64_t widths[2] = {draw_cell(&sides[0], frame, legend), draw_cell(&sides[1], frame, legend)};
	const int64_t a = next_frame(&sides[0]), b = next_frame(&sides[1]), next = a < b ? a : b;
	const int64_t width = widths[0] > widths[1] ? widths[0] : widths[1];
	const int64_t free = next == INT64_MAX ? width : (next - frame) / step;
	const int64_t taken = width < free ? width : free < 1 ? 1 : free;
	for (int i = 0; i < 2; i++) {
		const int64_t dashes = taken > widths[i] ? taken - widths[i] : 0;
		if (is_over(&sides[i]))
			continue;
		repeat(&sides[i].line, '-', dashes);
		repeat(&sides[i].line, ' ', width - widths[i] - dashes);
	}
	return frame + taken * step;
}

static void draw_lines(struct side sides[2], struct legend *legend, int64_t step)
{
	for (int64_t cursor = 0;;) {
		const int64_t a = next_frame(&sides[0]), b = next_frame(&sides[1]), frame = a < b ? a : b;
		if (frame == INT64_MAX)
			return;
		for (int i = 0; i < 2; i++)
			if (!is_over(&sides[i]))
				draw_time(&sides[i].line, frame - cursor, step);
		cursor = draw_frame(sides, frame, legend, step);
	}
}

/* ---- Words below the lines ------------------------------------------------------------------------------------- */

static void add_line(rx_text *text, const struct side *side)
{
	rx__text_add(text, "%s", side->line.bytes ? side->line.bytes : "");
}

static void add_inner(rx_text *text, const rx_messages *inner, int64_t step)
{
	struct legend legend = {0};
	const rx_messages nothing = {0};
	struct side sides[2] = {{.messages = inner}, {.messages = &nothing}};
	draw_lines(sides, &legend, step);
	add_line(text, &sides[0]);
	for (size_t i = 0; i < legend.count; i++)
		if (legend.entries[i].type != &rx_type_char && !legend.entries[i].message->inner) {
			rx__text_add(text, ", %c = ", legend.entries[i].mark);
			rx__text_add_item(text, legend.entries[i].type, legend.entries[i].message->item);
		}
	rx__text_clear(&sides[0].line);
	rx__text_clear(&sides[1].line);
}

static bool explains_itself(const rx_type *type, const rx_message *message, char mark)
{
	return type == &rx_type_char && message->item && *(const char *)message->item == mark;
}

static void add_legend(rx_text *text, const struct legend *legend, int64_t step)
{
	for (size_t i = 0; i < legend->count; i++) {
		const rx_message *message = legend->entries[i].message;
		const char mark = legend->entries[i].mark;
		if (explains_itself(legend->entries[i].type, message, mark))
			continue;
		rx__text_add(text, "    %c = ", mark);
		if (message->inner)
			add_inner(text, message->inner, step);
		else
			rx__text_add_item(text, legend->entries[i].type, message->item);
		rx__text_add(text, "\n");
	}
}

static const rx_error *error_of(const rx_messages *messages)
{
	const rx_message *last = messages->count ? &messages->items[messages->count - 1] : NULL;
	return last && last->kind == RX_MESSAGE_ERROR ? last->error : NULL;
}

static void add_error(rx_text *text, const char *label, const rx_error *error)
{
	if (error)
		rx__text_add(text, "    %s # = %s (%d)%s%s\n", label, error->message, error->code,
		             error->stage ? " of " : "", error->stage ? error->stage : "");
}

void rx__draw_messages(rx_text *text, const rx_messages *expected, const rx_messages *actual, int64_t step)
{
	struct legend legend = {0};
	struct side sides[2] = {{.messages = expected}, {.messages = actual}};
	draw_lines(sides, &legend, step);
	rx__text_add(text, "  expected  ");
	add_line(text, &sides[0]);
	rx__text_add(text, "\n  actual    ");
	add_line(text, &sides[1]);
	rx__text_add(text, "\n");
	add_legend(text, &legend, step);
	const rx_error *wanted = error_of(expected), *got = error_of(actual);
	if (got && !(wanted && rx__error_expected(got, wanted))) {
		add_error(text, "expected", wanted);
		add_error(text, "actual", got);
	}
	rx__text_clear(&sides[0].line);
	rx__text_clear(&sides[1].line);
}

void rx__draw_stream(rx_text *text, const rx_messages *messages, const rx_formatter *formatter, void *ctx)
{
	struct legend legend = {0};
	const rx_messages nothing = {0};
	struct side sides[2] = {{.messages = messages}, {.messages = &nothing}};
	draw_lines(sides, &legend, 1);
	add_line(text, &sides[0]);
	rx__text_add(text, "\n");
	for (size_t i = 0; i < legend.count; i++) {
		rx__text_add(text, "    %c = ", legend.entries[i].mark);
		if (formatter)
			rx__text_add_formatted(text, formatter, legend.entries[i].message->item, ctx);
		else
			rx__text_add_item(text, messages->type, legend.entries[i].message->item);
		rx__text_add(text, "\n");
	}
	rx__text_clear(&sides[0].line);
	rx__text_clear(&sides[1].line);
}

void rx__draw_subscriptions(rx_text *text, const char *label, const rx_subscription_log *logs, size_t count,
                            int64_t step)
{
	if (count == 0)
		rx__text_add(text, "  %-8s  none\n", label);
	for (size_t i = 0; i < count; i++) {
		const int64_t from = logs[i].subscribed, to = logs[i].unsubscribed;
		rx__text_add(text, "  %-8s  ", i ? "" : label);
		draw_time(text, from, step);
		rx__text_add(text, from == to ? "(^!)" : "^");
		if (from != to && to != RX_NEVER) {
			draw_time(text, to - from - step, step);
			rx__text_add(text, "!");
		}
		rx__text_add(text, "\n");
	}
}
