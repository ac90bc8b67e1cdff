/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads that ask about the same children at once get each end once: one of them EXITED and the
 * status, the others ENDED. */
#include <pthread.h>

#include "vector.h"

#define CHILDREN 200
#define THREADS	 4

static struct pidv all[THREADS][CHILDREN];

static void *ask(void *mine)
{
	struct pidv *v = mine;
	int n, sum = 0;

	while (sum < CHILDREN) {
		n = waitpidv(v, CHILDREN, NULL, 0, NULL);
		MUST(n > 0);
		sum += n;
	}
	return NULL;
}

static void run_scenario(void)
{
	pthread_t thread[THREADS];
	pid_t pid[CHILDREN];
	int go[2];
	char c;

	MUST(pipe(go) == 0);
	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			close(go[1]);
			_exit(read(go[0], &c, 1) == 0 ? i % 100 : 101);
		}
		MUST(pid[i] > 0);
		for (int t = 0; t < THREADS; t++)
			all[t][i] = vector_entry(pid[i]);
	}
	for (int t = 0; t < THREADS; t++)
		MUST(pthread_create(&thread[t], NULL, ask, all[t]) == 0);
	close(go[1]);
	for (int t = 0; t < THREADS; t++)
		MUST(pthread_join(thread[t], NULL) == 0);
	for (int i = 0; i < CHILDREN; i++) {
		int exited = 0;

		for (int t = 0; t < THREADS; t++) {
			exited += all[t][i].state == PIDV_EXITED;
			if (all[t][i].state == PIDV_EXITED)
				MUST(WEXITSTATUS(all[t][i].status) == i % 100);
			else
				MUST(all[t][i].state == PIDV_ENDED);
		}
		MUST(exited == 1);
	}
	close(go[0]);
	MUST(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

int main(int argc, char **argv)
{
	(void)argv;
	return vector_main(argc, run_scenario);
}
