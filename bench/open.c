/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open - nanoseconds of one open and close of a file, as the median of blocks. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 101
#define CALLS  2000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	double block[BLOCKS];

	for (int b = 0; b < BLOCKS; b++) {
		double start = now();

		for (int i = 0; i < CALLS; i++) {
			int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

			if (fd < 0) {
				perror("open");
				return 1;
			}
			close(fd);
		}
		block[b] = (now() - start) / CALLS;
	}
	qsort(block, BLOCKS, sizeof(block[0]), compare);
	printf("%.2f\n", block[BLOCKS / 2]);
	return 0;
}
