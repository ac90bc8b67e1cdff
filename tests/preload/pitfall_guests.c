// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest in the memory of its host (a child of vfork, or of CLONE_VM) leaves no record of its own
 * there: the pid of a child that the guest had and reaped was never the host's, and a call on it
 * passes; a call on a child that the host has reaped stays refused, and its living children are
 * found.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* --- the subject, which is the host --- */

static pid_t own, live, guests; /* reaped by the host, not reaped, reaped by the guest */
static _Alignas(16) char stack[65536];
static _Atomic int guest_said;

static pid_t spawn(bool ends)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(ends ? 3 : pause());
	return pid;
}

static int reap(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* 0, or the number of the failed step: it has one child, and none of the host's. */
static int be_guest(void)
{
	int status;

	guests = spawn(true);
	if (guests <= 0 || kill(guests, 0) != 0 || reap(guests) != 3 << 8)
		return 1;
	if (waitpid(live, &status, WNOHANG) != -1 || errno != ECHILD)
		return 2;
	return kill(live, 0) == 0 && wait(&status) == -1 ? 0 : 3;
}

static int live_as_guest(void *unused)
{
	(void)unused;
	guest_said = 100 + be_guest();
	return 0;
}

static pid_t raw_vfork(void)
{
#ifdef SYS_vfork
	return (pid_t)syscall(SYS_vfork);
#else
	return vfork(); /* libc makes it by clone */
#endif
}

static pid_t invite(char how)
{
	pid_t pid;

	if (how == 'c')
		return clone(live_as_guest, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	pid = how == 'v' ? vfork() : raw_vfork();
	if (pid == 0) {
		live_as_guest(NULL);
		_exit(0);
	}
	return pid;
}

static long host(char how)
{
	pid_t pid;

	live = spawn(false);
	own = spawn(true);
	if (reap(own) != 3 << 8)
		return -1;
	pid = invite(how);
	if (pid <= 0 || reap(pid) != 0)
		return -2;
	return guest_said - 100;
}

static long signal_to(pid_t pid)
{
	return kill(pid, SIGUSR1) == 0 ? 0 : errno;
}

static long answer(char what)
{
	switch (what) {
	case 'G':
		return guests;
	case 'O':
		return own;
	case 'g':
		return signal_to(guests);
	case 'o':
		return signal_to(own);
	case 'w': /* no wait finds the guest's child */
		return waitpid(guests, NULL, 0) == -1 ? errno : 0;
	case 'l':
		return kill(live, SIGKILL) == 0 && reap(live) == SIGKILL ? 0 : errno;
	default:
		return host(what);
	}
}

/* --- the scenario --- */

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
}

static void meet_unrelated(const struct actor *subject, pid_t number, char letter, bool is_hit)
{
	struct actor unrelated;

	actor_start_unrelated(&unrelated, number, NULL);
	expect(actor_ask(subject, letter), is_hit ? 0 : ESRCH, "a signal to an unrelated process");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), is_hit,
	       "signals that an unrelated process received");
	actor_end(&unrelated);
}

static void run_scenario(char how, bool native, const char *old)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };
	struct actor subject;

	actor_start(&subject, argv, native, old);
	expect(actor_ask(&subject, how), 0, "the guest");
	expect(actor_ask(&subject, 'w'), ECHILD, "a wait for the guest's child");
	meet_unrelated(&subject, (pid_t)actor_ask(&subject, 'G'), 'g', true);
	meet_unrelated(&subject, (pid_t)actor_ask(&subject, 'O'), 'o', native);
	expect(actor_ask(&subject, 'l'), 0, "the live child");
	actor_end(&subject);
	printf("ok   '%c', %s\n", how, native ? "natively both are hit" : old);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	/* 's', vfork by syscall(), is nothing that libc's own survives */
	for (const char *how = "vcs"; *how; how++) {
		if (*how != 's')
			run_scenario(*how, true, "PIDEPOCH_FORCE_OLD=");
		run_scenario(*how, false, "PIDEPOCH_FORCE_OLD=");
		run_scenario(*how, false, "PIDEPOCH_FORCE_OLD=rseq,inode,wipe,pidfd");
	}
	return 0;
}
