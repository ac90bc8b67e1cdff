/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange - nanoseconds of one call on KIB of memory, all of whose pages are there: the median.
 *
 *   vrange mark|unmark|free|touch KIB [huge]  mvrange(VOLATILE); mvrange(NONVOLATILE); MADV_FREE; a
 *                                             read-modify-write of one word of each page. huge:
 *                                             transparent huge pages
 *   vrange raw-mark|raw-unmark KIB            the system calls alone that change the memory, as in
 *                                             vrange_raw.h
 *   vrange toggle|protect KIB                 vrange_pin() and vrange_unpin() of an object; a pair
 *                                             of mprotect()
 *   vrange getppid KIB                        the cheapest system call
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <vrange.h>
#include <vrange_raw.h>

#define ROUNDS	     301
#define LARGE_ROUNDS 7
#define LARGE	     ((size_t)64 << 20) /* bytes */
#define PAGE	     4096

static char *memory;
static size_t bytes;
static struct vrange_object *object;
static int raw = -1;

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

/* --- what is measured --- */

static int mark(void)
{
	return mvrange(memory, bytes, VRANGE_VOLATILE, 0);
}

static int unmark(void)
{
	return mvrange(memory, bytes, VRANGE_NONVOLATILE, 0);
}

static int raw_mark(void)
{
	return vrange_raw_mark(raw, memory, bytes);
}

static int raw_unmark(void)
{
	return vrange_raw_unmark(raw, memory, bytes);
}

static int give(void)
{
	return madvise(memory, bytes, MADV_FREE);
}

static int touch(void)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		((volatile char *)memory)[at]++;
	return 0;
}

static int toggle(void)
{
	const bool pinned = vrange_pin(object, NULL);

	vrange_unpin(object);
	return pinned ? 0 : -1;
}

static int protect(void)
{
	return mprotect(memory, bytes, PROT_NONE) | mprotect(memory, bytes, PROT_READ | PROT_WRITE);
}

static int ask(void)
{
	return (int)syscall(SYS_getppid) < 0;
}

/* --- before each round, outside of it --- */

static int fill(void)
{
	memset(memory, 1, bytes);
	return 0;
}

static int fill_unmarked(void)
{
	return unmark() < 0 ? -1 : fill();
}

static int fill_marked(void)
{
	return fill() + mark();
}

static int fill_raw_unmarked(void)
{
	return raw_unmark() < 0 ? -1 : fill();
}

static int fill_raw_marked(void)
{
	return fill() + raw_mark();
}

/* A touch is of pages that may be reclaimed, as an unmark's are. */
static int fill_given(void)
{
	return fill() + give();
}

static int nothing(void)
{
	return 0;
}

static const struct what {
	const char *name;
	int (*prepare)(void);
	int (*make)(void);
	int times; /* in a round: a short one is repeated */
} all[] = {
	{ "mark", fill_unmarked, mark, 1 },
	{ "unmark", fill_marked, unmark, 1 },
	{ "raw-mark", fill_raw_unmarked, raw_mark, 1 },
	{ "raw-unmark", fill_raw_marked, raw_unmark, 1 },
	{ "free", fill, give, 1 },
	{ "touch", fill_given, touch, 1 },
	{ "toggle", nothing, toggle, 10000 },
	{ "protect", nothing, protect, 1 },
	{ "getppid", nothing, ask, 10000 },
};

static const struct what *find(const char *name)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

static double measure(const struct what *w)
{
	const int rounds = bytes > LARGE ? LARGE_ROUNDS : ROUNDS;
	static double round[ROUNDS];
	double start;
	int failed = 0;

	for (int i = 0; i < rounds && !failed; i++) {
		failed = w->prepare() < 0;
		start = now();
		for (int n = 0; n < w->times; n++)
			failed |= w->make() < 0;
		round[i] = (now() - start) / w->times;
	}
	qsort(round, (size_t)rounds, sizeof(round[0]), compare);
	return failed ? -1 : round[rounds / 2];
}

/* An object all of whose memory was written, and that is volatile. */
static void make_object(void)
{
	object = vrange_new(bytes, 0);
	if (!object || !(memory = vrange_pin(object, NULL)))
		exit(1);
	fill();
	vrange_unpin(object);
}

int main(int argc, char **argv)
{
	const struct what *w = argc >= 3 ? find(argv[1]) : NULL;
	double result;

	bytes = w ? strtoul(argv[2], NULL, 10) * 1024 : 0;
	if (!bytes)
		return 2;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 2;
	madvise(memory, bytes, argc == 4 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	if (strncmp(w->name, "raw", 3) == 0)
		raw = vrange_raw_open();
	if (w->make == toggle)
		make_object();
	else
		fill();
	result = measure(w);
	if (result < 0) {
		perror(argv[1]);
		return 1;
	}
	printf("%.2f\n", result);
	return 0;
}
