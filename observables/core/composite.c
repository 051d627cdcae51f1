/*
 * The types whose values hold other values: copied, dropped, compared and hashed by the types of what they hold.
 */
#include "observables/core/items.h"

static uint64_t mix(uint64_t hash, uint64_t next)
{
	return (hash ^ next) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

/* ---- List ------------------------------------------------------------------------------------------------------ */

static int list_copy(void *to, const void *from)
{
	const rx_list *list = from;
	void *items;
	const int code = rx__items_copy(list->type, list->items, list->count, &items);
	if (code < 0)
		return code;
	*(rx_list *)to = (rx_list){list->type, list->count, items};
	return 0;
}

static void list_drop(void *value)
{
	const rx_list *list = value;
	rx__items_free(list->type, (void *)list->items, list->count);
}

static const void *list_at(const rx_list *list, size_t index)
{
	return (const char *)list->items + index * list->type->size;
}

static bool list_equal(const void *a, const void *b)
{
	const rx_list *x = a, *y = b;
	if (x->count != y->count)
		return false;
	if (x->count == 0)
		return true;
	if (!rx_type_same(x->type, y->type))
		return false;
	for (size_t i = 0; i < x->count; i++)
		if (!rx_type_equal(x->type, list_at(x, i), list_at(y, i)))
			return false;
	return true;
}

static uint64_t list_hash(const void *value)
{
	const rx_list *list = value;
	uint64_t hash = list->count;
	for (size_t i = 0; i < list->count; i++)
		hash = mix(hash, rx_type_hash(list->type, list_at(list, i)));
	return hash;
}

const rx_type rx_type_rx_list = {.name = "rx_list",
                                 .size = sizeof(rx_list),
                                 .copy = list_copy,
                                 .drop = list_drop,
                                 .equal = list_equal,
                                 .hash = list_hash};

const void *rx_list_items(const rx_list *list, const rx_type *type)
{
	return list->type && rx_type_same(list->type, type) ? list->items : NULL;
}

/* ---- Pair ------------------------------------------------------------------------------------------------------ */

static int pair_copy(void *to, const void *from)
{
	const rx_pair *pair = from;
	const size_t size = pair->type->size;
	char *items = rx_alloc(2 * size);
	if (!items)
		return -ENOMEM;
	int code = rx_type_copy(pair->type, items, pair->previous);
	if (code == 0) {
		code = rx_type_copy(pair->type, items + size, pair->current);
		if (code < 0)
			rx_type_drop(pair->type, items);
	}
	if (code < 0)
		rx_free(items);
	else
		*(rx_pair *)to = (rx_pair){pair->type, items, items + size};
	return code;
}

static void pair_drop(void *value)
{
	const rx_pair *pair = value;
	rx__items_free(pair->type, (void *)pair->previous, 2);
}

static bool pair_equal(const void *a, const void *b)
{
	const rx_pair *x = a, *y = b;
	return rx_type_same(x->type, y->type) && rx_type_equal(x->type, x->previous, y->previous) &&
	       rx_type_equal(x->type, x->current, y->current);
}

static uint64_t pair_hash(const void *value)
{
	const rx_pair *pair = value;
	return mix(rx_type_hash(pair->type, pair->previous), rx_type_hash(pair->type, pair->current));
}

const rx_type rx_type_rx_pair = {.name = "rx_pair",
                                 .size = sizeof(rx_pair),
                                 .copy = pair_copy,
                                 .drop = pair_drop,
                                 .equal = pair_equal,
                                 .hash = pair_hash};

const void *rx_pair_previous(const rx_pair *pair, const rx_type *type)
{
	return rx_type_same(pair->type, type) ? pair->previous : NULL;
}

const void *rx_pair_current(const rx_pair *pair, const rx_type *type)
{
	return rx_type_same(pair->type, type) ? pair->current : NULL;
}

/* ---- Notification ---------------------------------------------------------------------------------------------- */

static int notification_copy(void *to, const void *from)
{
	rx_notification copy = *(const rx_notification *)from;
	void *value = NULL;
	const int code = copy.value ? rx__items_copy(copy.type, copy.value, 1, &value) : 0;
	if (code < 0)
		return code;
	copy.value = value;
	if (copy.error)
		rx_error_ref(copy.error);
	*(rx_notification *)to = copy;
	return 0;
}

static void notification_drop(void *value)
{
	const rx_notification *notification = value;
	rx__items_free(notification->type, (void *)notification->value, 1);
	rx_error_unref(notification->error);
}

static bool notification_equal(const void *a, const void *b)
{
	const rx_notification *x = a, *y = b;
	if (x->kind != y->kind)
		return false;
	if (x->kind == RX_NOTIFICATION_NEXT)
		return rx_type_same(x->type, y->type) && rx_type_equal(x->type, x->value, y->value);
	return x->kind == RX_NOTIFICATION_COMPLETE || rx_error_equal(x->error, y->error);
}

static uint64_t notification_hash(const void *value)
{
	const rx_notification *notification = value;
	switch (notification->kind) {
	case RX_NOTIFICATION_NEXT:
		return mix(1, rx_type_hash(notification->type, notification->value));
	case RX_NOTIFICATION_ERROR:
		return mix(2, (uint64_t)notification->error->code);
	default:
		return 3;
	}
}

const rx_type rx_type_rx_notification = {.name = "rx_notification",
                                         .size = sizeof(rx_notification),
                                         .copy = notification_copy,
                                         .drop = notification_drop,
                                         .equal = notification_equal,
                                         .hash = notification_hash};

const void *rx_notification_value(const rx_notification *notification, const rx_type *type)
{
	return notification->value && rx_type_same(notification->type, type) ? notification->value : NULL;
}

/* ---- Values with a time ---------------------------------------------------------------------------------------- */

/* Both are a time and a value. */
struct timed {
	rx_nsec time;
	const rx_type *type;
	const void *value;
};

_Static_assert(sizeof(struct timed) == sizeof(rx_timestamped) && sizeof(struct timed) == sizeof(rx_elapsed),
               "one form for both");

static int timed_copy(void *to, const void *from)
{
	struct timed copy;
	memcpy(&copy, from, sizeof copy);
	void *value;
	const int code = rx__items_copy(copy.type, copy.value, 1, &value);
	if (code < 0)
		return code;
	copy.value = value;
	memcpy(to, &copy, sizeof copy);
	return 0;
}

static void timed_drop(void *value)
{
	struct timed timed;
	memcpy(&timed, value, sizeof timed);
	rx__items_free(timed.type, (void *)timed.value, 1);
}

static bool timed_equal(const void *a, const void *b)
{
	struct timed x, y;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x.time == y.time && rx_type_same(x.type, y.type) && rx_type_equal(x.type, x.value, y.value);
}

static uint64_t timed_hash(const void *value)
{
	struct timed timed;
	memcpy(&timed, value, sizeof timed);
	return mix((uint64_t)timed.time, rx_type_hash(timed.type, timed.value));
}

#define TIMED(T)                                                                                                       \
	const rx_type rx_type_##T = {.name = #T,                                                                       \
	                             .size = sizeof(T),                                                                \
	                             .copy = timed_copy,                                                               \
	                             .drop = timed_drop,                                                               \
	                             .equal = timed_equal,                                                             \
	                             .hash = timed_hash}
