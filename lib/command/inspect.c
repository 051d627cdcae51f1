#include "lib/command/inspect.h"

#include "lib/value/layout.h"
#include "lib/value/scan.h"

struct cy__inspection {
	cy__work work;
	cy__turns *turns;
	cy__account *account;
	cy_value *body;
	cy__validation *validation;
	cy__inspected *done;
	void *ctx;
	char words[CY__WORDS];
};

void cy__inspection_cancel(cy__inspection *inspection)
{
	if (!inspection)
		return;
	cy__turns_remove(&inspection->work);
	cy__validation_destroy(inspection->validation);
	cy__discharge(inspection->account, CY__BYTES, inspection->body->size);
	cy_value_unref(inspection->body);
	rx_free(inspection);
}

static void finish(cy__inspection *inspection, int code)
{
	cy__inspected *done = inspection->done;
	void *ctx = inspection->ctx;
	cy_value *body = code < 0 ? cy__mistake(code, "%s", inspection->words) : cy_value_ref(inspection->body);
	if (code == 0)
		body->depth = cy__validation_depth(inspection->validation);
	cy__inspection_cancel(inspection);
	done(ctx, body);
	cy_value_unref(body);
}

/* Elements between two looks at the clock. */
enum { SOME = 128 };

static bool step(cy__work *work)
{
	cy__inspection *inspection = CY__CONTAINER(work, cy__inspection, work);
	int code;
	do {
		code = cy__validation_step(inspection->validation, SOME);
	} while (code > 0 && !cy__turns_is_over(inspection->turns));
	if (code > 0)
		return true;
	finish(inspection, code);
	return false;
}

static cy_value *body_of(const cy__frame *frame)
{
	if (frame->block)
		return cy_value_ref(frame->block);
	cy_value *copy = cy__value_allocate(frame->body_size);
	if (copy)
		memcpy(cy__value_room(copy), frame->body, frame->body_size);
	return copy;
}

static cy__inspection *create(cy_value *body)
{
	cy__inspection *inspection = body ? rx_alloc_zero(sizeof *inspection) : NULL;
	if (!inspection)
		return NULL;
	inspection->validation = cy__validation_create(body->bytes, body->size, NULL, inspection->words);
	if (!inspection->validation) {
		rx_free(inspection);
		return NULL;
	}
	inspection->body = body;
	return inspection;
}

bool cy__takes_long(const cy__frame *frame)
{
	if (frame->body_size <= CY__LARGE)
		return false;
	char words[CY__WORDS];
	cy__validation *validation = cy__validation_create(frame->body, frame->body_size, NULL, words);
	const bool more = validation && cy__validation_step(validation, SOME) > 0;
	cy__validation_destroy(validation);
	return more || !validation;
}

static int inspect(cy_cluster *cluster, cy__account *account, const cy__frame *frame, bool forced, cy__inspected *done,
                   void *ctx, cy__inspection **out)
{
	int code = 0;
	if (forced)
		cy__charge_always(account, CY__BYTES, frame->body_size);
	else
		code = cy__charge(account, CY__BYTES, frame->body_size);
	if (code < 0)
		return code;
	cy_value *body = body_of(frame);
	cy__inspection *inspection = create(body);
	if (!inspection) {
		cy_value_unref(body);
		cy__discharge(account, CY__BYTES, frame->body_size);
		return -ENOMEM;
	}
	inspection->account = account;
	inspection->done = done;
	inspection->ctx = ctx;
	inspection->turns = cluster->turns;
	inspection->work = (cy__work){.step = step, .what = "a large body", .origin = cy__account_origin(account)};
	code = cy__turns_add(cluster->turns, &inspection->work);
	if (code < 0) {
		cy__inspection_cancel(inspection);
		return code;
	}
	*out = inspection;
	return 0;
}

int cy__inspect(cy_cluster *cluster, uint32_t origin, const cy__frame *frame, bool forced, cy__inspected *done,
                void *ctx, cy__inspection **out)
{
	cy__account *account = cy__ledger_open(cluster->ledger, origin);
	if (!account)
		return -ENOMEM;
	const int code = inspect(cluster, account, frame, forced, done, ctx, out);
	if (!cluster->primary && origin) /* a worker is not told who has gone for good */
		cy__account_close(account);
	return code;
}
