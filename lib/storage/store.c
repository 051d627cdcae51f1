/*
 * The storage in the cluster: each operation is a call to the primary, from the primary too, so that all of them happen
 * in one order.
 */
#include "lib/storage/store.h"

#include "lib/cluster/cluster.h"
#include "lib/command/inspect.h"
#include "lib/storage/fanout.h"
#include "lib/storage/operation.h"
#include "lib/value/layout.h"

/* ---- In the primary --------------------------------------------------------------------------------------------------- */

static rx_observable *refuse(int code)
{
	return rx_throw_error(code, "%s", rx_words(code));
}

static rx_observable *malformed(const cy_request *request)
{
	return rx_throw_error(-EINVAL, "%s: the arguments are not what it takes", request->command);
}

/* From now on, until act_for_nobody(), what changes is @p origin's. @retval -ENOMEM */
static int act_for(cy_cluster *cluster, uint32_t origin)
{
	if (origin == CY__TO_PRIMARY)
		return 0;
	cy__account *account = cy__ledger_open(cluster->ledger, origin);
	cluster->storage->acting = account ? cy__owner_of(&cluster->storage->forest, account) : NULL;
	return cluster->storage->acting ? 0 : rx_raise(-ENOMEM, "no memory");
}

static void act_for_nobody(cy_cluster *cluster)
{
	cluster->storage->acting = NULL;
}

/* @p value, consumed, when the caller's own mirrors have what has happened; NULL: only that. */
static rx_observable *acknowledge(const cy_request *request, int code, cy_value *value)
{
	return code < 0 ? refuse(code) : cy__fanout_acknowledge(request->cluster, request->origin, value);
}

/* ---- In slices -------------------------------------------------------------------------------------------------------- */

/*
 * An operation that goes on in its caller's turns: after what is being done at present, and before whatever else that
 * caller has asked for.
 */
struct task {
	cy__work work;
	cy__awaiting awaiting;
	cy_cluster *cluster;
	uint32_t origin;
	rx_subscriber *subscriber; /* while it is subscribed */
	cy_value *arguments, *expected, *value, *result;
	void (*begin)(struct task *task);
	bool all, keys;
	bool expects;
	size_t expected_at;
	bool tells_whether; /* its answer is whether it was done */
	bool begun, measured;
	struct cy__measure measure;
	cy__operation operation;
	char path[CY_STORAGE_PATH + 2]; /* one that is too long is cut where that can still be seen */
};

static void free_task(void *ctx)
{
	struct task *task = ctx;
	cy_value_unref(task->expected);
	cy_value_unref(task->value);
	cy_value_unref(task->result);
	cy_value_unref(task->arguments);
	rx_free(task);
}

static void stop_task(void *ctx)
{
	struct task *task = ctx;
	cy__turns_remove(&task->work);
	cy__fanout_leave(&task->awaiting);
	if (task->begun)
		cy__operation_finish(&task->operation);
	task->begun = false;
	rx_subscriber_unref(task->subscriber);
	task->subscriber = NULL;
}

/* It may be gone afterwards. */
static void fail_task(struct task *task, int code)
{
	rx_subscriber *subscriber = rx_subscriber_ref(task->subscriber);
	rx_fail(subscriber, code, "%s", rx_words(code));
	rx_subscriber_unref(subscriber);
}

/* Likewise. */
static void complete_task(struct task *task)
{
	rx_subscriber *subscriber = rx_subscriber_ref(task->subscriber);
	if (task->result)
		rx_next(subscriber, &task->result);
	rx_complete(subscriber);
	rx_subscriber_unref(subscriber);
}

static void told(cy__awaiting *awaiting)
{
	complete_task(CY__CONTAINER(awaiting, struct task, awaiting));
}

static void finish_task(struct task *task, int code)
{
	if (code < 0) {
		fail_task(task, code);
		return;
	}
	task->result = task->operation.result;
	task->operation.result = NULL;
	if (task->tells_whether)
		task->result = cy_bool(code);
	if (cy_value_error(task->result) < 0 && task->result)
		fail_task(task, cy_value_error(task->result));
	else if (!cy__fanout_await(task->cluster, task->origin, &task->awaiting))
		complete_task(task);
}

