/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between pidepoch_hold() and pidepoch_release() any call may be made on the pid, and release
 * returns whether it was correct. */
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

/* against the rule it waits while it holds: nothing hangs, and it gets an error */
static void reaped_by_oneself(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	struct pidepoch_held held;

	MUST(pidepoch_hold(&c, &held) == 0);
	api_end(c.pid);
	MUST(pidepoch_release(&held) == -1 && errno == ESRCH);
}

#define MANY 6 /* more than a thread's record holds */

/* Further ones are held by a descriptor, and are equivalent while the child lives. */
static void many_at_once(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	struct pidepoch_held held[MANY];

	for (int i = 0; i < MANY; i++)
		MUST(pidepoch_hold(&c, &held[i]) == 0);
	MUST(pidepoch_kill(c.pid, c.epoch, 0) == 0);
	for (int i = MANY; i-- > 0;)
		MUST(pidepoch_release(&held[i]) == 0);
	api_end(c.pid);
}

static void *release(void *held)
{
	MUST(pidepoch_release(held) == -1 && errno == EINVAL);
	return NULL;
}

/* A hold that is released out of order, by another thread or by a forked child, is not released,
 * whether it is kept by a record or by a descriptor. */
static void out_of_order(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	struct pidepoch_held held[MANY];
	pthread_t other;
	pid_t forked;
	int status;

	for (int i = 0; i < MANY; i++)
		MUST(pidepoch_hold(&c, &held[i]) == 0);
	for (int i = 0; i < MANY - 1; i++)
		MUST(pidepoch_release(&held[i]) == -1 && errno == EINVAL);
	for (int i = MANY; i-- > 0;) {
		MUST(pthread_create(&other, NULL, release, &held[i]) == 0);
		MUST(pthread_join(other, NULL) == 0);
		forked = fork();
		if (forked == 0) {
			release(&held[i]);
			_exit(0);
		}
		MUST(waitpid(forked, &status, 0) == forked && status == 0);
		MUST(pidepoch_release(&held[i]) == 0);
		MUST(pidepoch_release(&held[i]) == -1 && errno == EINVAL);
	}
	api_end(c.pid);
}

static void *reap(void *pid)
{
	MUST(waitpid(*(pid_t *)pid, NULL, 0) == *(pid_t *)pid);
	return NULL;
}

/* Preloaded, another thread's wait waits; linked only, that wait is not seen, and release
 * reports it. */
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

static void run_scenario(void)
{
	a_child();
	many_at_once();
	out_of_order();
	reaped_by_oneself();
	reaped_by_another();
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
