/*
 * An honest worker beside an adversary: calls of all kinds, messages, the storage, a mirror, sockets; all of it works, or
 * somebody has died.
 */
#include "tests/faults/adversary.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OPEN_MAX_CALLS = 24 };

const char *const honest_names[HONEST_WORKERS] = {"a", "b", "c", "d", "e", "f", "g"};

static const char *const asked = "--honest";

static struct {
	struct ledger book;
	struct tally *tally;
	char path[32], counter[32];
	int64_t saved; /* what is there, if `saving` is not under way */
	bool saving, adding, listening;
	uint64_t revision;
	rx_subscription listener;
} mine;

void honest_arguments(struct honest_arguments *arguments, uint64_t seed)
{
	snprintf(arguments->seed, sizeof arguments->seed, "%" PRIu64, seed);
	arguments->list[0] = asked;
	arguments->list[1] = arguments->seed;
	arguments->list[2] = NULL;
}

bool is_honest(int argc, char **argv)
{
	return argc > 2 && strcmp(argv[1], asked) == 0;
}

/* What a failure was of. */
static char a_save[] = "save", a_retrieve[] = "retrieve", a_add[] = "add", a_listen[] = "listen", a_mirror[] = "mirror";

static void wrong(const char *what, int code, const char *message)
{
	mine.tally->violations++;
	if (mine.tally->violations <= 20)
		ledger_violation(&mine.book, "%s: %s (%d)", what, message, code);
}

/* The primary does not die. */
static void primary_failed(const rx_error *error, void *ctx)
{
	if (!cy_stopping(mine.book.cluster))
		wrong(ctx, error->code, error->message);
}

/* ---- The storage -------------------------------------------------------------------------------------------------------- */

static void save_failed(const rx_error *error, void *ctx)
{
	mine.saving = false;
	primary_failed(error, ctx);
}

static void check_saved(const cy_body *body, void *ctx)
{
	(void)ctx;
	int64_t n = -1;
	cy_get_int(*body, NULL, &n);
	if (n != mine.saved)
		wrong("a key has another's value", (int)n, mine.path);
	mine.tally->saves++;
}
RX_CONSUMER(check_saved, cy_body);

static void looked(void *ctx)
{
	(void)ctx;
	mine.saving = false;
}

static void saved(void *ctx)
{
	(void)ctx;
	rx_subscribe(cy_retrieve(mine.book.cluster, mine.path),
	             &(rx_observer){RX_NEXT(check_saved), .error = save_failed, .complete = looked, .ctx = a_retrieve},
	             NULL);
}

static void save(void)
{
	if (mine.saving)
		return;
	mine.saving = true;
	const int64_t before = mine.saved++;
	/* The first time, what an incarnation before this one has left is not known. */
	rx_observable *saving =
		before && ledger_random(&mine.book, 2)
			? cy_compare_and_set(mine.book.cluster, mine.path, cy_int(before), cy_int(mine.saved))
			: cy_save(mine.book.cluster, mine.path, cy_int(mine.saved));
	rx_subscribe(rx_pipe(saving, rx_ignore_elements()),
	             &(rx_observer){.error = save_failed, .complete = saved, .ctx = a_save}, NULL);
}

static void added(void *ctx)
{
	(void)ctx;
	mine.adding = false;
}

static void add(void)
{
	if (mine.adding)
		return;
	mine.adding = true;
	rx_subscribe(rx_pipe(cy_add(mine.book.cluster, mine.counter, cy_int(1)), rx_ignore_elements()),
	             &(rx_observer){.error = primary_failed, .drop = added, .ctx = a_add}, NULL);
}

static void take_change(const cy_change *change, void *ctx)
{
	(void)ctx;
	if (change->revision < mine.revision)
		wrong("a mirror went back", (int)change->revision, change->path);
	mine.revision = change->revision;
	mine.tally->changes++;
}
RX_CONSUMER(take_change, cy_change);

/* ---- Messages ----------------------------------------------------------------------------------------------------------- */

static void hear(const cy_event *event, void *ctx)
{
	(void)event, (void)ctx;
	mine.tally->heard++;
}
RX_CONSUMER(hear, cy_event);

static cy_target somebody(void)
{
	return cy_named(honest_names[ledger_random(&mine.book, HONEST_WORKERS)]);
}

static void send_note(void)
{
	const int code = cy_send(mine.book.cluster, somebody(), "note", cy_string("well"));
	mine.tally->messages++;
	if (code < 0 && code != -EHOSTUNREACH && code != -ENOENT)
		wrong("a message", code, rx_words(code));
}

