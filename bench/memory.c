/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory - bytes of private memory that this program gains per live child, and descriptors.
 *
 *   memory [CHILDREN]      prints "bytes descriptors"
 *
 * The children block in read() on a pipe and end when it closes. The first 200 are made before the
 * first look, so that what the C library and the first pages cost is not counted.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WARM 200

static int gate[2];

static long private_bytes(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[128];
	long kib, sum = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Anonymous: %ld", &kib) == 1)
			sum += kib * 1024;
	if (f)
		fclose(f);
	return sum;
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void make(int n)
{
	char c;

	for (int i = 0; i < n; i++) {
		pid_t child = fork();

		if (child < 0) {
			perror("fork");
			exit(1);
		}
		if (child == 0) {
			close(gate[1]);
			_exit(read(gate[0], &c, 1) < 0);
		}
	}
}

int main(int argc, char **argv)
{
	int children = argc > 1 ? atoi(argv[1]) : 10000, fds;
	long before;

	if (pipe(gate) != 0)
		return 1;
	make(WARM);
	before = private_bytes();
	fds = descriptors();
	make(children);
	printf("%.1f %d\n", (double)(private_bytes() - before) / children, descriptors() - fds);
	fflush(stdout);
	close(gate[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
