/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where SIGCHLD is ignored there is no status to be had: waitpidv() tells that children have ended, and nothing of how. */
#include "vector.h"

static void play(void)
{
	pid_t pid;

	MUST(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	pid = vector_child();
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
	MUST(kill(pid, SIGKILL) == 0);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_ENDED);
	MUST(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

static void both(void)
{
	vector_both(play);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, both);
}
