// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One promise: a signal to a child's pid reaches that child or no process, and reaches it if it is
 * alive, whichever thread reaps meanwhile.
 *
 * The subject of storm.h keeps each child for a moment. Its threads signal them. One thread waits
 * for any child, and so does a SIGCHLD handler on the thread that it interrupts.
 */
#include "storm.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACES	 16	 /* children signalled at a time */
#define CHILDREN 400000	 /* most in a run */
#define UNREAD	 256	 /* signals sent to a living child: more could not all be queued */
#define LIFE_NS	 2000000 /* of a child, or an unrelated process */

struct child {
	_Atomic int pid;     /* 0: not known yet, or no child */
	_Atomic int owed;    /* signals accepted before it began to exit */
	_Atomic int taken;   /* those that it has had, in the end */
	_Atomic int exiting; /* set by itself: signals from now on may be too late */
	_Atomic int reaped;
};

static struct state {
	struct storm storm;
	_Atomic long forks, reaps, in_handlers; /* of the subject's children */
	struct child child[CHILDREN];
} * state;

static _Atomic int place[PLACES]; /* the child in it; 0 none */
/* --- unrelated processes --- */

static _Noreturn void be_unrelated(long n)
{
	(void)n;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	storm_sleep(LIFE_NS);
	atomic_fetch_add(&state->storm.hit, storm_take_signals());
	_exit(0);
}

/* --- the subject's children --- */

static _Noreturn void be_child(struct child *c, int at)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* written by itself: sometimes before the caller of fork() knows of it */
	atomic_store(&c->pid, getpid());
	storm_sleep(LIFE_NS);
	atomic_store(&c->exiting, 1);
	atomic_store(&c->taken, storm_take_signals());
	_exit(at);
}

/* Its status is its index: a pid may have another child before its reaper notes it. */
static void note_reaped(int status)
{
	int id = WIFEXITED(status) && WEXITSTATUS(status) < PLACES ? place[WEXITSTATUS(status)] : 0;

	if (id == 0 || atomic_exchange(&state->child[id].reaped, 1) != 0)
		atomic_fetch_add(&state->storm.failed, 1);
	atomic_fetch_add(&state->reaps, 1);
	sem_post(&storm_free_places);
}

static void reap(int options, _Atomic long *also)
{
	int status;

	while (waitpid(-1, &status, options) > 0) {
		note_reaped(status);
		if (also)
			atomic_fetch_add(also, 1);
	}
}

static void on_sigchld(int sig)
{
	int saved = errno;

	(void)sig;
	reap(WNOHANG, &state->in_handlers);
	errno = saved;
}

static void *keep_reaping(void *nothing)
{
	do {
		reap(0, NULL);
		sched_yield(); /* no child just now */
	} while (!storm_spawned_last || state->reaps < state->forks);
	return nothing;
}

static void spawn(int at, int id)
{
	struct child *c = &state->child[id];
	pid_t pid;

	atomic_store(&place[at], id);
	pid = fork();
	if (pid == 0)
		be_child(c, at);
	if (pid < 0)
		storm_fail("fork");
	atomic_fetch_add(&state->forks, 1);
}

static int find_free(int at)
{
	while (place[at] != 0 && !state->child[place[at]].reaped)
		at = (at + 1) % PLACES;
	return at;
}

static void keep_spawning(void)
{
	for (int id = 1, at = 0; id < CHILDREN && !state->storm.over; id++) {
		storm_wait_for_place();
		at = find_free(at);
		spawn(at, id);
	}
}

/* --- the subject's threads --- */

static void judge(struct child *c, int error)
{
	int exiting = atomic_load(&c->exiting);

	if (error == 0 && !exiting)
		atomic_fetch_add(&c->owed, 1);
	else if (error == ESRCH && !exiting)
		atomic_fetch_add(&state->storm.refused, 1);
	else if (error != 0 && error != ESRCH)
		atomic_fetch_add(&state->storm.failed, 1);
}

static int signal_it(pid_t pid, bool queue)
{
	const union sigval nothing = { .sival_int = 0 };

	return queue ? sigqueue(pid, SIGRTMIN, nothing) : kill(pid, SIGRTMIN);
}

/* As a careful program does: no pid that it knows to be reaped. */
static bool try_one(unsigned int *seed)
{
	int id = place[(unsigned int)rand_r(seed) % PLACES];
	struct child *c = &state->child[id];

	if (c->pid == 0 || c->reaped || (c->owed >= UNREAD && !c->exiting))
		return false;
	if (rand_r(seed) % STORM_PAUSE == 0)
		storm_sleep(STORM_PAUSE_NS);
	judge(c, signal_it(c->pid, rand_r(seed) & 1) == 0 ? 0 : errno);
	return true;
}

static long count_lost(void)
{
	long lost = 0;

	for (int i = 1; i < CHILDREN && state->child[i].pid; i++)
		if (state->child[i].owed > state->child[i].taken)
			lost += state->child[i].owed - state->child[i].taken;
	return lost;
}

static int report(void)
{
	long lost = count_lost();

	printf("%ld signals: misdirected %ld, wrongly refused %ld, failed %ld, lost %ld; "
	       "children %ld, reaped %ld, in handlers %ld; unrelated processes %ld\n",
	       state->storm.signals, state->storm.hit, state->storm.refused, state->storm.failed,
	       lost, state->forks, state->reaps, state->in_handlers, state->storm.unrelated);
	return lost || state->forks != state->reaps;
}

static void attach(struct storm *s)
{
	state = (struct state *)s;
}

static void prepare(void)
{
	const struct sigaction act = { .sa_handler = on_sigchld, .sa_flags = SA_RESTART };

	if (sigaction(SIGCHLD, &act, NULL) < 0)
		storm_fail("handler");
}

const struct storm_plan storm_plan = {
	.name = "kill_and_reap",
	.bytes = sizeof(struct state),
	.places = PLACES,
	.high = 350,
	.attach = attach,
	.be_unrelated = be_unrelated,
	.prepare = prepare,
	.spawn_all = keep_spawning,
	.reap_all = keep_reaping,
	.signal_one = try_one,
	.report = report,
};
