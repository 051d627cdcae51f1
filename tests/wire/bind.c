#include "lib/wire/bind.h"
#include "tests/support/test.h"

#include <clusterfy/rx/scheduler.h>

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct side {
	cy__channel *channel;
	cy__binding binding;
	size_t frames, bytes, stop_at; /* destroys itself at this frame */
	int closed, code;
	uint64_t call;
	bool answers;
};

static struct side left, right;

static void destroy(struct side *side)
{
	cy__unbind(&side->binding);
	cy__channel_destroy(side->channel);
	side->channel = NULL;
}

static void saw_frame(cy__channel *channel, const cy__frame *frame, cy__fds *fds, void *ctx)
{
	struct side *side = ctx;
	side->frames++;
	side->bytes += frame->body_size;
	side->call = frame->call;
	if (side->answers && frame->kind == CY__CALL) {
		cy__frame reply = {
			.kind = CY__ITEM, .call = frame->call, .body = frame->body, .body_size = frame->body_size};
		ck_assert_int_eq(cy__channel_send(channel, &reply, NULL), 0);
	}
	if (side->frames == side->stop_at)
		destroy(side);
}

/* Destroyed where it ends, as most owners will: the loop then has nothing left to wait for. */
static void saw_end(cy__channel *channel, int code, const char *why, void *ctx)
{
	struct side *side = ctx;
	side->closed++;
	side->code = code;
	destroy(side);
}

static void saw_queued(cy__channel *channel, void *ctx)
{
	cy__binding_queued(&((struct side *)ctx)->binding);
}

static const cy__channel_ops ops = {.frame = saw_frame, .closed = saw_end, .queued = saw_queued};

static void bind_side(struct side *side, struct ev_loop *loop)
{
	cy__bind(&side->binding, side->channel, rx_loop(loop), rx_asap(loop));
}

static int open_half(const cy__channel_options *options)
{
	int ends[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(cy__channel_create(ends[1], options, &ops, &right, &right.channel), 0);
	return ends[0];
}

static void send_hello(struct side *side)
{
	cy__frame hello = {.kind = CY__HELLO, .call = CY__FRAME_VERSION};
	ck_assert_int_eq(cy__channel_send(side->channel, &hello, NULL), 0);
}

static void open_pair(const cy__channel_options *options)
{
	int fd = open_half(options);
	ck_assert_int_eq(cy__channel_create(fd, options, &ops, &left, &left.channel), 0);
	/* One is bound before it has anything to say, the other after. */
	bind_side(&left, NULL);
	send_hello(&left);
	send_hello(&right);
	bind_side(&right, NULL);
}

static void send_calls(struct side *side, uint64_t count, size_t size)
{
	uint8_t *body = calloc(1, size);
	for (uint64_t call = 1; call <= count; call++) {
		cy__frame frame = {.kind = CY__CALL, .call = call, .body = body, .body_size = size};
		ck_assert_int_eq(cy__channel_send(side->channel, &frame, NULL), 0);
	}
	free(body);
}

static void run_until(const size_t *counter, size_t value)
{
	while (*counter < value)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
}

/* Ends by itself, for every watcher and timer is gone. */
static void run_to_end(void)
{
	ev_run(ev_default_loop(0), 0);
}

static void close_both(void)
{
	destroy(&left);
	run_to_end();
	ck_assert_ptr_null(right.channel);
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, 0);
}

TEST(calls_and_replies_go_to_and_fro)
{
	open_pair(NULL);
	right.answers = true;
	send_calls(&left, 1000, 100);
	run_until(&left.frames, 1001);
	ck_assert_uint_eq(left.call, 1000);
	ck_assert_uint_eq(left.bytes, 1 + 100000);
	close_both();
}

/* Nothing comes, and still every turn ends. */
TEST(a_loop_that_polls_does_not_wait)
{
	int fd = open_half(NULL);
	bind_side(&right, NULL);
	cy__binding_poll(&right.binding, RX_NEVER);
	send_hello(&right);
	for (int i = 0; i < 100; i++)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	destroy(&right);
	run_to_end();
	close(fd);
}

TEST(and_waits_again_after_a_while)
{
	open_pair(NULL);
	cy__binding_poll(&left.binding, RX_US(100));
	right.answers = true;
	send_calls(&left, 10, 100);
	run_until(&left.frames, 11);
	while (left.binding.look.scheduler)
		ck_assert(ev_run(ev_default_loop(0), EVRUN_ONCE));
	close_both();
}

