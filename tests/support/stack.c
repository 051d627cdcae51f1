#include "tests/support/stack.h"

#include <clusterfy/rx.h>

#include <pthread.h>

static void *run(void *body)
{
	rx_scheduler *time = rx_virtual_create();
	rx_scheduler_set_current(time);
	(*(void (**)(void))body)();
	rx_scheduler_set_current(NULL);
	rx_virtual_destroy(time);
	rx_trim();
	return NULL;
}

void on_small_stack(void (*body)(void))
{
	pthread_attr_t attributes;
	pthread_t thread;
	pthread_attr_init(&attributes);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, (size_t)256 << 10), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, run, &body), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
}
