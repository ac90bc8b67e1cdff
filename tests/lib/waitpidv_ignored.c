/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* If SIGCHLD is ignored, or SA_NOCLDWAIT set, no status exists: waitpidv() returns that children
 * have ended, and not how. */
#include "vector.h"

static void ends_without_a_word(void)
{
	pid_t pid = vector_child();

	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
	MUST(kill(pid, SIGKILL) == 0);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_ENDED);
}

static void run_scenario(void)
{
	const struct sigaction no_zombies = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };

	MUST(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	ends_without_a_word();
	MUST(sigaction(SIGCHLD, &no_zombies, NULL) == 0);
	ends_without_a_word();
	MUST(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

static void both(void)
{
	vector_both(run_scenario);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
