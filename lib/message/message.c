#include "lib/message/message.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/command/incoming.h"
#include "lib/command/inspect.h"
#include "lib/command/opening.h"
#include "lib/command/serve.h"
#include "lib/message/gauge.h"
#include "lib/message/outbox.h"
#include "lib/primary/route.h"
#include "lib/primary/workers.h"

/* ---- Coming in ------------------------------------------------------------------------------------------------------ */

static void emit_message(cy_cluster *cluster, uint32_t origin, uint32_t sender, const char *name, cy_value *body,
                         cy__fds *fds)
{
	cy__emit(cluster, (cy_event){.type = CY_EVENT_MESSAGE,
	                             .worker = cluster->primary ? origin : cluster->id,
	                             .origin = origin,
	                             .sender = sender,
	                             .target = cluster->id,
	                             .incarnation = cluster->incarnation,
	                             .name = name,
	                             .body = body,
	                             .fds = fds});
}

/* Only the value is kept; false: it is not as it should be, or looks unusual. */
static bool take_usual(cy__peer *peer, const cy__frame *frame, uint32_t origin, cy__fds *fds)
{
	char name[256];
	cy__text text;
	const size_t opening = cy__opening_read(frame->body, frame->body_size, &text);
	if (!opening || text.size >= sizeof name)
		return false;
	cy_value *body = cy__value_of_frame(frame, opening);
	const bool good = cy_value_error(body) >= 0;
	if (good) {
		memcpy(name, text.bytes, text.size);
		name[text.size] = 0;
		emit_message(peer->cluster, origin, peer->id, name, body, fds);
	}
	cy_value_unref(body);
	return good;
}

/* Consumes @p value: the whole body, or the mistake that it is. */
static void take_whole(cy_cluster *cluster, uint32_t origin, uint32_t sender, cy_value *value, cy__fds *fds)
{
	cy_value *body = NULL;
	const char *name;
	const int code = cy__call_unpack(value, &name, &body);
	if (code == -ENOMEM)
		cy__trouble_by_frame(cluster, origin, code, "no memory for a message of %s",
		                     cy_label_of(cluster, origin));
	else if (code < 0)
		cy__trouble_by_frame(cluster, origin, -EBADMSG, "a message of %s is none",
		                     cy_label_of(cluster, origin));
	else
		emit_message(cluster, origin, sender, name, body, fds);
	cy_value_unref(body);
	cy_value_unref(value);
}

static void take_inspected(cy__peer *peer, const cy__frame *frame, cy_value *body, cy__fds *fds)
{
	(void)frame;
	take_whole(peer->cluster, peer->id, peer->id, cy_value_ref(body), fds);
}

void cy__message_take(cy__peer *peer, const cy__frame *frame, cy__fds *fds)
{
	cy_cluster *cluster = peer->cluster;
	const uint32_t origin = cluster->primary ? peer->id : frame->from;
	if (!cy__is_heard(cluster))
		return;
	if (cluster->primary && frame->body_size > CY__LARGE && !peer->inspected) {
		const int code = cy__incoming_keep(peer, frame, fds, false, take_inspected);
		if (code < 0)
			cy__message_refused(cluster, origin, code, rx_words(code));
		return;
	}
	if (!take_usual(peer, frame, origin, fds))
		take_whole(cluster, origin, peer->id, cy_value_from_bytes(frame->body, frame->body_size, NULL), fds);
}

void cy__message_trouble(cy__peer *peer, const cy__frame *frame)
{
	const rx_error *error = cy__error_of((cy__body){frame->body, frame->body_size, NULL});
	cy__trouble(peer->cluster, peer->cluster->id, error->code, "a message was not delivered: %s", error->message);
	rx_error_unref(error);
}

void cy__message_refused(cy_cluster *cluster, uint32_t origin, int code, const char *words)
{
	cy__worker *sender = cluster->primary && origin ? cy__workers_find(cluster, origin) : NULL;
	if (!sender)
		return;
	cy_value *body = cy__error_value(code, words);
	cy__peer_post(&sender->peer, &(cy__post){.kind = CY__EVENT, .to = origin, .body = body});
	cy_value_unref(body);
}

