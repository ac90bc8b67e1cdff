/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between pidepoch_hold() and pidepoch_release() any call may be made on the number, and release says whether it was right. */
#include <pthread.h>

#include "api.h"

static void a_child(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	struct pidepoch_held held, inner;

	MUST(pidepoch_hold(&c, &held) == 0);
	MUST(getpgid(c.pid) == getpgrp());
	MUST(pidepoch_hold(&c, &inner) == 0);
	MUST(kill(c.pid, 0) == 0);
	MUST(pidepoch_kill(c.pid, c.epoch, 0) == 0);
	MUST(pidepoch_release(&inner) == 0);
	MUST(pidepoch_release(&held) == 0);
	MUST(pidepoch_release(&held) == -1 && errno == EINVAL);
	api_end(c.pid);
	MUST(api_refused(pidepoch_hold(&c, &held)));
}

/* against the rule it waits while it holds: nothing hangs, and it is told */
static void reaped_by_oneself(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	struct pidepoch_held held;

	MUST(pidepoch_hold(&c, &held) == 0);
	api_end(c.pid);
	MUST(pidepoch_release(&held) == -1 && errno == ESRCH);
}

static void *reap(void *pid)
{
	MUST(waitpid(*(pid_t *)pid, NULL, 0) == *(pid_t *)pid);
	return NULL;
}

/* Preloaded, another thread's wait waits; linked only, that wait is not seen, and release tells. */
static void reaped_by_another(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	struct pidepoch_held held;
	pthread_t waiter;

	MUST(pidepoch_hold(&c, &held) == 0);
	MUST(kill(c.pid, SIGKILL) == 0);
	MUST(pthread_create(&waiter, NULL, reap, &c.pid) == 0);
	if (api_preloaded()) {
		MUST(kill(c.pid, 0) == 0);
		MUST(pidepoch_release(&held) == 0);
		MUST(pthread_join(waiter, NULL) == 0);
		return;
	}
	MUST(pthread_join(waiter, NULL) == 0);
	MUST(pidepoch_release(&held) == -1 && errno == ESRCH);
}

static void play(void)
{
	a_child();
	reaped_by_oneself();
	reaped_by_another();
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, play);
}
