/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * storm - a program whose threads signal processes that another thread reaps meanwhile, in a pid
 * namespace in which pids wrap every hundred forks.
 *
 *   pid 1 ┬─ subject, with the library before libc: its threads signal, spawn and reap
 *         └─ unrelated processes, which get the same pids and count the signals that they get
 *
 * NAME LIBRARY SIGNALS: ends with 0 if no fault was counted in so many signals, else with 1, at the
 * first fault. LIBRARY "": natively. SIGNALS below 0: signals may go astray.
 *
 * main() is in storm.c. A test has a storm_plan.
 */
#ifndef TESTS_STRESS_STORM_H
#define TESTS_STRESS_STORM_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define STORM_PAUSE    256 /* one call in so many is made one lap after the pid was looked up */
#define STORM_PAUSE_NS 10000000

/* the start of the memory that all processes share */
struct storm {
	_Atomic long unrelated, hit;	       /* unrelated processes, and signals that hit them */
	_Atomic long signals, refused, failed; /* by the subject; refused: wrongly */
	_Atomic int over;
};

struct storm_plan {
	const char *name; /* of the program */
	size_t bytes;	  /* of shared memory */
	int places;	  /* the subject has so many children at a time */
	int high;	  /* the last pid of a lap */
	void (*attach)(struct storm *s);
	void (*be_unrelated)(long n);	 /* the n-th unrelated process; does not return */
	void (*prepare)(void);		 /* the subject, before its threads start; or NULL */
	void (*spawn_all)(void);	 /* until `over`; waits for a free place before each */
	void *(*reap_all)(void *unused); /* a thread; posts storm_free_places */
	bool (*signal_one)(unsigned int *seed); /* false: no call was made */
	int (*report)(void); /* prints the counts; 0: none is wrong that only this test counts */
};

extern sem_t storm_free_places;
extern _Atomic bool storm_spawned_last;
extern long storm_goal; /* SIGNALS */

extern const struct storm_plan storm_plan;

_Noreturn void storm_fail(const char *what);
void storm_wait_for_place(void);
void storm_sleep(long ns);
/* Count and remove the pending signals. They stay blocked, so that none costs a context switch. */
int storm_take_signals(void);

#endif