struct filter {
	char *name;
};

static int is_message(const cy_event *event, void *ctx)
{
	const struct filter *filter = ctx;
	return event->type == CY_EVENT_MESSAGE && (!filter->name || strcmp(event->name, filter->name) == 0);
}
RX_PREDICATE(is_message, cy_event);

static void drop_filter(void *ctx)
{
	struct filter *filter = ctx;
	rx_free(filter->name);
	rx_free(filter);
}

rx_observable *cy_messages(cy_cluster *cluster, const char *name)
{
	struct filter *filter = rx_alloc_zero(sizeof *filter);
	if (filter && name)
		filter->name = cy__strdup(name);
	if (!filter || (name && !filter->name)) {
		rx_free(filter);
		return rx_throw_error(-ENOMEM, "no memory");
	}
	return rx_pipe(cy_events(cluster), rx_own(rx_filter(is_message, filter), filter, drop_filter));
}

/* ---- Going out ------------------------------------------------------------------------------------------------------ */

/* To oneself, a turn later. */
static void deliver(rx_task *task)
{
	cy_cluster *cluster = CY__CONTAINER(task, cy_cluster, post);
	cy__outbox *letters = &cluster->letters;
	cy__letter *letter = cy__outbox_next(letters);
	cy__fds fds = {.fd = letter->fds, .count = letter->fd_count};
	cy_value *body = NULL;
	const char *name;
	if (letters->count)
		rx_schedule(cluster->scheduler, task, 0);
	const int code = cy__call_unpack(letter->sending.owner, &name, &body);
	if (code < 0)
		cy__trouble(cluster, cluster->id, code, "a message to itself is lost: %s", rx_words(code));
	else
		emit_message(cluster, cluster->id, cluster->id, name, body, &fds);
	cy_value_unref(body);
	cy__letter_free(letter);
	cy__outbox_ease(letters);
}

static int send_own(cy_cluster *cluster, const cy__post *post)
{
	const int code = cy__outbox_keep(cluster, post);
	if (cluster->letters.count && !cluster->post.scheduler)
		rx_schedule(cluster->scheduler, &cluster->post, 0);
	return code;
}

void cy__messages_init(cy_cluster *cluster)
{
	cluster->post.run = deliver;
	cy__gauge_init(&cluster->own, cluster, 0);
	cy__outbox_init(&cluster->letters, &cluster->own, true);
}

void cy__messages_finish(cy_cluster *cluster)
{
	rx_cancel(&cluster->post);
	cy__outbox_finish(&cluster->letters);
	cy__gauge_finish(&cluster->own);
}

static int send_to_worker(cy__worker *worker, const cy__post *post)
{
	if (worker->supervisor.status == CY_STOPPING)
		return rx_raise(-EHOSTUNREACH, "%s is stopping", cy_label_of(worker->cluster, worker->peer.id));
	if (!worker->peer.greeted &&
	    (!cy__worker_lives(worker) || (worker->current.running && worker->current.disconnected)))
		return rx_raise(-EHOSTUNREACH, "%s has gone", cy_label_of(worker->cluster, worker->peer.id));
	const int code = cy__peer_post(&worker->peer, post);
	return code == -EPIPE ? rx_raise(-EHOSTUNREACH, "%s has gone", cy_label_of(worker->cluster, worker->peer.id))
	                      : code;
}

static int send_from_primary(cy_cluster *cluster, const cy_target *target, const cy__post *post)
{
	cy__worker *worker = NULL;
	int worst = 0;
	if (target->to == CY__TO_ALL || target->to == CY__TO_OTHERS) {
		for (size_t i = 0; i < cluster->worker_count; i++) {
			const int code =
				cy__worker_lives(cluster->workers[i]) ? send_to_worker(cluster->workers[i], post) : 0;
			worst = code < 0 ? code : worst;
		}
		return worst;
	}
	if (target->to == CY__TO_ANY) {
		worker = cy__route_any(cluster);
		worst = worker ? 0 : rx_raise(-ENOENT, "there is no worker");
	} else {
		worst = cy__route_worker(cluster, target->to, target->name, &worker);
	}
	return worst < 0 || !worker ? worst : send_to_worker(worker, post);
}

