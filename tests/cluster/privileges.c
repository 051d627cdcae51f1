/*
 * Who may call what. PROGRAM(guarded) serves three commands, each for some, and `ask [name, command]`.
 */
#include "tests/support/cluster.h"

static rx_observable *yes(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_answer(cy_bool(true));
}

static rx_observable *ask(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *name, *command;
	if (cy_unpack(request->arguments, "[s, s]", &name, &command) < 0)
		return cy_refuse(-EINVAL, "ask takes [name, command]");
	const cy_target target = *name ? cy_named(name) : cy_primary();
	return rx_pipe(cy_call(request->cluster, target, command, cy_array(cy_string("n"), cy_int(1))), cy_values());
}

PROGRAM(guarded)
{
	static const cy_command commands[] = {{.name = "for_primary", .callers = CY_BY_PRIMARY, .run = yes},
	                                      {.name = "for_workers", .callers = CY_BY_WORKERS, .run = yes},
	                                      {.name = "for_itself", .callers = CY_BY_ITSELF, .run = yes},
	                                      {.name = "ask", .run = ask}};
	cy_cluster *cluster = cy_join(NULL);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(cluster, &commands[i]);
	return cy_run(cluster);
}

static cy_cluster *begin(void)
{
	cy_cluster *cluster = cluster_begin("guarded", NULL);
	cluster_fork(cluster, "Paul", NULL);
	cluster_fork(cluster, "Sarah", NULL);
	return cluster;
}

/* What Paul gets who calls @p command of @p name, "" for the primary. */
static int paul_gets(cy_cluster *cluster, const char *name, const char *command)
{
	return cluster_code(cluster, cy_named("Paul"), "ask", cy_array(cy_string(name), cy_string(command)));
}

TEST(a_command_is_obeyed_from_those_it_names)
{
	cy_cluster *cluster = begin();
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "for_primary", NULL), 0);
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "for_workers", NULL), -EPERM);
	ck_assert_str_eq(rx_words(-EPERM), "the command \"for_workers\" is not Primary's to call");
	ck_assert_int_eq(cluster_code(cluster, cy_named("Paul"), "for_itself", NULL), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "for_primary"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "for_workers"), 0);
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "for_itself"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Paul", "for_primary"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Paul", "for_workers"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Paul", "for_itself"), 0);
	cluster_end(cluster);
}

TEST(a_worker_cannot_command_another_with_the_librarys_own)
{
	cy_cluster *cluster = begin();
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "cy_shutdown"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "cy_worker_set_metadata"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "cy_status_change"), -ENOSYS);
	ck_assert_int_eq(paul_gets(cluster, "Sarah", "cy_storage_save"), -ENOSYS);
	cluster_end(cluster);
}

TEST(what_workers_may_do_with_the_storage_can_be_narrowed)
{
	cy_cluster *cluster = begin();
	ck_assert_int_eq(paul_gets(cluster, "", "cy_storage_add"), 0);
	ck_assert_int_eq(cy_restrict(cluster, "cy_storage_add", CY_BY_PRIMARY | CY_BY_ITSELF), 0);
	ck_assert_int_eq(paul_gets(cluster, "", "cy_storage_add"), -EPERM);
	ck_assert_int_eq(paul_gets(cluster, "", "cy_storage_save"), 0);
	ck_assert_int_eq(cluster_finish(rx_pipe(cy_add(cluster, "n", cy_int(1)), rx_ignore_elements())), 0);
	cluster_end(cluster);
}

TEST(narrowing_never_widens)
{
	cy_cluster *cluster = cluster_begin("guarded", NULL);
	const cy_command wrong = {.name = "wrong", .callers = 8, .run = yes};
	ck_assert_int_eq(cy_restrict(cluster, "nonsense", CY_BY_PRIMARY), -ENOENT);
	ck_assert_int_eq(cy_restrict(cluster, NULL, CY_BY_PRIMARY), -ENOENT);
	ck_assert_int_eq(cy_unregister(cluster, NULL), -ENOENT);
	ck_assert_int_eq(cy_unregister(cluster, "cy_shutdown"), -EPERM);
	ck_assert_int_eq(cy_restrict(cluster, "cy_get_timestamp", 0), -EINVAL);
	ck_assert_int_eq(cy_restrict(cluster, "cy_get_timestamp", 8 | CY_BY_PRIMARY), -EINVAL);
	ck_assert_int_eq(cy_restrict(cluster, "cy_shutdown", CY_BY_WORKERS), -EINVAL);
	ck_assert_int_eq(cy_register(cluster, &wrong), -EINVAL);
	ck_assert_int_eq(cy_register(cluster, NULL), -EINVAL);
	cluster_end(cluster);
}
