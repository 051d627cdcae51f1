/*
 * Values and messages as text, for the report of a failure.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/conformance/value.h"

static void print_items(FILE *file, const js *value)
{
	for (size_t i = 0; i < value->count; i++) {
		fputs(i ? ", " : "", file);
		if (value->keys)
			fprintf(file, "%s: ", value->keys[i]);
		js_print(file, value->items[i]);
	}
}

static void print_notification(FILE *file, rx_message_kind kind, const js *carried)
{
	if (kind == RX_MESSAGE_COMPLETE) {
		fputs("complete", file);
		return;
	}
	fputs(kind == RX_MESSAGE_NEXT ? "next " : "error ", file);
	js_print(file, carried);
}

static void print_inner(FILE *file, const struct messages *messages)
{
	fputs("emits {", file);
	for (size_t i = 0; i < messages->count; i++) {
		const struct message *message = &messages->list[i];
		fprintf(file, "%s%g: ", i ? ", " : "", message->frame);
		print_notification(file, message->kind, message->value);
	}
	fputs("}", file);
}

void js_print(FILE *file, const js *value)
{
	static const char *const names[] = {
		[JS_UNDEFINED] = "undefined", [JS_NULL] = "null", [JS_FUNCTION] = "a function"};
	switch (value->kind) {
	case JS_BOOLEAN:
		fputs(value->boolean ? "true" : "false", file);
		break;
	case JS_NUMBER:
		fprintf(file, "%.17g", value->number);
		break;
	case JS_DATE:
		fprintf(file, "Date(%g)", value->number);
		break;
	case JS_STRING:
		fprintf(file, "\"%s\"", value->string);
		break;
	case JS_ARRAY:
		fputs("[", file);
		print_items(file, value);
		fputs("]", file);
		break;
	case JS_OBJECT:
		fprintf(file, "%s{", value->name ? value->name : "");
		print_items(file, value);
		fputs("}", file);
		break;
	case JS_ERROR:
		fprintf(file, "%s(\"%s\")", value->name, value->string);
		break;
	case JS_NOTIFICATION:
		fputs("<", file);
		print_notification(file, value->notification, value->carried);
		fputs(">", file);
		break;
	case JS_OBSERVABLE:
		fprintf(file, "observable %d", value->node);
		break;
	case JS_SCHEDULER:
		fprintf(file, "scheduler %s", value->name);
		break;
	case JS_MESSAGES:
		print_inner(file, &value->messages);
		break;
	default:
		fputs(names[value->kind], file);
	}
}

/* One character for a marble: the value itself where it is one, else the next free letter. */
static char marble(const struct message *message, size_t number)
{
	if (message->kind != RX_MESSAGE_NEXT)
		return message->kind == RX_MESSAGE_ERROR ? '#' : '|';
	const js *value = message->value;
	if (value->kind == JS_STRING && strlen(value->string) == 1)
		return value->string[0];
	if (value->kind == JS_NUMBER && value->number >= 0 && value->number < 10 &&
	    floor(value->number) == value->number)
		return (char)('0' + (int)value->number);
	return (char)('A' + number % 26);
}

static void print_line(FILE *file, const struct messages *messages, double scale)
{
	double frame = 0;
	for (size_t i = 0; i < messages->count;) {
		const double at = messages->list[i].frame;
		size_t end = i;
		while (end < messages->count && messages->list[end].frame == at)
			end++;
		const double gap = (at - frame) / scale;
		if (gap > 60)
			fprintf(file, "-%gms-", at - frame);
		for (double column = 0; gap <= 60 && column < gap; column++)
			fputc('-', file);
		const bool group = end - i > 1;
		fputs(group ? "(" : "", file);
		for (size_t k = i; k < end; k++)
			fputc(marble(&messages->list[k], k), file);
		fputs(group ? ")" : "", file);
		frame = at + scale * (group ? (double)(end - i) + 2 : 1);
		i = end;
	}
	fputc('\n', file);
}

void messages_print(FILE *file, const struct messages *messages, double scale)
{
	print_line(file, messages, scale);
	for (size_t i = 0; i < messages->count; i++) {
		const struct message *message = &messages->list[i];
		fprintf(file, "        %c %g ", marble(message, i), message->frame);
		print_notification(file, message->kind, message->value);
		fputc('\n', file);
	}
}
