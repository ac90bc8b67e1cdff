/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fork - microseconds of one fork + _exit + waitpid (block.h).
 *
 *   fork [paced] [fork|vfork|spawn]
 *   fork [paced] start [LIBRARY]     spawn of true with LIBRARY preloaded there, and not here
 *   fork times N                     N forks, one after the other
 */
#include <spawn.h>
#include <sys/wait.h>

#include "block.h"

#define BLOCKS 61
#define CYCLES 40

extern char **environ;

static pid_t make(const char *how)
{
	char *argv[] = { (char *)"true", NULL };
	pid_t child = -1;

	if (how[0] == 's')
		posix_spawn(&child, "/bin/true", NULL, NULL, argv, environ);
	else
		child = strcmp(how, "vfork") == 0 ? vfork() : fork();
	if (child == 0)
		_exit(0);
	return child;
}

static void cycles(int count, void *how)
{
	for (int i = 0; i < count; i++) {
		pid_t child = make(how);

		if (child < 0 || waitpid(child, NULL, 0) != child) {
			perror(how);
			exit(1);
		}
	}
}

int main(int argc, char **argv)
{
	bool paced = block_is_paced(&argc, &argv);
	char how[] = "fork";

	if (argc > 2 && strcmp(argv[1], "start") == 0 && *argv[2])
		setenv("LD_PRELOAD", argv[2], 1);
	if (argc > 2 && strcmp(argv[1], "times") == 0)
		printf("%.2f\n", block_ns(cycles, atoi(argv[2]), how) / 1e3);
	else
		block_run(paced, cycles, BLOCKS, CYCLES, argc > 1 ? argv[1] : how, 1e3);
	return 0;
}
