#include <clusterfy/rx.h>

#include <errno.h>
#include <string.h>

#include "tests/support/memory.h"
#include "tests/support/test.h"

static const rx_string words[] = {"one", "two"};
static const rx_string others[] = {"one", "three"};

static const rx_list list = {&rx_type_rx_string, 2, words};
static const rx_pair pair = {&rx_type_rx_string, &words[0], &words[1]};
static const rx_notification value = {RX_NOTIFICATION_NEXT, &rx_type_rx_string, &words[1], NULL};

TEST(a_list_is_read_by_its_type)
{
	ck_assert_ptr_eq(RX_LIST_ITEMS(&list, rx_string), words);
	ck_assert_ptr_null(RX_LIST_ITEMS(&list, int64_t));
	ck_assert_ptr_null(RX_LIST_ITEMS(&(rx_list){0}, int64_t));
}

TEST(a_pair_is_read_by_its_type)
{
	ck_assert_str_eq(*RX_PREVIOUS(&pair, rx_string), "one");
	ck_assert_str_eq(*RX_CURRENT(&pair, rx_string), "two");
	ck_assert_ptr_null(RX_PREVIOUS(&pair, int));
	ck_assert_ptr_null(RX_CURRENT(&pair, int));
}

TEST(a_notification_is_read_by_its_type)
{
	ck_assert_str_eq(*RX_NOTIFICATION_VALUE(&value, rx_string), "two");
	ck_assert_ptr_null(RX_NOTIFICATION_VALUE(&value, int));
	ck_assert_ptr_null(RX_NOTIFICATION_VALUE(&(rx_notification){RX_NOTIFICATION_COMPLETE}, int));
}

struct sample {
	const rx_type *type;
	const void *value, *equal, *different;
};

static const rx_string same_words[] = {"one", "two"};
static const rx_list lists[] = {{&rx_type_rx_string, 2, same_words}, {&rx_type_rx_string, 2, others}};
static const rx_pair pairs[] = {{&rx_type_rx_string, &same_words[0], &same_words[1]},
                                {&rx_type_rx_string, &same_words[1], &same_words[1]}};
static const rx_notification values[] = {{RX_NOTIFICATION_NEXT, &rx_type_rx_string, &same_words[1], NULL},
                                         {RX_NOTIFICATION_NEXT, &rx_type_rx_string, &same_words[0], NULL}};
static const rx_notification completed = {RX_NOTIFICATION_COMPLETE};
static const rx_list nested[] = {{&rx_type_rx_list, 2, (const rx_list[]){{&rx_type_rx_string, 2, words}, {0}}},
                                 {&rx_type_rx_list, 2, (const rx_list[]){{&rx_type_rx_string, 2, same_words}, {0}}},
                                 {&rx_type_rx_list, 2, (const rx_list[]){{&rx_type_rx_string, 2, others}, {0}}}};
static const rx_list empty;

static const struct sample samples[] = {
	{&rx_type_rx_list, &list, &lists[0], &lists[1]},
	{&rx_type_rx_list, &empty, &(rx_list){&rx_type_int, 0, NULL}, &list},
	{&rx_type_rx_list, &nested[0], &nested[1], &nested[2]},
	{&rx_type_rx_pair, &pair, &pairs[0], &pairs[1]},
	{&rx_type_rx_notification, &value, &values[0], &values[1]},
	{&rx_type_rx_notification, &completed, &completed, &value},
};
#define SAMPLES (sizeof samples / sizeof *samples)

TEST(equality_and_hash_look_inside, .to = SAMPLES)
{
	const struct sample *s = &samples[_i];
	ck_assert(rx_type_equal(s->type, s->value, s->equal));
	ck_assert(!rx_type_equal(s->type, s->value, s->different));
	ck_assert_uint_eq(rx_type_hash(s->type, s->value), rx_type_hash(s->type, s->equal));
	ck_assert_uint_ne(rx_type_hash(s->type, s->value), rx_type_hash(s->type, s->different));
}

