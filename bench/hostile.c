// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * hostile - what a watched process pays for a notified call while another user's processes hold the
 * supervisor up.
 *
 *   hostile KIND PROCESSES [CALLS]
 *
 *   slow      each has the supervisor read a page that never comes
 *   entries   each asks about 1,024 processes, again and again
 *   calls     each makes short notified calls without a pause
 *   busy      each computes, and calls nothing: what the processes cost by themselves
 *
 * Prints the median and the 99th percentile of the calls of the one process, in ns.
 */
#include <pidepoch.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "../tests/supervisor/slow_page.h"

enum { USER = 4711, MOST = 100000 };

static pid_t target;
static void *page;

static void ask_slowly(void)
{
	syscall(PIDEPOCH_NR_waitpidv, page, 4L, 0L, 0L, sizeof(struct pidv));
}

static void ask_much(void)
{
	static struct pidv v[PIDEPOCH_WAITPIDV_MOST];

	for (int i = 0; i < PIDEPOCH_WAITPIDV_MOST; i++)
		v[i] = (struct pidv){ .pid = target };
	syscall(PIDEPOCH_NR_waitpidv, v, (long)PIDEPOCH_WAITPIDV_MOST, 0L, 0L, sizeof(*v));
}

static void call(void)
{
	syscall(SYS_kill, target, 0);
}

static void compute(void)
{
	static volatile unsigned int n;

	for (int i = 0; i < 1000; i++)
		n++;
}

static const struct kind {
	const char *name;
	void (*again)(void);
} kinds[] = {
	{ "slow", ask_slowly },
	{ "entries", ask_much },
	{ "calls", call },
	{ "busy", compute },
};

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	fprintf(stderr, "hostile: no such kind: %s\n", name);
	exit(2);
}

static void start(const struct kind *k, int processes)
{
	struct slow_page slow;

	if (k->again == ask_slowly) {
		if (!slow_page_make(&slow, -1)) {
			fprintf(stderr, "hostile: no FUSE file system can be mounted here\n");
			exit(77);
		}
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, slow.fd, 0);
	}
	for (int i = 0; i < processes; i++) {
		if (fork() != 0)
			continue;
		if (setresuid(USER, USER, USER) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
		    getppid() == 1)
			_exit(1);
		for (;;)
			k->again();
	}
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int by_length(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void measure(int calls)
{
	static uint64_t took[MOST];

	for (int i = 0; i < calls; i++) {
		uint64_t from = now();

		call();
		took[i] = now() - from;
	}
	qsort(took, (size_t)calls, sizeof(*took), by_length);
	printf("%lu %lu\n", took[calls / 2], took[calls * 99 / 100]);
}

int main(int argc, char **argv)
{
	const struct timespec settle = { .tv_nsec = 300000000 };
	int calls = argc > 3 ? atoi(argv[3]) : 2000;

	if (argc < 3 || calls <= 0 || calls > MOST || getuid() != 0) {
		fprintf(stderr, "usage, as root: hostile KIND PROCESSES [CALLS]\n");
		return 2;
	}
	target = getppid();
	start(kind_of(argv[1]), atoi(argv[2]));
	nanosleep(&settle, NULL);
	measure(calls);
	return 0;
}
