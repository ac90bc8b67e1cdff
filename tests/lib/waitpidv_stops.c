/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() returns stops and continuations if asked to, once each, as wait4() does. */
#include "vector.h"

static void run_scenario(void)
{
	pid_t pid = vector_child();
	siginfo_t si;

	vector_of_one(pid);
	MUST(vector_ask(WNOHANG | WUNTRACED | WCONTINUED) == 0);
	MUST(kill(pid, SIGSTOP) == 0);
	MUST(waitid(P_PID, (id_t)pid, &si, WSTOPPED | WNOWAIT) == 0);
	MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
	MUST(vector_ask(WNOHANG | WCONTINUED) == 0);
	MUST(vector_ask(WNOHANG | WUNTRACED | WNOWAIT) == 1);
	MUST(vector_ask(WUNTRACED) == 1);
	MUST(vec[0].state == PIDV_STOPPED && WIFSTOPPED(vec[0].status));
	MUST(WSTOPSIG(vec[0].status) == SIGSTOP);
	MUST(vector_ask(WNOHANG | WUNTRACED) == 0 && vec[0].state == PIDV_RUNNING);

	MUST(kill(pid, SIGCONT) == 0);
	MUST(waitid(P_PID, (id_t)pid, &si, WCONTINUED | WNOWAIT) == 0);
	MUST(vector_ask(WNOHANG | WUNTRACED) == 0);
	MUST(vector_ask(WCONTINUED) == 1);
	MUST(vec[0].state == PIDV_CONTINUED && WIFCONTINUED(vec[0].status));
	MUST(vector_ask(WNOHANG | WCONTINUED) == 0);

	vector_kill(pid);
	MUST(vector_ask(WNOHANG | WUNTRACED | WCONTINUED) == 1);
	MUST(vec[0].state == PIDV_EXITED && WTERMSIG(vec[0].status) == SIGKILL);
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
