// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program that was started with SIGCHLD ignored is protected like one that ignores it later, and
 * so is the child that it forks: calls on pids that the kernel freed are refused, living children
 * are reached, a wait ends with ECHILD when all have ended; and when SIGCHLD is no longer ignored,
 * statuses are available again.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

/* --- the subject, and the child that it forks --- */

static struct actor live, mortal, heir;
static pid_t reaped;

static long signal_to(pid_t pid)
{
	return kill(pid, SIGUSR1) == 0 ? 0 : errno;
}

/* All end first: then there is no child to wait for. */
static long wait_for_all(void)
{
	close(live.to);
	if (heir.pid)
		close(heir.to);
	errno = 0;
	return wait(NULL) == -1 ? errno : 0;
}

static void on_sigchld(int sig)
{
	(void)sig;
}

/* Sets SIGCHLD to its default: a status is available again. Returns 0, or the number of the
 * failed step. */
static long set_back(bool handled)
{
	const struct sigaction act = { .sa_handler = handled ? on_sigchld : SIG_DFL,
				       .sa_flags = SA_RESTART };
	int status;

	sigaction(SIGCHLD, &act, NULL);
	reaped = fork();
	if (reaped == 0)
		_exit(41);
	if (waitpid(reaped, &status, 0) != reaped || status != 41 << 8)
		return 0;
	return reaped;
}

static long answer(char what)
{
	switch (what) {
	case 'b':
		actor_fork(&live, NULL);
		actor_fork(&mortal, NULL);
		actor_ask(&live, ACTOR_SIGNALS); /* it holds signals back by now */
		return mortal.pid;
	case 'e':
		return close(mortal.to);
	case 'k':
		return signal_to(mortal.pid);
	case 'l':
		return signal_to(live.pid) == 0 ? actor_ask(&live, ACTOR_SIGNALS) : -errno;
	case 'w':
		return wait_for_all();
	case 'd':
		return set_back(false);
	case 'h':
		return set_back(true);
	case 'r':
		return signal_to(reaped);
	case 'f':
		actor_fork(&heir, answer);
		return heir.pid;
	default: /* for the heir, in capitals */
		return actor_ask(&heir, (char)(what - 'A' + 'a'));
	}
}

/* --- the scenario --- */

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
}

struct letters {
	char spawn, end, kill, live, wait, back, reaped;
};

static void spares_unrelated(const struct actor *subject, pid_t number, char letter, bool native)
{
	struct actor unrelated;

	actor_start_unrelated(&unrelated, number, NULL); /* when the pid is free */
	expect(actor_ask(subject, letter), native ? 0 : ESRCH,
	       "a signal to a child that has ended");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), native,
	       "signals that an unrelated process received");
	actor_end(&unrelated);
}

static void act(const struct actor *subject, const struct letters *as, bool native)
{
	pid_t number = (pid_t)actor_ask(subject, as->spawn);

	expect(actor_ask(subject, as->live), 1, "signals of one that a live child got");
	expect(actor_ask(subject, as->end), 0, "the end of a child");
	spares_unrelated(subject, number, as->kill, native);
	expect(actor_ask(subject, as->live), 2, "signals of two that a live child got");
	expect(actor_ask(subject, as->wait), ECHILD, "a wait for all");
	number = (pid_t)actor_ask(subject, as->back);
	if (number <= 0)
		actor_fail("no status, although SIGCHLD is back");
	spares_unrelated(subject, number, as->reaped, native);
}

static void run_scenario(bool native, const char *old)
{
	const char *argv[] = { "/proc/self/exe", "subject", NULL };
	const struct letters own = { 'b', 'e', 'k', 'l', 'w', 'h', 'r' },
			     heirs = { 'B', 'E', 'K', 'L', 'W', 'D', 'R' };
	struct actor subject;

	signal(SIGCHLD, SIG_IGN); /* exec keeps that */
	actor_start(&subject, argv, native, old);
	signal(SIGCHLD, SIG_DFL);
	if (actor_ask(&subject, 'f') <= 0)
		actor_fail("no heir");
	act(&subject, &heirs, native);
	act(&subject, &own, native);
	actor_end(&subject);
	printf("ok   %s\n", native ? "natively the unrelated processes are hit" : old);
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
	run_scenario(true, "PIDEPOCH_FORCE_OLD=");
	run_scenario(false, "PIDEPOCH_FORCE_OLD=");
	run_scenario(false, "PIDEPOCH_FORCE_OLD=rseq,inode,wipe,pidfd");
	return 0;
}
