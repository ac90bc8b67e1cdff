/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kill - nanoseconds of one signalling call to a live child, as the median of blocks.
 *
 *   kill kill     SIGURG by kill(2)
 *   kill probe    signal 0 by kill(2)
 *   kill pidfd    SIGURG by pidfd_send_signal(2)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 101
#define CALLS  4000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_number(const char *how, pid_t child, int fd)
{
	return fd >= 0 ? pidfd_send_signal(fd, SIGURG, NULL, 0)
		       : kill(child, strcmp(how, "probe") == 0 ? 0 : SIGURG);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "kill";
	double block[BLOCKS];
	pid_t child = fork();
	int fd = -1;

	if (child == 0) {
		pause();
		_exit(0);
	}
	if (strcmp(how, "pidfd") == 0)
		fd = pidfd_open(child, 0);
	for (int b = 0; b < BLOCKS; b++) {
		double start = now();

		for (int i = 0; i < CALLS; i++)
			if (by_number(how, child, fd) != 0) {
				perror(how);
				return 1;
			}
		block[b] = (now() - start) / CALLS;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	qsort(block, BLOCKS, sizeof(block[0]), compare);
	printf("%.2f\n", block[BLOCKS / 2]);
	return 0;
}
