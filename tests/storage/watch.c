/* Watching a storage that stands alone. */
#include <clusterfy/cluster/storage.h>
#include <clusterfy/rx.h>

#include <errno.h>

#include "tests/support/test.h"

struct log {
	char text[1024];
	rx_subscription subscription;
};

/* "1 a=3;", with a star where it is a snapshot. */
static void note(const cy_change *change, void *ctx)
{
	struct log *log = ctx;
	char *text = change->value ? cy_value_to_string(change->value) : NULL;
	sprintf(log->text + strlen(log->text), "%d%s %s=%s;", (int)change->revision, change->snapshot ? "*" : "",
	        change->path, text ? text : "");
	rx_free(text);
}
RX_CONSUMER(note, cy_change);

static void note_error(const rx_error *error, void *ctx)
{
	strcat(((struct log *)ctx)->text, error->message);
}

static void note_end(void *ctx)
{
	strcat(((struct log *)ctx)->text, "|");
}

static void watch(cy_storage *storage, const char *path, struct log *log)
{
	log->text[0] = '\0';
	rx_subscribe(cy_storage_watch(storage, path),
	             &(rx_observer){RX_NEXT(note), .error = note_error, .complete = note_end, .ctx = log},
	             &log->subscription);
}

static void save(cy_storage *storage, const char *path, cy_value *value)
{
	ck_assert_int_eq(cy_storage_save(storage, path, value), 0);
}

TEST(a_snapshot_comes_first_then_each_change)
{
	cy_storage *storage = cy_storage_create();
	struct log log;
	save(storage, "a", cy_map("b", cy_int(1)));
	watch(storage, NULL, &log);
	cy_storage_add(storage, "a.b", cy_int(2), NULL);
	cy_storage_compare_and_set(storage, "a.b", cy_int(3), cy_nil());
	cy_storage_save(storage, "x.y", cy_nil());
	cy_storage_delete(storage, "a.b");
	cy_storage_delete(storage, "a.b");
	cy_storage_load(storage, cy_map());
	rx_unsubscribe(&log.subscription);
	save(storage, "a", cy_nil());
	cy_storage_destroy(storage);
	ck_assert_str_eq(log.text, "1* ={\"a\": {\"b\": 1}};2 a.b=3;3 a.b=null;4 a.b=;5* ={};");
}

TEST(only_what_is_watched_is_told)
{
	cy_storage *storage = cy_storage_create();
	struct log log;
	watch(storage, "a.b", &log);
	save(storage, "a", cy_map());
	save(storage, "a.bc", cy_int(1));
	save(storage, "a.b", cy_map("c", cy_int(2)));
	save(storage, "a.b.c", cy_int(3));
	save(storage, "b", cy_int(4));
	save(storage, "a", cy_map("b", cy_int(5)));
	save(storage, "a", cy_int(6));
	cy_storage_destroy(storage);
	ck_assert_str_eq(log.text, "0* a.b=;1* a.b=;3* a.b={\"c\": 2};4 a.b.c=3;6* a.b=5;7* a.b=;|");
}

TEST(while_it_is_paused_nothing_is_kept)
{
	cy_storage *storage = cy_storage_create();
	struct log log;
	watch(storage, "a", &log);
	ck_assert_int_eq(rx_pause(&log.subscription), 0);
	for (int i = 0; i < 1000; i++)
		save(storage, "a", cy_int(i));
	rx_resume(&log.subscription);
	rx_pause(&log.subscription);
	rx_resume(&log.subscription);
	save(storage, "a", cy_int(7));
	rx_unsubscribe(&log.subscription);
	cy_storage_destroy(storage);
	ck_assert_str_eq(log.text, "0* a=;1000* a=999;1001* a=7;");
}

static void count_down(const cy_change *change, void *ctx)
{
	int64_t n;
	if (change->value && cy_get_int(change->value, NULL, &n) >= 0 && n > 0)
		save(ctx, "a", cy_int(n - 1));
}
RX_CONSUMER(count_down, cy_change);

TEST(a_change_made_meanwhile_is_told_to_everybody_in_order)
{
	cy_storage *storage = cy_storage_create();
	struct log log;
	rx_subscription first;
	rx_subscribe(cy_storage_watch(storage, "a"), &(rx_observer){RX_NEXT(count_down), .ctx = storage}, &first);
	watch(storage, "a", &log);
	save(storage, "a", cy_int(3));
	rx_unsubscribe(&first);
	rx_unsubscribe(&log.subscription);
	cy_storage_destroy(storage);
	ck_assert_str_eq(log.text, "0* a=;1* a=3;2* a=2;3* a=1;4* a=0;");
}

static void delete_again(const cy_change *change, void *ctx)
{
	if (change->value && !change->snapshot)
		ck_assert_int_eq(cy_storage_delete(ctx, change->path), 1);
}
RX_CONSUMER(delete_again, cy_change);

TEST(a_change_may_be_answered_with_its_undoing)
{
	cy_storage *storage = cy_storage_create();
	cy_value *value;
	rx_subscription subscription;
	rx_subscribe(cy_storage_watch(storage, NULL), &(rx_observer){RX_NEXT(delete_again), .ctx = storage},
	             &subscription);
	save(storage, "a", cy_map("b", cy_int(1)));
	ck_assert_int_eq(cy_storage_retrieve(storage, "a", &value), 0);
	rx_unsubscribe(&subscription);
	cy_storage_destroy(storage);
}

TEST(one_may_be_enough)
{
	cy_storage *storage = cy_storage_create();
	struct log log = {.text = ""};
	rx_subscribe(rx_pipe(cy_storage_watch(storage, "a"), rx_take(2)),
	             &(rx_observer){RX_NEXT(note), .complete = note_end, .ctx = &log}, NULL);
	save(storage, "a", cy_int(1));
	save(storage, "a", cy_int(2));
	cy_storage_destroy(storage);
	ck_assert_str_eq(log.text, "0* a=;1* a=1;|");
}

TEST(a_path_that_is_none_is_refused)
{
	cy_storage *storage = cy_storage_create();
	struct log log;
	watch(storage, "a..b", &log);
	ck_assert_str_eq(log.text, "retrieve \"a..b\": a segment is empty, after \"a.\"");
	watch(storage, "", &log);
	ck_assert_str_eq(log.text, "watch: the path is empty");
	cy_storage_destroy(storage);
}
