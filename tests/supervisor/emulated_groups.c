/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PIDEPOCH_NR_killpg of a static program: it reaches the group, also when its leader has been
 * reaped, and then no process.
 */
#include "../support/emulated.h"

#include <sys/prctl.h>

static int ready[2];

static _Noreturn void stay(void)
{
	if (write(ready[1], "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static pid_t start_group(void)
{
	pid_t leader = fork();
	char c[1];

	if (leader == 0) {
		setpgid(0, 0);
		if (fork() == 0)
			stay();
		stay();
	}
	for (int n = 0; n < 2;)
		n += (int)read(ready[0], c, 1);
	return leader;
}

static long killpg_by(pid_t pid, long epoch, int signal)
{
	return number_call(PIDEPOCH_NR_killpg, pid, epoch, signal, 0);
}

static void run_scenario(void)
{
	long epoch;
	int status;
	pid_t leader;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	number_is("pipe", pipe(ready), 0);
	leader = start_group();
	epoch = number_ref(leader);
	number_is("no signal", killpg_by(leader, epoch, 0), 0);
	number_is("a wrong signal", killpg_by(leader, epoch, 65), -EINVAL);
	number_is("an epoch to come", killpg_by(leader, epoch + 7, 0), -EINVAL);
	kill(leader, SIGKILL);
	number_is("the leader", waitpid(leader, NULL, 0), leader);
	number_is("its group", killpg_by(leader, epoch, SIGTERM), 0);
	number_holds("the member", wait(&status) > 0 && WTERMSIG(status) == SIGTERM);
	number_holds("an ended group", killpg_by(leader, epoch, SIGTERM) < 0);
	leader = start_group();
	number_is("a whole group", killpg_by(leader, number_ref(leader), SIGTERM), 0);
	number_holds("one", wait(&status) > 0 && WTERMSIG(status) == SIGTERM);
	number_holds("the other", wait(&status) > 0 && WTERMSIG(status) == SIGTERM);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!number_is_inside())
		number_go_inside(argv);
	run_scenario();
	return number_done();
}
