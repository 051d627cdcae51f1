/*
 * Lists of messages: what a source will emit, what was seen, what was expected.
 */
#include "observables/testing/testing.h"

static int make_room(rx_message_list *list)
{
	if (list->view.count < list->capacity)
		return 0;
	const size_t capacity = list->capacity ? 2 * list->capacity : 8;
	rx_message *items = rx_realloc(list->items, capacity * sizeof *items);
	if (!items)
		return -ENOMEM;
	list->items = items;
	list->view.items = items;
	list->capacity = capacity;
	return 0;
}

int rx__messages_add(rx_message_list *list, const rx_message *message)
{
	const int code = make_room(list);
	if (code < 0)
		return code;
	rx_message copy = *message;
	if (message->item) {
		void *item = rx_alloc(list->view.type->size);
		const int copied = item ? rx_type_copy(list->view.type, item, message->item) : -ENOMEM;
		if (copied < 0) {
			rx_free(item);
			return copied;
		}
		copy.item = item;
	}
	if (message->error)
		rx_error_ref(message->error);
	list->items[list->view.count++] = copy;
	return 0;
}

int rx__messages_copy(rx_message_list *list, const rx_messages *from, const rx_error *error)
{
	list->view.type = from->type;
	for (size_t i = 0; i < from->count; i++) {
		rx_message message = from->items[i];
		if (message.kind == RX_MESSAGE_ERROR && !message.error)
			message.error = error;
		const int code = rx__messages_add(list, &message);
		if (code < 0)
			return code;
	}
	return 0;
}

void rx__messages_clear(rx_message_list *list)
{
	for (size_t i = 0; i < list->view.count; i++) {
		const rx_message *message = &list->items[i];
		rx_error_unref(message->error);
		if (!message->item)
			continue;
		rx_type_drop(list->view.type, (void *)message->item);
		rx_free((void *)message->item);
	}
	rx_free(list->items);
	*list = (rx_message_list){0};
}

bool rx__error_expected(const rx_error *actual, const rx_error *expected)
{
	return actual->code == expected->code && (!*expected->message || !strcmp(actual->message, expected->message));
}

bool rx__message_equal(const rx_type *type, const rx_message *actual, const rx_message *expected)
{
	if (actual->frame != expected->frame || actual->kind != expected->kind)
		return false;
	if (actual->kind == RX_MESSAGE_ERROR)
		return rx__error_expected(actual->error, expected->error);
	if (actual->kind == RX_MESSAGE_COMPLETE)
		return true;
	if (actual->inner || expected->inner)
		return actual->inner && expected->inner && rx__messages_equal(actual->inner, expected->inner);
	return rx_type_equal(type, actual->item, expected->item);
}

static bool has_items(const rx_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++)
		if (messages->items[i].kind == RX_MESSAGE_NEXT && !messages->items[i].inner)
			return true;
	return false;
}

bool rx__messages_equal(const rx_messages *actual, const rx_messages *expected)
{
	if (actual->count != expected->count)
		return false;
	if (has_items(actual) && has_items(expected) && !rx_type_same(actual->type, expected->type))
		return false;
	for (size_t i = 0; i < actual->count; i++)
		if (!rx__message_equal(actual->type, &actual->items[i], &expected->items[i]))
			return false;
	return true;
}
