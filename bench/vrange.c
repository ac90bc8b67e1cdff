/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange - nanoseconds of one call on KIB of memory, all of whose pages are there: the median.
 *
 *   vrange mark|unmark|free|touch KIB    mvrange(VOLATILE); mvrange(NONVOLATILE); MADV_FREE; a
 *                                        read-modify-write of one word of each page
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <vrange.h>

#define ROUNDS 301
#define PAGE   4096

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

static int touch(volatile char *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		memory[at]++;
	return 0;
}

static int make(const char *what, char *memory, size_t bytes)
{
	switch (what[0]) {
	case 'm':
		return mvrange(memory, bytes, VRANGE_VOLATILE, 0);
	case 'u':
		return mvrange(memory, bytes, VRANGE_NONVOLATILE, 0);
	case 'f':
		return madvise(memory, bytes, MADV_FREE);
	default:
		return touch(memory, bytes);
	}
}

/* Before each round, outside of it. A touch is of pages that may be reclaimed, as an unmark's are.
 * */
static int prepare(const char *what, char *memory, size_t bytes)
{
	if (what[0] == 'm')
		mvrange(memory, bytes, VRANGE_NONVOLATILE, 0);
	memset(memory, 1, bytes);
	if (what[0] == 't')
		return madvise(memory, bytes, MADV_FREE);
	return what[0] == 'u' ? mvrange(memory, bytes, VRANGE_VOLATILE, 0) : 0;
}

int main(int argc, char **argv)
{
	size_t bytes = argc == 3 ? strtoul(argv[2], NULL, 10) * 1024 : 0;
	char *memory = mmap(NULL, bytes + !bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static double round[ROUNDS];

	if (!bytes || memory == MAP_FAILED)
		return 2;
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	for (int i = 0; i < ROUNDS; i++) {
		double start;
		int r;

		if (prepare(argv[1], memory, bytes) < 0)
			return 1;
		start = now();
		r = make(argv[1], memory, bytes);
		round[i] = now() - start;
		if (r < 0) {
			perror(argv[1]);
			return 1;
		}
	}
	qsort(round, ROUNDS, sizeof(round[0]), compare);
	printf("%.2f\n", round[ROUNDS / 2]);
	return 0;
}
