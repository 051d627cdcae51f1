#include "lib/value/home.h"

#include "lib/value/layout.h"

/* Under a sanitizer nothing is kept, so that it sees every use after a release. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define KEEPS 0
#endif
#endif
#ifndef KEEPS
#define KEEPS 1
#endif

enum { SLOTS = 2 };
/* Larger ones do not come back. */
#define LARGEST ((size_t)2 << 20)

struct cy__home {
	unsigned references; /* the owner's, and one for each root */
	bool closed;
	struct cy__root *slots[SLOTS];
};

static void unref(cy__home *home)
{
	if (__atomic_sub_fetch(&home->references, 1, __ATOMIC_ACQ_REL) == 0)
		rx_free(home);
}

static void release(struct cy__root *root)
{
	cy__home *home = root->lease->home;
	rx_free(root->lease);
	rx_free(root);
	unref(home);
}

cy__home *cy__home_create(void)
{
	cy__home *home = rx_alloc_zero(sizeof *home);
	if (home)
		home->references = 1;
	return home;
}

static struct cy__root *take_slot(cy__home *home, size_t i)
{
	return __atomic_exchange_n(&home->slots[i], NULL, __ATOMIC_ACQ_REL);
}

static cy_value *move_in(cy__home *home, size_t size)
{
	cy_value *value = cy__value_allocate(size);
	cy__lease *lease = value && size <= LARGEST ? rx_alloc(sizeof *lease) : NULL;
	if (lease) {
		*lease = (cy__lease){home, size};
		value->root->lease = lease;
		__atomic_add_fetch(&home->references, 1, __ATOMIC_RELAXED);
	}
	return value;
}

cy_value *cy__home_take(cy__home *home, size_t size)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct cy__root *root = take_slot(home, i);
		if (root && root->lease->capacity >= size)
			return cy__value_renew(root, size);
		if (root)
			release(root);
	}
	return move_in(home, size);
}

void cy__home_trim(cy__home *home)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct cy__root *root = take_slot(home, i);
		if (root)
			release(root);
	}
}

void cy__home_close(cy__home *home)
{
	if (!home)
		return;
	__atomic_store_n(&home->closed, true, __ATOMIC_SEQ_CST);
	cy__home_trim(home);
	unref(home);
}

/* Whoever closes it meanwhile may have looked before the root was there: then it is taken out again here. */
void cy__home_give_back(struct cy__root *root)
{
	cy__home *home = root->lease->home;
	__atomic_add_fetch(&home->references, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; KEEPS && root && i < SLOTS && !__atomic_load_n(&home->closed, __ATOMIC_SEQ_CST); i++) {
		struct cy__root *none = NULL;
		if (__atomic_compare_exchange_n(&home->slots[i], &none, root, false, __ATOMIC_SEQ_CST,
		                                __ATOMIC_RELAXED))
			root = NULL;
	}
	if (root)
		release(root);
	else if (__atomic_load_n(&home->closed, __ATOMIC_SEQ_CST))
		cy__home_trim(home);
	unref(home);
}
