// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One promise: a signal to the group that a child led reaches its members or no process, and each
 * of them that lives, whether the leader is there, is being reaped, or was reaped long ago.
 *
 * The subject of storm.h has leaders for children; each leaves members behind, which outlive it.
 * Threads signal the groups, ended ones too, while another thread reaps the leaders. Unrelated
 * processes lead groups with these pids, and leave members behind as well.
 */
#include "storm.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACES	  6	 /* leaders at a time */
#define GROUPS	  200000 /* most in a run */
#define MEMBERS	  3	 /* of a group; the first is its leader */
#define RECENT	  24	 /* of these groups one is signalled */
#define UNREAD	  128	 /* signals sent to a group: more could not all be queued */
#define LEADER_NS 1000000
#define MEMBER_NS 2000000 /* and as much again for the next */

struct member {
	_Atomic int joined;
	_Atomic int exiting; /* signals from now on may be too late */
	_Atomic int owed;    /* signals accepted before it began to exit */
	_Atomic int taken;   /* those that it has had, in the end */
};

struct group {
	_Atomic int pid; /* of its leader, as fork() gave it */
	struct member member[MEMBERS];
};

static struct state {
	struct storm storm;
	_Atomic long leaders, reaped, delivered,
		ended;	  /* of the signals: to groups without a leader; to none */
	_Atomic int last; /* the youngest group */
	struct group group[GROUPS];
} * state;

/* --- unrelated processes --- */

static _Noreturn void be_unrelated_member(long ns)
{
	storm_sleep(ns);
	atomic_fetch_add(&state->storm.hit, storm_take_signals());
	_exit(0);
}

/* Every second one leaves its group without a leader. */
static _Noreturn void be_unrelated(long n)
{
	bool leaves = n & 1;

	setpgid(0, 0);
	if (leaves && fork() == 0)
		be_unrelated_member(2 * MEMBER_NS);
	be_unrelated_member(leaves ? 0 : MEMBER_NS);
}

/* --- the subject's groups --- */

static _Noreturn void be_member(struct member *m, long ns)
{
	atomic_store(&m->joined, 1);
	storm_sleep(ns);
	atomic_store(&m->exiting, 1);
	atomic_store(&m->taken, storm_take_signals());
	_exit(0);
}

/* Every fourth leaves the group before its end: the group lives on without it. Every eighth waits
 * for its members before that: there is no group when it is reaped. */
static _Noreturn void be_leader(struct group *g, int id)
{
	if (setpgid(0, 0) < 0)
		_exit(1);
	for (int i = 1; i < MEMBERS; i++)
		if (fork() == 0)
			be_member(&g->member[i], i * MEMBER_NS);
	atomic_store(&g->member[0].joined, 1);
	storm_sleep(LEADER_NS);
	atomic_store(&g->member[0].exiting, 1);
	atomic_store(&g->member[0].taken, storm_take_signals());
	while (id % 8 == 0 && wait(NULL) > 0)
		;
	_exit(id % 4 == 0 && setpgid(0, getpgid(getppid())) < 0);
}

/* A group that the leaders can move to: that of pid 1 is outside the namespace. */
static void lead_group(void)
{
	if (setpgid(0, 0) < 0)
		storm_fail("setpgid");
}

static void spawn(int id)
{
	struct group *g = &state->group[id];
	pid_t pid = fork();

	if (pid == 0)
		be_leader(g, id);
	if (pid < 0)
		storm_fail("fork");
	atomic_store(&g->pid, pid);
	atomic_fetch_add(&state->leaders, 1);
	atomic_store(&state->last, id);
}

static void *keep_reaping(void *nothing)
{
	int status;

	while (!storm_spawned_last || state->reaped < state->leaders) {
		if (waitpid(-1, &status, 0) < 0) {
			sched_yield(); /* no child just now */
			continue;
		}
		if (status != 0)
			atomic_fetch_add(&state->storm.failed, 1);
		atomic_fetch_add(&state->reaped, 1);
		sem_post(&storm_free_places);
	}
	return nothing;
}

static void keep_spawning(void)
{
	for (int id = 1; id < GROUPS && !state->storm.over; id++) {
		storm_wait_for_place();
		spawn(id);
	}
}

/* --- the subject's threads --- */

static bool lives(struct member *m)
{
	return atomic_load(&m->joined) && !atomic_load(&m->exiting);
}

static void judge(struct group *g, int error)
{
	bool any = false;

	for (int i = 0; i < MEMBERS; i++) {
		if (!lives(&g->member[i]))
			continue;
		any = true;
		if (error == 0)
			atomic_fetch_add(&g->member[i].owed, 1);
	}
	if (error == ESRCH && any)
		atomic_fetch_add(&state->storm.refused, 1);
	else if (error != 0 && error != ESRCH)
		atomic_fetch_add(&state->storm.failed, 1);
	if (error == 0 && any && !lives(&g->member[0]))
		atomic_fetch_add(&state->delivered, 1);
	if (error == ESRCH)
		atomic_fetch_add(&state->ended, 1);
}

/* A member that joined between the call and the judgement is owed nothing. */
static void signal_group(struct group *g)
{
	for (int i = 0; i < MEMBERS; i++)
		if (!atomic_load(&g->member[i].joined))
			return;
	judge(g, kill(-g->pid, SIGRTMIN) == 0 ? 0 : errno);
}

static bool try_one(unsigned int *seed)
{
	int id = state->last - (int)((unsigned int)rand_r(seed) % RECENT);
	struct group *g = id > 0 ? &state->group[id] : NULL;

	if (!g || g->pid == 0)
		return false;
	for (int i = 0; i < MEMBERS; i++)
		if (g->member[i].owed >= UNREAD && !g->member[i].exiting)
			return false;
	if (rand_r(seed) % STORM_PAUSE == 0)
		storm_sleep(STORM_PAUSE_NS);
	signal_group(g);
	return true;
}

static long count_lost(void)
{
	long lost = 0;

	for (int id = 1; id <= state->last; id++)
		for (int i = 0; i < MEMBERS; i++) {
			const struct member *m = &state->group[id].member[i];

			if (m->owed > m->taken)
				lost += m->owed - m->taken;
		}
	return lost;
}

static int report(void)
{
	long lost = count_lost();

	printf("%ld signals, %ld to groups without a leader, %ld to none: misdirected %ld, "
	       "wrongly refused %ld, failed %ld, lost %ld; leaders %ld, reaped %ld; "
	       "unrelated processes %ld\n",
	       state->storm.signals, state->delivered, state->ended, state->storm.hit,
	       state->storm.refused, state->storm.failed, lost, state->leaders, state->reaped,
	       state->storm.unrelated);
	return lost || state->leaders != state->reaped;
}

static void attach(struct storm *s)
{
	state = (struct state *)s;
}

const struct storm_plan storm_plan = {
	.name = "groups",
	.bytes = sizeof(struct state),
	.places = PLACES,
	.high = 390,
	.attach = attach,
	.be_unrelated = be_unrelated,
	.prepare = lead_group,
	.spawn_all = keep_spawning,
	.reap_all = keep_reaping,
	.signal_one = try_one,
	.report = report,
};
