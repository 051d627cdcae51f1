/*
 * Floods that are a matter of processes: signals, children, and ends in the middle.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/flood.h"

static void call_somebody(struct flood *flood, int times)
{
	for (int i = 0; i < times; i++)
		flood_call(flood, (uint32_t)flood_random(flood, flood->victims + 1), 1, "never", cy_nil());
	flood_flush(flood);
}

FLOOD(it_exits_in_the_middle)
{
	call_somebody(flood, (int)flood_random(flood, 5000));
	flood_say(flood, (cy__frame){.kind = CY__MESSAGE}, NULL, 0);
	flood_put(flood, flood->out, flood->filled / 2);
	raise(SIGKILL);
}

FLOOD(it_exits_with_very_many_calls_open)
{
	const rx_nsec end = flood->end;
	for (int i = 0; i < 30000 && flood_lasts(flood); i++)
		flood_call(flood, 1 + (uint32_t)i % flood->victims, 1, "never", cy_nil());
	flood_flush(flood);
	flood->end = end;
}

FLOOD(it_crashes_at_once)
{
	(void)flood;
	raise(SIGABRT);
}

FLOOD(it_is_stopped)
{
	call_somebody(flood, 100);
	const pid_t child = fork();
	if (child == 0) {
		flood_pause(flood, flood->end);
		kill(getppid(), SIGCONT);
		_exit(0);
	}
	raise(SIGSTOP);
}

static void take_no_signal(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
}

FLOOD(it_spins)
{
	call_somebody(flood, 100);
	while (flood_lasts(flood))
		;
}

FLOOD(it_blocks_all_signals_and_spins)
{
	take_no_signal();
	call_somebody(flood, 100);
	while (flood_lasts(flood))
		;
}

/* In a child that outlives this process: with its channel, and for so long. */
static bool is_the_survivor(const struct flood *flood, rx_nsec time)
{
	if (fork() != 0)
		return false;
	((struct flood *)(uintptr_t)flood)->end += time;
	return true;
}

FLOOD(a_child_writes_after_its_death)
{
	call_somebody(flood, 10);
	if (!is_the_survivor(flood, RX_MS(300)))
		raise(SIGKILL);
	while (flood_lasts(flood))
		flood_call(flood, flood_victim(flood), 1, "echo", cy_nil());
}

FLOOD(children_hold_its_channel)
{
	call_somebody(flood, 10);
	flood->deaf = true;
	for (int i = 0; i < 3; i++)
		if (is_the_survivor(flood, RX_MS(300))) {
			flood_wait(flood);
			_exit(0);
		}
}

FLOOD(children_write_at_once)
{
	flood_flush(flood);
	for (int i = 0; i < 3; i++)
		if (is_the_survivor(flood, 0))
			break;
	while (flood_lasts(flood))
		flood_say(flood, (cy__frame){.kind = CY__PING}, NULL, 0);
	flood_flush(flood);
	_exit(0);
}

FLOOD(it_prints_without_a_newline)
{
	static char text[65536];
	memset(text, 'x', sizeof text);
	flood_flush(flood);
	while (flood_lasts(flood))
		if (write(STDOUT_FILENO, text, sizeof text) < 0)
			flood_pause(flood, RX_MS(1));
}

FLOOD(it_prints_newlines)
{
	static char text[65536];
	memset(text, '\n', sizeof text);
	flood_flush(flood);
	while (flood_lasts(flood))
		if (write(STDOUT_FILENO, text, sizeof text) < 0)
			flood_pause(flood, RX_MS(1));
}

FLOOD(it_says_nothing_at_all)
{
	flood->filled = 0;
	while (flood_lasts(flood))
		poll(NULL, 0, 5);
}