/* Steps between two looks at the clock. */
enum { SOME = 64 };

static int begin_operation(struct task *task)
{
	const int code = act_for(task->cluster, task->origin);
	if (code < 0)
		return code;
	task->begin(task);
	task->begun = true;
	act_for_nobody(task->cluster);
	return 0;
}

/* @retval CY__MORE, or what it has come to */
static int do_some(struct task *task)
{
	if (!task->measured) {
		task->measured = !cy__measure_step(&task->measure, SOME);
		return CY__MORE;
	}
	const int code = task->begun ? 0 : begin_operation(task);
	return code < 0 ? code : cy__operation_step(&task->operation, SOME);
}

static bool take_turn(cy__work *work)
{
	struct task *task = CY__CONTAINER(work, struct task, work);
	int code;
	do {
		code = do_some(task);
	} while (code == CY__MORE && !cy__turns_is_over(task->cluster->turns));
	if (code == CY__MORE)
		return true;
	finish_task(task, code);
	return false;
}

static int subscribe(rx_subscriber *subscriber, void *ctx)
{
	struct task *task = ctx;
	if (task->subscriber)
		return rx_raise(-EALREADY, "an operation of the storage is subscribed to once");
	task->subscriber = rx_subscriber_ref(subscriber);
	int code = rx_on_teardown(subscriber, stop_task, task);
	if (code < 0)
		stop_task(task);
	else
		code = cy__turns_go_on(task->cluster->turns, &task->work);
	return code;
}

static struct task *create_task(const cy_request *request, void (*begin)(struct task *task))
{
	struct task *task = rx_alloc_zero(sizeof *task);
	if (!task)
		return NULL;
	task->cluster = request->cluster;
	task->origin = request->origin;
	task->arguments = cy_value_ref(request->arguments);
	task->begin = begin;
	task->measured = true;
	task->work = (cy__work){.step = take_turn, .what = "an operation on the storage", .origin = request->origin};
	task->awaiting.told = told;
	return task;
}

static void set_path(struct task *task, const char *path, size_t size)
{
	if (size > CY_STORAGE_PATH + 1)
		size = CY_STORAGE_PATH + 1;
	memcpy(task->path, path, size);
	task->path[size] = '\0';
}

static rx_observable *run_task(struct task *task)
{
	return rx_create(&rx_type_cy_body, subscribe, task, free_task);
}

/* Whether it is to be done in slices: of the primary's own nothing is, and what is small takes no longer than they do. */
static bool is_long(const cy_request *request)
{
	return request->origin != CY__TO_PRIMARY && request->arguments->size > CY__LARGE;
}

/* ---- Saving ----------------------------------------------------------------------------------------------------------- */

static void begin_save(struct task *task)
{
	cy__operation_save(&task->operation, task->cluster->storage, task->path, task->value);
}

/* [path, value], of which nothing is walked over. */
static rx_observable *save_in_slices(const cy_request *request)
{
	const cy_value *arguments = request->arguments;
	const char *path;
	size_t size, count = 0;
	if (cy_value_type(arguments) != CY_ARRAY || cy_get_count(arguments, NULL, &count) < 0 || count != 2 ||
	    cy_get_string_n(arguments, "0", &path, &size) < 0 || memchr(path, 0, size))
		return malformed(request);
	struct task *task = create_task(request, begin_save);
	if (!task)
		return rx_throw_error(-ENOMEM, "save: no memory");
	set_path(task, path, size);
	task->value = cy__value_rest(arguments, (size_t)((const unsigned char *)path + size - arguments->bytes));
	return run_task(task);
}

rx_observable *cy__storage_save(const cy_request *request, void *ctx)
{
	const char *path;
	cy_value *value;
	if (is_long(request))
		return save_in_slices(request);
	if (cy_unpack(request->arguments, "[s, v]", &path, &value) < 0)
		return malformed(request);
	int code = act_for(request->cluster, request->origin);
	if (code >= 0)
		code = cy_storage_save(request->cluster->storage, path, value);
	else
		cy_value_unref(value);
	act_for_nobody(request->cluster);
	return acknowledge(request, code, NULL);
}

