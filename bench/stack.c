/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stack - nanoseconds of one stack taken and kept, as the median of blocks.
 *
 *   stack [DEPTH]      DEPTH calls below main, 8 if not given
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/stack/trace.h"

#define BLOCKS 61
#define CYCLES 2000

static volatile unsigned int sink;

static const void *find(uintptr_t pc)
{
	struct dl_find_object found;

	return _dl_find_object((void *)pc, &found) == 0 ? found.dlfo_eh_frame : NULL;
}

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

__attribute__((noinline)) static double measure(struct pe_trace *t)
{
	static double block[BLOCKS];

	for (int b = 0; b < BLOCKS; b++) {
		double start = now();

		for (int i = 0; i < CYCLES; i++)
			sink += pe_trace_take(t);
		block[b] = (now() - start) / CYCLES;
	}
	qsort(block, BLOCKS, sizeof(block[0]), compare);
	return block[BLOCKS / 2];
}

__attribute__((noinline)) static double below(struct pe_trace *t, int depth)
{
	double ns = depth > 0 ? below(t, depth - 1) : measure(t);

	sink++;
	return ns;
}

int main(int argc, char **argv)
{
	const struct pe_unwind unwind = { .find = find };
	struct pe_trace *t = pe_trace_make(&unwind);

	if (!t)
		return 1;
	printf("%.0f\n", below(t, argc > 1 ? atoi(argv[1]) : 8));
	return 0;
}
