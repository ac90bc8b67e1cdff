/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * demo - a cache of twice the memory that its process may have, without and with vrange.
 *
 * demo [SECONDS]. Each of the two caches runs in a process of its own, in a memory cgroup. Where
 * none can be made, the bound is kept by the process itself: the plain cache is killed when it
 * exceeds it, the other one is trimmed. Exit status: 0 as claimed, 1 not.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <vrange.h>

#include "pressure.h"

#define BOUND ((size_t)64 << 20)
#define ENTRY ((size_t)256 << 10)
#define COUNT (2 * BOUND / ENTRY)
#define WIDTH 40

/* what the parent shows of its child */
struct board {
	_Atomic long gets, hits, filled, wrong;
	_Atomic int has_cgroup;
};

static struct board *board;
static double seconds = 8;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Stands for the work that the cache saves. */
static int fill(void *to, size_t size, void *arg)
{
	uint64_t *word = to, value = (uint64_t)(uintptr_t)arg + 1;

	for (size_t i = 0; i < size / sizeof(*word); i++) {
		value = value * 6364136223846793005u + 1442695040888963407u;
		word[i] = value | 1;
	}
	board->filled++;
	return 0;
}

static bool is_right(const uint64_t *word, size_t number)
{
	const uint64_t first = (number + 1) * 6364136223846793005u + 1442695040888963407u;

	return word[0] == (first | 1) && word[ENTRY / sizeof(*word) - 1];
}

static size_t resident(void)
{
	size_t total = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%zu %zu", &total, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * 4096;
}

/* Without a cgroup: the bound, kept by hand. */
static void keep_bound(bool plain)
{
	const size_t used = resident();

	if (used <= BOUND)
		return;
	if (plain)
		raise(SIGKILL);
	vrange_trim(used - BOUND + BOUND / 8);
}

static size_t choose(void)
{
	const double u = rand() / (RAND_MAX + 1.0);

	return (size_t)(u * u * (double)COUNT);
}

static uint64_t *get_plain(size_t number)
{
	static uint64_t *entry[COUNT];

	if (!entry[number]) {
		entry[number] = malloc(ENTRY);
		if (!entry[number])
			raise(SIGKILL);
		fill(entry[number], ENTRY, (void *)number);
	}
	return entry[number];
}

static struct vrange_object *object[COUNT];

static uint64_t *get_volatile(size_t number)
{
	if (!object[number])
		object[number] = vrange_new(ENTRY, 0);
	return vrange_fill(object[number], fill, (void *)number);
}

static int cache(bool plain)
{
	const double end = now() + seconds;

	board->has_cgroup = pressure_enter(BOUND) == NULL;
	while (now() < end) {
		const size_t number = choose();
		const long filled = board->filled;
		const uint64_t *word = plain ? get_plain(number) : get_volatile(number);

		board->gets++;
		board->hits += board->filled == filled;
		board->wrong += !word || !is_right(word, number);
		if (!plain && word)
			vrange_unpin(object[number]);
		if (!board->has_cgroup && board->gets % 16 == 0)
			keep_bound(plain);
	}
	return 0;
}

static void show(bool live)
{
	const long gets = board->gets, hits = board->hits;
	const int percent = gets ? (int)(100 * hits / gets) : 0;
	char bar[WIDTH + 1];

	memset(bar, ' ', WIDTH);
	memset(bar, '#', (size_t)(percent * WIDTH / 100));
	bar[WIDTH] = '\0';
	printf("%s  hits %3d %% [%s] %ld gets%s", live ? "\r" : "", percent, bar, gets,
	       live ? "" : "\n");
	fflush(stdout);
}

/* Runs one cache and shows it. Its wait status. */
static int run(bool plain)
{
	const bool live = isatty(STDOUT_FILENO);
	const struct timespec a_while = { 0, 100000000 };
	int status = 0;
	pid_t child;

	memset(board, 0, sizeof(*board));
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(cache(plain));
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (live)
			show(true);
		nanosleep(&a_while, NULL);
	}
	if (live)
		putchar('\r');
	show(false);
	pressure_remove(child);
	return status;
}

int main(int argc, char **argv)
{
	int status;
	bool right;

	if (argc > 1)
		seconds = atof(argv[1]);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	printf("A cache of %zu MiB in %zu MiB of memory.\n\n", 2 * BOUND >> 20, BOUND >> 20);
	puts("plain malloc:");
	status = run(true);
	right = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	printf("  %s\n\nvrange objects:\n",
	       right ? "killed: it wanted more memory than there is" : "was NOT killed");
	status = run(false);
	right = right && status == 0 && board->wrong == 0 && board->filled > (long)COUNT / 2;
	printf("  %s%s\n", status == 0 ? "alive, with all content right" : "DIED",
	       board->has_cgroup ? "" : " (no cgroup can be made here: bound kept by the process)");
	return right ? 0 : 1;
}
