// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * crowd - a static program of a thousand processes, all alive at once, of which each has a child, signals it, reaps it and is
 * then refused nothing and forbidden nothing. It says how many were well.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CROWD = 1000 };

static int is_well(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	return child > 0 && kill(child, SIGTERM) == 0 && waitpid(-1, &status, 0) == child &&
	       WTERMSIG(status) == SIGTERM && kill(child, SIGTERM) < 0 && errno == ESRCH &&
	       wait(NULL) < 0 && errno == ECHILD;
}

int main(void)
{
	int go[2], status, well = 0;
	pid_t all[CROWD];
	char c;

	if (pipe(go) < 0)
		return 98;
	for (int i = 0; i < CROWD; i++) {
		all[i] = fork();
		if (all[i] == 0) {
			close(go[1]);
			_exit(read(go[0], &c, 1) != 0 || !is_well());
		}
		if (all[i] < 0)
			return 97;
	}
	close(go[1]);
	for (int i = 0; i < CROWD; i++)
		well += waitpid(all[i], &status, 0) == all[i] && status == 0;
	printf("%d well\n", well);
	return well != CROWD;
}
