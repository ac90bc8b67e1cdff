/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S8: a process that has chosen a signal gets it when its sync point falls two whole epochs behind,
 * and not before; once, by the next call of the library, with the epoch in it; and again after the
 * point was moved. S5: a forked child has chosen none.
 */
#include "laps.h"

#define TWO_LAPS ((pidepoch_snapshot_t)2 << 22)

static volatile sig_atomic_t signals, value, code;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	signals++;
	value = info->si_value.sival_int;
	code = info->si_code;
}

static bool lags(pidepoch_snapshot_t now)
{
	return now - pidepoch_get() >= TWO_LAPS;
}

/* From a current sync point until it lags and the signal was sent. */
static void falls_behind(void)
{
	int before = signals;
	pidepoch_snapshot_t now = pidepoch_now();

	MUST(pidepoch_set(now) == 0);
	for (now = pidepoch_now(); !lags(now); now = pidepoch_now()) {
		MUST(signals == before);
		laps_burn();
	}
	MUST(signals == before + 1);
	MUST(code == SI_QUEUE && value == (int)(now >> 22));
	/* and not again */
	laps_pass(1);
	MUST(lags(pidepoch_now()) && signals == before + 1);
}

static void a_child_has_chosen_none(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signals = 0;
		MUST(pidepoch_set(pidepoch_now()) == 0);
		while (!lags(pidepoch_now()))
			laps_burn();
		MUST(signals == 0);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

static void run_scenario(void)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	MUST(sigaction(SIGUSR1, &action, NULL) == 0);
	MUST(pidepoch_set_signal(SIGUSR1) == 0);
	falls_behind();
	falls_behind();
	a_child_has_chosen_none();
	MUST(pidepoch_set_signal(0) == 0);
}

int main(int argc, char **argv)
{
	(void)argv;
	return laps_main(argc, run_scenario);
}
