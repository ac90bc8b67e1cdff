/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* With WNOWAIT waitpidv() returns an end and leaves it for its next call, or any other wait. */
#include "vector.h"

static void run_scenario(void)
{
	pid_t pid[2] = { vector_zombie(3), vector_zombie(4) };

	vector_of(pid, 2);
	MUST(vector_ask(WNOHANG | WNOWAIT) == 2);
	MUST(vec[0].state == PIDV_EXITED && WEXITSTATUS(vec[0].status) == 3);
	MUST(vec[1].state == PIDV_EXITED && WEXITSTATUS(vec[1].status) == 4);
	vec[0].state = vec[1].state = PIDV_NEW;
	vec[0].status = vec[1].status = 0;
	MUST(waitpid(pid[1], NULL, 0) == pid[1]);
	MUST(vector_ask(WNOHANG) == 2);
	MUST(vec[0].state == PIDV_EXITED && WEXITSTATUS(vec[0].status) == 3);
	MUST(vec[1].state == PIDV_ENDED);
	MUST(waitpid(pid[0], NULL, WNOHANG) == -1 && errno == ECHILD);
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
