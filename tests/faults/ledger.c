#include "tests/faults/ledger.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t ledger_random(struct ledger *ledger, uint64_t bound)
{
	ledger->random ^= ledger->random << 13;
	ledger->random ^= ledger->random >> 7;
	ledger->random ^= ledger->random << 17;
	return ledger->random % bound;
}

void ledger_violation(struct ledger *ledger, const char *format, ...)
{
	va_list arguments;
	static unsigned printed;
	ledger->violated = true;
	if (printed++ >= 50)
		return;
	fprintf(stderr, "violation, seen by %s: ", cy_label(ledger->cluster));
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

const int ledger_errors[LEDGER_ERRORS] = {-ENOENT, -EHOSTUNREACH, -ECONNRESET, -ETIMEDOUT,
                                          -EAGAIN, -ECANCELED,    -EBADMSG};

const char *const ledger_error_names[LEDGER_ERRORS] = {"ENOENT", "EHOSTUNREACH", "ECONNRESET", "ETIMEDOUT",
                                                       "EAGAIN", "ECANCELED",    "EBADMSG"};

static bool is_a_death(int code)
{
	return code == -EHOSTUNREACH || code == -ECONNRESET || code == -ECANCELED;
}

bool ledger_explains(struct ledger *ledger, int code)
{
	if (ledger->strict && !is_a_death(code))
		return false;
	for (size_t i = 0; i < LEDGER_ERRORS; i++)
		if (code == ledger_errors[i]) {
			ledger->errors[i]++;
			return true;
		}
	return false;
}

/* ---- Commands ------------------------------------------------------------------------------------------------------ */

static rx_observable *echo(const cy_request *request, void *ctx)
{
	(void)ctx;
	return cy_answer(cy_value_ref(request->arguments));
}

/* A while later. */
static rx_observable *later(const cy_request *request, void *ctx)
{
	const rx_nsec delay = RX_MS((rx_nsec)ledger_random(ctx, 30));
	return rx_pipe(cy_answer(cy_value_ref(request->arguments)), rx_delay(delay));
}

static int numbered(const int64_t *n, cy_body *body, void *ctx)
{
	(void)ctx;
	*body = cy_int(*n);
	return 0;
}
RX_MAPPER(numbered, cy_body, int64_t);

/* [number, payload, count]: so many numbers. */
static rx_observable *many(const cy_request *request, void *ctx)
{
	(void)ctx;
	int64_t count = 0;
	cy_get_int(request->arguments, "2", &count);
	return rx_pipe(rx_range(0, (size_t)count), rx_map(numbered));
}

static rx_observable *fail(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return cy_refuse(-EDOM, "on purpose");
}

static rx_observable *never(const cy_request *request, void *ctx)
{
	(void)request, (void)ctx;
	return rx_never();
}

/* [number, payload, name]: asks that one to echo it. */
static rx_observable *relay(const cy_request *request, void *ctx)
{
	(void)ctx;
	const char *name;
	if (cy_get_string(request->arguments, "2", &name) < 0)
		return cy_refuse(-EINVAL, "relay takes a name");
	return rx_pipe(cy_call(request->cluster, cy_named(name), "echo", cy_value_ref(request->arguments)),
	               cy_values());
}

void ledger_serve(struct ledger *ledger)
{
	static const struct {
		const char *name;
		rx_observable *(*run)(const cy_request *request, void *ctx);
	} commands[] = {{"echo", echo}, {"later", later}, {"many", many},
	                {"fail", fail}, {"never", never}, {"relay", relay}};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		cy_register(ledger->cluster,
		            &(cy_command){.name = commands[i].name, .run = commands[i].run, .ctx = ledger});
}

/* ---- Calls --------------------------------------------------------------------------------------------------------- */

struct entry {
	struct ledger *ledger;
	const char *command;
	cy_value *sent;
	int64_t expected; /* items */
	int64_t items;
	bool many; /* targets */
	bool over;
	rx_subscription subscription;
	rx_task change_of_mind;
};

static bool is_right(const struct entry *entry, const cy_reply *reply)
{
	int64_t n;
	if (strcmp(entry->command, "many") == 0)
		return cy_get_int(reply->value, NULL, &n) >= 0 && n == entry->items;
	return cy_value_equal(reply->value, entry->sent);
}

/* Where a wrong reply differs from what was sent. */
static void tell_difference(const struct entry *entry, const cy_value *value)
{
	size_t sent_size, size, at = 0;
	const unsigned char *sent = cy_value_bytes(entry->sent, &sent_size), *bytes = cy_value_bytes(value, &size);
	while (at < size && at < sent_size && bytes[at] == sent[at])
		at++;
	ledger_violation(entry->ledger,
	                 "%s: the reply is another call's, or spoilt: %zu bytes for %zu, the first %zu of them right",
	                 entry->command, size, sent_size, at);
}

static void take_item(const cy_reply *reply, void *ctx)
{
	struct entry *entry = ctx;
	if (entry->over)
		ledger_violation(entry->ledger, "%s: an item after the end", entry->command);
	if (reply->error && !ledger_explains(entry->ledger, reply->error->code))
		ledger_violation(entry->ledger, "%s: %s", entry->command, reply->error->message);
	else if (reply->value && !is_right(entry, reply))
		tell_difference(entry, reply->value);
	entry->items += reply->value != NULL;
	entry->ledger->items++;
}
RX_CONSUMER(take_item, cy_reply);

static void take_error(const rx_error *error, void *ctx)
{
	struct entry *entry = ctx;
	if (entry->over)
		ledger_violation(entry->ledger, "%s: ended twice", entry->command);
	if (!ledger_explains(entry->ledger, error->code) &&
	    !(error->code == -EDOM && strcmp(entry->command, "fail") == 0))
		ledger_violation(entry->ledger, "%s: %s (%d)", entry->command, error->message, error->code);
	entry->over = true;
	entry->ledger->failed++;
}

static void take_end(void *ctx)
{
	struct entry *entry = ctx;
	if (entry->over)
		ledger_violation(entry->ledger, "%s: ended twice", entry->command);
	if (!entry->many && entry->items != entry->expected)
		ledger_violation(entry->ledger, "%s: %d items and not %d", entry->command, (int)entry->items,
		                 (int)entry->expected);
	entry->over = true;
	entry->ledger->answered++;
}

static void close_entry(void *ctx)
{
	struct entry *entry = ctx;
	rx_cancel(&entry->change_of_mind);
	cy_value_unref(entry->sent);
	entry->ledger->open--;
	rx_free(entry);
}

static void change_mind(rx_task *task)
{
	struct entry *entry = (struct entry *)((char *)task - offsetof(struct entry, change_of_mind));
	entry->over = true;
	entry->ledger->cancelled++;
	rx_unsubscribe(&entry->subscription);
}

/* Mostly small; now and then a large one. */
static cy_value *payload(struct ledger *ledger)
{
	static char bytes[512 << 10];
	const size_t size = ledger_random(ledger, (uint64_t)1 << (4 + ledger_random(ledger, ledger->strict ? 11 : 16)));
	memset(bytes, (int)ledger_random(ledger, 256), size);
	return cy_binary(bytes, size);
}

static cy_value *arguments(struct entry *entry, const char *const *names, size_t name_count)
{
	struct ledger *ledger = entry->ledger;
	cy_value *third = cy_nil();
	if (strcmp(entry->command, "many") == 0) {
		entry->expected = (int64_t)ledger_random(ledger, 2000);
		third = cy_int(entry->expected);
	} else if (strcmp(entry->command, "relay") == 0) {
		third = cy_string(names[ledger_random(ledger, name_count)]);
	}
	return cy_array(cy_uint(ledger->begun), payload(ledger), third);
}

void ledger_call(struct ledger *ledger, cy_target target, const char *const *names, size_t name_count)
{
	static const char *const commands[] = {"echo", "echo", "echo",  "echo",  "later",
	                                       "many", "fail", "never", "relay", "relay"};
	struct entry *entry = rx_alloc_zero(sizeof *entry);
	if (!entry)
		abort();
	entry->ledger = ledger;
	entry->many = target.to == cy_all().to || target.to == cy_others().to;
	entry->command = entry->many ? "echo" : commands[ledger_random(ledger, sizeof commands / sizeof *commands)];
	entry->expected = strcmp(entry->command, "never") != 0;
	entry->sent = arguments(entry, names, name_count);
	ledger->begun++;
	ledger->open++;
	entry->change_of_mind.run = change_mind;
	/* Whatever happens, none is left open for ever. */
	if (ledger_random(ledger, 8) == 0 || (ledger->strict && strcmp(entry->command, "never") == 0))
		rx_schedule(rx_scheduler_current(), &entry->change_of_mind, RX_MS((rx_nsec)ledger_random(ledger, 50)));
	const rx_nsec patience = ledger_random(ledger, 8) ? RX_S(5) : RX_MS((rx_nsec)ledger_random(ledger, 100));
	const rx_nsec timeout = ledger->strict ? LEDGER_PATIENCE : patience;
	rx_subscribe(cy_call_with(ledger->cluster, target, entry->command, cy_value_ref(entry->sent),
	                          &(cy_call_options){.timeout = timeout ? timeout : 1}),
	             &(rx_observer){RX_NEXT(take_item), .error = take_error, .complete = take_end, .ctx = entry,
	                            .drop = close_entry},
	             &entry->subscription);
}
