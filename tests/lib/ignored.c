/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that has ignored SIGCHLD for a while, by whichever call: afterwards its children need
 * no descriptor, those from before and later ones; and one that vanished meanwhile is gone.
 */
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "api.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* sigset, sigignore: these are tested */

static void by_signal(bool ignored)
{
	MUST(signal(SIGCHLD, ignored ? SIG_IGN : SIG_DFL) != SIG_ERR);
}

static void by_sigset(bool ignored)
{
	MUST(sigset(SIGCHLD, ignored ? SIG_IGN : SIG_DFL) != SIG_ERR);
}

static void by_sigignore(bool ignored)
{
	if (ignored)
		MUST(sigignore(SIGCHLD) == 0);
	else
		by_sigset(false);
}

static void by_sigaction(bool ignored)
{
	const struct sigaction act = { .sa_handler = ignored ? SIG_IGN : SIG_DFL };

	MUST(sigaction(SIGCHLD, &act, NULL) == 0);
}

static void by_nocldwait(bool ignored)
{
	const struct sigaction act = { .sa_handler = SIG_DFL,
				       .sa_flags = ignored ? SA_NOCLDWAIT : 0 };

	MUST(sigaction(SIGCHLD, &act, NULL) == 0);
}

static void by_raw_call(bool ignored)
{
	const struct {
		uintptr_t handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} act = { .handler = (uintptr_t)(ignored ? SIG_IGN : SIG_DFL) };

	MUST(syscall(SYS_rt_sigaction, SIGCHLD, &act, NULL, sizeof(act.mask)) == 0);
}

/* Returns when the kernel has reaped it; no call of the library takes part. */
static void vanishes(pid_t pid)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	MUST(end.fd >= 0 && syscall(SYS_tgkill, pid, pid, SIGKILL) == 0);
	MUST(poll(&end, 1, -1) == 1);
	while (syscall(SYS_pidfd_send_signal, end.fd, 0, NULL, 0) == 0)
		sched_yield();
	close(end.fd);
}

/* with no descriptor left */
static void needs_none(pid_t pid)
{
	struct rlimit before, none;
	struct pidepoch_ref ref;
	int got, acts;

	MUST(getrlimit(RLIMIT_NOFILE, &before) == 0);
	none = before;
	none.rlim_cur = 0;
	MUST(setrlimit(RLIMIT_NOFILE, &none) == 0);
	got = pidepoch_ref(pid, &ref);
	acts = got == 0 ? pidepoch_kill(ref.pid, ref.epoch, 0) : -1;
	MUST(setrlimit(RLIMIT_NOFILE, &before) == 0);
	MUST(got == 0 && acts == 0);
}

static void for_a_while(void (*set)(bool ignored))
{
	pid_t stays = api_child(), goes = api_child(), later;
	struct pidepoch_ref gone = api_ref(goes), there = api_ref(stays);

	set(true);
	vanishes(goes);
	set(false);
	later = api_child();
	if (api_preloaded()) {
		needs_none(stays);
		needs_none(later);
	}
	MUST(api_refused(pidepoch_kill(gone.pid, gone.epoch, 0)));
	MUST(pidepoch_kill(there.pid, there.epoch, 0) == 0);
	api_end(stays);
	api_end(later);
	MUST(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

static void run_scenario(void)
{
	static void (*const ways[])(bool ignored) = { by_signal,    by_sigset,	  by_sigignore,
						      by_sigaction, by_nocldwait, by_raw_call };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		for_a_while(ways[i]);
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
