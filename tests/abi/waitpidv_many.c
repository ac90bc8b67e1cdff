/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() asks about 10,000 children under a limit of 1024 descriptors, and finds those that have ended. */
#include <sys/resource.h>

#include "vector.h"

#define CHILDREN 10000

static struct pidv many[CHILDREN];

/* how many there may be here, all in all */
static bool is_room(void)
{
	struct rlimit most;
	FILE *f = fopen("/proc/sys/kernel/pid_max", "r");
	int numbers = 0;

	MUST(f && fscanf(f, "%d", &numbers) == 1);
	fclose(f);
	MUST(getrlimit(RLIMIT_NPROC, &most) == 0);
	return numbers >= 2 * CHILDREN && (most.rlim_cur > 2 * CHILDREN || geteuid() == 0);
}

static int children(void)
{
	int i;

	for (i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		if (pid < 0)
			break;
		many[i].pid = pid;
	}
	return i;
}

static void play(void)
{
	const struct rlimit few = { 1024, 1024 };
	pidepoch_snapshot_t now;
	int ended = 0;

	MUST(setrlimit(RLIMIT_NOFILE, &few) == 0);
	if (!is_room() || children() < CHILDREN) {
		printf("skip: 10,000 children are too many here\n");
		return;
	}
	now = pidepoch_now();
	MUST(waitpidv(many, CHILDREN, &now, WNOHANG, NULL) == 0);
	for (int i = 0; i < CHILDREN; i += 1000)
		vector_kill(many[i].pid);
	MUST(waitpidv(many, CHILDREN, &now, WNOHANG, NULL) == 10);
	for (int i = 0; i < CHILDREN; i++)
		MUST(many[i].state == (i % 1000 ? PIDV_RUNNING : PIDV_EXITED));
	for (int i = 0; i < CHILDREN; i++)
		if (many[i].state == PIDV_RUNNING)
			kill(many[i].pid, SIGKILL);
	MUST(waitpidv(many, CHILDREN, &now, WAITPIDV_ALL, NULL) == CHILDREN - 10);
	for (int i = 0; i < CHILDREN; i++)
		ended += many[i].state == PIDV_EXITED && WTERMSIG(many[i].status) == SIGKILL;
	MUST(ended == CHILDREN);
	MUST(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		vector_wide_namespace();
	return api_main(argc, play);
}