rx_observable *cy__storage_delete(const cy_request *request, void *ctx)
{
	const char *path;
	if (cy_get_string(request->arguments, NULL, &path) < 0)
		return malformed(request);
	const int code = cy_storage_delete(request->cluster->storage, path);
	return acknowledge(request, code, code < 0 ? NULL : cy_bool(code));
}

rx_observable *cy__storage_add(const cy_request *request, void *ctx)
{
	const char *path;
	cy_value *amount, *sum = NULL;
	if (cy_unpack(request->arguments, "[s, v]", &path, &amount) < 0)
		return malformed(request);
	int code = act_for(request->cluster, request->origin);
	if (code >= 0)
		code = cy_storage_add(request->cluster->storage, path, amount, &sum);
	else
		cy_value_unref(amount);
	act_for_nobody(request->cluster);
	return acknowledge(request, code, sum);
}

/* ---- Comparing and setting ---------------------------------------------------------------------------------------------- */

/* A value that may be absent lies in an array of none or one. */
static cy_value *optional(const cy_value *arguments, const char *path)
{
	cy_value *value = NULL;
	cy_get_value(arguments, path, &value);
	return value;
}

/* Where the expected value ends has been found. */
static void begin_compare_and_set(struct task *task)
{
	const unsigned char *bytes = task->arguments->bytes, *wanted = task->measure.at;
	const unsigned char *expected = bytes + task->expected_at;
	const struct cy__head head = cy__head_at(wanted);
	if (task->expects)
		task->expected = cy__value_between(task->arguments, expected + cy__head_at(expected).size, wanted);
	if (head.children)
		task->value = cy__value_between(task->arguments, wanted + head.size, bytes + task->arguments->size);
	if (head.type != CY_ARRAY || head.children > 1) {
		cy_value_unref(task->value);
		task->value = cy__mistake(-EINVAL, "it is no array of one value or none");
	}
	cy__operation_compare_and_set(&task->operation, task->cluster->storage, task->path, task->expected,
	                              task->value);
}

static rx_observable *compare_and_set_in_slices(const cy_request *request)
{
	const cy_value *arguments = request->arguments;
	const char *path;
	size_t size, count = 0;
	if (cy_value_type(arguments) != CY_ARRAY || cy_get_count(arguments, NULL, &count) < 0 || count != 3 ||
	    cy_get_string_n(arguments, "0", &path, &size) < 0 || memchr(path, 0, size))
		return malformed(request);
	const unsigned char *expected = (const unsigned char *)path + size;
	const struct cy__head head = cy__head_at(expected);
	if (head.type != CY_ARRAY || head.children > 1)
		return malformed(request);
	struct task *task = create_task(request, begin_compare_and_set);
	if (!task)
		return rx_throw_error(-ENOMEM, "compare-and-set: no memory");
	set_path(task, path, size);
	task->expects = head.children;
	task->expected_at = (size_t)(expected - arguments->bytes);
	task->tells_whether = true;
	task->measured = false;
	cy__measure_begin(&task->measure, expected);
	return run_task(task);
}

rx_observable *cy__storage_compare_and_set(const cy_request *request, void *ctx)
{
	const char *path;
	size_t expected, wanted;
	if (is_long(request))
		return compare_and_set_in_slices(request);
	if (cy_get_string(request->arguments, "0", &path) < 0 || cy_get_count(request->arguments, "1", &expected) < 0 ||
	    expected > 1 || cy_get_count(request->arguments, "2", &wanted) < 0 || wanted > 1)
		return malformed(request);
	int code = act_for(request->cluster, request->origin);
	if (code >= 0)
		code = cy_storage_compare_and_set(request->cluster->storage, path,
		                                  expected ? optional(request->arguments, "1.0") : NULL,
		                                  wanted ? optional(request->arguments, "2.0") : NULL);
	act_for_nobody(request->cluster);
	return acknowledge(request, code, code < 0 ? NULL : cy_bool(code));
}

/* ---- Looking ------------------------------------------------------------------------------------------------------------ */

/* What is read at once, of a worker's: some 100 us. */
enum { AT_ONCE = 1024 };