static int send_from_worker(cy_cluster *cluster, const cy__post *post)
{
	const int code = cy__peer_post(&cluster->peer, post);
	return code == -EPIPE ? rx_raise(-EHOSTUNREACH, "the primary has gone") : code;
}

bool cy__is_own(const cy_cluster *cluster, const cy_target *target)
{
	if (target->name && (!cluster->name || strcmp(target->name, cluster->name) != 0))
		return false;
	return target->to == cluster->id || (target->to == CY__TO_UNKNOWN && target->name);
}

static int check(const char *name, const cy_value *message, const cy_send_options *options)
{
	const int code = cy_value_error(message);
	if (code < 0)
		return rx_raise(code, "message \"%s\": %s", name, cy_value_words(message));
	if (options->descriptor_count > CY__FRAME_FDS_MAX)
		return rx_raise(-E2BIG, "message \"%s\": %zu descriptors are too many", name,
		                options->descriptor_count);
	if ((unsigned)options->full > CY_KEEP_LATEST)
		return rx_raise(-EINVAL, "message \"%s\": there is no policy %d", name, (int)options->full);
	return 0;
}

static int dispatch(cy_cluster *cluster, const cy_target *target, const cy__post *post)
{
	if (cy__is_own(cluster, target))
		return send_own(cluster, post);
	return cluster->primary ? send_from_primary(cluster, target, post) : send_from_worker(cluster, post);
}

int cy_send_with(cy_cluster *cluster, cy_target target, const char *name, cy_value *body,
                 const cy_send_options *options)
{
	static const cy_send_options defaults;
	static const uint16_t policies[] = {[CY_REFUSE] = CY__FRAME_REFUSE,
	                                    [CY_DROP_OLDEST] = CY__FRAME_DROP_OLDEST,
	                                    [CY_DROP_NEWEST] = CY__FRAME_DROP_NEWEST,
	                                    [CY_KEEP_LATEST] = CY__FRAME_KEEP_LATEST};
	cy_value *message = body ? body : cy_nil();
	options = options ? options : &defaults;
	int code = check(name, message, options);
	if (code < 0) {
		cy_value_unref(message);
		return code;
	}
	uint8_t opening[CY__OPENING_MAX];
	const size_t opened = cy__opening_fits(message) ? cy__opening_write(opening, target.name, name) : 0;
	cy_value *encoded =
		opened ? message : cy_array(target.name ? cy_string(target.name) : cy_nil(), cy_string(name), message);
	const cy__post post = {.kind = CY__MESSAGE,
	                       .flags = (target.name ? CY__FRAME_NAMED : 0) | policies[options->full],
	                       .from = cluster->id,
	                       .to = target.to,
	                       .body = encoded,
	                       .opening = opening,
	                       .opening_size = opened,
	                       .fds = options->descriptors,
	                       .fd_count = options->descriptor_count};
	code = cy_value_error(encoded);
	code = code < 0 ? rx_raise(code, "message \"%s\": %s", name, cy_value_words(encoded))
	                : dispatch(cluster, &target, &post);
	cy_value_unref(encoded);
	return code;
}

int cy_send(cy_cluster *cluster, cy_target target, const char *name, cy_value *body)
{
	return cy_send_with(cluster, target, name, body, NULL);
}

int cy_send_descriptors(cy_cluster *cluster, cy_target target, const char *name, cy_value *body, const int *fds,
                        size_t count)
{
	return cy_send_with(cluster, target, name, body,
	                    &(cy_send_options){.descriptors = fds, .descriptor_count = count});
}
