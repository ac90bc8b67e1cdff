/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: marks, unmarks, reads, writes, forks and real reclaim in any order show what a model
 * of 48 pages expects. vrange.1, vrange.2, vrange.3, vrange.4, vrange.5, vrange.6, vrange.13.
 *
 * model SEED STEPS. The pressure that a page has seen is a count in shared memory: a sibling's
 * reclaim can take a page of this process, too. A page that was marked while a reclaim was under
 * way may have been seen by it, hence `under_way`.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vrange.h>

#include "pressure.h"

#define PAGE  4096ul
#define PAGES 48
#define MOST  12 /* pages that one step concerns */

struct pressure {
	_Atomic unsigned int count, under_way;
};

struct page {
	unsigned long content; /* 0: zeros */
	bool is_volatile, lost;
	unsigned int marked_at; /* pressure->count */
};

static struct pressure *pressure;
static struct page model[PAGES];
static char *memory;
static uint64_t state;
static sigjmp_buf back;
static volatile sig_atomic_t expected;
static struct {
	long reads, signals, marks, unmarks, losses, forks;
} count;

static unsigned int below(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 20) % n;
}

static void on_sigbus(int sig)
{
	(void)sig;
	if (!expected)
		_exit(9);
	siglongjmp(back, 1);
}

static void fail(const char *what, int page)
{
	const struct page *p = &model[page];

	printf("FAIL: page %d: %s (content %lx, volatile %d, lost %d)\n", page, what, p->content,
	       p->is_volatile, p->lost);
	fflush(stdout);
	_exit(1);
}

static volatile unsigned long *words(int page)
{
	return (volatile unsigned long *)(memory + (size_t)page * PAGE);
}

/* false: SIGBUS */
static bool read_page(int page, unsigned long *content)
{
	volatile unsigned long *w = words(page);
	unsigned long last;

	expected = 1;
	if (sigsetjmp(back, 1)) {
		expected = 0;
		return false;
	}
	*content = w[0];
	last = w[PAGE / sizeof(*w) - 1];
	expected = 0;
	if (last != *content)
		fail("is torn", page);
	return true;
}

static bool may_be_lost(int page)
{
	const struct page *p = &model[page];

	return p->is_volatile && (pressure->count != p->marked_at || pressure->under_way);
}

static void look(int page)
{
	struct page *p = &model[page];
	unsigned long content;

	count.reads++;
	if (!read_page(page, &content)) {
		count.signals++;
		if (!p->is_volatile)
			fail("SIGBUS, and it is not volatile", page);
		if (!p->lost && !may_be_lost(page))
			fail("lost without reclaim", page);
		p->lost = true;
		return;
	}
	if (p->lost)
		fail("came back after it was lost", page);
	if (content != p->content)
		fail(content ? "holds other data" : "zeros in place of SIGBUS", page);
}

static void mark(int first, int pages)
{
	const unsigned int now = pressure->count - (pressure->under_way != 0);

	for (int i = first; i < first + pages; i++) {
		if (!model[i].is_volatile)
			model[i].marked_at = now;
		model[i].is_volatile = true;
	}
	if (mvrange(memory + (size_t)first * PAGE, (size_t)pages * PAGE, VRANGE_VOLATILE, 0) != 0)
		fail("mark failed", first);
	count.marks++;
}

static void check_unmarked(int page, bool reported, bool partial)
{
	struct page *p = &model[page];
	const bool could = p->lost || may_be_lost(page);
	unsigned long content;

	if (!read_page(page, &content))
		fail("SIGBUS after its unmark", page);
	if (p->lost && !reported)
		fail("was lost, and unmark said intact", page);
	if (content != p->content || p->lost) {
		if (!reported)
			fail("unmark said intact", page);
		if (content)
			fail("lost, and not zero", page);
		if (!p->is_volatile)
			fail("not marked, and lost by an unmark", page);
		if (partial && !could)
			fail("lost without reclaim by a partial unmark", page);
		p->content = 0;
	}
	p->is_volatile = p->lost = false;
}

static void unmark(int first, int pages)
{
	const bool partial = below(2);
	bool could = false;
	int result;

	for (int i = first; i < first + pages; i++)
		could |= model[i].lost || may_be_lost(i);
	result = mvrange(memory + (size_t)first * PAGE, (size_t)pages * PAGE, VRANGE_NONVOLATILE,
			 partial ? VRANGE_PARTIAL : VRANGE_FULL);
	if (result < 0)
		fail("unmark failed", first);
	for (int i = first; i < first + pages; i++)
		could |= may_be_lost(i);
	if (result && !could)
		fail("unmark said lost without reclaim", first);
	for (int i = first; i < first + pages; i++)
		check_unmarked(i, result, partial);
	count.unmarks++;
	count.losses += result;
}

static void fill(int page)
{
	const unsigned long content = (unsigned long)below(1u << 30) | 1;

	if (model[page].is_volatile)
		return;
	for (size_t i = 0; i < PAGE / sizeof(content); i++)
		words(page)[i] = content;
	model[page].content = content;
}

static void reclaim(int first, int pages)
{
	atomic_fetch_add(&pressure->under_way, 1);
	atomic_fetch_add(&pressure->count, 1);
	if (below(2))
		pressure_reclaim_range(memory + (size_t)first * PAGE, (size_t)pages * PAGE);
	else
		pressure_reclaim();
	atomic_fetch_sub(&pressure->under_way, 1);
}

static void step(bool may_fork);

static void fork_and_go_on(void)
{
	pid_t child;
	int status;

	count.forks++;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		state ^= 0x123456789abcdef;
		for (int i = 0; i < 60; i++)
			step(false);
		for (int i = 0; i < PAGES; i++)
			look(i);
		_exit(0);
	}
	for (int i = 0; i < 30; i++)
		step(false);
	if (waitpid(child, &status, 0) != child || status != 0) {
		printf("FAIL: the child of fork %ld: status %x\n", count.forks, (unsigned)status);
		exit(1);
	}
}

static void step(bool may_fork)
{
	const unsigned int what = below(100);
	const int first = (int)below(PAGES);
	int pages = 1 + (int)below(MOST);

	if (first + pages > PAGES)
		pages = PAGES - first;
	if (what < 30)
		mark(first, pages);
	else if (what < 55)
		unmark(first, pages);
	else if (what < 70)
		fill(first);
	else if (what < 78)
		reclaim(first, pages);
	else if (what < 80 && may_fork)
		fork_and_go_on();
	else
		look(first);
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_sigbus, .sa_flags = SA_NODEFER };
	const long seed = argc > 1 ? atol(argv[1]) : 1, steps = argc > 2 ? atol(argv[2]) : 4000;
	const char *none = pressure_enter(64ul << 20);

	if (none)
		printf("note: reclaim by MADV_PAGEOUT alone: %s\n", none);
	state = (uint64_t)seed * 0x9E3779B97F4A7C15u | 1;
	sigaction(SIGBUS, &action, NULL);
	pressure = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	for (long i = 0; i < steps; i++)
		step(true);
	for (int i = 0; i < PAGES; i++)
		look(i);
	pressure_leave();
	printf("seed %ld: reads %ld signals %ld marks %ld unmarks %ld losses %ld forks %ld\n", seed,
	       count.reads, count.signals, count.marks, count.unmarks, count.losses, count.forks);
	if (steps >= 2000 && (count.losses == 0 || count.signals == 0 || count.forks == 0)) {
		puts("FAIL: nothing was lost, or nothing was forked: this run proves nothing");
		return 1;
	}
	return 0;
}