/* Of what others have sent, it may hear what it likes. */
static void take_error_event(const cy_event *event, void *ctx)
{
	(void)ctx;
	if (event->worker > HONEST_WORKERS || event->origin > HONEST_WORKERS || event->sender > HONEST_WORKERS)
		return;
	if (event->code != -EHOSTUNREACH && event->code != -ECONNRESET && event->code != -ENOENT &&
	    event->code != -EPIPE)
		wrong("an error event", event->code, event->words ? event->words : "");
}
RX_CONSUMER(take_error_event, cy_event);

/* ---- Sockets ------------------------------------------------------------------------------------------------------------ */

static void take_connection(const cy_connection *connection, void *ctx)
{
	(void)connection, (void)ctx;
	mine.tally->listens++;
	mine.listening = false;
	rx_unsubscribe(&mine.listener);
}
RX_CONSUMER(take_connection, cy_connection);

static void knock(const cy_listener *listener, void *ctx)
{
	(void)ctx;
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(listener->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		wrong("a connection", -errno, strerror(errno));
	if (fd >= 0)
		close(fd);
}
RX_CONSUMER(knock, cy_listener);

static void not_listening(void *ctx)
{
	(void)ctx;
	mine.listening = false;
}

static void listen_once(void)
{
	if (mine.listening)
		return;
	mine.listening = true;
	rx_subscribe(rx_pipe(cy_listen(mine.book.cluster, "127.0.0.1:0", NULL), rx_tap(knock), cy_accept()),
	             &(rx_observer){RX_NEXT(take_connection), .error = primary_failed, .drop = not_listening,
	                            .ctx = a_listen},
	             &mine.listener);
}

/* ---- Time --------------------------------------------------------------------------------------------------------------- */

static void tick(const int64_t *n, void *ctx)
{
	(void)ctx;
	if (cy_stopping(mine.book.cluster))
		return;
	if (mine.book.open < OPEN_MAX_CALLS)
		ledger_call(&mine.book, ledger_random(&mine.book, 4) ? somebody() : cy_primary(), honest_names,
		            HONEST_WORKERS);
	send_note();
	save();
	if (*n % 4 == 0)
		add();
	if (*n % 32 == 0)
		listen_once();
	/* It may be killed at any moment, so what it has done is told at once. */
	mine.tally->begun += mine.book.begun;
	mine.tally->answered += mine.book.answered;
	mine.tally->cancelled += mine.book.cancelled;
	mine.tally->items += mine.book.items;
	mine.tally->explained += mine.book.failed;
	mine.tally->violations += mine.book.violated;
	mine.book.begun = mine.book.answered = mine.book.cancelled = mine.book.items = mine.book.failed = 0;
	mine.book.violated = false;
}
RX_CONSUMER(tick, int64_t);

static struct tally *find_tally(uint32_t id)
{
	struct tally *tallies =
		mmap(NULL, HONEST_WORKERS * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED, HONEST_TALLY, 0);
	if (tallies == MAP_FAILED || id > HONEST_WORKERS)
		abort();
	return &tallies[id - 1];
}

int honest(cy_cluster *cluster, char **argv)
{
	rx_subscription ticking, mirror, notes, errors;
	const uint64_t seed = strtoull(argv[2], NULL, 10) + cy_id(cluster);
	mine.book = (struct ledger){
		.cluster = cluster, .random = (seed * 31 + cy_incarnation(cluster)) | 1, .strict = true};
	mine.tally = find_tally(cy_id(cluster));
	snprintf(mine.path, sizeof mine.path, "honest.%s", cy_name(cluster));
	snprintf(mine.counter, sizeof mine.counter, "honest.sum_%s", cy_name(cluster));
	ledger_serve(&mine.book);
	rx_subscribe(cy_messages(cluster, "note"), &(rx_observer){RX_NEXT(hear)}, &notes);
	rx_subscribe(cy_events_of(cluster, CY_EVENT_ERROR), &(rx_observer){RX_NEXT(take_error_event)}, &errors);
	rx_subscribe(cy_mirror(cluster, "honest"),
	             &(rx_observer){RX_NEXT(take_change), .error = primary_failed, .ctx = a_mirror}, &mirror);
	rx_subscribe(rx_interval(RX_MS(8)), &(rx_observer){RX_NEXT(tick)}, &ticking);
	const int status = cy_run(cluster);
	rx_unsubscribe(&ticking);
	rx_unsubscribe(&mirror);
	rx_unsubscribe(&notes);
	rx_unsubscribe(&errors);
	rx_unsubscribe(&mine.listener);
	return status;
}
