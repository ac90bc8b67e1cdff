/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* waitpidv() asks about 10,000 children (or PIDEPOCH_MANY) under a limit of 1024 descriptors, and
 * finds those that have ended. */
#include <sys/resource.h>

#include "vector.h"

#define CHILDREN 10000
#define MOST	 100000
#define OTHERS	 2000 /* the pids left for other processes on a machine with few pids */

static struct pidv many[MOST];
static int wanted = CHILDREN;

/* The namespace's own size is not enough: each child has a pid outside of it as well. */
static void remember_numbers(void)
{
	FILE *f = fopen("/proc/sys/kernel/pid_max", "r");
	char text[16];

	MUST(f && fgets(text, sizeof(text), f));
	fclose(f);
	setenv("NUMBERS", text, 1);
}

static bool is_room(void)
{
	const char *many_more = getenv("PIDEPOCH_MANY");
	struct rlimit most;

	if (many_more)
		wanted = atoi(many_more);
	MUST(wanted > 1000 && wanted <= MOST);
	MUST(getrlimit(RLIMIT_NPROC, &most) == 0);
	return atoi(getenv("NUMBERS")) > wanted + OTHERS &&
	       (most.rlim_cur > (rlim_t)wanted + OTHERS || geteuid() == 0);
}

static int children(void)
{
	int i;

	for (i = 0; i < wanted; i++) {
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

static void run_scenario(void)
{
	const struct rlimit few = { 1024, 1024 };
	pidepoch_snapshot_t now;
	int ended = 0, some = 0;

	MUST(setrlimit(RLIMIT_NOFILE, &few) == 0);
	if (!is_room() || children() < wanted) {
		printf("skip: %d children are too many here\n", wanted);
		exit(API_SKIP);
	}
	now = pidepoch_now();
	MUST(waitpidv(many, (size_t)wanted, &now, WNOHANG, NULL) == 0);
	for (int i = 0; i < wanted; i += 1000, some++)
		vector_kill(many[i].pid);
	MUST(waitpidv(many, (size_t)wanted, &now, WNOHANG, NULL) == some);
	for (int i = 0; i < wanted; i++)
		MUST(many[i].state == (i % 1000 ? PIDV_RUNNING : PIDV_EXITED));
	for (int i = 0; i < wanted; i++)
		if (many[i].state == PIDV_RUNNING)
			kill(many[i].pid, SIGKILL);
	MUST(waitpidv(many, (size_t)wanted, &now, WAITPIDV_ALL, NULL) == wanted - some);
	for (int i = 0; i < wanted; i++)
		ended += many[i].state == PIDV_EXITED && WTERMSIG(many[i].status) == SIGKILL;
	MUST(ended == wanted);
	MUST(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 1) {
		remember_numbers();
		vector_wide_namespace();
	}
	return api_main(argc, run_scenario);
}
