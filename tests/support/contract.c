#include "tests/support/contract.h"

#include "tests/support/test.h"

#include <errno.h>

static struct contract *all;
static size_t live;

void contract_register(struct contract *contract)
{
	struct contract **last = &all;
	while (*last)
		last = &(*last)->next;
	*last = contract;
}

const struct contract *contracts(void)
{
	return all;
}

/* ---- Hooks ------------------------------------------------------------------------------------------------------ */

struct contract_hooks contract_hooks;

rx_observable *beside(rx_observable *stream)
{
	return contract_hooks.beside ? contract_hooks.beside(stream) : stream;
}

static void called(void)
{
	if (contract_hooks.called)
		contract_hooks.called();
}

/* ---- The item -------------------------------------------------------------------------------------------------- */

static int parcel_copy(void *to, const void *from)
{
	const parcel *source = from;
	int *own = rx_alloc(sizeof *own);
	if (!own)
		return -ENOMEM;
	*own = source->number;
	*(parcel *)to = (parcel){source->number, own};
	live++;
	called();
	return 0;
}

static void parcel_drop(void *value)
{
	parcel *item = value;
	ck_assert_msg(item->own, "an item was dropped that was only lent");
	ck_assert_int_eq(*item->own, item->number);
	rx_free(item->own);
	live--;
	called();
}

static int parcel_compare(const void *a, const void *b)
{
	return ((const parcel *)a)->number - ((const parcel *)b)->number;
}

static bool parcel_equal(const void *a, const void *b)
{
	return parcel_compare(a, b) == 0;
}

static uint64_t parcel_hash(const void *value)
{
	return (uint64_t)((const parcel *)value)->number;
}

const rx_type rx_type_parcel = {.name = "parcel",
                                .size = sizeof(parcel),
                                .copy = parcel_copy,
                                .drop = parcel_drop,
                                .equal = parcel_equal,
                                .compare = parcel_compare,
                                .hash = parcel_hash};

size_t parcels_live(void)
{
	return live;
}

/* ---- Functions ------------------------------------------------------------------------------------------------- */

static int call_same(const void *in, size_t index, void *out, void *ctx)
{
	(void)index, (void)ctx;
	return parcel_copy(out, in);
}
const rx_mapper parcel_same_rx_mapper = {"same", &rx_type_parcel, &rx_type_parcel, call_same, NULL};

static int call_odd(const void *in, size_t index, void *ctx)
{
	(void)index, (void)ctx;
	const int number = ((const parcel *)in)->number;
	called();
	return number % 2;
}
const rx_predicate parcel_odd_rx_predicate = {"odd", &rx_type_parcel, call_odd, NULL};

static int call_look(const void *in, void *ctx)
{
	const parcel *item = in;
	(void)ctx;
	called();
	return item->own && *item->own != item->number ? -EINVAL : 0;
}
const rx_consumer parcel_look_rx_consumer = {"look", &rx_type_parcel, call_look};

static int call_newest(void *acc, const void *in, size_t index, void *ctx)
{
	parcel copy;
	(void)index, (void)ctx;
	const int code = parcel_copy(&copy, in);
	if (code < 0)
		return code;
	parcel old = *(parcel *)acc;
	*(parcel *)acc = copy;
	parcel_drop(&old); /* last, for it may come back here */
	return 0;
}
const rx_reducer parcel_newest_rx_reducer = {"newest", &rx_type_parcel, &rx_type_parcel, call_newest, NULL, NULL};

static int call_alike(const void *a, const void *b, void *ctx)
{
	(void)ctx;
	const bool equal = parcel_equal(a, b);
	called();
	return equal;
}
const rx_equality parcel_alike_rx_equality = {"alike", &rx_type_parcel, call_alike};

static int call_order(const void *a, const void *b, int *order, void *ctx)
{
	(void)ctx;
	*order = parcel_compare(a, b);
	called();
	return 0;
}
const rx_comparator parcel_order_rx_comparator = {"order", &rx_type_parcel, call_order};

static rx_observable *call_once(const void *in, size_t index, void *ctx)
{
	(void)index, (void)ctx;
	rx_observable *once = rx_from(&rx_type_parcel, in, 1);
	called();
	return beside(once);
}
const rx_projector parcel_once_rx_projector = {"once", &rx_type_parcel, &rx_type_parcel, call_once};

static rx_observable *call_later(const void *in, size_t index, void *ctx)
{
	(void)index, (void)ctx;
	rx_observable *later = rx_pipe(rx_from(&rx_type_parcel, in, 1), rx_delay(RX_MS(2)));
	called();
	return beside(later);
}
const rx_projector parcel_later_rx_projector = {"later", &rx_type_parcel, &rx_type_parcel, call_later};

static rx_observable *call_ticks(const void *in, size_t index, void *ctx)
{
	(void)in, (void)index, (void)ctx;
	called();
	return beside(rx_interval(RX_MS(2)));
}
const rx_projector parcel_ticks_rx_projector = {"ticks", &rx_type_parcel, &rx_type_int64_t, call_ticks};

static int call_streams(const void *in, size_t index, void *out, void *ctx)
{
	const rx_stream streams[] = {call_once(in, index, ctx), call_later(in, index, ctx)};
	(void)ctx;
	*(rx_stream *)out = streams[index % 2];
	rx_observable_unref(streams[(index + 1) % 2]);
	return 0;
}
const rx_mapper parcel_streams_rx_mapper = {"streams", &rx_type_parcel, &rx_type_rx_stream, call_streams, NULL};

static int call_number(const void *in, size_t index, void *out, void *ctx)
{
	const parcel item = {(int)*(const int64_t *)in, NULL};
	(void)index, (void)ctx;
	return parcel_copy(out, &item);
}
static const rx_mapper number_rx_mapper = {"number", &rx_type_int64_t, &rx_type_parcel, call_number, NULL};

rx_observable *three_parcels(void *ctx)
{
	(void)ctx;
	called();
	return beside(rx_pipe(rx_interval(RX_MS(2)), rx_take(3), rx_map(number)));
}

static rx_observable *call_instead(const rx_error *error, rx_observable *caught, void *ctx)
{
	(void)error, (void)caught;
	return three_parcels(ctx);
}
const rx_catcher parcel_instead_rx_catcher = {"instead", &rx_type_parcel, call_instead};

const parcel parcel_seven = {7, NULL};

void do_nothing(void *ctx)
{
	(void)ctx;
	called();
}
