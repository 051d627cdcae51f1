/*
 * What every operator must hold to, whatever it does: tests/core/contract.c tests it on each one that its test file
 * names, after its includes, as it would be written over items of type `parcel`:
 *
 *     CONTRACT(rx_take(2))
 *     CONTRACT(rx_merge_map(parcel_once))
 *     CONTRACT(rx_retry(2), .recovers = true)
 *
 * and tests/core/contract_acts.c tests it entered from inside. What joins streams and is no operator is tested as well:
 *
 *     CONTRACT_OF(rx_merge(source, three_parcels(NULL)))
 *
 * The functions below serve where one is wanted. tests/support/places.sh says which operator has no such line.
 */
#ifndef CLUSTERFY_TEST_CONTRACT_H
#define CLUSTERFY_TEST_CONTRACT_H

#include <clusterfy/rx.h>

struct contract {
	rx_observable *(*make)(rx_observable *source); /* consumes it */
	const char *text, *file;
	/* It may answer an error of the source, or memory that runs out, with something other than that error. */
	bool recovers;
	/* It emits inside the end of the source, whose teardown comes behind that. */
	bool late;
	struct contract *next;
};

void contract_register(struct contract *contract);
/* All of them. */
const struct contract *contracts(void);

#define CONTRACT(...) CONTRACT__(__COUNTER__, __VA_ARGS__, )
#define CONTRACT_OF(...) CONTRACT____(__COUNTER__, __VA_ARGS__, )
#define CONTRACT__(number, ...) CONTRACT___(number, __VA_ARGS__)
#define CONTRACT____(number, ...) CONTRACT_____(number, __VA_ARGS__)
#define CONTRACT___(number, expression, ...)                                                                           \
	CONTRACT______(number, rx_pipe(source, expression), #expression, __VA_ARGS__)
#define CONTRACT_____(number, expression, ...) CONTRACT______(number, expression, #expression, __VA_ARGS__)
#define CONTRACT______(number, chain, says, ...)                                                                       \
	static rx_observable *contract_##number##_make(rx_observable *source)                                          \
	{                                                                                                              \
		return (chain);                                                                                        \
	}                                                                                                              \
	static struct contract contract_##number = {                                                                   \
		.make = contract_##number##_make, .text = says, .file = __FILE__, __VA_ARGS__};                        \
	__attribute__((constructor)) static void contract_##number##_register(void)                                    \
	{                                                                                                              \
		contract_register(&contract_##number);                                                                 \
	}

/*
 * Whoever wants to act where a function of the user's runs, or in streams beside the source, sets these. Every function
 * below calls `called`, and notifiers and inner streams are what `beside` makes of them (consumed).
 */
extern struct contract_hooks {
	void (*called)(void);
	rx_observable *(*beside)(rx_observable *stream);
} contract_hooks;
/* A notifier or an inner stream of a contract: @p stream (consumed), or what `beside` makes of it. */
rx_observable *beside(rx_observable *stream);

/* An item whose copies are parcel; it notices when something is dropped that is no copy, or twice. */
typedef struct parcel {
	int number;
	int *own; /* a block for each copy; NULL: what the source lends */
} parcel;
extern const rx_type rx_type_parcel;
/* How many copies there are. */
size_t parcels_live(void);

/* ---- Functions over such items --------------------------------------------------------------------------------- */

extern const rx_mapper parcel_same_rx_mapper;      /* a copy of it */
extern const rx_predicate parcel_odd_rx_predicate; /* its number is odd */
extern const rx_consumer parcel_look_rx_consumer;  /* reads it */
extern const rx_reducer parcel_newest_rx_reducer;  /* the accumulator becomes a copy of it */
extern const rx_equality parcel_alike_rx_equality; /* equal numbers */
extern const rx_comparator parcel_order_rx_comparator;
extern const rx_projector parcel_once_rx_projector;  /* of(it) */
extern const rx_projector parcel_later_rx_projector; /* it, after 2 ms */
extern const rx_projector parcel_ticks_rx_projector; /* an endless interval of 2 ms */

/* A stream of it, at once or after 2 ms by turns. */
extern const rx_mapper parcel_streams_rx_mapper;

extern const rx_catcher parcel_instead_rx_catcher; /* three_parcels() */

/* An observable of three such items, 2 ms apart. */
rx_observable *three_parcels(void *ctx);
/* An item for defaults. */
extern const parcel parcel_seven;
void do_nothing(void *ctx);

#endif
