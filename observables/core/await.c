/*
 * Blocking for a value. The item is kept on the stack until all has gone well, for `out` stays untouched otherwise.
 */
#include <clusterfy/rx/await.h>

#include "observables/core/stage.h"

struct await {
	const rx_type *type;
	void *item;
	bool first, has_item, done;
	const rx_error *error;
	rx_subscription subscription;
};

static int await_next(const void *item, void *ctx)
{
	struct await *await = ctx;
	if (await->has_item)
		rx_type_drop(await->type, await->item);
	const int code = rx_type_copy(await->type, await->item, item);
	await->has_item = code >= 0;
	if (code < 0)
		await->error = rx__error_from_code(code, NULL);
	if (code < 0 || await->first) {
		await->done = true;
		rx_unsubscribe(&await->subscription);
	}
	return 0;
}

static void await_error(const rx_error *error, void *ctx)
{
	struct await *await = ctx;
	await->error = rx_error_ref(error);
	await->done = true;
}

static void await_complete(void *ctx)
{
	((struct await *)ctx)->done = true;
}

static int run(struct await *await, rx_observable *source, rx_scheduler *scheduler)
{
	const rx_consumer next = {.name = "await", .in = await->type, .call = await_next};
	rx_subscribe(source,
	             &(rx_observer){.next = &next,
	                            .error = await_error,
	                            .complete = await_complete,
	                            .ctx = await,
	                            .scheduler = scheduler},
	             &await->subscription);
	const int code = scheduler->ops->wait(scheduler, &await->done);
	rx_unsubscribe(&await->subscription);
	return code;
}

/* What has come of it, once the item or its absence is certain. */
static int settle(struct await *await, const void *fallback)
{
	if (await->error)
		return rx_raise(await->error->code, "%s", await->error->message);
	if (await->has_item)
		return 0;
	if (!fallback)
		return rx_raise(-ENODATA, "the stream completed without an item");
	const int code = rx_type_copy(await->type, await->item, fallback);
	await->has_item = code >= 0;
	return code < 0 ? code : 0;
}

static int can_wait(rx_scheduler *scheduler)
{
	if (!scheduler->ops->wait)
		return rx_raise(-ENOTSUP, "nobody can wait with the %s scheduler", scheduler->ops->name);
	return scheduler->ops->wait(scheduler, &(const bool){true});
}

int rx_await(rx_await_which which, const rx_type *type, rx_observable *source, void *out, const void *fallback)
{
	rx_scheduler *scheduler = rx_scheduler_current();
	struct await await = {.type = type, .item = RX__STACK(type), .first = which == RX_AWAIT_FIRST};
	int code = can_wait(scheduler);
	if (code < 0) {
		rx_observable_unref(source);
		return code;
	}
	code = run(&await, source, scheduler);
	if (code == 0)
		code = settle(&await, fallback);
	if (code == 0 && out)
		memcpy(out, await.item, type->size);
	else if (await.has_item)
		rx_type_drop(type, await.item);
	rx_error_unref(await.error);
	return code;
}
