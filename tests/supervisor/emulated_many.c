// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * More children than one call takes are waited for by the loop with 32 descriptors, each end once;
 * the supervisor may have enough descriptors to listen to them, or not.
 */
#include <sys/resource.h>

#include "../support/emulated.h"

enum { CHILDREN = 2 * PIDEPOCH_WAITPIDV_MOST + 100 };

static struct pidv v[CHILDREN];

static void limit(rlim_t most)
{
	struct rlimit l = { most, most };

	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		exit(98);
}

/* all wait for one end of a pipe, and then end by themselves, or not before they are killed */
static void spawn_all(int *keepalive)
{
	int ends[2];
	char c;

	if (pipe(ends) < 0)
		exit(98);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			close(ends[1]);
			while (read(ends[0], &c, 1) > 0 || i % 7 == 0)
				;
			_exit(i % 256);
		}
		if (pid < 0) {
			printf("skip: cannot create %d children: %s\n", CHILDREN, strerror(errno));
			exit(77);
		}
		v[i] = (struct pidv){ .pid = pid,
				      .epoch = (pidepoch_t)number_ref(pid),
				      .flags = PIDV_TAGGED };
	}
	close(ends[0]);
	*keepalive = ends[1];
}

static int run_scenario(void)
{
	int keepalive, right = 0;

	limit(32);
	spawn_all(&keepalive);
	number_is("all live", pidepoch_raw_waitpidv(v, CHILDREN, NULL, WNOHANG, NULL), 0);
	kill(v[CHILDREN - 8].pid, SIGKILL);
	number_is("one is killed", pidepoch_raw_waitpidv(v, CHILDREN, NULL, 0, NULL), 1);
	number_is("the one", v[CHILDREN - 8].status, SIGKILL);
	for (int i = 0; i < CHILDREN; i++)
		if (i % 7 == 0 && i != CHILDREN - 8)
			number_is("a kill", number_kill(v[i].pid, (long)v[i].epoch, SIGKILL), 0);
	close(keepalive);
	number_is("all others end", pidepoch_raw_waitpidv(v, CHILDREN, NULL, WAITPIDV_ALL, NULL),
		  CHILDREN - 1);
	for (int i = 0; i < CHILDREN; i++)
		right += v[i].state == PIDV_EXITED &&
			 v[i].status ==
				 (i == CHILDREN - 8 || i % 7 == 0 ? SIGKILL : (i % 256) << 8);
	number_is("each as it did", right, CHILDREN);
	number_is("no process is left", waitpid(-1, NULL, WNOHANG), -1);
	return number_done();
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	(void)argc;
	if (number_is_inside())
		return run_scenario();
	pid = fork();
	if (pid == 0) {
		limit(256); /* and the supervisor's is not much more */
		number_go_inside(argv);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	number_go_inside(argv);
}
