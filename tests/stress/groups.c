// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One promise: a signal to the group that a child led reaches its members or no process, and each
 * of them that lives, whether the leader is there, is being reaped, or was reaped long ago.
 *
 *   groups LIBRARY SIGNALS     LIBRARY "": natively
 *
 * In a pid namespace in which pids come round every hundred forks: a victim, with that library
 * before libc, has leaders for children; each leaves members behind, which outlive it. Threads of
 * the victim signal the groups, ended ones too, while another thread reaps the leaders. Unrelated
 * processes lead groups with these pids, and leave members behind as well.
 * Ends with 0 if nothing counted here as wrong was seen in so many signals, else with 1, at the
 * first wrong. SIGNALS below 0: signals may go astray.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../support/namespace.h"

#define PLACES	  6	 /* leaders at a time */
#define GROUPS	  200000 /* most in a run */
#define MEMBERS	  3	 /* of a group; the first is its leader */
#define RECENT	  24	 /* of these groups one is signalled */
#define UNRELATED 6	 /* unrelated leaders at a time */
#define UNREAD	  128	 /* signals sent to a group: more could not all be queued */
#define LOW	  300	 /* the first pid after a round */
#define HIGH	  390
#define THREADS	  2
#define LEADER_NS 1000000
#define MEMBER_NS 2000000 /* and as much again for the next */
#define PAUSE	  256	  /* one call in so many is made a round of the pids after the look */
#define PAUSE_NS  10000000

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

static struct play {
	_Atomic long unrelated, hit;
	_Atomic long signals, refused, failed;
	_Atomic long leaders, reaped, delivered,
		ended;	  /* of the signals: to groups without a leader; to none */
	_Atomic int last; /* the youngest group */
	_Atomic int over;
	struct group group[GROUPS];
} * play;

static _Atomic bool spawned_last;
static sem_t free_places;
static long goal;

static _Noreturn void fail(const char *format, ...)
{
	va_list more;

	va_start(more, format);
	vfprintf(stderr, format, more);
	fprintf(stderr, ": %s\n", strerror(errno));
	va_end(more);
	exit(99);
}

static sigset_t the_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	return set;
}

static void live(long ns)
{
	struct timespec left = { .tv_nsec = ns };

	while (nanosleep(&left, &left) < 0)
		;
}

/* Signals are counted at the end only, so that none of them costs a switch of context. */
static int take_signals(void)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set = the_signal();
	int taken = 0;

	while (sigtimedwait(&set, NULL, &at_once) == SIGRTMIN)
		taken++;
	return taken;
}

/* --- unrelated processes --- */

static _Noreturn void be_unrelated_member(long ns)
{
	live(ns);
	atomic_fetch_add(&play->hit, take_signals());
	_exit(0);
}

/* Every second one leaves its group without a leader. */
static _Noreturn void be_unrelated(bool leaves)
{
	setpgid(0, 0);
	if (leaves && fork() == 0)
		be_unrelated_member(2 * MEMBER_NS);
	be_unrelated_member(leaves ? 0 : MEMBER_NS);
}

static void turn_back(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", LOW);

	if (pwrite(fd, text, (size_t)n, 0) != n)
		fail("ns_last_pid");
}

static int open_last_pid(void)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	printf("skip: the next pid cannot be chosen: ns_last_pid: %s\n", strerror(errno));
	exit(77);
}

static _Noreturn void keep_unrelated(int last_pid)
{
	int alive = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!play->over) {
		pid_t pid = fork();

		if (pid == 0)
			be_unrelated(play->unrelated & 1);
		alive += pid > 0;
		play->unrelated += pid > 0;
		if (pid > HIGH)
			turn_back(last_pid);
		while (alive > 0 && waitpid(-1, NULL, alive < UNRELATED ? WNOHANG : 0) > 0)
			alive--;
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

/* --- the victim's groups --- */

static _Noreturn void be_member(struct member *m, long ns)
{
	atomic_store(&m->joined, 1);
	live(ns);
	atomic_store(&m->exiting, 1);
	atomic_store(&m->taken, take_signals());
	_exit(0);
}

/* Every fourth leaves the group before its end: the group lives on without it. */
static _Noreturn void be_leader(struct group *g, int id)
{
	if (setpgid(0, 0) < 0)
		_exit(1);
	for (int i = 1; i < MEMBERS; i++)
		if (fork() == 0)
			be_member(&g->member[i], i * MEMBER_NS);
	atomic_store(&g->member[0].joined, 1);
	live(LEADER_NS);
	atomic_store(&g->member[0].exiting, 1);
	atomic_store(&g->member[0].taken, take_signals());
	if (id % 4 == 0)
		setpgid(0, getpgid(getppid()));
	_exit(0);
}

static void spawn(int id)
{
	struct group *g = &play->group[id];
	pid_t pid = fork();

	if (pid == 0)
		be_leader(g, id);
	if (pid < 0)
		fail("fork");
	atomic_store(&g->pid, pid);
	atomic_fetch_add(&play->leaders, 1);
	atomic_store(&play->last, id);
}

static void *keep_reaping(void *nothing)
{
	int status;

	while (!spawned_last || play->reaped < play->leaders) {
		if (waitpid(-1, &status, 0) < 0) {
			sched_yield(); /* no child just now */
			continue;
		}
		if (status != 0)
			atomic_fetch_add(&play->failed, 1);
		atomic_fetch_add(&play->reaped, 1);
		sem_post(&free_places);
	}
	return nothing;
}

static void keep_bearing(void)
{
	for (int id = 1; id < GROUPS && !play->over; id++) {
		while (sem_wait(&free_places) < 0)
			;
		spawn(id);
	}
	atomic_store(&play->over, 1);
}

/* --- the victim's threads --- */

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
		atomic_fetch_add(&play->refused, 1);
	else if (error != 0 && error != ESRCH)
		atomic_fetch_add(&play->failed, 1);
	if (error == 0 && any && !lives(&g->member[0]))
		atomic_fetch_add(&play->delivered, 1);
	if (error == ESRCH)
		atomic_fetch_add(&play->ended, 1);
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
	int id = play->last - (int)((unsigned int)rand_r(seed) % RECENT);
	struct group *g = id > 0 ? &play->group[id] : NULL;

	if (!g || g->pid == 0)
		return false;
	for (int i = 0; i < MEMBERS; i++)
		if (g->member[i].owed >= UNREAD && !g->member[i].exiting)
			return false;
	if (rand_r(seed) % PAUSE == 0)
		live(PAUSE_NS);
	signal_group(g);
	return true;
}

