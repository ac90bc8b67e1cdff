/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() returns the stops of the caller's own tracee with WUNTRACED, and the end of a child
 * only when its tracer has detached. */
#include <sys/ptrace.h>

#include "vector.h"

static void own_tracee(void)
{
	pid_t pid = vector_child();

	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	MUST(ptrace(PTRACE_ATTACH, pid, 0, 0) == 0);
	MUST(vector_ask(WUNTRACED) == 1);
	MUST(vec[0].state == PIDV_STOPPED && WSTOPSIG(vec[0].status) == SIGSTOP);
	MUST(ptrace(PTRACE_CONT, pid, 0, 0) == 0);
	vector_kill(pid);
	MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
	MUST(WTERMSIG(vec[0].status) == SIGKILL);
}

/* Seizes @pid and reports it; on request, consumes its end. */
static void trace(pid_t pid, int say, int reported)
{
	char c = 0;

	if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0)
		c = 1;
	if (write(say, &c, 1) != 1 || read(reported, &c, 1) != 1)
		_exit(1);
	_exit(waitpid(pid, NULL, 0) != pid);
}

static void somebody_elses(void)
{
	pid_t pid = vector_child(), tracer;
	int say[2], report[2];
	siginfo_t si;
	char c;

	MUST(pipe(say) == 0 && pipe(report) == 0);
	vector_of_one(pid);
	MUST(vector_ask(WNOHANG) == 0);
	tracer = fork();
	if (tracer == 0)
		trace(pid, say[1], report[0]);
	MUST(read(say[0], &c, 1) == 1);
	if (c != 0) {
		printf("skip: a child may not be traced by its brother here\n");
		vector_kill(pid);
		vector_kill(tracer);
	} else {
		MUST(kill(pid, SIGKILL) == 0);
		/* it is a zombie for its tracer, and not yet for its parent */
		MUST(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0);
		MUST(vector_ask(WNOHANG) == 0 && vec[0].state == PIDV_RUNNING);
		MUST(write(report[1], &c, 1) == 1);
		MUST(vector_ask(0) == 1 && vec[0].state == PIDV_EXITED);
	}
	waitpid(pid, NULL, 0);
	MUST(waitpid(tracer, NULL, 0) == tracer);
	for (int i = 0; i < 2; i++)
		close(say[i]), close(report[i]);
}

static void run_scenario(void)
{
	own_tracee();
	somebody_elses();
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
