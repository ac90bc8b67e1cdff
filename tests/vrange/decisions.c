/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: what docs/vrange.md decides, where no other test shows it: neighbours, overlap, a
 * loss that is reported to one unmark, marks over exec and exit, signals that interrupt, swap.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/time.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define N	16
#define LENGTH	(N * PAGE)
#define THREADS 4

static int mark(char *memory, size_t length)
{
	return mvrange(memory, length, VRANGE_VOLATILE, 0);
}

static int unmark(char *memory, size_t length)
{
	return mvrange(memory, length, VRANGE_NONVOLATILE, VRANGE_FULL);
}

/* Two marks that touch are two objects: VRANGE_FULL gives up one of them. */
static void neighbours(void)
{
	char *m = check_memory(2 * N, 7);

	mark(m, LENGTH);
	mark(m + LENGTH, LENGTH);
	pressure_reclaim_range(m, PAGE);
	CHECK(check_count(m + LENGTH, N, 7) == N, "a purge does not spread");
	CHECK(unmark(m, LENGTH) == 1 && check_count(m, N, 0) == N, "the first is given up");
	CHECK(unmark(m + LENGTH, LENGTH) == 0 && check_count(m + LENGTH, N, 7) == N,
	      "its neighbour is intact");
	munmap(m, 2 * LENGTH);
}

/* The last call owns the pages. */
static void overlap(void)
{
	char *m = check_memory(3 * N, 7);

	mark(m, 2 * LENGTH);
	CHECK(mvrange(m + LENGTH, LENGTH, VRANGE_NONVOLATILE, 0) == 0, "a part is unmarked");
	CHECK(mark(m + 2 * LENGTH, LENGTH) == 0, "behind it");
	pressure_reclaim_range(m, 3 * LENGTH);
	CHECK(check_count(m + LENGTH, N, 7) == N, "what was unmarked last is not taken");
	CHECK(mark(m, 2 * LENGTH) == 0, "marked over a lost and an intact part");
	CHECK(check_count(m, N, -1) == N, "a lost page stays lost");
	CHECK(unmark(m + LENGTH, LENGTH) == 0 && check_count(m + LENGTH, N, 7) == N,
	      "the intact part is intact");
	CHECK(unmark(m, LENGTH) == 1 && unmark(m, LENGTH) == 0, "the lost one is reported once");
	CHECK(unmark(m + 2 * LENGTH, LENGTH) == 1, "as is the other one");
	munmap(m, 3 * LENGTH);
}

/* --- a loss is reported to one of several unmarks --- */

static char *common;
static _Atomic int reports;
static pthread_barrier_t start;

static void *unmarks(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&start);
	reports += mvrange(common, LENGTH, VRANGE_NONVOLATILE, VRANGE_PARTIAL) == 1;
	return NULL;
}

static void reported_to_one(void)
{
	pthread_t thread[THREADS];

	for (int round = 0; round < 50; round++) {
		common = check_memory(N, 7);
		mark(common, LENGTH);
		pressure_reclaim_range(common, PAGE);
		reports = 0;
		pthread_barrier_init(&start, NULL, THREADS);
		for (int i = 0; i < THREADS; i++)
			pthread_create(&thread[i], NULL, unmarks, NULL);
		for (int i = 0; i < THREADS; i++)
			pthread_join(thread[i], NULL);
		CHECK(reports == 1, "one unmark of four reports the loss");
		munmap(common, LENGTH);
	}
}

/* --- exec and exit --- */

static int marks_and_exits(void *fd)
{
	return fvrange(*(int *)fd, 0, LENGTH, VRANGE_VOLATILE, 0) ? 1 : 0;
}

/* Another process marks, and ends. */
static void file_marks_stay(void)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	char *m;

	if (fd < 0 || ftruncate(fd, LENGTH) != 0)
		exit(99);
	m = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(m, 7, LENGTH);
	CHECK(check_in_child(marks_and_exits, &fd) == 0, "marked by a process that has ended");
	/* a mark and an unmark of a page make the descriptor known here */
	fvrange(fd, 0, PAGE, VRANGE_NONVOLATILE, 0);
	fvrange(fd, 0, PAGE, VRANGE_VOLATILE, 0);
	fvrange(fd, 0, PAGE, VRANGE_NONVOLATILE, 0);
	CHECK(vrange_trim(SIZE_MAX) == LENGTH - PAGE, "the rest is still volatile");
	CHECK(fvrange(fd, 0, LENGTH, VRANGE_NONVOLATILE, VRANGE_PARTIAL) == 1 && m[0] == 7, "lost");
	munmap(m, LENGTH);
	close(fd);
}

