/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each call on a reference returns what its plain counterpart returns while the process lives, and
 * fails without any effect when it has ended: on a child, and on another process.
 */
#include "variants.h"

/* A grandchild, which is not our child; it ends with @parent. */
static pid_t start_other(pid_t *parent)
{
	int reported[2];
	pid_t other = 0;

	MUST(pipe(reported) == 0);
	*parent = fork();
	if (*parent == 0) {
		other = api_child();
		MUST(write(reported[1], &other, sizeof(other)) == sizeof(other));
		waitpid(other, NULL, 0);
		_exit(0);
	}
	MUST(read(reported[0], &other, sizeof(other)) == sizeof(other));
	close(reported[0]);
	close(reported[1]);
	return other;
}

static void run_scenario(void)
{
	struct pidepoch_ref child = api_ref(api_child()), other;
	pid_t parent;

	MUST(sched_getaffinity(0, sizeof(processors), &processors) == 0);
	self = api_ref(getpid());
	other = api_ref(start_other(&parent));
	for (size_t i = 0; i < VARIANTS_COUNT; i++) {
		variants_agree(&variants[i], child);
		variants_agree(&variants[i], other);
	}
	api_end(child.pid);
	MUST(pidepoch_kill(other.pid, other.epoch, SIGKILL) == 0);
	MUST(waitpid(parent, NULL, 0) == parent);
	for (size_t i = 0; i < VARIANTS_COUNT; i++) {
		variants_refuse(&variants[i], child);
		variants_refuse(&variants[i], other);
	}
}

int main(int argc, char **argv)
{
	(void)argv;
	return api_main(argc, run_scenario);
}
