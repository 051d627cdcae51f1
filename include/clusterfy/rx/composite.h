/**
 * @file
 * Items made of items: lists, tuples, pairs, notifications.
 *
 * The fields of one that arrives in a callback are borrowed with it. Whoever keeps one copies it by its type, as any
 * item: rx_type_copy(&rx_type_rx_list, &mine, list) duplicates everything in it, rx_type_drop() releases that again.
 *
 * What is inside is read with its type, and no cast:
 *
 *     const int64_t *numbers = RX_LIST_ITEMS(list, int64_t);        NULL when the list is of anything else
 */
#ifndef CLUSTERFY_RX_COMPOSITE_H
#define CLUSTERFY_RX_COMPOSITE_H

#include <clusterfy/rx/error.h>
#include <clusterfy/rx/type.h>

RX_BEGIN_DECLS

/** Some items, packed: rx_to_array(), the buffers. */
typedef struct rx_list {
	const rx_type *type; /**< of the items; may be NULL in an empty list */
	size_t count;
	const void *items;
} rx_list;
RX__DECLARE_TYPE(rx_list);

/** The items of a list of @p T as a `const T *`; NULL when it is of another type. */
#define RX_LIST_ITEMS(list, T) ((const T *)rx_list_items((list), &rx_type_##T))
/** What RX_LIST_ITEMS() expands to. */
RX_API const void *rx_list_items(const rx_list *list, const rx_type *type);

/** Two items that follow each other: rx_pairwise(). */
typedef struct rx_pair {
	const rx_type *type;
	const void *previous, *current;
} rx_pair;
RX__DECLARE_TYPE(rx_pair);

/** An item of a pair of @p T as a `const T *`; NULL when it is of another type. */
#define RX_PREVIOUS(pair, T) ((const T *)rx_pair_previous((pair), &rx_type_##T))
#define RX_CURRENT(pair, T) ((const T *)rx_pair_current((pair), &rx_type_##T))
/** What RX_PREVIOUS() expands to. */
RX_API const void *rx_pair_previous(const rx_pair *pair, const rx_type *type);
/** What RX_CURRENT() expands to. */
RX_API const void *rx_pair_current(const rx_pair *pair, const rx_type *type);

typedef enum rx_notification_kind {
	RX_NOTIFICATION_NEXT,
	RX_NOTIFICATION_ERROR,
	RX_NOTIFICATION_COMPLETE,
} rx_notification_kind;

/** An event of a stream as an item: rx_materialize(), rx_dematerialize(). */
typedef struct rx_notification {
	rx_notification_kind kind;
	const rx_type *type;   /**< of the value */
	const void *value;     /**< NULL unless RX_NOTIFICATION_NEXT */
	const rx_error *error; /**< NULL unless RX_NOTIFICATION_ERROR */
} rx_notification;
RX__DECLARE_TYPE(rx_notification);

/** The value of a notification of @p T as a `const T *`; NULL when there is none, or of another type. */
#define RX_NOTIFICATION_VALUE(notification, T) ((const T *)rx_notification_value((notification), &rx_type_##T))
/** What RX_NOTIFICATION_VALUE() expands to. */
RX_API const void *rx_notification_value(const rx_notification *notification, const rx_type *type);

/** An item and when it came: rx_timestamp(). */
typedef struct rx_timestamped {
	rx_nsec time; /**< of the scheduler's clock */
	const rx_type *type;
	const void *value;
} rx_timestamped;
RX__DECLARE_TYPE(rx_timestamped);

/** An item and how long it took to come: rx_time_interval(). */
typedef struct rx_elapsed {
	rx_nsec time; /**< since the item before it, or since the subscription */
	const rx_type *type;
	const void *value;
} rx_elapsed;
RX__DECLARE_TYPE(rx_elapsed);

/** The value in an rx_timestamped or rx_elapsed of @p T as a `const T *`; NULL when it is of another type. */
#define RX_TIMED_VALUE(timed, T) ((const T *)rx_timed_value((timed)->type, (timed)->value, &rx_type_##T))
/** What RX_TIMED_VALUE() expands to. */
RX_API const void *rx_timed_value(const rx_type *has, const void *value, const rx_type *type);

/** Items of several types side by side: rx_combine_latest(), rx_zip(), rx_fork_join(), rx_with_latest_from(). */
typedef struct rx_tuple {
	size_t count;
	const rx_type *const *types;
	const void *const *items;
} rx_tuple;
RX__DECLARE_TYPE(rx_tuple);

/** The item at @p index of a tuple, which is a @p T, as a `const T *`; NULL when it is of another type, or not there. */
#define RX_TUPLE_ITEM(tuple, index, T) ((const T *)rx_tuple_item((tuple), (index), &rx_type_##T))
/** What RX_TUPLE_ITEM() expands to. */
RX_API const void *rx_tuple_item(const rx_tuple *tuple, size_t index, const rx_type *type);

RX_END_DECLS
#endif
