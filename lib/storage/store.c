/*
 * The storage in the cluster: each operation is a call to the primary, from the primary too, so that all of them happen
 * in one order.
 */
#include "lib/storage/store.h"

#include "lib/cluster/cluster.h"

/* ---- In the primary --------------------------------------------------------------------------------------------------- */

static rx_observable *refuse(int code)
{
	return rx_throw_error(code, "%s", rx_words(code));
}

static rx_observable *malformed(const cy_request *request)
{
	return rx_throw_error(-EINVAL, "%s: the arguments are not what it takes", request->command);
}

/* 1: there is a value; 0: there is none. */
static rx_observable *answer(int code, cy_value *value)
{
	if (code < 0)
		return refuse(code);
	return code ? cy_answer(value) : NULL;
}

rx_observable *cy__storage_save(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	cy_value *value;
	if (cy_unpack(request->arguments, "[s, v]", &path, &value) < 0)
		return malformed(request);
	const int code = cy_storage_save(request->cluster->storage, path, value);
	return code < 0 ? refuse(code) : NULL;
}

rx_observable *cy__storage_retrieve(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	cy_value *value = NULL;
	if (cy_value_type(request->arguments) == CY_NIL)
		return cy_answer(cy_storage_snapshot(request->cluster->storage));
	if (cy_get_string(request->arguments, NULL, &path) < 0)
		return malformed(request);
	const int code = cy_storage_retrieve(request->cluster->storage, path, &value);
	return answer(code, value);
}

rx_observable *cy__storage_delete(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	if (cy_get_string(request->arguments, NULL, &path) < 0)
		return malformed(request);
	const int code = cy_storage_delete(request->cluster->storage, path);
	return code < 0 ? refuse(code) : cy_answer(cy_bool(code));
}

rx_observable *cy__storage_keys(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path = NULL;
	cy_value *keys = NULL;
	if (cy_value_type(request->arguments) != CY_NIL && cy_get_string(request->arguments, NULL, &path) < 0)
		return malformed(request);
	const int code = cy_storage_keys(request->cluster->storage, path, &keys);
	return answer(code, keys);
}

rx_observable *cy__storage_add(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	cy_value *amount, *sum = NULL;
	if (cy_unpack(request->arguments, "[s, v]", &path, &amount) < 0)
		return malformed(request);
	const int code = cy_storage_add(request->cluster->storage, path, amount, &sum);
	return code < 0 ? refuse(code) : cy_answer(sum);
}

/* A value that may be absent lies in an array of none or one. */
static cy_value *optional(const cy_value *arguments, const char *path)
{
	cy_value *value = NULL;
	cy_get_value(arguments, path, &value);
	return value;
}

rx_observable *cy__storage_compare_and_set(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *path;
	size_t expected, wanted;
	if (cy_get_string(request->arguments, "0", &path) < 0 || cy_get_count(request->arguments, "1", &expected) < 0 ||
	    expected > 1 || cy_get_count(request->arguments, "2", &wanted) < 0 || wanted > 1)
		return malformed(request);
	const int code = cy_storage_compare_and_set(request->cluster->storage, path,
	                                            expected ? optional(request->arguments, "1.0") : NULL,
	                                            wanted ? optional(request->arguments, "2.0") : NULL);
	return code < 0 ? refuse(code) : cy_answer(cy_bool(code));
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
