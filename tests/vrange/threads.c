/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One promise: four threads, and a handler that comes at any time, mark and unmark ranges of their
 * own while pages are reclaimed, and no unmark is wrong. vrange.1, vrange.2, vrange.5, state.1.
 *
 * The number of rounds is fixed; how long they take is not looked at.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/time.h>

#include <vrange.h>

#include "check.h"
#include "pressure.h"

#define THREADS 4
#define OBJECTS 12
#define PAGES	16
#define ROUNDS	4000

static _Atomic long unmarks, losses, wrong, reclaims;
static _Atomic int running = THREADS;
static char *handlers_page;
static _Atomic long in_handler;

/* its own page: what a program's handler might do with a cache of its own */
static void on_timer(int sig)
{
	(void)sig;
	if (mvrange(handlers_page, PAGE, VRANGE_VOLATILE, 0) != 0 ||
	    mvrange(handlers_page, PAGE, VRANGE_NONVOLATILE, 0) < 0)
		wrong++;
	in_handler++;
}

struct object {
	uint64_t *words, seed;
	bool marked;
};

static const size_t words = PAGES * PAGE / sizeof(uint64_t);

static void fill(struct object *o)
{
	o->seed += 1000003;
	for (size_t i = 0; i < words; i++)
		o->words[i] = o->seed + i;
}

static bool is_intact(const struct object *o)
{
	for (size_t i = 0; i < words; i += 8)
		if (o->words[i] != o->seed + i)
			return false;
	return true;
}

static void unmark(struct object *o)
{
	const int lost = mvrange(o->words, PAGES * PAGE, VRANGE_NONVOLATILE, 0);

	unmarks++;
	losses += lost;
	wrong += lost < 0 || lost == is_intact(o);
	if (lost)
		fill(o);
}

static void *work(void *arg)
{
	struct object object[OBJECTS];
	uint64_t random = (uint64_t)(uintptr_t)arg * 7919 + 1;

	for (int i = 0; i < OBJECTS; i++) {
		object[i].words = (uint64_t *)check_memory(PAGES, 0);
		object[i].seed = random + (uint64_t)i;
		object[i].marked = false;
		fill(&object[i]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		struct object *o;

		random = random * 6364136223846793005u + 1442695040888963407u;
		o = &object[(random >> 33) % OBJECTS];
		if (o->marked)
			unmark(o);
		else
			wrong += mvrange(o->words, PAGES * PAGE, VRANGE_VOLATILE, 0) != 0;
		o->marked = !o->marked;
		if ((random >> 40) % 16 == 0)
			pressure_reclaim_range(object[(random >> 50) % OBJECTS].words,
					       PAGES * PAGE);
	}
	running--;
	return NULL;
}

int main(void)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	const struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
	pthread_t thread[THREADS];

	handlers_page = check_memory(1, 7);
	if (mvrange(handlers_page, PAGE, VRANGE_VOLATILE, VRANGE_STRICT) == -1 &&
	    errno == EOPNOTSUPP)
		check_skip("userfaultfd is forbidden here");
	if (pressure_enter(256ul << 20) != NULL)
		puts("note: reclaim by MADV_PAGEOUT alone");
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, (void *)(i + 1));
	while (running) {
		const struct timespec a_while = { 0, 2000000 };

		pressure_reclaim();
		reclaims++;
		nanosleep(&a_while, NULL);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	setitimer(ITIMER_REAL, &(const struct itimerval){ 0 }, NULL);
	pressure_leave();
	printf("unmarks %ld losses %ld reclaims %ld calls in a handler %ld\n", unmarks, losses,
	       reclaims, in_handler);
	CHECK(wrong == 0, "no unmark was wrong");
	CHECK(losses > 0, "something was lost");
	return check_done();
}
