// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz/start.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define LIFE_MS 200

static void block_all(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* This child ends while the program runs: a wait for any child then returns an unknown child. */
static void have_a_child(void)
{
	const struct timespec life = { .tv_nsec = LIFE_MS * 1000000 };

	if (fork() == 0) {
		close(1);
		close(2);
		nanosleep(&life, NULL);
		_exit(7);
	}
}

void pe_fuzz_start_apply(enum pe_fuzz_policy_start start)
{
	switch (start) {
	case PE_FUZZ_POLICY_IGNORED:
		signal(SIGCHLD, SIG_IGN);
		break;
	case PE_FUZZ_POLICY_BLOCKED:
		block_all();
		break;
	case PE_FUZZ_POLICY_CHILD:
		have_a_child();
		break;
	case PE_FUZZ_POLICY_CLOSED:
		close(0);
		break;
	case PE_FUZZ_POLICY_USUAL:
		break;
	}
}
