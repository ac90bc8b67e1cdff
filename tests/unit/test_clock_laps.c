/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock: against an allocator whose laps are known, at random and in threads. Rules are those of
 * core/time/clock.h. */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/time/clock.h"

/* --- a simulated pid namespace --- */

#define FIRST 300u

/* ck_assert() records each pass: too slow for the inside of a loop */
#define must(truth)                                                                                \
	do {                                                                                       \
		if (!(truth))                                                                      \
			ck_abort_msg("not so: %s", #truth);                                        \
	} while (0)

struct born {
	uint64_t order;	 /* of the allocator, from 1 */
	uint64_t lap;	 /* the true one */
	uint64_t tagged; /* greatest tag handed out for its pid before it was allocated */
	uint32_t pid;
	bool held;
};

struct world {
	struct pe_clock clock;
	uint32_t span, cursor;
	uint64_t lap, births;
	struct born *last;  /* of each pid */
	uint64_t *tagged;   /* of each pid: the greatest tag handed out */
	uint64_t *reported; /* the last recorded birth of each pid; 0: none */
	unsigned long overtaken;
};

static void world_make(struct world *w, uint32_t span)
{
	memset(w, 0, sizeof(*w));
	pe_clock_init(&w->clock, 0);
	w->span = span;
	w->cursor = FIRST - 1;
	w->lap = 1;
	w->last = calloc(span, sizeof(*w->last));
	w->tagged = calloc(span, sizeof(*w->tagged));
	w->reported = calloc(span, sizeof(*w->reported));
	for (uint32_t i = 0; i < span; i++)
		w->last[i].pid = FIRST + i;
}

static void world_drop(struct world *w)
{
	free(w->last);
	free(w->tagged);
	free(w->reported);
}

/* as the kernel: the next free pid after the cursor. order 0: all are held */
static struct born world_allocate(struct world *w)
{
	for (uint32_t i = 0; i < w->span; i++) {
		uint32_t pid = w->cursor + 1 + i;
		struct born *b;

		if (pid >= FIRST + w->span)
			pid -= w->span;
		b = &w->last[pid - FIRST];
		if (b->held)
			continue;
		w->lap += pid <= w->cursor;
		w->cursor = pid;
		*b = (struct born){ .order = ++w->births,
				    .lap = w->lap,
				    .pid = pid,
				    .tagged = w->tagged[pid - FIRST],
				    .held = true };
		return *b;
	}
	return (struct born){ .order = 0 };
}

static void world_release(struct world *w, const struct born *b)
{
	if (w->last[b->pid - FIRST].order == b->order)
		w->last[b->pid - FIRST].held = false;
}

/* all that clock.4 promises of one birth */
static void world_tell(struct world *w, pe_clock_time before, const struct born *b)
{
	uint32_t i = b->pid - FIRST;
	pe_clock_time was = pe_clock_now(&w->clock);
	uint64_t birth = pe_clock_observe_after(&w->clock, before, b->pid, w->reported[i]);

	w->overtaken += pe_clock_make(birth, b->pid) < was;
	must(birth > w->reported[i]);
	must(birth > b->tagged);
	w->reported[i] = birth;
}

/* clock.5: a process that is known by then passes */
static void world_tag(struct world *w, pe_clock_time given)
{
	for (uint32_t i = 0; i < w->span; i++) {
		uint64_t tag = pe_clock_eps(given, FIRST + i);

		if (tag > w->tagged[i])
			w->tagged[i] = tag;
	}
}

static void world_show(struct world *w)
{
	pe_clock_time given = pe_clock_give(&w->clock);

	for (uint32_t i = 0; i < w->span; i++)
		must(w->reported[i] <= pe_clock_eps(given, FIRST + i));
	world_tag(w, given);
}

/* --- at random: forks, unrelated processes, deaths, syncs and snapshots between any two steps
 * --- */

#define FLIGHTS 5u

struct flight {
	enum { IDLE, BEGUN, BORN, SYNCING } at;
	pe_clock_time before;
	struct born born;
	uint32_t cursor;
};

static uint32_t dice(uint64_t *seed, uint32_t sides)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((*seed >> 33) % sides);
}

static void step_flight(struct world *w, struct flight *f, bool sync)
{
	switch (f->at) {
	case IDLE:
		f->before = pe_clock_now(&w->clock);
		f->at = sync ? SYNCING : BEGUN;
		f->cursor = 0;
		break;
	case BEGUN:
		f->born = world_allocate(w);
		f->at = f->born.order ? BORN : IDLE;
		break;
	case BORN:
		world_tell(w, f->before, &f->born);
		f->at = IDLE;
		break;
	case SYNCING:
		if (f->cursor == 0) {
			f->cursor = w->cursor;
			break;
		}
		pe_clock_advance(&w->clock, f->before, f->cursor);
		f->at = IDLE;
		break;
	}
}

struct mix {
	uint32_t span;
	uint32_t shows; /* in 1000 steps */
	uint32_t crowd; /* number of unrelated births per step, so that laps pass during one fork */
};