TIMED(rx_timestamped);
TIMED(rx_elapsed);

const void *rx_timed_value(const rx_type *has, const void *value, const rx_type *type)
{
	return rx_type_same(has, type) ? value : NULL;
}

/* ---- Tuple ----------------------------------------------------------------------------------------------------- */

#define ALIGN16(size) (((size) + 15) & ~(size_t)15)

static void drop_first(const rx_tuple *tuple, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rx_type_drop(tuple->types[i], (void *)tuple->items[i]);
}

/* One block: the types, the places of the items, the items. */
static void *tuple_block(const rx_tuple *tuple)
{
	size_t size = ALIGN16(2 * tuple->count * sizeof(void *));
	for (size_t i = 0; i < tuple->count; i++)
		size += ALIGN16(tuple->types[i]->size);
	return rx_alloc(size);
}

static int tuple_copy(void *to, const void *from)
{
	const rx_tuple *tuple = from;
	const rx_type **types = tuple_block(tuple);
	if (!types)
		return -ENOMEM;
	const void **items = (const void **)(types + tuple->count);
	const rx_tuple copy = {tuple->count, types, items};
	char *room = (char *)types + ALIGN16(2 * tuple->count * sizeof(void *));
	for (size_t i = 0; i < tuple->count; i++) {
		types[i] = tuple->types[i];
		items[i] = room;
		const int code = rx_type_copy(types[i], room, tuple->items[i]);
		if (code < 0) {
			drop_first(&copy, i);
			rx_free(types);
			return code;
		}
		room += ALIGN16(types[i]->size);
	}
	*(rx_tuple *)to = copy;
	return 0;
}

static void tuple_drop(void *value)
{
	const rx_tuple *tuple = value;
	drop_first(tuple, tuple->count);
	rx_free((void *)tuple->types);
}

static bool tuple_equal(const void *a, const void *b)
{
	const rx_tuple *x = a, *y = b;
	if (x->count != y->count)
		return false;
	for (size_t i = 0; i < x->count; i++)
		if (!rx_type_same(x->types[i], y->types[i]) || !rx_type_equal(x->types[i], x->items[i], y->items[i]))
			return false;
	return true;
}

static uint64_t tuple_hash(const void *value)
{
	const rx_tuple *tuple = value;
	uint64_t hash = tuple->count;
	for (size_t i = 0; i < tuple->count; i++)
		hash = mix(hash, rx_type_hash(tuple->types[i], tuple->items[i]));
	return hash;
}

const rx_type rx_type_rx_tuple = {.name = "rx_tuple",
                                  .size = sizeof(rx_tuple),
                                  .copy = tuple_copy,
                                  .drop = tuple_drop,
                                  .equal = tuple_equal,
                                  .hash = tuple_hash};

const void *rx_tuple_item(const rx_tuple *tuple, size_t index, const rx_type *type)
{
	return index < tuple->count && rx_type_same(tuple->types[index], type) ? tuple->items[index] : NULL;
}