static bool is_wrong(void)
{
	return (play->hit && goal > 0) || play->refused || play->failed;
}

static void *keep_signalling(void *arg)
{
	unsigned int seed = *(unsigned int *)arg;
	long most = labs(goal);

	while (!play->over) {
		if (!try_one(&seed))
			sched_yield();
		else if (atomic_fetch_add(&play->signals, 1) + 1 >= most || is_wrong())
			atomic_store(&play->over, 1);
	}
	return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	errno = pthread_create(thread, NULL, run, arg);
	if (errno)
		fail("thread");
}

static _Noreturn void be_victim(void)
{
	unsigned int seed[THREADS];
	pthread_t reaper, signaller[THREADS];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sem_init(&free_places, 0, PLACES);
	start(&reaper, keep_reaping, NULL);
	for (unsigned int i = 0; i < THREADS; i++) {
		seed[i] = i + 1;
		start(&signaller[i], keep_signalling, &seed[i]);
	}
	keep_bearing();
	atomic_store(&spawned_last, true);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(signaller[i], NULL);
	pthread_join(reaper, NULL);
	exit(0);
}

/* --- the scenario --- */

static struct play *map_play(int fd)
{
	void *at = mmap(NULL, sizeof(struct play), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		fail("memory");
	return at;
}

/* Runs this program again, as the victim, with the library. It finds the shared state at
 * descriptor @fd. */
static _Noreturn void become_victim(const char *library, int fd, const char *signals)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", fd);
	if (*library)
		setenv("LD_PRELOAD", library, 1);
	execl("/proc/self/exe", "groups", "victim", pid, signals, (char *)NULL);
	fail("exec");
}

/* Members are orphans of this process, pid 1. Returns the victim's status when all have ended. */
static int await(pid_t victim)
{
	int status, of_victim = -1;
	pid_t pid;

	while ((pid = waitpid(-1, &status, 0)) > 0)
		if (pid == victim) {
			of_victim = status;
			atomic_store(&play->over, 1);
		}
	return of_victim;
}

static long count_lost(void)
{
	long lost = 0;

	for (int id = 1; id <= play->last; id++)
		for (int i = 0; i < MEMBERS; i++) {
			const struct member *m = &play->group[id].member[i];

			if (m->owed > m->taken)
				lost += m->owed - m->taken;
		}
	return lost;
}

static int report(int status)
{
	long lost = count_lost(), asked = labs(goal);
	bool exact = goal > 0;

	printf("%ld signals, %ld to groups without a leader, %ld to none: misdirected %ld, "
	       "wrongly refused %ld, failed %ld, lost %ld; leaders %ld, reaped %ld; unrelated %ld\n",
	       play->signals, play->delivered, play->ended, play->hit, play->refused, play->failed,
	       lost, play->leaders, play->reaped, play->unrelated);
	if (status != 0)
		printf("the victim ended with status %#x\n", (unsigned int)status);
	if (!is_wrong() && play->signals < asked)
		printf("%ld signals were asked for: raise GROUPS\n", asked);
	return is_wrong() || (exact && play->hit) || lost || play->signals < asked ||
	       play->leaders != play->reaped || status != 0;
}

static int run_play(const char *library, const char *signals)
{
	int fd = memfd_create("play", 0), last_pid = open_last_pid();
	pid_t victim, unrelated;

	if (fd < 0 || ftruncate(fd, sizeof(struct play)) < 0)
		fail("memory");
	play = map_play(fd);
	goal = atol(signals);
	turn_back(last_pid);
	unrelated = fork();
	if (unrelated == 0)
		keep_unrelated(last_pid);
	victim = fork();
	if (victim == 0)
		become_victim(library, fd, signals);
	if (unrelated < 0 || victim < 0)
		fail("the play");
	return report(await(victim));
}

int main(int argc, char **argv)
{
	sigset_t set = the_signal();

	sigprocmask(SIG_BLOCK, &set, NULL);
	if (argc == 4 && strcmp(argv[1], "victim") == 0) {
		play = map_play(atoi(argv[2]));
		goal = atol(argv[3]);
		be_victim();
	}
	if (argc != 3)
		return 99;
	namespace_enter();
	return run_play(argv[1], argv[2]);
}
