/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * block - time blocks of calls.
 *
 * A program prints the median of its blocks. If its first argument is "paced", it prints one line
 * for each byte on standard input instead: bench.py then alternates between programs after each
 * block, so whatever else the machine does slows all of them.
 */
#ifndef BENCH_BLOCK_H
#define BENCH_BLOCK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_MOST 256

/* Time the calls of one block, of which there are @calls. */
typedef void block_body(int calls, void *arg);

static inline double block_ns(block_body *body, int calls, void *arg)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	body(calls, arg);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
	       calls;
}

static inline int block_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of @blocks blocks, at most BLOCK_MOST, of @calls calls each, in ns for one call. */
static inline double block_median(block_body *body, int blocks, int calls, void *arg)
{
	static double ns[BLOCK_MOST];

	for (int i = 0; i < blocks; i++)
		ns[i] = block_ns(body, calls, arg);
	qsort(ns, (size_t)blocks, sizeof(ns[0]), block_compare);
	return ns[blocks / 2];
}

/* Is the first argument "paced"? Then remove it. */
static inline bool block_is_paced(int *argc, char ***argv)
{
	if (*argc < 2 || strcmp((*argv)[1], "paced") != 0)
		return false;
	(*argc)--;
	(*argv)++;
	return true;
}

/* Print figures in units of @unit ns. A paced block has a tenth of the calls. */
static inline void block_run(bool paced, block_body *body, int blocks, int calls, void *arg,
			     double unit)
{
	char byte;

	if (!paced)
		printf("%.2f\n", block_median(body, blocks, calls, arg) / unit);
	while (paced && read(0, &byte, 1) == 1) {
		printf("%.2f\n", block_ns(body, calls / 10, arg) / unit);
		fflush(stdout);
	}
}

#endif