TEST(a_copy_is_independent_and_dropped_whole, .to = SAMPLES)
{
	const struct sample *s = &samples[_i];
	_Alignas(16) char copy[64];
	const size_t before = memory_live();
	ck_assert_uint_le(s->type->size, sizeof copy);
	ck_assert_int_eq(rx_type_copy(s->type, copy, s->value), 0);
	ck_assert(rx_type_equal(s->type, copy, s->value));
	rx_type_drop(s->type, copy);
	ck_assert_uint_eq(memory_live(), before);
}

TEST(a_copy_that_fails_leaves_nothing, .to = SAMPLES)
{
	const struct sample *s = &samples[_i];
	_Alignas(16) char copy[64];
	const size_t before = memory_live();
	for (size_t allowed = 0;; allowed++) {
		memory_fail_after(allowed);
		const int code = rx_type_copy(s->type, copy, s->value);
		memory_recover();
		if (code == 0)
			break;
		ck_assert_int_eq(code, -12);
		ck_assert_uint_eq(memory_live(), before);
	}
	rx_type_drop(s->type, copy);
}

TEST(a_copied_notification_holds_its_error)
{
	const rx_error *error = rx_error_create(-5, "broken");
	const rx_notification notification = {RX_NOTIFICATION_ERROR, NULL, NULL, error};
	rx_notification copy;
	ck_assert_int_eq(rx_type_copy(&rx_type_rx_notification, &copy, &notification), 0);
	rx_error_unref(error);
	ck_assert_str_eq(copy.error->message, "broken");
	rx_type_drop(&rx_type_rx_notification, &copy);
}

TEST(a_tuple_copies_and_compares_all_its_items)
{
	const rx_type *const types[] = {&rx_type_int64_t, &rx_type_rx_string};
	int64_t number = 1;
	rx_string text = "one", other_text = "two";
	rx_tuple tuple = {2, types, (const void *const[]){&number, &text}}, copy;
	rx_tuple other = {2, types, (const void *const[]){&number, &other_text}};
	ck_assert_int_eq(rx_type_copy(&rx_type_rx_tuple, &copy, &tuple), 0);
	ck_assert_ptr_ne(*RX_TUPLE_ITEM(&copy, 1, rx_string), text);
	ck_assert_str_eq(*RX_TUPLE_ITEM(&copy, 1, rx_string), "one");
	ck_assert_int_eq(*RX_TUPLE_ITEM(&copy, 0, int64_t), 1);
	ck_assert(rx_type_equal(&rx_type_rx_tuple, &copy, &tuple));
	ck_assert(!rx_type_equal(&rx_type_rx_tuple, &copy, &other));
	ck_assert_uint_eq(rx_type_hash(&rx_type_rx_tuple, &copy), rx_type_hash(&rx_type_rx_tuple, &tuple));
	rx_type_drop(&rx_type_rx_tuple, &copy);
}

TEST(an_item_of_a_tuple_is_read_by_place_and_type)
{
	const rx_type *const types[] = {&rx_type_int64_t};
	rx_tuple tuple = {1, types, (const void *const[]){&(int64_t){7}}};
	ck_assert_int_eq(*RX_TUPLE_ITEM(&tuple, 0, int64_t), 7);
	ck_assert_ptr_null(RX_TUPLE_ITEM(&tuple, 0, char));
	ck_assert_ptr_null(RX_TUPLE_ITEM(&tuple, 1, int64_t));
}

TEST(a_tuple_that_cannot_be_copied_leaves_nothing)
{
	const rx_type *const types[] = {&rx_type_rx_string, &rx_type_rx_string};
	rx_string text = "one";
	rx_tuple tuple = {2, types, (const void *const[]){&text, &text}}, copy;
	for (size_t n = 0; n < 3; n++) {
		memory_fail_after(n);
		ck_assert_int_eq(rx_type_copy(&rx_type_rx_tuple, &copy, &tuple), -ENOMEM);
		memory_recover();
	}
}