TEST(what_a_turn_sends_leaves_together)
{
	int fd = open_half(NULL);
	bind_side(&right, NULL);
	send_hello(&right);
	send_calls(&right, 30, 10);
	uint8_t bytes[16384];
	ck_assert_int_eq(recv(fd, bytes, sizeof bytes, MSG_DONTWAIT), -1);
	ev_run(ev_default_loop(0), EVRUN_NOWAIT);
	ck_assert_int_eq(recv(fd, bytes, sizeof bytes, MSG_DONTWAIT), CY__FRAME_HEAD + 1 + 30 * (CY__FRAME_HEAD + 10));
	close(fd);
	run_to_end();
	ck_assert_int_eq(right.closed, 1);
}

TEST(both_sides_full_go_on)
{
	open_pair(NULL);
	left.answers = right.answers = true;
	send_calls(&left, 200, 20000);
	send_calls(&right, 200, 20000);
	run_until(&left.frames, 401);
	run_until(&right.frames, 401);
	ck_assert_uint_eq(cy__channel_pending(left.channel, NULL), 0);
	ck_assert(!cy__channel_wants_write(left.channel));
	close_both();
}

TEST(frames_left_by_a_turn_come_in_the_next)
{
	open_pair(&(cy__channel_options){.turn_frames = 3});
	send_calls(&left, 100, 10);
	run_until(&right.frames, 101);
	close_both();
}

TEST(what_was_sent_arrives_before_the_end)
{
	open_pair(NULL);
	send_calls(&left, 20, 100000);
	cy__channel_close(left.channel);
	run_until(&right.frames, 21);
	/* The right end destroys itself at the end of the left, and so ends the left, too. */
	run_to_end();
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(left.closed, 1);
	ck_assert_int_eq(left.code, 0);
}

TEST(it_can_be_destroyed_from_a_frame, .to = 2)
{
	open_pair(NULL);
	right.stop_at = 5;
	right.answers = _i == 1;
	send_calls(&left, 10, 1000);
	run_to_end();
	ck_assert_uint_eq(right.frames, 5);
	ck_assert_int_eq(right.closed, 0);
	ck_assert_int_eq(left.closed, 1);
}

TEST(it_can_be_destroyed_with_everything_under_way)
{
	open_pair(NULL);
	send_calls(&left, 50, 100000);
	while (!cy__channel_wants_write(left.channel))
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	destroy(&left);
	run_to_end();
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, -ECONNABORTED);
}

TEST(half_a_frame_then_silence)
{
	int fd = open_half(&(cy__channel_options){.read_timeout = RX_MS(2)});
	bind_side(&right, NULL);
	ck_assert_int_eq(write(fd, "\0", 1), 1);
	run_to_end();
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, -ETIMEDOUT);
	close(fd);
}

/* A gate that is shut for a time, and knows whether it has been passed. */
static struct {
	bool shut, inside;
	unsigned refused, passed, outside;
} door;

static rx_nsec enter_door(cy__binding *binding)
{
	if (door.shut) {
		door.refused++;
		return -1;
	}
	door.inside = true;
	door.passed++;
	return rx_now(binding->scheduler);
}

static void leave_door(cy__binding *binding)
{
	(void)binding;
	door.inside = false;
}

static int never_later(cy__binding *binding)
{
	(void)binding;
	return -ENOMEM;
}

static const cy__gate gate = {.enter = enter_door, .leave = leave_door, .put_off = never_later};

static void saw_inside(cy__channel *channel, const cy__frame *frame, cy__fds *fds, void *ctx)
{
	door.outside += !door.inside;
	saw_frame(channel, frame, fds, ctx);
}

static const cy__channel_ops guarded_ops = {.frame = saw_inside, .closed = saw_end, .queued = saw_queued};

/* A hello of @p ends[0]'s, of which the first byte is read already, and the read timeout is over in the next turn. */
static void open_guarded(int ends[2], uint8_t hello[CY__FRAME_HEAD + 1])
{
	memset(&door, 0, sizeof door);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(cy__channel_create(ends[1], &(cy__channel_options){.read_timeout = 1}, &guarded_ops, &right,
	                                    &right.channel),
	                 0);
	bind_side(&right, NULL);
	cy__binding_guard(&right.binding, &gate);
	cy__frame_encode(&(cy__frame){.kind = CY__HELLO, .call = CY__FRAME_VERSION, .body_size = 1}, hello);
	hello[CY__FRAME_HEAD] = 0xc0;
	ck_assert_int_eq(write(ends[0], hello, 1), 1);
	while (!door.passed)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
}