static void step_world(struct world *w, struct flight *flights, const struct mix *mix,
		       uint64_t *seed)
{
	uint32_t what = dice(seed, 1000);

	if (what < mix->shows) {
		world_show(w);
	} else if (what < 600) {
		step_flight(w, &flights[dice(seed, FLIGHTS)], dice(seed, 10) == 0);
	} else if (what < 620) {
		for (uint32_t i = 0; i < mix->crowd; i++) {
			struct born unrelated = world_allocate(w);

			if (unrelated.order)
				world_release(w, &unrelated);
		}
	} else if (what < 800) {
		world_allocate(w);
	} else {
		world_release(w, &w->last[dice(seed, w->span)]);
	}
}

static const struct mix mixes[] = {
	{ .span = 100, .shows = 0, .crowd = 150 }, { .span = 100, .shows = 20, .crowd = 150 },
	{ .span = 12, .shows = 50, .crowd = 13 },  { .span = 3, .shows = 50, .crowd = 4 },
	{ .span = 100, .shows = 20, .crowd = 0 },
};

START_TEST(forks_interleaved_at_random_keep_the_invariants)
{
	const struct mix *mix = &mixes[_i];
	uint64_t seed = 2019 + (uint64_t)_i;
	struct flight flights[FLIGHTS] = { 0 };
	pe_clock_time was = 0;
	struct world w;

	world_make(&w, mix->span);
	for (int i = 0; i < 300000; i++) {
		step_world(&w, flights, mix, &seed);
		must(pe_clock_now(&w.clock) >= was); /* clock.2 */
		was = pe_clock_now(&w.clock);
	}
	ck_assert_uint_gt(w.overtaken, 100); /* else nothing was tried */
	world_drop(&w);
}
END_TEST

/* clock.3: overlapping births make no lap that did not happen, as long as no tag was given out */
START_TEST(laps_are_never_overcounted)
{
	const struct mix mix = { .span = 100, .shows = 0, .crowd = 0 };
	uint64_t seed = 512;
	struct flight flights[FLIGHTS] = { 0 };
	struct world w;

	world_make(&w, mix.span);
	for (int i = 0; i < 300000; i++) {
		step_world(&w, flights, &mix, &seed);
		must(pe_clock_lap(pe_clock_now(&w.clock)) <= w.lap);
	}
	ck_assert_uint_gt(w.overtaken, 100);
	ck_assert_uint_gt(pe_clock_lap(pe_clock_now(&w.clock)), 100);
	world_drop(&w);
}
END_TEST

/* --- in threads: the same world behind a lock, the clock without one --- */

#define THREADS 4
#define ROUNDS	20000

struct crew {
	struct world world;
	pthread_mutex_t kernel;	     /* of the allocator */
	pthread_mutex_t report[100]; /* of each pid: threads that record it exclude each other */
	bool wrong;
};

static void *crew_member(void *arg)
{
	struct crew *crew = arg;
	struct world *w = &crew->world;
	pe_clock_time was = 0;

	for (int i = 0; i < ROUNDS; i++) {
		pe_clock_time before = pe_clock_now(&w->clock), given;
		struct born b;
		uint64_t birth;
		uint32_t n;

		pthread_mutex_lock(&crew->kernel);
		b = world_allocate(w);
		world_release(w, &b);
		pthread_mutex_unlock(&crew->kernel);
		if (i % 7 == 0)
			sched_yield();

		n = b.pid - FIRST;
		pthread_mutex_lock(&crew->report[n]);
		birth = pe_clock_observe_after(&w->clock, before, b.pid, w->reported[n]);
		if (birth <= w->reported[n] || birth <= b.tagged || before < was)
			crew->wrong = true;
		w->reported[n] = birth;
		pthread_mutex_unlock(&crew->report[n]);
		was = before;

		if (i % 50)
			continue;
		given = pe_clock_give(&w->clock);
		if (pe_clock_eps(given, b.pid) < birth)
			crew->wrong = true;
		pthread_mutex_lock(&crew->kernel);
		world_tag(w, given);
		pthread_mutex_unlock(&crew->kernel);
	}
	return NULL;
}

START_TEST(forks_in_threads_keep_the_invariants)
{
	static struct crew crew;
	pthread_t thread[THREADS];

	world_make(&crew.world, 100);
	pthread_mutex_init(&crew.kernel, NULL);
	for (int i = 0; i < 100; i++)
		pthread_mutex_init(&crew.report[i], NULL);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, crew_member, &crew), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	ck_assert(!crew.wrong);
	ck_assert_uint_eq(crew.world.births, THREADS * ROUNDS);
	world_drop(&crew.world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock_laps");
	TCase *t = tcase_create("laps");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, forks_interleaved_at_random_keep_the_invariants, 0,
			    (int)(sizeof(mixes) / sizeof(mixes[0])));
	tcase_add_test(t, laps_are_never_overcounted);
	tcase_add_test(t, forks_in_threads_keep_the_invariants);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
