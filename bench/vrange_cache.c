/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vrange_cache - a cache that may want twice the memory of its cgroup.
 *
 *   vrange_cache hits|cpu volatile|lru|kept
 *                   of vrange objects; a list of least recently used entries that was sized by
 *                   hand; one that keeps all, for machines with swap: the share of gets that are
 *                   hits; microseconds of CPU time of a get
 *   vrange_cache bursts volatile|lru N
 *                   of N allocations of half the cgroup beside the full cache, how many are
 *                   survived
 *
 * The list by hand gets 70 % of the cgroup: the rest is for what the program needs at other times.
 * 77: no memory cgroup can be made here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vrange.h>

#include "../tests/vrange/pressure.h"

#define BOUND ((size_t)128 << 20)
#define ENTRY ((size_t)256 << 10)
#define COUNT (2 * BOUND / ENTRY)
#define KEPT  (BOUND * 7 / 10 / ENTRY) /* entries of the list */
#define GETS  6000
#define WORK  12 /* passes over an entry to make it: about half a millisecond */
#define BURST (BOUND / 2)

static struct entry {
	struct vrange_object *object;
	uint64_t *memory;
	unsigned long used;
} entry[COUNT];

static enum kind { LRU, VOLATILE, ALL } kind;
static unsigned long filled, clock_hand;
static size_t kept;

static uint64_t random_number(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Stands for a decoder. */
static int fill(void *to, size_t size, void *arg)
{
	uint64_t *word = to, value = (uint64_t)(uintptr_t)arg + 1;

	for (int pass = 0; pass < WORK; pass++)
		for (size_t i = 0; i < size / sizeof(*word); i++) {
			value = value * 6364136223846793005u + 1442695040888963407u;
			word[i] = value | 1;
		}
	filled++;
	return 0;
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* Makes room in the list by giving up what was not used for longest. */
static void evict(void)
{
	struct entry *oldest = NULL;

	for (size_t i = 0; i < COUNT; i++)
		if (entry[i].memory && (!oldest || entry[i].used < oldest->used))
			oldest = &entry[i];
	munmap(oldest->memory, ENTRY);
	oldest->memory = NULL;
	kept--;
}

static bool get_kept(size_t number)
{
	struct entry *e = &entry[number];

	if (!e->memory) {
		if (kind == LRU && kept == KEPT)
			evict();
		e->memory = map(ENTRY);
		if (!e->memory)
			return false;
		fill(e->memory, ENTRY, (void *)number);
		kept++;
	}
	e->used = ++clock_hand;
	return e->memory[0] != 0;
}

static bool get_volatile(size_t number)
{
	struct entry *e = &entry[number];
	const uint64_t *word;
	bool right;

	if (!e->object)
		e->object = vrange_new(ENTRY, 0);
	word = e->object ? vrange_fill(e->object, fill, (void *)number) : NULL;
	right = word && word[0];
	if (word)
		vrange_unpin(e->object);
	return right;
}

/* Small numbers are asked for more often. */
static bool use(long gets)
{
	bool right = true;

	for (long i = 0; i < gets && right; i++) {
		const double u = (double)(random_number() >> 11) / 9007199254740992.0;
		const size_t number = (size_t)(u * u * u * COUNT);

		right = kind == VOLATILE ? get_volatile(number) : get_kept(number);
	}
	return right;
}

static double cpu_time(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

/* Returns the exit status. @what: 'h' or 'c' */
static int measure(char what)
{
	double start;

	if (!use(GETS / 2)) /* fills the cache */
		return 1;
	filled = 0;
	start = cpu_time();
	if (!use(GETS))
		return 1;
	if (what == 'c')
		printf("%.2f\n", (cpu_time() - start) / GETS);
	else
		printf("%.4f\n", 1 - (double)filled / GETS);
	return 0;
}

static int burst(void)
{
	char *memory;

	if (!use(GETS / 4))
		return 1;
	memory = map(BURST);
	if (!memory)
		return 1;
	memset(memory, 1, BURST);
	return use(GETS / 40) ? 0 : 1;
}

/* Each in a process and a cgroup of its own, which the kernel may kill. */
static int in_cgroup(int (*run)(char), char what)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (pressure_enter(BOUND) != NULL)
			_exit(77);
		status = run(what);
		fflush(stdout);
		_exit(status);
	}
	waitpid(child, &status, 0);
	pressure_remove(child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int one_burst(char what)
{
	(void)what;
	return burst();
}

int main(int argc, char **argv)
{
	int survived = 0;

	if (argc < 3)
		return 2;
	kind = argv[2][0] == 'v' ? VOLATILE : argv[2][0] == 'l' ? LRU : ALL;
	if (argv[1][0] != 'b')
		return in_cgroup(measure, argv[1][0]);
	for (int i = 0; argc == 4 && i < atoi(argv[3]); i++) {
		const int status = in_cgroup(one_burst, 0);

		if (status == 77)
			return 77;
		survived += status == 0;
	}
	printf("%d\n", survived);
	return 0;
}
