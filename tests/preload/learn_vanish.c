// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * If SIGCHLD is ignored, or SA_NOCLDWAIT set, a child's pid becomes free without a wait: a signal
 * to it is refused when it has another holder, and a signal to a living child arrives, by whichever
 * call the program has set this.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../support/actor.h"
#include "../support/namespace.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* sigset, sigignore: these are tested */

/* --- the ways --- */

static void on_sigchld(int sig)
{
	(void)sig;
}

static int by_action(sighandler_t handler, int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags };

	return sigaction(SIGCHLD, &act, NULL);
}

static int by_ignoring_action(void)
{
	return by_action(SIG_IGN, 0);
}

static int by_nocldwait(void)
{
	return by_action(on_sigchld, SA_NOCLDWAIT | SA_RESTART);
}

static int by_raw_call(void)
{
	const struct {
		uintptr_t handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} act = { .handler = (uintptr_t)SIG_IGN };

	return (int)syscall(SYS_rt_sigaction, SIGCHLD, &act, NULL, sizeof(act.mask));
}

static int by_signal(void)
{
	return signal(SIGCHLD, SIG_IGN) == SIG_ERR;
}

static int by_ssignal(void)
{
	return ssignal(SIGCHLD, SIG_IGN) == SIG_ERR;
}

sighandler_t bsd_signal(int sig, sighandler_t handler);

static int by_bsd_signal(void)
{
	return bsd_signal(SIGCHLD, SIG_IGN) == SIG_ERR;
}

static int by_sysv_signal(void)
{
	return sysv_signal(SIGCHLD, SIG_IGN) == SIG_ERR;
}

static int by_sigset(void)
{
	return sigset(SIGCHLD, SIG_IGN) == SIG_ERR;
}

static int by_sigignore(void)
{
	return sigignore(SIGCHLD);
}

static const struct way {
	const char *name;
	int (*go)(void);
} ways[] = {
	{ "sigaction, SIG_IGN", by_ignoring_action },
	{ "sigaction, SA_NOCLDWAIT", by_nocldwait },
	{ "syscall(SYS_rt_sigaction)", by_raw_call },
	{ "signal", by_signal },
	{ "ssignal", by_ssignal },
	{ "bsd_signal", by_bsd_signal },
	{ "sysv_signal", by_sysv_signal },
	{ "sigset", by_sigset },
	{ "sigignore", by_sigignore },
};

/* --- the subject --- */

static const struct way *current;
static struct actor live, mortal; /* its children */

static long answer(char what)
{
	switch (what) {
	case 'b': /* one child before, one after */
		actor_fork(&live, NULL);
		if (current->go() != 0)
			return -1;
		actor_fork(&mortal, NULL);
		return mortal.pid;
	case 'e':
		return close(mortal.to);
	case 'k':
		return kill(mortal.pid, SIGUSR1) == 0 ? 0 : errno;
	default: /* how many signals has the live one had, with this? */
		actor_ask(&live, ACTOR_SIGNALS);
		return kill(live.pid, SIGUSR1) == 0 ? actor_ask(&live, ACTOR_SIGNALS) : -errno;
	}
}

/* --- the scenario --- */

static void expect(long got, long wanted, const char *what)
{
	if (got != wanted)
		actor_fail("%s: %ld in place of %ld", what, got, wanted);
}

static void run_scenario(const struct way *w, bool native)
{
	struct actor subject, unrelated;
	long number;

	actor_start_self(&subject, "subject", w->name, native);
	number = actor_ask(&subject, 'b');
	if (number <= 0)
		actor_fail("%s: did not work", w->name);
	expect(actor_ask(&subject, 'l'), 1, "signals of one that a live child got");
	expect(actor_ask(&subject, 'e'), 0, "the end of a child");
	actor_start_unrelated(&unrelated, (pid_t)number, NULL); /* when the child has ended */
	expect(actor_ask(&subject, 'k'), native ? 0 : ESRCH, "a signal to a child that has ended");
	expect(actor_ask(&unrelated, ACTOR_SIGNALS), native,
	       "signals that an unrelated process received");
	expect(actor_ask(&subject, 'l'), 2, "signals of two that a live child got");
	printf("ok   %s%s\n", w->name, native ? ", and natively the unrelated process is hit" : "");
	actor_end(&unrelated);
	actor_end(&subject);
}

int main(int argc, char **argv)
{
	const size_t count = sizeof(ways) / sizeof(ways[0]);

	for (size_t i = 0; argc > 2 && i < count; i++)
		if (strcmp(ways[i].name, argv[2]) == 0)
			current = &ways[i];
	if (current) {
		actor_serve(answer);
		return 0;
	}
	namespace_enter();
	setenv("PIDEPOCH_LOG", "/dev/null", 1);
	run_scenario(&ways[0], true);
	for (size_t i = 0; i < count; i++)
		run_scenario(&ways[i], false);
	return 0;
}
