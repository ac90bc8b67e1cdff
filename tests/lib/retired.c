/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S7: when the epochs in which references were taken have been retired, those to own children stay
 * valid, also while they are held; those to foreign processes are EEPOCH and UNKNOWN, and the
 * release of a hold that was taken before reports that it was correct.
 */
#include <pthread.h>

#include "laps.h"

static int ask(pid_t pid, pidepoch_t epoch)
{
	struct pidv v = { .pid = pid, .epoch = epoch, .flags = PIDV_TAGGED };

	MUST(waitpidv(&v, 1, NULL, WNOHANG, NULL) == (v.state != PIDV_RUNNING));
	return v.state;
}

static bool is_too_old(long n)
{
	return n == -1 && errno == EEPOCH;
}

static void *pass_laps(void *unused)
{
	laps_pass(4);
	return unused;
}

/* Linked only, the clock learns of laps when it is asked, and counts one that it cannot exclude. */
static void look_at_the_clock(void)
{
	for (int i = 0; i < 3; i++)
		MUST(pidepoch_set(pidepoch_now()) == 0);
}

/* While it is held, this thread does not wait. */
static void held_over_retirement(struct pidepoch_ref r)
{
	struct pidepoch_held held;
	pthread_t other;

	MUST(pidepoch_hold(&r, &held) == 0);
	MUST(pthread_create(&other, NULL, pass_laps, NULL) == 0);
	MUST(pthread_join(other, NULL) == 0);
	look_at_the_clock();
	MUST(kill(r.pid, 0) == 0);
	MUST(pidepoch_release(&held) == 0);
}

/* It lives with the same pid all the time. Preloaded, its birth is known; linked only, that it
 * is a child. */
static void a_child(void)
{
	struct pidepoch_ref c = api_ref(api_child());
	pidepoch_snapshot_t then = pidepoch_get();
	struct pidv listed = { .pid = c.pid };

	held_over_retirement(c);
	if (api_preloaded()) {
		MUST(pidepoch_kill(c.pid, c.epoch, 0) == 0);
		MUST(ask(c.pid, c.epoch) == PIDV_RUNNING);
		MUST(waitpidv(&listed, 1, &then, WNOHANG, NULL) == 0);
		MUST(listed.state == PIDV_RUNNING);
	}
	api_end(c.pid);
	MUST(api_refused(pidepoch_kill(c.pid, c.epoch, 0)));
}

static void an_unrelated(void)
{
	struct pidepoch_ref r = api_ref(getppid());

	MUST(pidepoch_kill(r.pid, r.epoch, 0) == 0 && ask(r.pid, r.epoch) == PIDV_RUNNING);
	held_over_retirement(r);
	MUST(is_too_old(pidepoch_kill(r.pid, r.epoch, 0)));
	MUST(ask(r.pid, r.epoch) == PIDV_UNKNOWN);
	/* taken anew it is as good as it was */
	r = api_ref(getppid());
	for (int i = 0; i < 5; i++)
		MUST(pidepoch_kill(r.pid, r.epoch, 0) == 0 && ask(r.pid, r.epoch) == PIDV_RUNNING);
}

static void run_scenario(void)
{
	a_child();
	an_unrelated();
}

int main(int argc, char **argv)
{
	(void)argv;
	return laps_main(argc, run_scenario);
}
