/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fork - microseconds of one fork + _exit + waitpid, as the median of blocks.
 *
 *   fork [fork|vfork|spawn]
 *   fork start [LIBRARY]       spawn of true with LIBRARY preloaded there, and not here
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 61
#define CYCLES 40

extern char **environ;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

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

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "fork";
	double block[BLOCKS];

	if (strcmp(how, "start") == 0 && argc > 2 && *argv[2])
		setenv("LD_PRELOAD", argv[2], 1);

	for (int b = 0; b < BLOCKS; b++) {
		double start = now();

		for (int i = 0; i < CYCLES; i++) {
			pid_t child = make(how);

			if (child < 0 || waitpid(child, NULL, 0) != child) {
				perror(how);
				return 1;
			}
		}
		block[b] = (now() - start) / CYCLES;
	}
	qsort(block, BLOCKS, sizeof(block[0]), compare);
	printf("%.2f\n", block[BLOCKS / 2]);
	return 0;
}