static void begin_retrieve(struct task *task)
{
	cy__operation_retrieve(&task->operation, task->cluster->storage, task->all ? NULL : task->path, task->keys);
	task->operation.limit = task->cluster->options.frame_max;
}

static rx_observable *look_in_slices(const cy_request *request, const char *path, bool keys)
{
	struct task *task = create_task(request, begin_retrieve);
	if (!task)
		return rx_throw_error(-ENOMEM, "%s: no memory", request->command);
	task->all = !path;
	task->keys = keys;
	if (path)
		set_path(task, path, strlen(path));
	return run_task(task);
}

/* What is large is begun anew, in slices. */
static rx_observable *look(const cy_request *request, bool keys)
{
	cy_cluster *cluster = request->cluster;
	const char *path = NULL;
	if (cy_value_type(request->arguments) != CY_NIL && cy_get_string(request->arguments, NULL, &path) < 0)
		return malformed(request);
	cy__operation operation;
	cy__operation_retrieve(&operation, cluster->storage, path, keys);
	operation.limit = cluster->options.frame_max;
	int code = cy__operation_step(&operation, request->origin == CY__TO_PRIMARY ? SIZE_MAX : AT_ONCE);
	cy_value *value = operation.result;
	operation.result = NULL;
	if (code == CY__MORE) {
		cy__operation_finish(&operation);
		return look_in_slices(request, path, keys);
	}
	rx_observable *answer = acknowledge(request, code, value);
	cy__operation_finish(&operation);
	return answer;
}

rx_observable *cy__storage_retrieve(const cy_request *request, void *ctx)
{
	return look(request, false);
}

rx_observable *cy__storage_keys(const cy_request *request, void *ctx)
{
	return look(request, true);
}

/* ---- From anywhere ----------------------------------------------------------------------------------------------------- */

static rx_observable *operate(cy_cluster *cluster, const char *command, cy_value *arguments)
{
	return rx_pipe(cy_call(cluster, cy_primary(), command, arguments), cy_values());
}

static rx_observable *no_path(const char *operation)
{
	return rx_throw_error(-EINVAL, "%s: there is no path", operation);
}

rx_observable *cy_save(cy_cluster *cluster, const char *path, cy_value *value)
{
	if (!path) {
		cy_value_unref(value);
		return no_path("save");
	}
	return operate(cluster, "cy_storage_save", cy_array(cy_string(path), value));
}

rx_observable *cy_retrieve(cy_cluster *cluster, const char *path)
{
	return path ? operate(cluster, "cy_storage_retrieve", cy_string(path)) : no_path("retrieve");
}

rx_observable *cy_retrieve_all(cy_cluster *cluster)
{
	return operate(cluster, "cy_storage_retrieve", cy_nil());
}

rx_observable *cy_delete(cy_cluster *cluster, const char *path)
{
	return path ? operate(cluster, "cy_storage_delete", cy_string(path)) : no_path("delete");
}

rx_observable *cy_keys(cy_cluster *cluster, const char *path)
{
	return operate(cluster, "cy_storage_keys", path ? cy_string(path) : cy_nil());
}

rx_observable *cy_add(cy_cluster *cluster, const char *path, cy_value *amount)
{
	if (!path) {
		cy_value_unref(amount);
		return no_path("add");
	}
	return operate(cluster, "cy_storage_add", cy_array(cy_string(path), amount));
}

rx_observable *cy_compare_and_set(cy_cluster *cluster, const char *path, cy_value *expected, cy_value *value)
{
	if (!path) {
		cy_value_unref(expected);
		cy_value_unref(value);
		return no_path("compare and set");
	}
	return operate(cluster, "cy_storage_compare_and_set",
	               cy_array(cy_string(path), expected ? cy_array(expected) : cy_array(),
	                        value ? cy_array(value) : cy_array()));
}

int cy_storage_init(cy_cluster *cluster, cy_value *map)
{
	if (!cluster->primary) {
		cy_value_unref(map);
		return rx_raise(-EPERM, "the storage is the primary's to initialise");
	}
	return cy_storage_load(cluster->storage, map);
}

cy_storage *cy_cluster_storage(cy_cluster *cluster)
{
	return cluster->primary ? cluster->storage : NULL;
}