TEST(what_came_before_the_read_timeout_was_over_is_read_when_the_gate_lets_it)
{
	int ends[2];
	uint8_t hello[CY__FRAME_HEAD + 1];
	open_guarded(ends, hello);
	ck_assert_int_eq(write(ends[0], hello + 1, sizeof hello - 1), sizeof hello - 1);
	while (!right.frames)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_uint_eq(door.outside, 0);
	close(ends[0]);
	run_to_end();
}

TEST(a_gate_that_is_shut_when_the_read_timeout_is_over_puts_the_end_off)
{
	int ends[2];
	uint8_t hello[CY__FRAME_HEAD + 1];
	open_guarded(ends, hello);
	door.shut = true;
	while (!door.refused)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_int_eq(right.closed, 0);
	door.shut = false;
	cy__binding_read(&right.binding);
	run_to_end();
	ck_assert_int_eq(right.closed, 1);
	ck_assert_int_eq(right.code, -ETIMEDOUT);
	ck_assert(!door.inside);
	close(ends[0]);
}

TEST(it_runs_on_a_loop_of_its_own)
{
	struct ev_loop *loop = ev_loop_new(0);
	int fd = open_half(NULL);
	bind_side(&right, loop);
	send_hello(&right);
	ev_run(loop, EVRUN_NOWAIT);
	uint8_t bytes[100];
	ck_assert_int_eq(recv(fd, bytes, sizeof bytes, MSG_DONTWAIT), CY__FRAME_HEAD + 1);
	close(fd);
	ev_run(loop, 0);
	ck_assert_int_eq(right.closed, 1);
	rx_loop_release(loop);
	ev_loop_destroy(loop);
}

/* ---- What the kernel refuses for a while ------------------------------------------------------------------------------ */

/* What lets a process have more descriptors under way than it may have open. */
static void drop_privileges(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	ck_assert_int_eq((int)syscall(SYS_capget, &head, sets), 0);
	sets[0].effective &= ~(1u << CAP_SYS_RESOURCE | 1u << CAP_SYS_ADMIN);
	ck_assert_int_eq((int)syscall(SYS_capset, &head, sets), 0);
}

static void send_one_by_one(int fd, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char byte = 0, room[CMSG_SPACE(sizeof(int))] = "";
		struct iovec bytes = {&byte, 1};
		struct msghdr message = {
			.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
		*CMSG_FIRSTHDR(&message) = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &(int){STDERR_FILENO}, sizeof(int));
		ck_assert_int_eq(sendmsg(fd, &message, 0), 1);
	}
}

static void note_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	*(bool *)timer->data = true;
}

/* The socket has room all the while, so that to wait for it would be to spin. */
TEST(a_descriptor_that_is_one_too_many_under_way_is_tried_again_after_a_while)
{
	enum { UNDER_WAY = 200, FEW = 64, TURNS = 50 };
	struct rlimit before, few;
	int ends[2];
	ev_timer timer;
	bool passed = false;
	struct ev_loop *loop = ev_default_loop(0);
	open_pair(NULL);
	run_until(&left.frames, 1);
	run_until(&right.frames, 1);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	send_one_by_one(ends[0], UNDER_WAY);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){FEW, before.rlim_max};
	drop_privileges();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);

	const int fd = STDERR_FILENO;
	const cy__frame frame = {
		.kind = CY__CALL, .call = 7, .fd_count = 1, .body = (const uint8_t *)"\xc0", .body_size = 1};
	ck_assert_int_eq(cy__channel_send(left.channel, &frame, &(cy__sending){.fds = &fd}), 0);
	while (!cy__channel_is_stalled(left.channel))
		ck_assert(ev_run(loop, EVRUN_ONCE));
	ev_timer_init(&timer, note_time, 0.1, 0);
	timer.data = &passed;
	ev_timer_start(loop, &timer);
	const unsigned turn = ev_iteration(loop);
	while (!passed)
		ck_assert(ev_run(loop, EVRUN_ONCE));
	ck_assert_uint_lt(ev_iteration(loop) - turn, TURNS);
	ck_assert_uint_eq(right.frames, 1);

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){before.rlim_max, before.rlim_max}), 0);
	close(ends[0]);
	close(ends[1]);
	run_until(&right.frames, 2);
	ck_assert_uint_eq(right.call, 7);
	close_both();
}