/* The new program, at main(): nothing of the old one's is volatile. */
static int after_exec(void)
{
	struct vrange_stat stat = { .size = sizeof(stat) };
	char *m = check_memory(N, 7);

	CHECK(vrange_stat(&stat) == 0 && stat.ranges == 0 && stat.armed_bytes == 0, "no marks");
	CHECK(mark(m, LENGTH) == 0 && unmark(m, LENGTH) == 0, "and it works");
	return failures;
}

static int executes(void *memory)
{
	mark(memory, LENGTH);
	execl("/proc/self/exe", "decisions", "ledger", "after-exec", NULL);
	return 99;
}

static void memory_marks_end(void)
{
	CHECK(check_in_child(executes, check_memory(N, 7)) == 0, "after an exec");
}

/* --- signals --- */

static _Atomic long signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* Without SA_RESTART. @result: of a call that was interrupted or not */
static void never_interrupted(int result)
{
	CHECK(result >= 0 || errno != EINTR, "no call fails with EINTR");
}

static void signals_interrupt(void)
{
	const struct itimerval often = { { 0, 100 }, { 0, 100 } };
	const struct sigaction action = { .sa_handler = count_signal };
	struct vrange_object *o = vrange_new(LENGTH, 0);
	const int fd = memfd_create("file", MFD_CLOEXEC);
	char *m = check_memory(N, 7), to[8];

	if (ftruncate(fd, LENGTH) != 0)
		exit(99);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (signals < 200) {
		never_interrupted(mark(m, LENGTH));
		never_interrupted(unmark(m, LENGTH));
		never_interrupted(fvrange(fd, 0, LENGTH, VRANGE_VOLATILE, 0));
		never_interrupted(fvrange(fd, 0, LENGTH, VRANGE_NONVOLATILE, 0));
		never_interrupted(vrange_pin(o, NULL) ? 0 : -1);
		vrange_unpin(o);
		never_interrupted((int)vrange_read(to, o, 0, sizeof(to)));
		vrange_trim(PAGE);
	}
	setitimer(ITIMER_REAL, &(const struct itimerval){ 0 }, NULL);
	CHECK(unmark(m, LENGTH) == 0 && check_count(m, N, 7) == N, "and nothing was lost");
	vrange_delete(o);
	munmap(m, LENGTH);
	close(fd);
}

/* --- swap --- */

#define MANY 64 /* a few pages are read in by the mark */

static int swapped_out(const char *m)
{
	const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t page[MANY];
	int n = 0;

	if (pread(fd, page, sizeof(page), (off_t)((uintptr_t)m / PAGE * 8)) == sizeof(page))
		for (int i = 0; i < MANY; i++)
			n += (page[i] >> 62) & 1;
	close(fd);
	return n;
}

/* mark.3: MADV_FREE would drop such pages at once. */
static void swapped(void)
{
	char *m = check_memory(MANY, 7);

	pressure_reclaim_range(m, MANY * PAGE);
	if (swapped_out(m) == 0) {
		puts("left out: pages that are swapped out (no swap here)");
		return;
	}
	CHECK(mark(m, MANY * PAGE) == 0, "pages that are swapped out");
	CHECK(swapped_out(m) > 0, "stay so");
	CHECK(unmark(m, MANY * PAGE) == 0 && check_count(m, MANY, 7) == MANY, "and are intact");
	munmap(m, MANY * PAGE);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		return check_own_ledger(NULL);
	check_begin();
	check_needs_purge();
	if (argc == 3)
		return after_exec();
	swapped(); /* before the first fork */
	neighbours();
	overlap();
	reported_to_one();
	file_marks_stay();
	memory_marks_end();
	signals_interrupt();
	check_remove_ledger();
	return check_done();
}
